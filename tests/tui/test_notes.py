"""The note kept as files: names, the key on the screen, the settings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cache.facts.errors import SourceError
from core.answer.history import History
from core.answer.measure_rank import Every
from core.answer.scalar import Scalar
from core.data.question import Question
from tests.cache.stores import files
from tests.core.test_history import twelve_years
from tests.tui.driving import drive, press, seen
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import QUESTION, answer, small_market
from tests.tui.test_written_files import written_in
from tui.report.notes import keep, stem
from tui.screen.app import InternalsApp
from tui.state.config import Config, ConfigError, read


def named(**change: object) -> str:
    snapshot = answer(small_market(), QUESTION)
    return stem(replace(snapshot, question=replace(QUESTION, **change)))  # type: ignore[arg-type]


def test_a_name_tells_the_question_and_the_date() -> None:
    assert named() == "IWM-SPY_YTD_2026-06-26_pr"
    assert named(basis="tr") == "IWM-SPY_YTD_2026-06-26_tr"
    assert named(without=("S29", "S28")).endswith("_pr_without-S29+S28")
    snapshot = answer(
        small_market(simulated=True), replace(QUESTION, window="2026-01-21:2026-05-05")
    )
    assert stem(snapshot) == "SIMULATED_IWM-SPY_2026-01-21-to-2026-05-05_2026-06-26_pr"


def test_two_questions_never_share_a_name() -> None:
    many = tuple(f"S{n:02}" for n in range(9))
    asked: list[dict[str, object]] = [
        {}, {"basis": "tr"}, {"without": ("A-B", "C")}, {"without": ("A", "B-C")},
        {"without": many}, {"without": many[::-1]}, {"above": (0.0, 0.2)}, {"below": (-0.2,)},
        {"small": "^GSPC"}, {"small": "GSPC"}, {"small": "GSPC="}, {"large": "^GSPC"},
    ]  # fmt: skip
    names = [named(**change) for change in asked]
    assert len(set(names)) == len(names)
    assert all("/" not in name and "\\" not in name and ".." not in name for name in names)


def test_a_note_is_kept_whole_and_replaced_by_its_own_kind(tmp_path: Path) -> None:
    snapshot = answer(small_market(), replace(QUESTION, daily=True))
    ledger = written_in(tmp_path / "home")
    files = keep(snapshot, tmp_path / "a" / "b", ledger=ledger)
    assert [f.name for f in files] == [f"IWM-SPY_YTD_2026-06-26_pr.{k}" for k in
                                       ("md", "html", "json")]  # fmt: skip
    assert json.loads(files[2].read_text("utf-8"))["as_of"] == "2026-06-26"
    before = {f: f.stat().st_ino for f in files}
    assert keep(snapshot, tmp_path / "a" / "b", ledger=ledger) == files
    assert all(f.stat().st_ino != before[f] for f in files)  # another file under the name
    assert sorted(f.name for f in (tmp_path / "a" / "b").iterdir()) == sorted(f.name for f in files)
    text = keep(replace(snapshot, simulated=True), tmp_path, ("text", "svg"))
    assert [str(f.relative_to(tmp_path)) for f in text] == [
        f"simulated/SIMULATED_IWM-SPY_YTD_2026-06-26_pr.{k}" for k in ("txt", "svg")
    ]


def test_w_writes_what_is_shown_and_says_where() -> None:
    desk = FakeDesk(small_market())

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "<", "w")
        assert "note written: " in app.status()[0]
        files = sorted(f.name for f in desk.notes.iterdir())
        # the session before, as it stands on the screen
        assert files == [f"IWM-SPY_YTD_2026-06-25_pr.{k}" for k in ("html", "json", "md")]
        found = json.loads((desk.notes / files[1]).read_text("utf-8"))
        assert found["as_of"] == "2026-06-25"
        assert found["indices"]["IWM"]["breadth"]["daily"]["sessions"][-1] == "2026-06-25"
        app.config = replace(app.config, note_formats=("svg",))
        await press(pilot, app, ":", *"note", "enter")
        assert len(list(desk.notes.iterdir())) == 4

    drive(story, desk=desk)


def test_w_tells_the_ranks_of_measures_as_the_command_does() -> None:
    """Of this answer where the store gives none."""
    desk, funds = FakeDesk(twelve_years()), list[str]()

    def kept(
        question: Question, fund: str, rows: Sequence[Scalar], every: Every
    ) -> tuple[History, ...]:
        funds.append(fund)
        if meanwhile == "broken":
            raise SourceError("themes.toml: this is no TOML")
        if meanwhile == "newer data":
            # the store has another generation now, of which nothing is told
            desk.kept_histories = None
        return ()

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        nonlocal meanwhile
        for meanwhile in ("no store", "nothing", "broken", "newer data"):
            desk.kept_histories = None if meanwhile == "no store" else kept
            funds.clear()
            await press(pilot, app, "w")
            [page] = desk.notes.iterdir()
            # one of four lines rose, fewer in 2007 alone (tests/core/test_history.py)
            told = "the lowest since 31 December 2007, rank 2 of 12 such windows"
            # what is kept is not worked out once more
            assert (told in page.read_text()) is (meanwhile != "nothing"), meanwhile
            assert ("IWM" in funds) is (meanwhile != "no store"), meanwhile
            page.unlink()

    meanwhile = ""
    question = Question(window="YTD", basis="pr")
    drive(story, desk=desk, question=question, config=Config(note_formats=("md",)))


def test_w_heeds_the_settings_and_replaces_its_own_note_and_no_other(tmp_path: Path) -> None:
    taken, notes = tmp_path / "taken", tmp_path / "notes"
    taken.write_text("a file")

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "w", "w")
        assert "note written" in app.status()[0]
        [picture, note] = sorted(notes.iterdir(), reverse=True)
        assert picture.name == "IWM-SPY_YTD_2026-06-26_pr.svg"
        note.write_text("precious")
        before = files(notes)
        await press(pilot, app, "w")
        assert f"the note is not written: {note}: is there already" in app.status()[0]
        assert files(notes) == before
        app.config = replace(app.config, note_directory=taken)
        await press(pilot, app, "w")
        said, kind = app.status()
        assert kind == "error" and "the note is not written" in said and "taken" in said
        assert "IWM leads SPY" in seen(app)

    config = Config(note_directory=notes, note_formats=("svg", "slack"))
    drive(story, market=small_market(), size=(200, 60), config=config)


def test_w_before_an_answer_writes_nothing() -> None:
    desk = FakeDesk(None)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "w")
        assert "no answer" in app.status()[0] and not desk.notes.exists()

    drive(story, desk=desk)


def test_the_settings_of_the_note() -> None:
    found = read('[note]\ndirectory = "/srv/notes"\nformats = ["md", "svg"]\n', "c.toml")
    assert found.note_directory == Path("/srv/notes") and found.note_formats == ("md", "svg")
    home = read('[note]\ndirectory = "~/notes"\n', "c.toml").note_directory
    assert home == Path.home() / "notes"
    for text, words in (
        ('[note]\ndirectory = "notes"\n', "write a whole path"),
        ('[note]\nformats = ["pdf"]\n', "write a list of text, md, html"),
        ("[note]\nformats = []\n", "write a list of"),
        ('[note]\ncolour = "red"\n', "known in [note] are directory and formats"),
    ):
        with pytest.raises(ConfigError, match=r"c\.toml, line 2") as caught:
            read(text, "c.toml")
        assert words in str(caught.value)


def test_a_home_that_a_note_makes_is_its_owners_alone(tmp_path: Path) -> None:
    keep(answer(small_market(), QUESTION), tmp_path / "home" / "notes", ("csv",))
    for directory in (tmp_path / "home", tmp_path / "home" / "notes"):
        assert directory.stat().st_mode & 0o777 == 0o700
