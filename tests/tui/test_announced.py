"""Announced changes on the command line and in the Changes pane."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from textual.pilot import Pilot

from core.answer.snapshot import Question
from core.data.frames import Announcement
from tests.home import Cli, note
from tests.tui.driving import drive, press, seen
from tests.tui.markets import small_market
from tui.screen.app import InternalsApp

HEAD = "fund,symbol,action,effective,source\n"


@pytest.mark.process
def test_import_is_kept_and_told_and_can_be_forgotten(filled: Cli, tmp_path: Path) -> None:
    path = tmp_path / "ch.csv"
    path.write_text(HEAD + "iwm,A,leave,2026-03-20,list\nIWM,C,join,2026-03-20,list\n")
    code, out, err = filled("import", "changes", path)
    assert (code, err) == (0, "")
    assert out == "ch.csv: announced: IWM 1 leave, 1 join 2026-03-20\n"
    assert filled("import", "changes", path)[1].endswith("; nothing new\n")
    told = note(filled)["changes"]["IWM"]["announced"]
    assert [(c["symbol"], c["action"], c["rank"]) for c in told] == [
        ("A", "leave", 1), ("C", "join", None),
    ]  # fmt: skip
    assert told[0]["contribution_bp"] == pytest.approx(1200)
    _, out, _ = filled("note")
    assert "one of its top three contributors leaves on 20 March 2026 as announced (A)" in out
    assert "IWM ANNOUNCED CHANGES" in out and "leaves 2026-03-20" in out
    # nobody said when: no answer for a day before the newest session shows it
    assert "leaves 2026-03-20" not in filled("note", "--as-of", "2026-01-29")[1]
    _, out, _ = filled("status")
    assert "IWM        announced: 1 leave, 1 join on 2026-03-20 (list)" in out
    code, _, err = filled("forget", "changes", "iwm", "2026-03-21")
    assert code == 2 and "there are 2026-03-20" in err
    assert filled("forget", "changes", "iwm", "2026-03-20")[:2] == (
        0, "2 announced changes of IWM are forgotten\n",
    )  # fmt: skip
    assert "IWM" not in note(filled)["changes"]
    assert filled("forget", "changes", "iwm")[0] == 2


@pytest.mark.process
def test_a_day_of_no_session_and_a_leaver_that_is_no_member_are_doubted(
    filled: Cli, tmp_path: Path
) -> None:
    path = tmp_path / "ch.csv"
    path.write_text(HEAD + "IWM,A,leave,2026-06-27,\nIWM,ZZZZ,leave,2026-06-26,\n")
    code, _, err = filled("import", "changes", path)
    assert code == 0
    assert "look at it again: A: 2026-06-27 is no session of the exchange" in err
    assert (
        "look at it again: ZZZZ: IWM's file of 2025-12-31 has no such line" in err
        and err.count("look at it") == 2
    )


@pytest.mark.process
def test_refused_rows_are_listed_and_a_bad_file_changes_nothing(
    filled: Cli, tmp_path: Path
) -> None:
    path = tmp_path / "ch.csv"
    path.write_text(HEAD + "IWM,A,leave,2026-03-20,\nIWM,B,fly,2026-03-20,\n")
    code, out, err = filled("import", "changes", path)
    assert code == 1 and "; 1 row refused" in out
    assert "ch.csv, line 3, column action, B:" in err and err.count("\n") == 1
    before = json.loads(filled("status", "--format", "json")[1])["generation"]
    path.write_text(HEAD + "IWM,B,fly,2026-03-20,\n")
    code, out, err = filled("import", "changes", path)
    assert (code, out) == (2, "") and err.count("\n") == 1
    assert json.loads(filled("status", "--format", "json")[1])["generation"] == before
    assert filled("import", "changes", path, "--demo")[0] == 2
    assert filled("forget", "changes", "IWM", "--demo")[0] == 2


def told(symbol: str, action: str = "leave", when: date = date(2026, 6, 26)) -> Announcement:
    return Announcement("IWM", symbol, "join" if action == "join" else "leave", when)


def test_the_changes_pane_shows_them_first_with_their_day() -> None:
    changes = (told("S28"), told("S27"), told("L19", "join"), told("NOPE"))
    held = replace(small_market(), announced=changes)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "4", "z")
        text = seen(app)
        rows = text.splitlines()
        assert any("-26 Jun" in row and "S28" in row for row in rows)
        assert any("+26 Jun" in row and "L19" in row for row in rows)
        assert any("!26 Jun" in row and "NOPE" in row for row in rows)
        assert "announced 3 to leave, 1 to join" in text
        assert "two of its top three contributors leave on 26 June 2026" in text
        assert "as announced (S28 S27); together" in text
        assert "NOPE leaves 2026-06-26, the file of 2025-12-31 does not list it" in text
        # a joiner that the index has no line of: enter and d do not break
        await press(pilot, app, "s", "s", "enter", "escape", "d", "escape")
        await press(pilot, app, "j", "j", "j", "enter", "escape", "d", "escape", "S")
        assert app.is_running and "L19" in seen(app)

    drive(story, market=held, question=Question(as_of=date(2026, 6, 25), basis="pr"))


def test_a_step_past_the_day_makes_of_the_announced_what_left() -> None:
    held = replace(small_market(), announced=(told("S29"),))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "4", "z")
        assert "-26 Jun" in seen(app) and "as announced" in seen(app)
        await press(pilot, app, ">")
        assert "-26 Jun" not in seen(app)
        assert "top three contributors left by" in seen(app) and "as announced" not in seen(app)
        assert "- left" in seen(app) and "(S29); together" in seen(app)

    drive(story, market=held, question=Question(as_of=date(2026, 6, 25), basis="pr"))
