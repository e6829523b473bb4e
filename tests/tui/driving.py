"""How tests start the screen, press keys and read what is seen."""

from __future__ import annotations

import asyncio
import gc
import re
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch
from weakref import WeakKeyDictionary

import textual.app
import textual.pilot
from textual._compositor import Compositor
from textual.app import App
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot

from core.answer.snapshot import Question
from core.data.market import Market
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import NOW, QUESTION
from tui.panes.names import NamesTable
from tui.screen.app import InternalsApp
from tui.screen.prompt_screen import PromptScreen
from tui.state.config import Config
from tui.terminal import fitting
from tui.widgets.line_table import LineTable
from tui.widgets.painting import Frame, PaintingCompositor

#: What sets a text's look, and nothing else that a terminal obeys.
SGR = re.compile(r"\x1b\[[\d;]*m")
Story = Callable[[Pilot[None], InternalsApp], Awaitable[None]]
#: What was looked at since the last frame of a screen that `drive` paints; None before a look.
_looked: WeakKeyDictionary[Compositor, list[str] | None] = WeakKeyDictionary()


def lines_of(app: InternalsApp) -> list[str]:
    """What the terminal shows, line by line; drawn once for all looks at the same frame."""
    screen, compositor = app.screen, app.screen._compositor
    changed = screen._dirty_widgets or screen._layout_required or compositor._dirty_regions
    if changed or compositor not in _looked:
        return _drawn(compositor)
    lines = _looked[compositor]
    if lines is None:
        lines = _looked[compositor] = _drawn(compositor)
    return list(lines)


def _drawn(compositor: Compositor) -> list[str]:
    """A frame made in our own way, as for a terminal: a third of what Textual's strips take."""
    if not isinstance(compositor, PaintingCompositor):  # of a page: what lies where is the same
        ours = PaintingCompositor()
        vars(ours).update(vars(compositor))
        compositor = ours
    with patch.object(compositor, "_dirty_regions", set()):  # what is to be painted stays so
        frame = compositor.render_full_update()
    assert isinstance(frame, Frame)
    lines: list[list[tuple[int, str]]] = [[] for _ in range(compositor.size.height)]
    for y, x, text in frame.pieces:
        lines[y].append((x, SGR.sub("", text)))
    return ["".join(text for _, text in sorted(line)) for line in lines]


def tables(app: InternalsApp) -> list[LineTable]:
    """The tables of pane 2: the small index's, and beside it the large one's."""
    assert app.main is not None
    return [names.grid for names in app.main.names.query(NamesTable)]


def cell(table: LineTable, row: int, column: str) -> str:
    """The text of a cell."""
    shown = table.cell_at(row, column)
    return shown if isinstance(shown, str) else str(shown[0])


def seen(app: InternalsApp) -> str:
    """What the terminal shows."""
    return "\n".join(lines_of(app))


async def settle(pilot: Pilot[None], app: InternalsApp) -> None:
    """Until no question is open, no message is on its way and everything is drawn.

    Pilot's own pause sends a message round every widget and back, three times a key: most of what
    a key would cost here.
    """
    await _calm(app, partial(_asks, app), partial(_threads, app))


async def handled(app: App[Any]) -> None:
    """Until every message is handled and everything is drawn, whatever a thread still works on."""
    await _calm(app, lambda: False, lambda: False)


async def _calm(app: App[Any], asks: Callable[[], bool], threads: Callable[[], bool]) -> None:
    ready: Sized = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    calm, end = 0, time.monotonic() + 60
    while calm < 2 and app.is_running:
        assert time.monotonic() < end, "the screen is still busy after 60 s"
        # a thread that works gets the interpreter to itself, and not in slices of 5 ms
        await asyncio.sleep(0.002 if threads() else 0)
        if ready:
            calm = 0
            continue
        if app.screen_stack:
            app.screen._on_timer_update()  # the next frame, without the wait for it
        calm = 0 if ready or asks() or _moves(app) else calm + 1


