"""What changed between two looks; figures typed by hand."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from core.answer.looks import IndexLook, Look, LookError, look, read, to_json
from core.answer.since import ThenNow, since
from core.answer.snapshot import take
from tests.tui.markets import QUESTION, small_market
from tui.report.document import to_json as note_json

SNAPSHOT = take(small_market(), QUESTION)


def index(*lines: tuple[str, float], covered: float = 0.98, up: float = 0.6) -> IndexLook:
    return IndexLook(
        fund_return=0.20,
        coverage=covered,
        share_up=up,
        ranked=dict(lines),
        files=(date(2026, 1, 2), date(2026, 5, 5)),
        joined=("NEW",),
        left=("OLD",),
    )


def at(day: date, small: IndexLook, gap: float | None = 11.0, rank: int | None = 2) -> Look:
    return Look(
        "IWM", "SPY", "YTD", "tr", False, date(2025, 12, 31), day, "final", gap, rank, 26,
        {"IWM": small},
    )  # fmt: skip


THEN = at(date(2026, 6, 24), index(("A", 90.0), ("B", 50.0), ("C", 40.0), ("D", -5.0)))
NOW = at(
    date(2026, 6, 26),
    replace(
        index(("B", 95.0), ("A", 80.0), ("E", 60.0), ("C", -7.0), ("D", -9.0), up=0.65),
        joined=("NEW", "NEWER"),
        left=("OLD", "A"),
    ),
    gap=12.5,
    rank=1,
)


def test_gap_rank_and_breadth_then_and_now() -> None:
    found = since(THEN, NOW, ends=3)
    assert (found.gap_pp, found.gap_pp.change) == (ThenNow(11.0, 12.5), 1.5)
    assert found.rank == ThenNow(2, 1)
    assert found.indices["IWM"].share_up == ThenNow(0.6, 0.65)
    assert not found.rolled


def test_leaders_that_entered_left_and_moved() -> None:
    leaders = since(THEN, NOW, ends=3).indices["IWM"].leaders
    assert leaders is not None
    assert [(p.symbol, p.rank.before, p.rank.after) for p in leaders.entered] == [("E", None, 3)]
    assert [(p.symbol, p.rank.before, p.rank.after) for p in leaders.dropped] == [("C", 3, 4)]
    assert [(p.symbol, p.rank.before, p.rank.after) for p in leaders.moved] == [
        ("B", 2, 1),
        ("A", 1, 2),
    ]
    assert leaders.moved[0].bp.change == 45.0
    assert not leaders.same


def test_laggards_count_from_the_worst() -> None:
    laggards = since(THEN, NOW, ends=2).indices["IWM"].laggards
    assert laggards is not None
    # then D -5, C 40; now D -9, C -7
    assert laggards.same


def test_joiners_and_leavers_are_those_not_told_before() -> None:
    own = since(THEN, NOW).indices["IWM"]
    assert (own.joined, own.left) == (("NEWER",), ("A",))


def test_below_the_floor_leaders_and_breadth_are_withheld() -> None:
    thin = replace(NOW, indices={"IWM": index(("A", 1.0), covered=0.85)})
    own = since(THEN, thin).indices["IWM"]
    assert own.leaders is None
    assert own.laggards is None
    assert own.share_up == ThenNow(None, None)
    assert own.withheld == "IWM: 85.0 % of weight is measured; leaders and breadth are not compared"
    assert (
        "85.0 % of weight was measured"
        in since(replace(thin, as_of=THEN.as_of), NOW).indices["IWM"].withheld
    )


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (replace(THEN, large="RSP"), "at another pair (IWM:RSP, now IWM:SPY)"),
        (replace(THEN, window="1Y"), "at another window (1Y, now YTD)"),
        (replace(THEN, basis="pr"), "at another basis (pr, now tr)"),
        (replace(THEN, simulated=True), "at another market (simulated, now real)"),
        (replace(THEN, as_of=date(2026, 6, 29)), "is of 2026-06-29, later than 2026-06-26"),
        (replace(THEN, start=date(2024, 12, 31)), "a new YTD began on 2025-12-31"),
    ],
)
def test_different_questions_are_never_compared(then: Look, said: str) -> None:
    with pytest.raises(LookError) as error:
        since(then, NOW)
    assert said in str(error.value)


def test_a_window_that_rolls_says_that_both_ends_moved() -> None:
    month = [replace(found, window="1M") for found in (THEN, NOW)]
    assert since(replace(month[0], start=date(2025, 12, 29)), month[1]).rolled
    assert not since(*month).rolled


def test_a_gap_that_was_not_told_has_no_change() -> None:
    found = since(replace(THEN, gap_pp=None, rank=None), NOW)
    assert found.gap_pp.change is None
    assert found.rank.change is None


def test_an_index_one_look_does_not_tell_is_not_compared() -> None:
    assert since(replace(THEN, indices={}), NOW).indices == {}


def test_a_look_at_the_market_typed_by_hand() -> None:
    found = look(SNAPSHOT)
    assert found.gap_pp == pytest.approx(11.0)
    # 11 years 2015 to 2025 and this one; of 2018's 14 points about half had come by June
    assert (found.rank, found.of) == (1, 12)
    own = found.indices["IWM"]
    assert next(iter(own.ranked)) == "S29"
    assert own.ranked["S29"] == pytest.approx(296.0)
    assert own.share_up == pytest.approx(19 / 30)
    assert own.left == ("S29",)
    assert set(own.joined) == {"N00", "N01"}


def test_a_kept_look_and_a_note_of_the_same_answer_read_alike() -> None:
    found = look(SNAPSHOT)
    assert read(json.loads(json.dumps(to_json(found)))) == found
    assert read(json.loads(note_json(SNAPSHOT))) == found
    assert since(read(json.loads(note_json(SNAPSHOT))), found).gap_pp.change == 0.0


def test_looks_without_funds_or_holdings_read_alike() -> None:
    for held in (
        small_market(funds=("IWM",)),
        small_market(listed=("IWM",)),
        small_market(covered=0.8),
    ):
        snapshot = take(held, QUESTION)
        found = look(snapshot)
        assert read(json.loads(json.dumps(to_json(found)))) == found
        assert read(json.loads(note_json(snapshot))) == found


def _broken(path: str, value: object) -> object:
    data: Any = copy.deepcopy(to_json(look(SNAPSHOT)))
    *way, last = path.split(".")
    place = data
    for name in way:
        place = place[int(name) if name.isdigit() else name]
    place[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("question.small", 3, "question.small of the earlier note is no text"),
        ("as_of", "June", "as_of of the earlier note is no date"),
        ("spread.gap_pp", "11", "spread.gap_pp of the earlier note is no number"),
        ("spread.gap_pp", float("inf"), "spread.gap_pp of the earlier note is no finite number"),
        ("simulated", None, "simulated of the earlier note is no true or false"),
        ("indices.IWM.contributors", {}, "indices.IWM.contributors of the earlier note is no list"),
        ("indices.IWM.contributors.0.symbol", None, "indices.IWM.contributors[0].symbol of the"),
        ("indices.IWM", [], "indices.IWM is no JSON object"),
        ("changes.IWM.to", 20260626, "changes.IWM.to of the earlier note is no text"),
    ],
)
def test_what_is_no_look_says_where(path: str, value: object, said: str) -> None:
    with pytest.raises(LookError) as error:
        read(_broken(path, value))
    assert said in str(error.value)
    with pytest.raises(LookError, match="is no JSON object of a note"):
        read([1, 2])
