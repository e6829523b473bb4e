"""The screen on this terminal: no more colours, characters and codes than it takes."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from tui.command.commands import KEYS
from tui.panes.frame import Start, frame
from tui.state.config import Config
from tui.terminal import crash, fitting, title
from tui.terminal.capabilities import Capabilities, here, prepare
from tui.text.spans import Characters
from tui.text.streams import ANSWERED, BAD_INPUT, BY_SIGNAL, draw_on_terminal, say

if TYPE_CHECKING:
    from core.data.question import Question
    from tui.screen.app import InternalsApp
    from tui.service.service import Desk
    from tui.state.state_files import Memory
    from tui.terminal.first_frame import Draw

#: As many colours as these need no theme of their own.
_MANY: Final = 256
#: Seconds the first answer may take before the screen is loaded beside it.
_FIRST: Final = 2.0
#: Opens what the screen asks for data: the desk, the settings there, and the first question.
Opener = Callable[[Config], "tuple[Desk, Config, Question]"]


def show(
    config: Config, first: Question, memory: Memory, opener: Opener, *, simulated: bool
) -> int:
    """Run the screen to its end and return the exit code; data are opened once the frame stands."""
    if os.environ.get("TEXTUAL_DRIVER", "").endswith("WebDriver"):
        # the cells go to a page of `internals serve`: there is no terminal to ask
        from tui.cli import serve

        return serve.run(*opener(config))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return say(
            "the screen needs a terminal; `internals note` writes the same answer", BAD_INPUT
        )
    draw_on_terminal()
    terminal = here()
    if terminal.refusal:
        return say(terminal.refusal, BAD_INPUT)
    config = suited(config, terminal)

    rebound = {name: tuple(map(str.strip, text.split(","))) for name, text in config.keys.items()}
    board = config.board_first and not first.alone
    start = Start(first, config.pairs, KEYS | rebound, memory.seat(), simulated, board)
    with title.restored(titled=terminal.title), _opened(config, start, terminal) as show_instead:
        # garbage is looked for once the screen is there: see `fitting.collect_from_here`
        gc.disable()
        desk, config, question = opener(config)
        if draw := _first_numbers(desk, config, question, start):
            show_instead(draw)
        app = _run(desk, config, question, terminal)
        if app.wants_demo:
            demo = desk.demo()
            app = _run(demo, config, demo.opening() or question, terminal)
    code = app.return_code or ANSWERED
    # a screen that broke has said so; it is no answer in part
    return code if code == ANSWERED or code > BY_SIGNAL else BAD_INPUT


def _first_numbers(desk: Desk, config: Config, question: Question, start: Start) -> Draw | None:
    """The function that draws the first answer on the frame; None where none is ready so soon.

    Two threads that load modules at once take longer than one after the other: the screen is
    loaded afterwards.
    """
    try:
        if start.board:
            board = desk.begin_board(config.pairs, question.basis, question.as_of).result(_FIRST)
        else:
            snapshot, market = desk.begin(question).result(_FIRST), desk.market()
    except Exception:
        # the screen asks for the same, and says what went wrong
        return None
    Characters.ascii_only = config.ascii
    if start.board:
        from tui.screen.first_board import boarded

        return partial(boarded, start=start, board=board, question=question)
    from tui.host.scene import Scene
    from tui.screen.first_numbers import answered

    scene = Scene(snapshot, market, start.seat.first)
    return partial(answered, start=start, scene=scene, now=datetime.now(UTC))


def _run(desk: Desk, config: Config, question: Question, terminal: Capabilities) -> InternalsApp:
    """One market's screen to its end."""
    prepare(terminal)
    from tui.screen.app import InternalsApp

    app = InternalsApp(desk, config, question)
    app.window.titled = terminal.title
    app.crash_log = None if desk.memory.refusal else desk.places.state.with_name(crash.FILE)
    if terminal.colours == 8:
        from tui.terminal.colours import Eight

        app.few = (Eight(),)
    if not terminal.unicode and config.ascii and "ascii" not in config.set_by_user:
        app.greeting = f"drawn in ASCII, because {terminal.coding}; `internals doctor` says more"
    app.run(mouse=config.mouse and terminal.mouse)
    return app


def _opened(
    config: Config, start: Start, terminal: Capabilities
) -> AbstractContextManager[Callable[[Draw], None]]:
    """The frame on the terminal, where what comes after it can take it over."""
    if sys.platform == "win32" or fitting.plain(config.wire):
        return nullcontext(lambda draw: None)
    from tui.terminal.first_frame import opened

    return opened(
        lambda width, height: frame(width, height, start),
        config.theme,
        terminal,
        ascii_only=config.ascii,
    )


def suited(config: Config, terminal: Capabilities) -> Config:
    """The settings with what a person left open decided by the terminal."""
    if "theme" not in config.set_by_user and terminal.colours < _MANY:
        config = replace(config, theme="terminal")
    if "ascii" not in config.set_by_user and not terminal.unicode:
        config = replace(config, ascii=True)
    return config
