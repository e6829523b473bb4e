"""Pastes as a terminal hands them on, escapes and all: text, and never a key."""

from __future__ import annotations

import inspect
import os
import random
import re
import time
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver, web_driver
from textual.message import Message

from bench.terminal import idle
from tests.terminal.test_child import on_a_terminal, read_until
from tests.torture.hostile import PAYLOADS
from tui.terminal import fitting, pasting
from tui.terminal.pasting import BREATH, LONGEST, MOST, PATIENCE, QUIET, PasteParser

START, END = "\x1b[200~", "\x1b[201~"


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(pasting, "time", found)
    monkeypatch.setattr("textual._parser.get_time", found.monotonic)
    return found


def said(messages: Iterable[Message]) -> list[str]:
    """Keys by name, pastes by their text."""
    found = []
    for message in messages:
        if isinstance(message, events.Paste):
            found.append(f"<{message.text}>")
        elif isinstance(message, events.Key):
            found.append(message.key)
        else:
            found.append(type(message).__name__)
    return found


def read(clock: Clock, *reads: str, pause: float = 0.0, after: float = 2.0) -> list[str]:
    """What a parser of ours makes of some reads, ticked after each as the driver does."""
    parser = PasteParser()
    found: list[Message] = []
    for data in reads:
        found += parser.feed(data)
        found += parser.tick()
        clock.now += pause
        found += parser.tick()
    clock.now += after
    found += parser.tick()
    return said(found)


def test_a_hostile_paste_is_text_and_presses_nothing(clock: Clock) -> None:
    for payload in PAYLOADS:
        found = read(clock, f"{START}{payload}qRD{END}")
        assert len(found) == 1, payload
        assert re.fullmatch(r"<[^\x1b]*qRD>", found[0]), (payload, found)


def test_nothing_changes_in_what_is_kept_of_a_plain_paste(clock: Clock) -> None:
    text = "/home/me/a file.csv\t'b'\r\n[200~ é \u202e"
    assert read(clock, f"{START}{text}{END}") == [f"<{text}>"]
    assert read(clock, START + END) == ["<>"]
    assert read(clock, f"{START}a\x00\x07\x1b[31m\x9b\x7fb{END}") == ["<a[31mb>"]


def test_an_end_mark_in_the_text_ends_nothing(clock: Clock) -> None:
    assert read(clock, f"{START}a{END}q{END}") == [f"<a{END[1:]}q>"]
    assert read(clock, f"{START}a{END}qR\x1bD", f"XX{END}") == [f"<a{END[1:]}qRDXX>"]
    # Nor does one that opens another paste behind it, whole or still to come.
    assert read(clock, f"{START}a{END}q{START}b{END}") == [f"<a{END[1:]}q{START[1:]}b>"]
    assert read(clock, f"{START}a{END}q{START}b", pause=0.1) == [f"<a{END[1:]}q>", "<b>"]


def test_pastes_that_follow_one_another_stay_apart(clock: Clock) -> None:
    three = f"{START}a{END}{START}b{END}{START}c{END}"
    assert read(clock, three) == ["<a>", "<b>", "<c>"]
    assert read(clock, f"{START}a{END}", f"{START}b{END}", pause=1.0) == ["<a>", "<b>"]


def test_keys_before_and_after_a_paste_are_keys(clock: Clock) -> None:
    assert read(clock, f"j{START}a{END}") == ["j", "<a>"]
    assert read(clock, f"{START}a{END}\r\x1b[A") == ["<a>", "enter", "up"]
    assert read(clock, f"{START}a{END}", "q", pause=2 * QUIET) == ["<a>", "q"]


@pytest.mark.parametrize("pause", [0.0, 0.02, 0.2])
def test_a_paste_parted_anywhere_is_the_same_paste(clock: Clock, pause: float) -> None:
    data = f"{START}q\x1b[31mR\x1b{END}"
    for at in range(1, len(data)):
        found = read(clock, data[:at], data[at:], pause=pause)
        # What the line parted of the start itself may have been taken for keys: none of the text.
        assert found[-1] == "<q[31mR>", (at, found)
        assert not {"q", "R", "D"} & set(found), (at, found)
        if pause < 0.1 or at >= len(START):
            assert len(found) == 1, (at, found)


def test_a_paste_that_comes_sign_by_sign_is_one(clock: Clock) -> None:
    assert read(clock, *f"{START}q\x1b[31mR{END}q{END}", pause=0.02) == [f"<q[31mR{END[1:]}q>"]
    # One that comes by itself between an end and a start is no key: so comes text on a slow line.
    both = read(clock, *f"{START}a{END}q{START}b{END}", pause=0.02)
    assert both == [f"<a{END[1:]}q{START[1:]}b>"]
    # After a silence it is one.
    assert read(clock, f"{START}a{END}", "q", f"{START}b{END}", pause=0.06) == ["<a>", "q", "<b>"]