async def until(true: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for something that a thread or a child brings; far longer than it ever takes."""
    end, pause = time.monotonic() + seconds, 0.001
    while not true():
        assert time.monotonic() < end, f"it has not come within {seconds:g} s"
        await asyncio.sleep(pause)
        pause = min(2 * pause, 0.01)


def _threads(app: InternalsApp) -> bool:
    return any(w.group not in ("refresh", "live") and not w.is_finished for w in app.workers)


def _asks(app: InternalsApp) -> bool:
    return bool(app.underway.open) or app.underway.waiting is not None or _threads(app)


def _moves(app: App[Any]) -> bool:
    if not app.screen_stack:
        return True
    screen = app.screen
    pumps = (app, *app.screen_stack, *screen.walk_children())
    if screen._layout_required or screen._dirty_widgets or screen._size != app.size:
        return True
    return any(not pump._message_queue.empty() for pump in pumps)


async def _at_once(min_sleep: float = 0, max_sleep: float = 0) -> None:
    """In place of the wait for an idle processor: `settle` waits for what is to happen."""


async def press(pilot: Pilot[None], app: InternalsApp, *keys: str, answered: bool = True) -> None:
    """Press keys, each after the answer to the one before; the letters of a typed line at once.

    Args:
        pilot: of the app.
        app: the screen.
        keys: one by one.
        answered: whether answers are waited for, and not messages alone.
    """
    for key, following in zip(keys, (*keys[1:], "enter"), strict=False):
        typing = isinstance(app.screen, PromptScreen) and app.screen.prompt.is_open
        with patch.object(textual.app, "wait_for_idle", _at_once):
            await app._press_keys([key])
        if not (typing and len(key) == len(following) == 1):
            await (settle(pilot, app) if answered else handled(app))


async def hold(pilot: Pilot[None], app: InternalsApp, key: str, times: int) -> None:
    """Send a key many times over, waiting for no answer before the last."""
    with patch.object(textual.app, "wait_for_idle", _at_once):
        await app._press_keys([key] * times)
    await settle(pilot, app)


async def in_turn(
    pilot: Pilot[None], app: InternalsApp, stories: Mapping[Story, Sequence[str]]
) -> None:
    """Stories of one start, each followed by the keys that take it back, as if it had its own."""
    names = tables(app)[0]

    def state() -> object:
        assert app.main is not None
        return lines_of(app), app.question, app.main.seat, names.cursor_row, names.row_count

    opened = state()
    for story, keys in stories.items():
        try:
            await story(pilot, app)
            await press(pilot, app, "escape", "escape", "2", *keys, "g", "1", "escape")
            assert state() == opened, "what comes next would begin elsewhere"
        except BaseException as error:
            error.add_note(f"in the story {story.__name__}")
            raise


_parse = Stylesheet._parse_rules
_parsed: dict[tuple[object, ...], list[RuleSet]] = {}


def _parse_once(sheet: Stylesheet, css: str, **place: Any) -> list[RuleSet]:
    """What a style sheet's text comes to, for every screen of a run: a fifth of a start."""
    variables = sheet._variables
    key = (css, *place.values(), *variables, *variables.values())
    if key not in _parsed:
        _parsed[key] = _parse(sheet, css, **place)
    return _parsed[key]


_paint = Compositor.render_update


def _paint_nothing(compositor: Compositor, *args: Any, **named: Any) -> None:
    """Take what is dirty as painted: a quarter of a story, and `seen` draws what it looks at."""
    _looked[compositor] = None
    compositor._dirty_regions.clear()


def _paint_all(compositor: Compositor, *args: Any, **named: Any) -> Any:
    """Paint as on a terminal."""
    _looked[compositor] = None
    return _paint(compositor, *args, **named)


@contextmanager
def waiting_for_nothing() -> Iterator[None]:
    """Textual's tests without waits for an idle processor, and with style sheets read once."""
    with (
        patch.object(Stylesheet, "_parse_rules", _parse_once),
        patch.object(textual.app, "wait_for_idle", _at_once),
        patch.object(textual.pilot, "wait_for_idle", _at_once),
    ):
        yield


def drive(
    story: Story,
    *,
    market: Market | None = None,
    desk: FakeDesk | None = None,
    size: tuple[int, int] = (120, 36),
    config: Config | None = None,
    question: Question = QUESTION,
    painted: bool = False,
    answered: bool = True,
    news: bool = False,
) -> InternalsApp:
    """Run a story against the screen.

    Args:
        story: what is pressed and looked at.
        market: what the screen shows.
        desk: in place of one for `market`.
        size: columns and lines of the terminal.
        config: the settings.
        question: what is asked first.
        painted: whether each frame is painted, as on a terminal: for stories of the painting
            itself, of time and of memory.
        answered: whether the story begins with the first answer, and not while it is waited for.
        news: whether what is new on the board's rows is looked up, as soon as they are there.

    Returns:
        The app, which has ended.
    """
    app = InternalsApp(desk or FakeDesk(market), config or Config(), question, now=lambda: NOW)

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await (settle(pilot, app) if answered else handled(app))
            await story(pilot, app)

    paint = _paint_all if painted else _paint_nothing
    # with new data all that is alive is looked through: here what all tests before have made, of
    # which stories of memory alone see anything; these look for garbage themselves
    drop = fitting.drop_garbage if painted or not gc.isenabled() else lambda: None
    # what a story looks at comes by its keys, and by no timer that a busy machine lets ring
    with (
        patch("tui.screen.app.POLL", 3600.0),
        patch("tui.panes.pane.STANDS", 3600.0),
        patch("tui.screen.board_answers._CALM", 0.001 if news else 3600.0),
        patch.object(Compositor, "render_update", paint),
        patch.object(fitting, "drop_garbage", drop),
        waiting_for_nothing(),
    ):
        asyncio.run(run())
    return app


__all__ = [
    "Any", "cell", "drive", "handled", "hold", "in_turn", "lines_of", "press", "seen", "settle",
    "tables", "until", "waiting_for_nothing",
]  # fmt: skip
