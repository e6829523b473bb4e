"""A note that says what changed since an earlier one, read from that one's JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cache.facts.errors import CacheError
from core.answer.snapshot import Snapshot
from tests.home import Cli
from tests.random.test_prose import check_prose
from tests.tui import markets
from tui.report.document import document
from tui.report.note_formats import written
from tui.report.since import compared

MARKET = markets.small_market()


def answer(when: date, **change: Any) -> Snapshot:
    return markets.answer(MARKET, replace(markets.QUESTION, as_of=when, **change))


NOW = answer(markets.END)


def kept(folder: Path, snapshot: Snapshot, change: Any = None) -> Path:
    path = folder / "earlier.json"
    found = document(snapshot)
    if change is not None:
        change(found)
    path.write_text(json.dumps(found))
    return path


def told(path: Path, snapshot: Snapshot = NOW) -> list[str]:
    return check_prose(snapshot, compared(path, snapshot))


def test_the_gap_and_its_rank_then_and_now(tmp_path: Path) -> None:
    earlier = answer(date(2026, 3, 31))
    assert earlier.spread is not None
    said = told(kept(tmp_path, earlier))
    # the funds run straight in logarithms from the year's start: the gap widens all year
    then = earlier.spread.gap * 100
    assert said[2] == (
        f"Since 31 March 2026 the gap has widened by {11 - then:.2f} pp, from {then:+.2f} pp to"
        " +11.00 pp; still rank 1."
    )
    assert said[3].startswith(
        f"IWM since then: return +20.00 % after {earlier.spread.small_return * 100:+.2f} %; 63.3 %"
        " of lines up after "
    )


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (15.0, "the gap has narrowed by 4.00 pp, from +15.00 pp to +11.00 pp"),
        (-2.0, "the gap has changed sides by 13.00 pp, from -2.00 pp to +11.00 pp"),
        (11.0, "the gap is unchanged at +11.00 pp"),
    ],
)
def test_the_words_follow_the_gap(tmp_path: Path, gap: float, words: str) -> None:
    def other(found: dict[str, Any]) -> None:
        found["spread"]["gap_pp"] = gap
        found["spread"]["same_window"]["rank"] = 4

    said = told(kept(tmp_path, answer(date(2026, 6, 25)), other))[2]
    # a deficit of then was ranked among deficits: its rank says nothing of a lead's
    rank = "" if gap < 0 else "; rank 1, up from 4"
    assert said == f"Since 25 June 2026 {words}{rank}."


def test_leaders_come_and_go(tmp_path: Path) -> None:
    def other(found: dict[str, Any]) -> None:
        # S29 was last of all, L00 was not measured yet
        lines = found["indices"]["IWM"]["contributors"]
        lines.append(lines.pop(0) | {"contribution_bp": -500.0})

    path = kept(tmp_path, answer(date(2026, 6, 25)), other)
    since = compared(path, NOW)
    said = " ".join(check_prose(NOW, since))
    # eleventh then, S19 was the tenth of the others
    assert (
        "new among the leaders S29 (rank 1, from 30), gone from them S19 (rank 11, from 10)" in said
    )
    assert "SPY since then: return" in said and "the same names lead" in said
    assert "IWM since then: 2 joined (N00 N01)" in said
    found = document(NOW, since)["since"]
    assert found["as_of"] == "2026-06-25"
    leaders = found["indices"]["IWM"]["leaders"]
    assert [one["symbol"] for one in leaders["entered"]] == ["S29"]
    assert leaders["entered"][0]["contribution_bp"]["before"] == -500.0
    text = written(NOW, "text", since)
    assert "IWM LEADERS SINCE 2026-06-25" in text and "entered  S29" in text
    for kind in ("md", "html", "json", "csv", "svg"):
        assert written(NOW, kind, since)


def test_another_question_and_a_broken_file_are_refused(tmp_path: Path) -> None:
    for snapshot, words in (
        (answer(markets.END, basis="tr"), "another basis"),
        (answer(markets.END, window="MTD"), "another window"),
        (answer(markets.END, small="SPY", large="IWM"), "another pair"),
        (replace(NOW, simulated=True), "another market"),
        (answer(markets.LAST), "later than 2026-06-26"),
    ):
        with pytest.raises(CacheError, match=words):
            compared(kept(tmp_path, snapshot), NOW)
    path = tmp_path / "broken.json"
    for data in (b"", b"{", b"[]", b"1", b"\xff\xfe", b"[" * 100_000, b'{"question": 3}', b"null"):
        path.write_bytes(data)
        with pytest.raises(CacheError, match=r"broken\.json: "):
            compared(path, NOW)


def test_texts_of_the_earlier_note_are_cleaned(tmp_path: Path) -> None:
    def other(found: dict[str, Any]) -> None:
        for line in found["indices"]["IWM"]["contributors"][:5]:
            line["symbol"] = f"\x1b]0;owned\x07{line['symbol']}<script>"

    since = compared(kept(tmp_path, answer(date(2026, 6, 25)), other), NOW)
    for kind in ("text", "md", "html"):
        text = written(NOW, kind, since)
        assert "\x1b" not in text and "\x07" not in text
        assert "<script>" not in text or kind == "text"


def test_below_the_floor_leaders_are_not_compared(tmp_path: Path) -> None:
    asked = replace(markets.QUESTION, as_of=date(2026, 6, 25))
    thin = markets.answer(markets.small_market(covered=0.85), asked)
    said = " ".join(told(kept(tmp_path, thin)))
    assert "IWM since then: return" in said
    assert "leaders and breadth are not compared below the coverage floor" in said
    assert "new among" not in said and "of lines up" not in said


@pytest.mark.process
def test_since_on_the_command_line(filled: Cli, tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    assert filled("note", "--as-of", "2026-01-15", "--format", "json", "--output", old)[0] == 0
    code, out, err = filled("note", "--since", old)
    assert (code, err) == (0, "") and "Since 15 January 2026 the gap has widened" in out
    code, out, _ = filled("note", "--since", old, "--format", "csv", "--part", "since")
    assert code == 0 and out.startswith("small,large,fund,side,change,symbol,measure,before,after")
    for argv in (["--basis", "pr"], ["--window", "MTD"], ["--pair", "SPY:IWM"]):
        code, out, err = filled("note", "--since", old, *argv)
        assert (code, out) == (2, "") and err.count("\n") == 1 and "old.json" in err
    code, out, err = filled("note", "--since", tmp_path / "none.json")
    assert (code, out) == (2, "") and "none.json" in err
