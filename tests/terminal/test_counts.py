"""Speed as a kept property: what can be counted is counted, and the same on every machine.

Bytes through a pseudo-terminal, modules and files at the start. The limits stand a quarter or so
above what is sent today; times are the business of ``bench``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.terminal import Burst, Terminal, drained

ROOT = Path(__file__).resolve().parents[2]

START = """
import asyncio, json, sys
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
from pathlib import Path
from tui.screen.app import InternalsApp
from tui.cli.dispatch import run
from tui.state.config import Config
from tui.service.service import Desk
from tui.state.places import places

home = Path(sys.argv[1])
desk = Desk(places(home, demo=True), demo=True, home=home)
question = desk.opening()
app = InternalsApp(desk, Config(), question)
found = {}
follow = InternalsApp._follow

def painted(self, *answers):
    found.setdefault("modules", sorted(sys.modules))
    found.setdefault("opened", [name for name in opened if name.startswith(str(home))])
    follow(self, *answers)

InternalsApp._follow = painted

async def main():
    async with app.run_test(size=(160, 45)) as pilot:
        while not found or app.snapshot is None:
            await pilot.pause(0.01)
        await pilot.pause()
        from tui.screen import preload
        start = set(sys.modules)
        preload.load()
        loaded = set(sys.modules)
        for key in ("2", "enter", "d", "escape", "escape", "d", "escape", "question_mark", "escape",
                    "u", "escape", "A", "escape", "slash", "t", "e", "escape", "colon", "y", "t",
                    "d", "tab", "enter", "v", "3", "v", "v", "4", "v", "1", "v"):
            await pilot.press(key)
            await pilot.pause()
        own = ("core", "cache", "tui")
        found["preloaded"] = sorted(loaded - start)
        late = set(sys.modules) - loaded
        found["late"] = sorted(name for name in late if name.split(".")[0] in own)

asyncio.run(main())
print(json.dumps(found))
"""


#: What counts sessions, watches, writes the store or draws a view that is not the first.
LATER = {
    "cache.store.changed_cells", "cache.store.draft", "cache.store.merge", "cache.store.rebase",
    "core.answer.alerts", "core.answer.board", "core.answer.looks", "core.answer.since",
    "core.answer.table", "core.measures.counting", "core.measures.daily",
    "core.measures.episodes", "core.measures.signals", "core.measures.standing",
    "core.measures.traits", "tui.panes.concentration", "tui.panes.daily", "tui.panes.measure_rows",
    "tui.panes.breadth_views", "tui.report.note_table", "tui.report.tables_measures",
}  # fmt: skip


@pytest.fixture(scope="module")
def start(demo_once: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    # of its own: the keys leave another pane and other views to the next start
    home = shutil.copytree(demo_once, tmp_path_factory.mktemp("keys"), dirs_exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", START, str(home)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_first_numbers_need_no_library_of_data(start: dict[str, list[str]]) -> None:
    heavy = ("pandas", "pyarrow", "yfinance", "openpyxl", "xlsxwriter", "aiohttp", "requests",
             "matplotlib", "scipy", "curl_cffi", "sqlite3", "lxml", "bs4", "markdown_it",
             "pytest")  # fmt: skip
    roots = {name.partition(".")[0] for name in start["modules"]}
    assert not roots & set(heavy)
    # `np.unique`, `np.median` and others load them, and use none
    assert "numpy.ma" not in start["modules"]


def test_the_first_numbers_need_few_modules(start: dict[str, list[str]]) -> None:
    modules = start["modules"]
    # many files of one idea each; none that reads a file to import, or explains
    for later in ("cache.sources.prices", "cache.sources.holdings", "core.explain", "tui.alerts",
                  "tui.doctor"):  # fmt: skip
        assert not [name for name in modules if name.startswith(f"{later}.")]
    assert not LATER & set(modules)
    assert len(modules) < 720


def test_few_files_of_the_store_are_opened(start: dict[str, list[str]]) -> None:
    objects = [name for name in start["opened"] if "/objects/" in name]
    assert objects
    # one is opened again only where two years hold the same bytes, such as no event at all
    assert len(objects) < 1.3 * len(set(objects))
    # whatever is opened beside them is the manifest, the remembered question, a setting
    assert len(start["opened"]) - len(objects) < 15


def test_no_key_waits_for_a_module_of_ours(start: dict[str, list[str]]) -> None:
    """All that keys would load is loaded while nobody waits."""
    assert start["late"] == []
    assert len(start["preloaded"]) > 10


# -- bytes ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def screen(home: Path) -> Iterator[tuple[Terminal, Burst]]:
    argv = [sys.executable, "-m", "tui", "--demo", "--home", str(home)]
    with Terminal(argv) as terminal:
        first = terminal.burst(
            terminal.started, quiet=2.5, most=60, wanted=lambda got: b"IWM return" in got
        )
        assert b"IWM return" in first.data
        yield terminal, first


def pressed(terminal: Terminal, keys: str) -> int:
    """Bytes of what a key brings."""
    return terminal.press(keys, quiet=0.3, most=60.0).size


def at_pane(terminal: Terminal, pane: str) -> None:
    """Move to a pane, which brings nothing where the focus is on it already."""
    terminal.send(pane)
    drained(terminal, 1.0)


def test_the_first_settled_screen(screen: tuple[Terminal, Burst]) -> None:
    assert screen[1].size < 32_000


def test_a_move_of_the_focus(screen: tuple[Terminal, Burst]) -> None:
    # every pane to every other
    for pane in "2341242143132":
        assert 0 < pressed(screen[0], pane) < 500, pane


def test_the_next_view(screen: tuple[Terminal, Burst]) -> None:
    # all nine of Contributors, windows side by side and movers among them
    at_pane(screen[0], "2")
    for place in range(9):
        assert 0 < pressed(screen[0], "v") < 6_500, place


def test_an_arrow_and_an_arrow_that_scrolls(screen: tuple[Terminal, Burst]) -> None:
    terminal, _ = screen
    at_pane(terminal, "2")
    assert 0 < pressed(terminal, "j") < 400
    pressed(terminal, "+++")
    pressed(terminal, "G")
    pressed(terminal, "k" * 40)
    assert 0 < pressed(terminal, "k") < 1500
    assert 0 < pressed(terminal, "g") < 3000


def test_every_number_new(screen: tuple[Terminal, Burst]) -> None:
    for key in "<>[]":
        # a busy machine says first, in 36 bytes, that it is at it
        burst = screen[0].press(key, most=60.0, wanted=lambda piece: len(piece) > 1_000)
        assert 1_000 < burst.size < 10_000, key


def test_a_mouse_that_moves_and_nobody_at_all(screen: tuple[Terminal, Burst]) -> None:
    terminal, _ = screen
    terminal.send("".join(f"\x1b[<35;{x};20M" for x in range(10, 150, 7)))
    assert len(drained(terminal, 1.5)) < 100
    assert drained(terminal, 3.0) == b""
