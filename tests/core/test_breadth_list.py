"""Breadth counts the list of the window's start or of its end, and says which."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from core.answer.alerts import parse, value
from core.answer.looks import look, read
from core.answer.snapshot import Question, Snapshot, take
from core.data.market import Market
from core.explain.ground import Ground
from core.note.note import sentences
from tests.market import NAN, holdings, make_market, prices, weekdays
from tui.report.document import document

DAYS = weekdays("2025-12-24", "2026-07-10")
HALF = Question("IWM", "SPY", "H1", None, "pr", above=(0.0, 0.5, 0.75, 1.0), below=(-0.5,))


def made() -> Market:
    """500 lines by a list of 19 June 2026: 22 doubled, 7 rose 80 %, 15 rose 60 %, 6 fell 60 %.

    The others rose 1 %; five of them were first traded in March. IWM's one line stands still.
    """
    ends = [2.5] * 22 + [1.8] * 7 + [1.6] * 15 + [0.4] * 6 + [1.01] * 450
    opening = DAYS.index(date(2025, 12, 31))
    closes = {
        f"N{n:03}": [100.0] * (opening + 1) + [100.0 * end] * (len(DAYS) - opening - 1)
        for n, end in enumerate(ends)
    }
    late = DAYS.index(date(2026, 3, 12))
    for n in range(495, 500):
        closes[f"N{n:03}"] = [NAN] * late + closes[f"N{n:03}"][late:]
    flat = dict.fromkeys(("IWM", "SPY", "A"), [100.0] * len(DAYS))
    listed = holdings("SPY", "2026-06-19", dict.fromkeys(closes, 1.0))
    return make_market(
        prices(DAYS, flat | closes), listed, holdings("IWM", "2025-12-31", {"A": 1.0})
    )


MARKET = made()


def answer(**change: Any) -> Snapshot:
    return take(MARKET, replace(HALF, **change))


def test_a_list_of_june_counts_as_published_at_the_end_and_is_too_far_for_the_start() -> None:
    end = answer(breadth_list="end").indices["SPY"]
    above = {rung.threshold: rung.count for rung in end.breadth.ladder}
    assert (above[0.5], above[0.75], above[1.0], above[-0.5]) == (44, 29, 22, 6)
    assert (end.breadth.n, end.breadth.outside) == (495, (("no price at start", 5),))
    assert end.claims_breadth
    # carried back 170 days, the same list says nothing of who was there at the start
    start = answer().indices["SPY"]
    assert start.claims and not start.claims_breadth


def test_the_sentence_and_the_document_say_which_list() -> None:
    snapshot = answer(breadth_list="end")
    told = [s for s in sentences(snapshot) if "lines rose" in s]
    # 22 + 7 + 15 + 445 others rose: 489 of 495
    assert told[1].startswith(
        "SPY, by the list at the end (19 June 2026): 489 of 495 lines rose (98.8 %),"
    )
    found = document(snapshot)
    assert found["question"]["breadth_list"] == "end"
    breadth = found["indices"]["SPY"]["breadth"]
    assert (breadth["list"], breadth["list_as_of"]) == ("end", "2026-06-19")
    words = "SPY: breadth counts the list at the end (2026-06-19): names that left before are"
    assert any(said.startswith(words) for said in snapshot.warnings)
    assert any("holdings SPY" in source.what for source in snapshot.sources)
    # leaders still rest on a list carried back 170 days: the answer is one in part
    assert snapshot.state == "partial" and not snapshot.complete


def test_counts_of_two_lists_are_never_compared() -> None:
    start, end = answer(), answer(breadth_list="end")
    assert look(start).indices["IWM"].share_up == 0.0
    assert look(end).indices["IWM"].share_up is None
    assert read(document(end)).indices["IWM"].share_up is None
    alert = parse("breadth IWM < 50", HALF)
    assert value(alert, start) == 0.0
    assert value(alert, end) is None


@pytest.mark.parametrize("which", ["start", "end"])
def test_the_lines_counted_are_explained_from_their_own_closes(which: str) -> None:
    snapshot = answer(breadth_list=which)
    found = snapshot.indices["SPY"]
    assert found.breadth.members is not None and found.breadth.members.which == which
    ends = [2.5] * 22 + [1.8] * 7 + [1.6] * 15 + [0.4] * 6 + [1.01] * 445
    assert found.breadth.equal_weight == pytest.approx(sum(ends) / len(ends) - 1)
    own = dict(Ground(MARKET, snapshot, "SPY").line_returns)
    assert sorted(own.values()) == pytest.approx(sorted(end - 1 for end in ends))
