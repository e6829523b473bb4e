"""On real files: contributions against the fund, weights carried back, figures on the screen."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from core.answer.snapshot import Question, take
from core.data.market import Market
from core.measures.changes import changes
from tests.answers.read import REAL
from tests.tui.driving import drive, press, seen
from tui.cli.dispatch import run
from tui.screen.app import InternalsApp
from tui.service.service import Desk
from tui.state.places import places

pytestmark = pytest.mark.skipif(not REAL.exists(), reason="the real files are not on this machine")
QUESTION = Question(window="2026-01-21:2026-05-05", as_of=date(2026, 6, 26))


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Market:
    home = tmp_path_factory.mktemp("real")
    for kind, name in (
        ("holdings", "IWM_2026-01-21.csv"),
        ("holdings", "IWM_2026-05-05.csv"),
        ("holdings", "SPY_2025-11-18.xlsx"),
        ("prices", "funds_daily.csv"),
        ("prices", "members_adjclose_2025-07_2026-06-26.parquet"),
    ):
        assert run(["import", kind, str(REAL / name), "--home", str(home)]) == 0
    return Desk(places(Path(home), demo=False)).market()


def test_contributions_account_for_the_fund_between_the_two_files(market: Market) -> None:
    view = take(market, QUESTION).small
    assert view is not None and view.fund_return is not None and view.rest is not None
    assert not view.estimated and [s.holdings_as_of for s in view.segments] == [date(2026, 1, 21)]
    # what the measured lines and their coverage leave open is cash, fees and trades
    assert abs(view.rest) < 0.0010
    assert view.explained + view.unmeasured + view.rest == pytest.approx(view.fund_return)


def test_weights_carried_back_from_may_are_those_of_january(market: Market) -> None:
    january, may = market.holdings["IWM"]
    alone = Market(market.prices, market.holdings | {"IWM": (may,)}, market.reference)
    view = take(alone, QUESTION).small
    assert view is not None and view.estimated
    carried = dict(zip(view.contributors.symbols, view.contributors.weight, strict=True))
    stated = dict(zip(market.lines(january), january.value, strict=True))
    told = {r.symbol: r.shares for r in changes(market, january, may).resized}
    usual = float(np.median([s for s in told.values() if s is not None]))
    prices = [dict(zip(market.lines(f), f.price, strict=True)) for f in (january, may)]

    def plain(symbol: str) -> bool:
        """No share change of its own, and closes that moved as the files' prices did."""
        shares, series = told.get(symbol), market.series(symbol)
        if shares is None or series is None or abs((1 + shares) / (1 + usual) - 1) > 0.02:
            return False
        rows = np.searchsorted(series.sessions, np.array([january.as_of, may.as_of], "M8[D]"))
        moved = series.total[rows[1]] / series.total[rows[0]]
        return abs(prices[1][symbol] / prices[0][symbol] / moved - 1) < 0.02

    lines = [s for s in carried if s in stated and plain(s)]
    a, b = (np.array([side[s] for s in lines]) for side in (carried, stated))
    off = (a / a.sum() - b / b.sum()) * 1e4
    assert len(lines) > 1000
    assert float(np.sqrt((off**2).mean())) < 0.15


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 48), (200, 60)], ids=str)
def test_every_view_shows_whole_figures_at_the_sizes_people_have(
    market: Market, size: tuple[int, int]
) -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "2")
        tables = 1 if size[0] < 160 else 2
        assert seen(app).count("bp▼") == tables, "no index loses its contributions"
        for pane in "1234":
            await press(pilot, app, pane)
            first = seen(app)
            for _ in range(12):
                cut = re.findall(r".*\d….*", seen(app))
                assert not cut, f"a figure is cut in pane {pane}"
                await press(pilot, app, "v")
                if seen(app) == first:
                    break

    drive(story, market=market, size=size, question=Question())
