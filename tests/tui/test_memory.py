"""What a restart finds again: the question, the seat, the looks."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cache.store import disk
from core.answer.alerts import AlertError, AlertState, parse
from core.answer.looks import look
from tests.tui.driving import drive, press, seen, settle
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import LAST, QUESTION, answer, small_market
from tui.alerts import book
from tui.alerts.book import AlertBook
from tui.screen.app import InternalsApp
from tui.state.looks import LookBook, Seen
from tui.state.state_files import Memory, Seat

MARKET = small_market()
NOW = datetime(2026, 7, 1, 14, 30, tzinfo=UTC)
LATEST = replace(QUESTION, as_of=None)


def test_a_restart_finds_pair_window_basis_pane_views_zoom_and_side() -> None:
    desk = FakeDesk(MARKET)

    async def leaves(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "[", "t", "x", "3", "v", "4", "v", "z")
        await pilot.press("q")

    async def returns(pilot: Pilot[None], app: InternalsApp) -> None:
        assert "▸4 Changes" in seen(app)
        assert "names for half of all gains" in seen(app)
        assert "3 Breadth" not in seen(app)
        await press(pilot, app, "z")
        assert "IWM – SPY  6M" in seen(app)
        assert "total return" in seen(app)
        main = app.main
        assert main is not None
        assert main.breadth.view == "ladder"
        assert app.first == "large"

    drive(leaves, desk=desk)
    drive(returns, desk=desk, question=desk.memory.question() or QUESTION)


def test_two_threads_write_one_small_file_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two lines typed quickly are saved by two threads: each saves a whole file of its own."""
    both_written, write_new = threading.Barrier(2, timeout=60), disk.write_new

    def write_and_wait(path: Path, data: bytes, mode: int | None) -> None:
        write_new(path, data, mode)
        both_written.wait()

    monkeypatch.setattr(disk, "write_new", write_and_wait)
    path, texts = tmp_path / "market.typed.json", (b"[1]", b"[1, 2]")
    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(disk.replace, path, text) for text in texts]:
            done.result()
    assert path.read_bytes() in texts
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_is_named_and_not_its_temporary_one(tmp_path: Path) -> None:
    path = tmp_path / "series.csv"
    path.mkdir()  # a directory stands in its way
    with pytest.raises(OSError) as refused:
        disk.replace(path, b"")
    assert (refused.value.filename, refused.value.filename2) == (str(path), None)
    assert list(tmp_path.iterdir()) == [path]


def test_a_broken_file_is_nothing_remembered_and_a_broken_seat_the_beginning(
    tmp_path: Path,
) -> None:
    path = tmp_path / "market.json"
    window = '{"small": "IWM", "large": "SPY", "window": "x"}'
    for text in ("", "[]", "{", '{"small": 3}', window, '"x"'):
        path.write_text(text)
        memory = Memory(path)
        assert (memory.question(), memory.seat()) == (None, Seat()), text
    seats = [3, [], {"pane": 9}, {"pane": "2"}, {"views": []}, {"views": {"x": 1}}, {"zoomed": 1}]
    for seat in seats:
        path.write_text(json.dumps({"seat": seat}))
        assert Memory(path).seat() == Seat(), seat


def test_a_view_that_is_no_more_opens_the_first() -> None:
    desk = FakeDesk(MARKET)
    desk.memory.remember(QUESTION, Seat(pane=2, views={2: "gone", 3: "bridge"}))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        main = app.main
        assert main is not None
        assert (main.active, main.names.view, main.breadth.view) == (2, "names", "bridge")

    drive(story, desk=desk)


def test_files_are_their_owners_alone_and_a_place_that_cannot_be_written_is_no_error(
    tmp_path: Path,
) -> None:
    memory = Memory(tmp_path / "deep" / "market.json")
    memory.remember(QUESTION, Seat())
    assert stat.S_IMODE(memory.state.stat().st_mode) == 0o600
    (tmp_path / "file").write_text("in the way")
    nowhere = Memory(tmp_path / "file" / "market.json")
    nowhere.remember(QUESTION, Seat())
    assert nowhere.question() is None
    looked = LookBook(nowhere)
    found = look(answer(MARKET, LATEST))
    looked.keep(Seen(found, NOW))
    assert looked.last(found) is None


def test_simulated_and_real_markets_share_no_file(tmp_path: Path) -> None:
    real, made_up = Memory(tmp_path / "market.json"), Memory(tmp_path / "demo.json")
    for name in ("looks", "alerts.json", "alerts.lock"):
        assert real.beside(name) != made_up.beside(name)
        assert real.beside(name).parent == tmp_path


def test_looks_of_the_two_newest_dates_are_kept(tmp_path: Path) -> None:
    book = LookBook(Memory(tmp_path / "market.json"))
    found = look(answer(MARKET, LATEST))
    assert found.as_of == LAST
    days = [date(2026, 6, day) for day in (24, 25, 26)]
    for day in days:
        book.keep(Seen(replace(found, as_of=day), NOW))
    assert [seen.look.as_of for seen in book.entries(found)] == [days[2], days[1]]
    assert book.last(found) == Seen(replace(found, as_of=days[2]), NOW)
    # the look of the same date gives way to the one of the day before
    book.keep(Seen(found, NOW))
    last = book.last(found)
    assert last is not None
    assert last.look.as_of == days[2]
    # another question has looks of its own
    assert book.last(replace(found, window="1M")) is None
    assert book.last(replace(found, basis="tr")) is None


