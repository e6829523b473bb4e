"""Adapt Textual to the terminal: undecodable input, unwanted colours, redrawing."""

from __future__ import annotations

import codecs
import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tui.terminal.release import tested

if TYPE_CHECKING:
    from concurrent.futures import Future

    from textual.app import App
    from textual.color import Color
    from textual.driver import Driver
    from textual.drivers.linux_driver import LinuxDriver
    from textual.filter import LineFilter
    from textual.style import Style

T = TypeVar("T")

#: Stands over the setting `wire`: "plain" or "cells".
WIRE: Final = "INTERNALS_WIRE"


def survive_the_terminal() -> None:
    """Keep invalid bytes, odd pastes and a broken terminal from ending the screen with an error.

    Textual 8.2: `LinuxDriver.run_input_thread` decodes strictly, and a single such byte would end
    the screen; the replacing decoder goes when it decodes with ``errors="replace"``. When the two
    others go is described in `tui.terminal.pasting` and `tui.terminal.writing`, and of SIGCONT in
    `_go_on`.
    """
    if sys.platform != "win32" and tested():
        from textual import _xterm_parser
        from textual.drivers import linux_driver

        from tui.terminal.pasting import PasteParser
        from tui.terminal.writing import Writer

        linux_driver.WriterThread = Writer  # type: ignore[attr-defined]
        linux_driver.getincrementaldecoder = _replacing  # type: ignore[assignment, attr-defined]
        linux_driver.LinuxDriver._sigcont_application = _go_on  # type: ignore[assignment, method-assign]
        for module in (_xterm_parser, linux_driver):
            module.XTermParser = PasteParser  # type: ignore[attr-defined]


def _replacing(encoding: str) -> partial[codecs.IncrementalDecoder]:
    return partial(codecs.getincrementaldecoder(encoding), errors="replace")


def _go_on(driver: LinuxDriver, *_: object) -> None:
    """Handle SIGCONT: enter application mode again, once, where the program goes on.

    Textual 8.2 enters it in the handler, at every SIGCONT: after SIGSTOP, which leaves no time to
    leave it first, a second time, so that the terminal stays raw at the end; and in the middle of
    the end, which then never comes. This goes when Textual does neither.
    """
    if driver._auto_restart:
        # in the event loop no start or stop is under way
        with suppress(RuntimeError):  # it has ended
            driver._loop.call_soon_threadsafe(_enter_again, driver)


def _enter_again(driver: LinuxDriver) -> None:
    """Enter application mode after a stop, leaving it first where there was no time to."""
    keys = driver._key_thread
    if keys is not None and keys.is_alive():
        driver.suspend_application_mode()
        driver._must_signal_resume = True
    if driver._must_signal_resume:
        driver.resume_application_mode()


def let_widgets_go() -> None:
    """Keep the colours that Textual remembers of widgets, and not the widgets' lines with them.

    Textual 8.2: the cache of `StylesCache.get_inner_outer` is keyed by the object that holds a
    widget's drawn lines, and so keeps a thousand of them alive: a third of a megabyte for each page
    that was open. Where that is no ``lru_cache`` any more, this does nothing and can go.
    """
    if not tested():
        return
    from textual._styles_cache import StylesCache

    cached_method = StylesCache.get_inner_outer
    original = getattr(cached_method, "__wrapped__", None)
    if original is None:
        return  # mended here already, or by Textual

    @lru_cache(1024)
    def colours(base: Color, background: Color) -> tuple[Style, Style]:
        styles: tuple[Style, Style] = original(StylesCache, base, background)
        return styles

    def get_inner_outer(_: StylesCache, base: Color, background: Color) -> tuple[Style, Style]:
        return colours(base, background)

    StylesCache.get_inner_outer = get_inner_outer  # type: ignore[method-assign, assignment]


def let_answers_go() -> None:
    """Have the running loop's threads keep nothing of what they have done.

    Textual 8.2: `Worker._run_threaded` sets the worker in the context of the thread that does its
    work. There it stays, with the market that it read, until this thread has another: each idle
    thread kept a market of its own. This goes when the worker is set in a copy of the context.
    """
    # the frame that is painted first does without them
    import asyncio
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import Context

    class Threads(ThreadPoolExecutor):
        """Threads that do each piece of work in a context of its own."""

        def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
            return super().submit(Context().run, fn, *args, **kwargs)

    asyncio.get_running_loop().set_default_executor(Threads(thread_name_prefix="asyncio"))


def collect_from_here() -> None:
    """Look for garbage from now on, and not among what the start has made."""
    gc.freeze()
    gc.enable()


def drop_garbage() -> None:
    """Free what nothing uses any more: some ms, as what the start has made is not looked at.

    Textual's closed pages and ended workers refer to themselves, and keep the market they read.
    Python looks for such garbage by the number of objects, not by their size: a dozen markets may
    wait until then, and the process does not get smaller afterwards.
    """
    gc.collect()


def heed_no_color() -> None:
    """Drop an empty NO_COLOR from the environment: set to nothing, it asks for nothing.

    Textual 8.2 takes it for set (`App.__init__`); this goes when it asks whether it is empty.
    """
    if os.environ.get("NO_COLOR") == "":
        del os.environ["NO_COLOR"]


def colourless(filters: Sequence[LineFilter]) -> list[LineFilter]:
    """Line filters under NO_COLOR: no colour at all where Textual would send greys.

    Textual 8.2 takes `Monochrome` but in native ANSI colours; this goes when it takes `NoColor`.
    """
    from textual.filter import Monochrome, NoColor

    others = [one for one in filters if not isinstance(one, (Monochrome, NoColor))]
    return [*others, NoColor()]


def plain(wire: str) -> bool:
    """Whether Textual paints and writes by itself: as set, off POSIX, or in another release."""
    wire_setting = os.environ.get(WIRE) or wire
    another = bool(os.environ.get("TEXTUAL_DRIVER")) or not tested()
    return wire_setting == "plain" or sys.platform == "win32" or another


def driver_class(wire: str) -> type[Driver] | None:
    """The driver for the setting: ours for "cells"; None, Textual's own, for "plain".

    Ours writes as a POSIX terminal is written to; a driver named by TEXTUAL_DRIVER is left alone.
    """
    if plain(wire):
        return None
    from tui.terminal.driver import WireDriver

    return WireDriver


def framed(app: App[Any]) -> bool:
    """Whether the frame already stood on the terminal when the screen came to it."""
    return bool(getattr(getattr(app, "_driver", None), "framed", False))


def redraw(app: App[Any]) -> None:
    """Send the whole screen again: another program wrote over it, or a line was lost."""
    again = getattr(getattr(app, "_driver", None), "redraw", None)
    if again is not None:
        again()
    else:
        app.screen.refresh(layout=True)


def give_back(app: App[Any]) -> None:
    """Give the terminal back at once, as far as it takes that: the process is about to end."""
    back = getattr(getattr(app, "_driver", None), "give_back", None)
    if back is not None:
        back()
