"""Nothing is said by sector of an index with too many lines of no known sector.

By hand: IWM holds A (60 % of weight, +20 %) and B (40, -10), and gains 8 %. SPY holds C (+1 %),
E (30, -2) and D of no sector (+40).
"""

from __future__ import annotations

import pytest

from core.answer.snapshot import Snapshot, take
from core.data.question import Question
from core.data.register import UNKNOWN
from core.note.note import sentences
from core.note.story import story
from tests.market import holdings, make_market, prices, weekdays
from tui.report.tables_breadth import sector_rows

DAYS = weekdays("2026-01-05", "2026-03-31")
SECTORS = {"A": "Energy", "B": "Utilities", "C": "Energy", "D": "", "E": "Utilities"}


def asked(unknown: float, sectors: dict[str, str] = SECTORS, *, daily: bool = False) -> Snapshot:
    """The answer where D has ``unknown`` % of SPY's weight."""
    weights = {"C": 70 - unknown, "E": 30, "D": unknown}
    moves = {"A": 0.2, "B": -0.1, "C": 0.01, "D": 0.4, "E": -0.02, "IWM": 0.08}
    moves["SPY"] = sum(weights[line] * moves[line] for line in weights) / 100
    before = [10.0] * (len(DAYS) - 1)
    market = make_market(
        prices(DAYS, {name: [*before, 10 * (1 + move)] for name, move in moves.items()}),
        holdings("IWM", str(DAYS[0]), {"A": 60, "B": 40}, sectors=sectors),
        holdings("SPY", str(DAYS[0]), weights, sectors=sectors),
    )
    return take(market, Question(window="1M", basis="pr", daily=daily))


def said(snapshot: Snapshot) -> str:
    told = [*sentences(snapshot), *(one for part in story(snapshot) for one in part)]
    return " ".join(map(str, told))


def about_sectors(snapshot: Snapshot) -> list[str]:
    return [warning for warning in snapshot.warnings if "sector" in warning]


def test_where_most_sectors_are_known_the_others_are_named_in_no_sentence() -> None:
    snapshot = asked(10)
    effects = {effect.name: effect.total for effect in snapshot.sector_effects}
    assert effects == pytest.approx({"Energy": 0.114, "Utilities": -0.038, UNKNOWN: -0.036})
    text = said(snapshot)
    assert "SPY's weakest sector, Utilities, cost 60 bp; the strongest, Energy, added 60 bp" in text
    assert "of its sectors Energy (+60 bp) led and Utilities (-60 bp) came last" in text
    assert UNKNOWN not in text and about_sectors(snapshot) == []


@pytest.mark.parametrize(
    ("unknown", "sectors", "known"),
    [
        (10.1, SECTORS, "only 89.9 %"),
        (40.0, SECTORS, "only 60.0 %"),
        (10.0, SECTORS | {"C": "", "E": ""}, "nothing"),
    ],
)
def test_below_that_nothing_is_claimed_by_sector(
    unknown: float, sectors: dict[str, str], known: str
) -> None:
    snapshot = asked(unknown, sectors)
    assert snapshot.sector_effects == ()
    text = said(snapshot)
    assert "SPY's weakest sector" not in text and UNKNOWN not in text
    # of IWM every sector is known
    assert "of its sectors Energy (+1,200 bp) led" in text and text.count("of its sectors") == 1
    (warning,) = about_sectors(snapshot)
    assert warning.startswith(f"SPY: {known} of its measured weight has a known sector")


def test_without_any_sector_nothing_is_said_about_them() -> None:
    snapshot = asked(10, dict.fromkeys(SECTORS, ""))
    assert snapshot.sector_effects == () and about_sectors(snapshot) == []
    assert "sector" not in said(snapshot)


def test_its_breadth_has_the_name_and_the_amount_that_its_contributions_have() -> None:
    snapshot = asked(10, daily=True)
    (row,) = (
        row
        for row in sector_rows(snapshot.indices["SPY"], snapshot.daily["SPY"])
        if row[0] == UNKNOWN
    )
    assert row[1:5] == ("1", "–", "+40.0 %", "+400")
