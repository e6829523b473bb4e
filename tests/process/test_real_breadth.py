"""Published statements of breadth on real files: members by the funds' own lists."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.answer.snapshot import Question, Snapshot, take
from core.answer.table import find, reading
from core.data.market import Market
from tests.answers.read import REAL
from tui.cli.dispatch import run
from tui.service.service import Desk
from tui.state.places import places

pytestmark = pytest.mark.skipif(not REAL.exists(), reason="the real files are not on this machine")


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Market:
    home = tmp_path_factory.mktemp("real")
    for kind, name in (
        ("holdings", "IVV_2025-11-18.csv"),
        ("holdings", "IJR_2026-06-19.csv"),
        ("prices", "funds_daily.csv"),
        ("prices", "members_adjclose_2025-07_2026-06-26.parquet"),
    ):
        assert run(["import", kind, str(REAL / name), "--home", str(home)]) == 0
    return Desk(places(Path(home), demo=False)).market()


def asked(market: Market, pair: tuple[str, str], window: str, when: date) -> Snapshot:
    return take(market, Question(*pair, window, when, daily=True))


def value(snapshot: Snapshot, fund: str, key: str) -> tuple[float, int]:
    row = find(key)
    assert row is not None
    told = reading(row, snapshot.indices[fund], snapshot.daily[fund])
    assert told.value is not None and told.of is not None
    return told.value, told.of


def test_most_of_the_500_fell_on_a_day_their_index_rose(market: Market) -> None:
    """28 October 2025: 102 up and 391 down of 494 were published; by the file 103 of 496."""
    snapshot = asked(market, ("IJR", "IVV"), "1D", date(2025, 10, 28))
    up, of = value(snapshot, "IVV", "advances")
    assert abs(up - 102) <= 1 and abs(value(snapshot, "IVV", "declines")[0] - 391) <= 1
    assert abs(of - 494) <= 2
    spy = market.series("SPY")
    assert spy is not None
    place = int(spy.sessions.searchsorted(snapshot.daily["IVV"].sessions[-1]))
    assert spy.total[place] > spy.total[place - 1]


def test_above_the_five_session_average(market: Market) -> None:
    snapshot = asked(market, ("IJR", "IVV"), "1M", date(2025, 11, 25))
    assert value(snapshot, "IVV", "share_above_5")[0] == pytest.approx(0.875, abs=0.0005)
    # of the S&P 600, closes of seven lines in eight are held
    assert value(snapshot, "IJR", "share_above_5")[0] == pytest.approx(0.955, abs=0.006)


def test_a_fifth_off_the_high_and_ahead_of_the_index(market: Market) -> None:
    snapshot = asked(market, ("IJR", "IVV"), "YTD", date(2026, 6, 26))
    share, of = value(snapshot, "IVV", "share_off_20")
    assert share == pytest.approx(0.32, abs=0.003) and of == 494
    snapshot = asked(market, ("IJR", "IVV"), "YTD", date(2026, 2, 20))
    assert value(snapshot, "IVV", "share_outperforming")[0] == pytest.approx(0.647, abs=0.01)
