"""Announced changes: when they are told, what confirms or contradicts them, what they brought.

The market is the one of tests.tui.markets: 30 equal small lines, S29 best at +105 %, then S28
and S27; its files are of 2025-12-31 (S00 to S29) and 2026-06-26 (S29 left, N00 and N01 joined).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from core.answer.announced import leaders_to_leave, standing_words
from core.answer.coming import Coming
from core.answer.snapshot import Question, Snapshot, take
from core.data.frames import Action, Announcement
from core.data.market import Market
from core.note.note import sentences
from tests.market import holdings, make_market, prices, weekdays
from tests.tui.markets import small_market
from tui.report.document import document

DAY = date(2026, 6, 26)
BEFORE = Question(as_of=date(2026, 6, 25), basis="pr")


def told(symbol: str, action: Action = "leave", when: date = DAY, **more: Any) -> Announcement:
    return Announcement("IWM", symbol, action, when, **more)


def asked(
    *changes: Announcement, question: Question = BEFORE, market: Market | None = None
) -> Snapshot:
    return take(replace(market or small_market(), announced=changes), question)


def one(*changes: Announcement, question: Question = BEFORE) -> Coming:
    (found,) = asked(*changes, question=question).announced["IWM"]
    return found


def test_a_leaver_is_told_with_what_it_brought() -> None:
    snapshot = asked(told("S28", name="told so", source="the provider"))
    (found,) = snapshot.announced["IWM"]
    lines = snapshot.indices["IWM"].contributors
    assert (found.symbol, found.standing, found.file) == ("S28", "announced", None)
    assert found.rank == 2 and lines.symbols[1] == "S28"
    assert found.contribution == lines.contribution[1]
    # 95 % of S28's +87.5 % is not yet earned a day before: between the two ends
    assert found.returns == pytest.approx(0.875, abs=0.01)
    assert found.name == "Example S28" and found.source == "the provider"
    assert "SPY" not in snapshot.announced


def test_a_file_of_the_day_that_shows_the_change_confirms_it() -> None:
    at = Question(as_of=DAY, basis="pr")
    changes = (told("S29"), told("N00", "join"))
    assert [c.symbol for c in asked(*changes).announced["IWM"]] == ["S29", "N00"]
    assert asked(*changes, question=at).announced == {}


def test_a_file_of_the_day_that_does_not_show_it_settles_nothing() -> None:
    # many issuers date the file of the old members by the day of the change
    found = one(told("S28"), question=Question(as_of=DAY, basis="pr"))
    assert (found.standing, found.file) == ("announced", None)


def test_a_later_file_that_has_it_otherwise_contradicts_it() -> None:
    at = Question(as_of=DAY, basis="pr")
    for change, words in (
        (told("S28", when=date(2026, 6, 19)), "the file of 2026-06-26 lists it"),
        (told("L05", "join", date(2026, 6, 19)), "the file of 2026-06-26 does not list it"),
    ):
        found = one(change, question=at)
        assert (found.standing, found.file) == ("contradicted", DAY)
        assert standing_words(found).endswith(words)


def test_a_day_that_passed_without_a_file_is_said() -> None:
    found = one(told("S29", when=date(2026, 6, 19)))
    assert found.standing == "due"
    assert standing_words(found) == "was to leave 2026-06-19, no file since"
    (said,) = [s for s in sentences(asked(told("S29", when=date(2026, 6, 19)))) if "announced" in s]
    assert "one of its top three contributors was to leave on 19 June 2026" in said


def test_a_leaver_that_no_file_lists_and_a_joiner_that_one_does_are_doubted() -> None:
    assert one(told("NOPE")).standing == "doubtful"
    found = one(told("S05", "join"))
    assert (found.standing, found.file) == ("doubtful", date(2025, 12, 31))
    assert standing_words(found) == "joins 2026-06-26, the file of 2025-12-31 lists it already"


def test_what_was_announced_later_is_not_known_yet() -> None:
    change = told("S29", announced=date(2026, 6, 24))
    assert "IWM" in asked(change).announced
    assert asked(change, question=replace(BEFORE, as_of=date(2026, 6, 23))).announced == {}


def test_a_change_on_a_saturday_is_one_of_the_session_before() -> None:
    assert one(told("S29", when=date(2026, 6, 27))).standing == "announced"
    at = Question(as_of=date(2026, 6, 30), basis="pr")
    assert asked(told("S29", when=date(2026, 6, 27)), question=at).announced == {}


def test_a_joiner_has_its_own_return_and_no_contribution() -> None:
    found = one(told("L19", "join"))
    assert found.contribution is None and found.rank is None and found.weight is None
    assert found.returns == pytest.approx(0.375, abs=0.01)
    assert found.name == "Example L19"


def test_a_renamed_line_is_found_under_either_name() -> None:
    market = small_market()
    renamed = replace(
        market, reference=replace(market.reference, aliases={"OLD": "S28", "S27": "NEW"})
    )
    for listed, symbol in (("OLD", "S28"), ("NEW", "S27")):
        (found,) = asked(told(listed), market=renamed).announced["IWM"]
        assert (found.standing, found.symbol) == ("announced", symbol)
        assert found.contribution is not None


def test_the_sentence_counts_only_leaders_that_leave_and_adds_up() -> None:
    snapshot = asked(told("S29"), told("S28"), told("S27"), told("S00"), told("L19", "join"))
    said = next(s for s in sentences(snapshot) if "as announced" in s)
    total = snapshot.indices["IWM"].contributors.contribution[:3].sum() * 1e4
    assert said == (
        "IWM: three of its top three contributors leave on 26 June 2026 as announced"
        f" (S29 S28 S27); together {total:+,.0f} bp."
    )
    few = leaders_to_leave(snapshot.announced["IWM"])
    assert few is not None and few.symbols == ("S29", "S28", "S27")
    two = asked(told("S28", when=date(2026, 6, 19)), told("S27"))
    assert any(
        "two of its top three contributors were to leave by 26 June" in s for s in sentences(two)
    )
    assert not any("announced" in s for s in sentences(asked(told("S05"), told("L19", "join"))))


def test_below_the_coverage_floor_the_sentence_is_withheld() -> None:
    snapshot = asked(told("S29"), market=small_market(covered=0.85))
    assert snapshot.announced["IWM"][0].standing == "announced"
    assert not any("as announced" in s for s in sentences(snapshot))


def test_the_json_has_them_beside_the_changes_and_without_any() -> None:
    found = document(asked(told("S29"), told("L19", "join")))
    row, joins = found["changes"]["IWM"]["announced"]
    assert (row["symbol"], row["action"], row["effective"]) == ("S29", "leave", "2026-06-26")
    assert (row["rank"], row["standing"], joins["contribution_bp"]) == (1, "announced", None)
    assert found["changes"]["IWM"]["leaders_to_leave"]["sum_bp"] == row["contribution_bp"]
    # a single file of IWM is held a day before: nothing is compared, and that is null
    assert found["changes"]["IWM"]["from"] is None
    assert found["changes"]["SPY"]["announced"] == []
    assert found["changes"]["SPY"]["leaders_to_leave"] is None


def test_of_a_fund_that_cannot_be_told_its_changes_still_are() -> None:
    market = small_market(listed=("SPY",))
    (found,) = asked(told("S29"), market=market).announced["IWM"]
    assert found.contribution is None and found.returns == pytest.approx(1.05 - 0.075, abs=0.1)


def test_a_list_that_announced_changes_leave_empty_is_told_as_missing() -> None:
    days = weekdays("2026-01-05", "2026-01-16")
    flat = [10.0] * len(days)
    plain = make_market(
        prices(days, {"A": flat, "B": flat, "IWM": flat, "SPY": flat}),
        holdings("IWM", str(days[0]), {"A": 1}),
        holdings("SPY", str(days[0]), {"B": 1}),
    )
    emptied = replace(plain, announced=(Announcement("IWM", "A", "leave", days[0]),))
    found = take(emptied, Question(window=f"{days[1]}:{days[-1]}", basis="pr"))
    assert found.missing == ("none of the 0 lines of IWM is measured: no prices",)
