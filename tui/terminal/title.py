"""The window's title: the pair and its gap, and the old one back at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from tui.text import formats
from tui.text.safe import safe

if TYPE_CHECKING:
    from textual.app import App

    from core.answer.views import Snapshot

#: Keep the title and give it back, on xterm's stack of titles; terminals without pass it over.
PUSH: Final = "\x1b[22;2t"
POP: Final = "\x1b[23;2t"
_LONGEST: Final = 80


def title_of(snapshot: Snapshot) -> str:
    """``IWM-SPY YTD +14.84 pp``: ASCII, so that no window manager can show it wrongly."""
    question = snapshot.question
    words = ["-".join(question.funds), question.window]
    if snapshot.spread is not None:
        words.append(formats.pp(snapshot.spread.gap))
    if snapshot.single_spread is not None:
        words.append(formats.pct(snapshot.single_spread.small_return))
    if snapshot.simulated:
        words.append("SIMULATED")
    return formats.to_ascii(safe(" ".join(words)))[:_LONGEST]


class WindowTitle:
    """The title of the window that an app is drawn in.

    Attributes:
        titled: whether the terminal takes a title; nothing is sent before that is known.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app, self.titled = app, False
        self._title, self._away = "", False

    def say(self, snapshot: Snapshot | None) -> None:
        """The pair and its gap; nothing before the first answer, or while stopped."""
        title = title_of(snapshot) if snapshot else ""
        if title and title != self._title and not self._away:
            self._title = title
            self._send(sequence(title))

    def take(self, snapshot: Snapshot | None) -> None:
        """Keep the title there is, then say ours."""
        self._send(PUSH)
        self._title, self._away = "", False
        self.say(snapshot)

    def give_back(self) -> None:
        """The title that was there before."""
        # what is answered from now on is not said: it would be kept as the one to give back
        self._away = True
        self._send(POP)

    def _send(self, codes: str) -> None:
        driver = getattr(self._app, "_driver", None)
        if self.titled and codes and driver is not None:
            driver.write(codes)
            driver.flush()


def sequence(text: str) -> str:
    """Return the escape sequence that sets the title."""
    return f"\x1b]2;{text}\x07"


@contextmanager
def restored(*, titled: bool) -> Iterator[None]:
    """Give the terminal its old title back on leaving, whatever happens inside."""
    if not titled:
        yield
        return
    _write(PUSH)
    try:
        yield
    finally:
        _write(POP)


def _write(text: str) -> None:
    """Write to the stream that the screen is drawn on; one that is gone needs no title."""
    stream = sys.__stderr__
    if stream is not None:
        with suppress(OSError, ValueError):
            stream.write(text)
            stream.flush()