def test_without_an_end_the_keyboard_comes_back(clock: Clock) -> None:
    assert read(clock, f"{START}qRD", pause=PATIENCE - 0.1, after=0.0) == []
    assert read(clock, f"{START}qRD", "j", pause=PATIENCE) == ["<qRD>", "j"]
    # Even where something always comes: a mouse that moves, a key held down.
    moves = ["\x1b[<35;10;10M"] * int(LONGEST / 0.1 + 1)
    assert read(clock, START, *moves, "j", pause=0.1)[-1] == "j"
    held = ["j"] * int(BREATH / 0.03 + 10)
    assert read(clock, f"{START}a{END}", *held, pause=0.03)[-1] == "j"


def test_text_that_still_comes_is_waited_for(clock: Clock) -> None:
    chunks = ["q" * 4096] * 40
    (only,) = read(clock, f"{START}a{END}", *chunks, END, pause=0.04)
    assert set(only[1:-1]) <= set("a[201~q")
    (only,) = read(clock, START, *chunks, END, pause=0.9)
    assert set(only[1:-1]) == {"q"}


def test_a_huge_paste_is_cut_and_costs_no_more(clock: Clock) -> None:
    parser = PasteParser()
    assert said(parser.feed(START)) == []
    for _ in range(600):
        assert said(parser.feed("q\x1bR\n" * 1024)) == []
        assert parser._paste is not None and len(parser._paste) <= 2 * MOST + 4096
    assert said(parser.feed(f"{END}j")) == []
    clock.now += 2 * QUIET
    found = said(parser.tick())
    assert [len(one) for one in found] == [MOST + 2, 1] and found[1] == "j"


def test_the_end_of_all_reading_presses_nothing(clock: Clock) -> None:
    parser = PasteParser()
    assert said([*parser.feed(f"{START}qRD"), *parser.feed("")]) == []


def test_without_a_paste_it_reads_as_textual_does(clock: Clock) -> None:
    pieces = ["\x1b", "\x1b[A", "q", "\x1b[<35;3;4M", "\x1bOP", "\x1b[1;5A", "\x1b[I", "[200~"]
    pieces += ["é", "\x1b[200", "\x1b\x1b", "\x1b[201~", "\x1b[20~", "\x03", "\x1b[?2026;2$y"]
    chance = random.Random(3)
    for _ in range(300):
        ours, theirs = PasteParser(), XTermParser()
        for _ in range(8):
            data = "".join(chance.choices(pieces, k=chance.randint(1, 3)))
            if START in data:
                continue
            assert said(ours.feed(data)) == said(theirs.feed(data))
            ours._tail = ""  # A start parted over two reads is a paste to us alone.
            clock.now += chance.choice((0.0, 0.2))
            assert said(ours.tick()) == said(theirs.tick())


def test_textual_still_makes_its_parser_the_way_ours_takes_its_place() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    # Read with care what a wider range brings: this file, and that module's docstring.
    assert "textual>=8.2,<8.3" in project["dependencies"]
    fitting.survive_the_terminal()
    assert vars(linux_driver)["XTermParser"] is PasteParser
    for driver in (linux_driver.LinuxDriver, web_driver.WebDriver):
        code = inspect.getsource(driver.run_input_thread)
        assert "XTermParser(" in code and "feed(" in code and "tick()" in code
    assert "selector.select(0.1)" in inspect.getsource(linux_driver.LinuxDriver.run_input_thread)


def test_textual_alone_presses_what_is_pasted() -> None:
    # Where this fails Textual has mended it, and the parser of ours may go.
    found = said(XTermParser().feed(f"{START}a\x1b[31mq{END}"))
    assert "q" in found


@pytest.mark.terminal
def test_on_a_real_terminal_a_paste_of_keys_presses_none() -> None:
    process, ours = on_a_terminal()
    try:
        read_until(ours, b"IWM", b"help", b"\x1b[?2004h")
        for sent in (b"\x1b[200~\x1bq\x03", b"\x1b[31mqqq\xc3", b"\xa9\x1b[201~q\x1b[201~"):
            os.write(ours, sent)
        # In the same breath it would belong to what was pasted: that has to be read first.
        time.sleep(0.3)
        while not idle(process.pid):
            time.sleep(0.05)
        time.sleep(0.3)
        os.write(ours, b"/")
        os.write(ours, b"\x1b[200~caf\x1b[31mq\x1b[201~")
        assert process.poll() is None
        assert b"caf[31mq" in read_until(ours, b"caf")
        os.write(ours, b"\x03")
        read_until(ours, b"\x1b[?1049l")
        assert process.wait(60) == 0
    finally:
        if process.poll() is None:
            process.kill()
        os.close(ours)
