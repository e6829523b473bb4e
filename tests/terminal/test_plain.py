"""The plain way: Textual paints and writes by itself, as asked, or in a release nobody tested."""

from __future__ import annotations

import os
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual._compositor import Compositor

from bench.terminal import ROOT
from tests.tui.driving import lines_of, press, settle, until
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import NOW, QUESTION, small_market
from tui.doctor import machine
from tui.screen.app import InternalsApp
from tui.state.config import Config
from tui.terminal import fitting, release

#: Keys that reach every pane, its views, a page over them and the prompt.
KEYS = ("2", "j", "v", "3", "v", "4", "1", "v", "z", "z", "x", "left_square_bracket",
        "less_than_sign", "question_mark", "escape", "slash", "t", "escape")  # fmt: skip


def lines_after_keys(config: Config) -> list[list[str]]:
    """What is seen after each key."""
    found: list[list[str]] = []
    app = InternalsApp(FakeDesk(small_market()), config, QUESTION, now=lambda: NOW)

    async def run() -> None:
        async with app.run_test(size=(120, 36)) as pilot:
            await settle(pilot, app)
            await until(lambda: "IWM return" in "\n".join(lines_of(app)))
            assert (type(app.screen_stack[0]._compositor) is Compositor) is fitting.plain(
                config.wire
            )
            for key in KEYS:
                await press(pilot, app, key)
                found.append(lines_of(app))

    import asyncio

    asyncio.run(run())
    return found


@pytest.fixture(scope="module")
def plain() -> list[list[str]]:
    """What is seen after each key where Textual paints, as asked."""
    return lines_after_keys(Config(wire="plain"))


def test_the_plain_way_shows_what_ours_shows(plain: list[list[str]]) -> None:
    for key, one, other in zip(KEYS, lines_after_keys(Config()), plain, strict=True):
        assert one == other, key


# -- another release -----------------------------------------------------------------


@pytest.fixture
def another(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if a release ran that nobody tested."""
    monkeypatch.setattr(release, "TESTED", (7, 9))
    release.tested.cache_clear()
    yield
    monkeypatch.undo()
    release.tested.cache_clear()


def test_the_release_that_runs_is_the_one_tested_and_the_one_pinned() -> None:
    from importlib.metadata import version

    major, minor = release.TESTED
    assert version("textual").startswith(f"{major}.{minor}.")
    assert release.minor() == release.TESTED and release.tested()
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert f"textual>={major}.{minor},<{major}.{minor + 1}" in listed


@pytest.mark.parametrize(
    ("folders", "minor"),
    [
        (["textual-8.3.0.dist-info"], (8, 3)),
        (["textual-10.12.1rc1.dist-info", "textual_serve-1.1.3.dist-info"], (10, 12)),
        (["textual-8.2.8.egg-info"], (8, 2)),
        # two leftovers, or none: nobody knows
        (["textual-8.2.8.dist-info", "textual-8.3.0.dist-info"], None),
        ([], None),
    ],
)
def test_the_version_is_read_from_the_folders(
    folders: list[str],
    minor: tuple[int, int] | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("textual", *folders):
        (tmp_path / name).mkdir()
    (tmp_path / "textual" / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert release.minor.__wrapped__() == minor


def test_another_release_paints_and_writes_by_itself(plain: list[list[str]], another: None) -> None:
    assert fitting.plain("cells") and fitting.driver_class("cells") is None
    assert lines_after_keys(Config()) == plain


def test_the_doctor_says_so(another: None) -> None:
    (finding,) = machine.painting(None)  # type: ignore[arg-type]
    assert finding.state == "note"
    assert "7.9" in finding.message and 'wire = "plain"' in finding.message
    assert "textual==7.9.*" in finding.then


def test_the_doctor_is_silent_of_the_release_that_was_tested() -> None:
    assert machine.painting(None) == []  # type: ignore[arg-type]


WITHOUT = """
import sys
# what rests on the inside of Textual is not even loaded
for name in ("widgets.painting", "terminal.driver", "terminal.pasting", "terminal.writing"):
    sys.modules[f"tui.{name}"] = None
from tui.terminal import release
release.TESTED = (7, 9)
from tui.cli.dispatch import run
sys.exit(run(["--demo", "--home", sys.argv[1]]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_another_release_on_a_terminal(home: Path) -> None:
    from bench.terminal import Terminal

    with Terminal([sys.executable, "-c", WITHOUT, str(home)]) as terminal:
        burst = terminal.burst(terminal.started, quiet=1, most=60,
                               wanted=lambda got: b"IWM return" in got)  # fmt: skip
        assert b"IWM return" in burst.data
        for key in ("2", "j", "[", "?", "\x1b"):
            assert terminal.press(key, quiet=0.5, most=60.0).size
        terminal.send("q")
        end, status = time.monotonic() + 60, (0, 0)
        while not status[0] and time.monotonic() < end:
            terminal.read(0.1)
            status = os.waitpid(terminal.pid, os.WNOHANG)
        terminal.ended = bool(status[0])
        assert terminal.ended and os.waitstatus_to_exitcode(status[1]) == 0
