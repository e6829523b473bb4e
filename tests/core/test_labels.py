"""Whose names and sectors an answer shows: the fund's own newest by its date, then others'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.answer.contributions import side_by_side
from core.answer.snapshot import Question, Snapshot, take
from core.data.frames import Holdings
from core.data.industries import IndustryList
from core.explain.measures import explain
from tests.market import holdings, make_market, prices, weekdays

DAYS = weekdays("2026-01-05", "2026-03-31")
LINES = ("A", "B", "C")


def file(
    fund: str,
    as_of: str,
    sectors: Mapping[str, str],
    suffix: str = "",
    industries: Mapping[str, str] | None = None,
) -> Holdings:
    names = {symbol: f"{symbol} {suffix or fund}" for symbol in LINES}
    given = {symbol: sectors.get(symbol, "") for symbol in LINES}
    rows = holdings(fund, as_of, dict.fromkeys(LINES, 1.0), sectors=given, names=names)
    if industries is None:
        return rows
    return replace(rows, industries=tuple(industries.get(symbol, "") for symbol in LINES))


def asked(
    *files: Holdings, as_of: date | None = None, lists: tuple[IndustryList, ...] = ()
) -> Snapshot:
    closes = {s: [10.0 + i * k for i in range(len(DAYS))] for k, s in enumerate((*LINES, "SPY"))}
    held = replace(
        make_market(prices(DAYS, closes | {"IWM": closes["B"]}), *files), industries=lists
    )
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
    assert ("sectors of 1 line of SPY", "2026-01-12") in told
    assert ("sectors of 1 line of SPY", "2026-01-08") in told
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


def industry_list(
    industries: Mapping[str, str], as_of: str = "", sectors: Mapping[str, str] | None = None
) -> IndustryList:
    return IndustryList(
        tuple(industries),
        tuple(industries.values()),
        tuple((sectors or {}).get(symbol, "") for symbol in industries),
        "own.csv",
        datetime(2026, 4, 1, tzinfo=UTC),
        date.fromisoformat(as_of) if as_of else None,
    )


def industries(answer: Snapshot, fund: str = "SPY") -> dict[str, str]:
    lines = answer.indices[fund].contributors
    return dict(zip(lines.symbols, lines.industries, strict=True))


def test_industries_follow_the_rule_of_sectors_and_what_is_not_told_stays_open() -> None:
    spy = file("SPY", "2026-01-05", {}, industries={"A": "Oil"})
    ivv = file("IVV", "2026-01-12", {}, industries={"A": "Gas", "B": "Banks"})
    late = file("IVV", "2026-03-02", {}, industries={"C": "Steel"})
    answer = asked(IWM, spy, ivv, late, as_of=date(2026, 2, 27))
    # A by SPY though IVV's file is newer, B by another fund, C only by a file of later
    assert industries(answer) == {"A": "Oil", "B": "Banks", "C": ""}
    assert industries(answer, "IWM") == {"A": "Gas", "B": "Banks", "C": ""}
    assert industries(asked(IWM, spy, ivv, late))["C"] == "Steel"
    sources = [(s.what, str(s.as_of)) for s in answer.sources if s.what.startswith("industries")]
    assert sources == [
        ("industries of 2 lines of IWM", "2026-01-12"),
        ("industries of 1 line of SPY", "2026-01-12"),
    ]
    assert asked(IWM, SPY).indices["SPY"].industries == ()


def test_groups_of_industries_add_up_and_name_their_source() -> None:
    answer = asked(IWM, SPY, lists=(industry_list({"A": "Banks", "C": "BANKS"}),))
    view = answer.indices["SPY"]
    # A stands at 10, B and C go up by 1 and 2 a day from 10, on 30 January at 29 and 48 after
    # nineteen days: over twenty days more B makes 20/29 and C 40/48, weights 10, 29, 48 of 87
    # carried from the file of 5 January, on which all three have one weight and stood at 10
    returns, weights = (0.0, 20 / 29, 40 / 48), (10 / 87, 29 / 87, 48 / 87)
    brought = dict(zip("ABC", (w * r for w, r in zip(weights, returns, strict=True)), strict=True))
    groups = {group.name: group for group in view.industries}
    assert [group.name for group in view.industries] == ["Banks", "not told"]
    assert groups["Banks"].contribution == pytest.approx(brought["A"] + brought["C"])
    assert groups["Banks"].weight == pytest.approx(58 / 87) and groups["Banks"].measured == 2
    assert groups["not told"].contribution == pytest.approx(brought["B"])
    assert groups["Banks"].source == "imported 2026-04-01, own.csv"
    assert groups["not told"].source == ""
    # one line by the fund's file, one by the user's own list
    spy = file("SPY", "2026-01-05", {}, industries={"C": "Banks"})
    banks = asked(IWM, spy, lists=(industry_list({"A": "Banks"}),)).indices["SPY"].industries[0]
    assert (banks.measured, banks.source) == (2, "2026-01-05, test and 1 more")


def test_a_users_list_comes_first_from_its_day_on_and_fills_sectors_alone() -> None:
    spy = file("SPY", "2026-01-05", {"A": "Energy"}, industries={"A": "Oil", "B": "Banks"})
    first = industry_list({"A": "Gas", "Z": "Nowhere"}, sectors={"A": "Utilities"})
    later = industry_list({"B": "Brokers", "C": "Steel"}, "2026-03-02", sectors={"C": "Materials"})
    then, now = (
        asked(IWM, spy, lists=(first, later), as_of=day) for day in (date(2026, 2, 27), None)
    )
    assert industries(then) == {"A": "Gas", "B": "Banks", "C": ""}
    assert industries(now) == {"A": "Gas", "B": "Brokers", "C": "Steel"}
    # the file says A's sector, nobody C's until the list does
    assert sectors(then)["C"] == "" and sectors(now) == {"A": "Energy", "B": "", "C": "Materials"}
    sources = [s.what for s in now.sources if s.origin == "own.csv" and s.what.endswith("SPY")]
    assert sorted(sources) == [
        "industries of 1 line of SPY", "industries of 2 lines of SPY", "sectors of 1 line of SPY",
    ]  # fmt: skip
    # of two lists that name a line the one imported last counts
    assert industries(asked(IWM, spy, lists=(first, industry_list({"A": "Coal"}))))["A"] == "Coal"


def test_an_industry_is_explained_by_its_lines_and_told_in_every_window() -> None:
    held = replace(
        make_market(
            prices(DAYS, {s: [10.0 + k * i for i in range(len(DAYS))] for k, s in
                          enumerate((*LINES, "SPY", "IWM"), start=1)}),
            IWM, SPY,
        ),
        industries=(industry_list({"A": "Banks", "B": "Banks"}),),
    )  # fmt: skip
    answer = take(held, Question(window="2026-01-30:2026-02-27", basis="pr"))
    (one,) = explain(held, answer, "SPY", "industry", "banks")
    assert {term.name for term in one.terms} == {"A", "B"}
    assert one.value == pytest.approx(one.computed)
    for column in side_by_side(held, answer):
        for index in column.indices.values():
            assert dict(zip(index.symbols, index.industries, strict=True))["A"] == "Banks"