def test_a_broken_look_is_none(tmp_path: Path) -> None:
    book = LookBook(Memory(tmp_path / "market.json"))
    found = look(answer(MARKET, LATEST))
    book.keep(Seen(found, NOW))
    (file,) = book.directory.iterdir()
    for text in ("", "{}", '{"looks": [{"at": "x", "look": {}}]}', '{"looks": 3}'):
        file.write_text(text)
        assert book.last(found) is None


def test_looks_at_too_many_questions_are_dropped_oldest_first(tmp_path: Path) -> None:
    book = LookBook(Memory(tmp_path / "market.json"))
    found = look(answer(MARKET, LATEST))
    for number in range(45):
        book.keep(Seen(replace(found, large=f"L{number}"), NOW))
    assert len(list(book.directory.iterdir())) == 40
    assert book.last(replace(found, large="L44")) is not None


replace_file = disk.replace


class Refusing:
    """A disk under what is remembered that refuses with an error, or does not."""

    number = 0

    def replace(self, path: Path, data: bytes) -> None:
        if self.number:
            raise OSError(self.number, os.strerror(self.number), str(path))
        replace_file(path, data)


LOST = "what the screen remembers is not saved: {1}; everything else goes on ({0})"


def test_each_minute_keeps_the_screen_and_a_place_that_cannot_be_written_is_told_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk, disk = FakeDesk(MARKET), Refusing()
    monkeypatch.setattr("cache.store.disk.replace", disk.replace)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await is_kept(pilot, app)
        for number in (errno.EROFS, errno.ENOSPC, errno.EACCES, errno.EDQUOT):
            await refused(pilot, app, number)
            disk.number = 0
            app._each_minute()
            app.error = ""
        await vanishes(pilot, app)

    async def is_kept(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "[", "3")
        app._each_minute()
        kept = Memory(desk.memory.state)
        assert kept.question() == replace(LATEST, window="6M")
        assert kept.seat().pane == 3
        await press(pilot, app, "]")

    async def refused(pilot: Pilot[None], app: InternalsApp, number: int) -> None:
        told = LOST.format(desk.memory.state.parent, os.strerror(number))
        disk.number = number
        app._each_minute()
        await settle(pilot, app)
        assert app.status() == (told, "error")
        assert told[:60] in seen(app)
        app.error = ""
        for key in ("[", "t", "]"):
            await press(pilot, app, key)
            app._each_minute()
        assert app.error == ""
        # Once it works again the next refusal is news.
        disk.number = 0
        app._each_minute()
        assert app.error == "" and desk.memory.question() is not None
        disk.number = number
        app._each_minute()
        assert app.error == told

    async def vanishes(pilot: Pilot[None], app: InternalsApp) -> None:
        home = desk.memory.state.parent
        shutil.rmtree(home)
        await press(pilot, app, "[")
        app._each_minute()
        # the directory is made again, or what is in its way is told
        assert app.error == "" and desk.memory.question() == replace(LATEST, window="6M")
        shutil.rmtree(home)
        home.write_text("in the way")
        await press(pilot, app, "[", "2", "z")
        app._each_minute()
        assert app.error == LOST.format(home, "Not a directory")
        home.unlink()
        home.mkdir()
        await pilot.press("q")

    drive(story, desk=desk)


def test_where_nothing_can_be_looked_up_alerts_are_none_and_the_screen_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = FakeDesk(MARKET)

    def closed(self: Path, **_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(Path, "exists", closed)
            patch.setattr(book, "read", closed)
            await press(pilot, app, "[", "A")
            assert f"{desk.memory.beside('alerts.json')}: Permission denied" in app.status()[0] + (
                seen(app).replace("\n", "")
            )
            await press(pilot, app, "escape", "]")
            assert "IWM – SPY" in seen(app)

    drive(story, desk=desk, question=LATEST)


def test_alerts_that_cannot_be_judged_are_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = FakeDesk(MARKET)
    AlertBook(desk.memory).add(AlertState(parse("gap > 5", LATEST)))

    def refused(path: Path, timeout: float) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    monkeypatch.setattr(book.disk, "locked", refused)
    told = "the alerts are not judged: {}: Read-only file system"

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        assert app.error == told.format(desk.memory.beside("alerts.lock"))
        for key in ("[", "]"):
            await press(pilot, app, key)
            assert app.error == ""

    drive(story, desk=desk, question=LATEST)


@pytest.mark.parametrize("kind", ["pipe", "directory", "zero", "terabytes", "itself"])
def test_what_is_no_file_of_memory_is_nothing_remembered_and_no_wait(
    tmp_path: Path, kind: str
) -> None:
    memory = Memory(tmp_path / "market.json")
    looked, found = LookBook(memory), look(answer(MARKET, LATEST))
    for path in (memory.state, looked._path(found), memory.beside("alerts.json")):
        path.parent.mkdir(exist_ok=True)
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "directory":
            path.mkdir()
        elif kind == "terabytes":
            path.touch()
            os.truncate(path, 5 << 40)
        else:
            path.symlink_to("/dev/zero" if kind == "zero" else path.name)
    signal.alarm(20)
    try:
        assert (memory.question(), memory.seat()) == (None, Seat())
        assert looked.last(found) is None
        with pytest.raises((AlertError, OSError)):
            AlertBook(memory).read()
    finally:
        signal.alarm(0)
