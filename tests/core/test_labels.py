"""Whose names and sectors an answer shows: the fund's own newest by its date, then others'."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from core.answer.snapshot import Question, Snapshot, take
from core.data.frames import Holdings
from tests.core.build import holdings, market, prices, weekdays

DAYS = weekdays("2026-01-05", "2026-03-31")
LINES = ("A", "B", "C")


def file(fund: str, as_of: str, sectors: Mapping[str, str], suffix: str = "") -> Holdings:
    names = {symbol: f"{symbol} {suffix or fund}" for symbol in LINES}
    given = {symbol: sectors.get(symbol, "") for symbol in LINES}
    return holdings(fund, as_of, dict.fromkeys(LINES, 1.0), sectors=given, names=names)


def asked(*files: Holdings, as_of: date | None = None) -> Snapshot:
    closes = {s: [10.0 + i * k for i in range(len(DAYS))] for k, s in enumerate((*LINES, "SPY"))}
    held = market(prices(DAYS, closes | {"IWM": closes["B"]}), *files)
    return take(held, Question(window="2026-01-30:2026-02-27", as_of=as_of, basis="pr"))


def sectors(found: Snapshot, fund: str = "SPY") -> dict[str, str]:
    lines = found.indices[fund].contributors
    return dict(zip(lines.symbols, lines.sectors, strict=True))


def names(found: Snapshot, fund: str = "SPY") -> set[str]:
    return set(found.indices[fund].contributors.names)


IWM = file("IWM", "2026-01-05", {})
SPY = file("SPY", "2026-01-05", {"A": "Energy"})


def test_a_funds_own_file_says_its_sectors_and_others_fill_what_it_leaves_open() -> None:
    ivv = file("IVV", "2026-01-12", {"A": "Utilities", "B": "Financials"})
    older = file("OLD", "2026-01-08", {"B": "Materials", "C": "Industrials"})
    found = asked(IWM, SPY, ivv, older)
    # A by SPY though IVV's file is newer, B by the newer of the others, C by the one that knows
    assert sectors(found) == {"A": "Energy", "B": "Financials", "C": "Industrials"}
    assert names(found) == {"A SPY", "B SPY", "C SPY"}
    told = {(s.what, str(s.as_of)) for s in found.sources if s.what.startswith("sectors")}
    assert ("sectors of 1 lines of SPY", "2026-01-12") in told
    assert ("sectors of 1 lines of SPY", "2026-01-08") in told
    assert sectors(found, "IWM") == {"A": "Utilities", "B": "Financials", "C": "Industrials"}


def test_the_newest_own_file_by_the_as_of_date_counts() -> None:
    newer = file("SPY", "2026-03-02", {"A": "Utilities"}, "renamed")
    assert sectors(asked(IWM, SPY, newer))["A"] == "Utilities"
    assert names(asked(IWM, SPY, newer)) == {"A renamed", "B renamed", "C renamed"}
    before = asked(IWM, SPY, newer, as_of=date(2026, 2, 27))
    assert sectors(before)["A"] == "Energy" and "A SPY" in names(before)


def test_a_later_file_of_another_fund_moves_nothing_in_the_past() -> None:
    late = file("IVV", "2026-03-02", {"A": "Utilities", "B": "Financials"})
    alone, both = (asked(IWM, SPY, *more, as_of=date(2026, 2, 27)) for more in ((), (late,)))
    for fund in ("IWM", "SPY"):
        assert sectors(alone, fund) == sectors(both, fund)
    assert alone.sources == both.sources
    assert {g.name for g in both.indices["IWM"].sectors} == {"Energy", "Unclassified"}
    assert sectors(asked(IWM, SPY, late))["B"] == "Financials"


def test_a_file_that_serves_from_the_future_says_its_own_sectors() -> None:
    found = asked(IWM, file("SPY", "2026-03-02", {"A": "Energy"}), as_of=date(2026, 2, 27))
    assert found.indices["SPY"].estimated and sectors(found)["A"] == "Energy"
