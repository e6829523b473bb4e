"""The whole screen through the wire: after storms of keys a terminal shows what Textual meant."""

from __future__ import annotations

import asyncio
import random
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot

from tests.tui.driving import press, settle
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import NOW, QUESTION, small_market
from tests.vt import Screen
from tui.screen.app import InternalsApp
from tui.state.config import THEMES, Config
from tui.terminal.fitting import WIRE
from tui.terminal.wire import Wire

KEYS = (
    "j", "k", "G", "g", "ctrl+d", "ctrl+u", "pagedown", "1", "2", "3", "4", "tab", "z", "v", "x",
    "b", "t", "s,c", "s,r", "s,t", "S", "left_square_bracket", "right_square_bracket", "+", "-",
    "less_than_sign", "greater_than_sign", "home", "space", "X", "d", "enter", "escape", "escape",
    "question_mark", "slash,t,e,enter", "colon,y,t,d,enter", "n",
)  # fmt: skip
SIZES = ((120, 36), (80, 24), (160, 45), (36, 9), (20, 5), (113, 33))


class Tee(HeadlessDriver):
    """Textual's bytes to one terminal, the wire's to another."""

    size = SIZES[0]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.wire = Wire()
        self.plain, self.ours = Screen(*self.size), Screen(*self.size)
        self.sent: list[tuple[str, str]] = []

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        out = self.wire.feed(data)
        self.sent.append((data, out))
        self.plain.feed(data)
        self.ours.feed(out)

    def resize(self, columns: int, rows: int) -> None:
        self.wire.forget(columns, rows)
        self.plain.resize(columns, rows)
        self.ours.resize(columns, rows)


def run(story: Any, *, theme: str = "dark") -> Tee:
    app = InternalsApp(
        FakeDesk(small_market(hostile=True)),
        Config(theme=theme),
        QUESTION,
        now=lambda: NOW,
    )
    app.driver_class = Tee
    drivers: list[Tee] = []

    async def go() -> None:
        async with app.run_test(headless=False, size=SIZES[0]) as pilot:
            assert isinstance(app._driver, Tee)
            drivers.append(app._driver)
            await settle(pilot, app)
            await story(pilot, app, app._driver)

    asyncio.run(go())
    return drivers[0]


@pytest.mark.parametrize("theme", THEMES)
def test_a_storm_of_keys_and_sizes_shows_the_same_cells(
    theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm" if theme == "terminal" else "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor" if theme in ("dark", "red-up") else "")
    if theme == "light":
        monkeypatch.setenv("NO_COLOR", "1")
    draw = random.Random(theme)

    async def storm(pilot: Pilot[None], app: InternalsApp, driver: Tee) -> None:
        for n in range(28):
            if n % 7 == 6:
                size = draw.choice([size for size in SIZES if size != app.size])
                driver.resize(*size)
                await pilot.resize_terminal(*size)
                await settle(pilot, app)
                driver.ours.feed(driver.wire.mend())
            else:
                await press(pilot, app, *draw.choice(KEYS).split(","))
            assert driver.ours.seen() == driver.plain.seen(), n
            # and what both show is what the widgets drew
            strips = app.screen._compositor.render_strips()
            drawn = [strip.text.rstrip() for strip in strips]
            if n % 7 != 6:
                assert driver.ours.lines() == drawn

    run(storm, theme=theme)


def test_a_change_of_theme_shows_the_same_cells() -> None:
    async def themes(pilot: Pilot[None], app: InternalsApp, driver: Tee) -> None:
        for theme in (*THEMES, "dark"):
            app.theme = theme
            await settle(pilot, app)
            assert driver.ours.seen() == driver.plain.seen()

    run(themes)


def test_less_is_sent_than_textual_would_send(monkeypatch: pytest.MonkeyPatch) -> None:
    found: dict[str, list[int]] = {}

    async def keys(pilot: Pilot[None], app: InternalsApp, driver: Tee) -> None:
        await press(pilot, app, "2")
        for key in ("j", "3", "right_square_bracket", "t"):
            driver.sent.clear()
            await press(pilot, app, key)
            # of the first run what the wire sends, of the second what Textual itself wrote
            which = 0 if key in found else 1
            found.setdefault(key, []).append(sum(len(sent[which]) for sent in driver.sent))

    run(keys)
    monkeypatch.setenv(WIRE, "plain")
    run(keys)
    for key, (ours, plain) in found.items():
        # of an arrow Textual sends two lines of few styles, 344 bytes where it is 226 here
        assert 0 < ours < plain * (0.75 if key == "j" else 0.25), key


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed here")
def test_tmux_shows_the_same_cells(tmp_path: Path) -> None:
    draw = random.Random(7)

    async def storm(pilot: Pilot[None], app: InternalsApp, driver: Tee) -> None:
        for _ in range(40):
            await press(pilot, app, *draw.choice(KEYS).split(","))

    sent = run(storm).sent
    plain, ours = (
        _in_tmux("".join(part[n] for part in sent), tmp_path / f"{n}", *SIZES[0]) for n in (0, 1)
    )
    assert "Spread" in "".join(plain.lines())
    assert ours.seen() == plain.seen()


def _in_tmux(data: str, file: Path, columns: int, rows: int) -> Screen:
    """What tmux has after some output."""
    file.write_text(data)
    tmux = ["tmux", "-L", f"wire-{file.name}-{time.monotonic_ns()}", "-f", "/dev/null"]
    shown = f"printf '\\033[?7l'; cat {file}; printf '\\033]2;done\\007'; sleep 60"
    subprocess.run(
        [*tmux, "new-session", "-d", "-x", f"{columns}", "-y", f"{rows + 1}", shown], check=True
    )
    try:
        for _ in range(1200):
            title = subprocess.run(
                [*tmux, "display-message", "-p", "#{pane_title}"], capture_output=True, text=True
            )
            if title.stdout.strip() == "done":
                break
            time.sleep(0.05)
        got = subprocess.run(
            [*tmux, "capture-pane", "-N", "-p", "-e"], capture_output=True, text=True
        )
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)
    screen = Screen(columns, rows + 1)
    for y, line in enumerate(got.stdout.split("\n")):
        screen.feed(f"\x1b[{y + 1}H{line}" if y <= rows else "")
    return screen
