"""Pastes are separated before Textual's parser sees them, so that nothing in one is a key.

A terminal sends ``ESC[200~``, the text, ``ESC[201~``. Textual ends a paste at the first escape in
it and takes the rest for keys, so that a hostile text could press them; some terminals (tmux's
``paste-buffer -p``) hand escapes on. Here all that comes in one breath belongs to the paste, up to
the last end mark in it: a text that brings an end mark of its own presses no key either.

This goes when Textual's parser (8.2: `XTermParser.parse`) takes all up to the end mark for text.

Two habits of Textual's are relied on: its driver makes the parser by the name in its module,
feeds it what it reads and ticks it at least every tenth of a second. Should a version change
that, `tests/tui/test_pasting.py` fails.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from typing import Final

from textual import events
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.message import Message

START: Final = BRACKETED_PASTE_START
END: Final = BRACKETED_PASTE_END
#: Seconds of silence after an end mark that make it the last; and at most so many after it, since
#: a moving mouse or a key held down is never silent.
QUIET, BREATH = 0.05, 0.5
#: Seconds of silence after which a paste without an end is over; and at most so many.
PATIENCE, LONGEST = 1.0, 5.0
#: More than this at once is no keyboard and no mouse, but text that still comes.
BULK: Final = 256
#: Characters kept of the beginning of what was pasted, and of its end.
MOST, LAST = 1 << 16, 1 << 12
#: Tabs and line ends stay.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class PasteParser(XTermParser):
    """Textual's parser for all but pastes, which it never sees."""

    def __init__(self, debug: bool = False) -> None:
        #: The last signs handed on, in which a start may have begun.
        self._tail = ""
        #: What came since a start, None outside of pastes.
        self._paste: str | None = None
        self._last_input = self._bulky = 0.0
        super().__init__(debug)

    def feed(self, data: str) -> Iterable[Message]:
        """Turn what was read into messages; a paste gives none before it is over."""
        if not data:
            self._paste = None
            yield from super().feed(data)
        elif self._paste is not None:
            self._take(data)
        else:
            recent = self._tail + data
            at = recent.find(START)
            if at < 0:
                self._tail = recent[1 - len(START) :]
                yield from super().feed(data)
                return
            after = at + len(START) - len(self._tail)
            if before := data[: after - 1]:
                yield from super().feed(before)
            # The start's last sign and an end: an empty paste, or a key where a slow line had
            # parted the start. Either way the parser then waits for nothing, and neither counts.
            for _ in super().feed(START[-1] + END):
                pass
            self._tail, self._paste = "", ""
            self._bulky = time.monotonic()
            self._take(data[after:])

    def tick(self) -> Iterable[Message]:
        """Return the messages that are due now though nothing was read."""
        if self._paste is None:
            yield from super().tick()
        elif self._over(END in self._paste, time.monotonic()):
            yield from self._settle(self._paste)

    def _take(self, data: str) -> None:
        """More of a paste."""
        self._last_input = time.monotonic()
        paste = (self._paste or "") + data
        if len(data) > BULK or END in paste[-len(data) - len(END) :]:
            self._bulky = self._last_input
        if len(paste) > 2 * MOST:
            paste = paste[:MOST] + paste[-LAST:]
        self._paste = paste

    def _over(self, ended: bool, now: float) -> bool:
        silence, longest = (QUIET, BREATH) if ended else (PATIENCE, LONGEST)
        return now - self._last_input >= silence or now - self._bulky >= longest

    def _settle(self, paste: str) -> Iterator[Message]:
        """The pastes of a breath, then the keys after the last of them."""
        self._paste = None
        text, _, after = paste.rpartition(END) if END in paste else (paste, "", "")
        between, start, begun = after.rpartition(START)
        if start and between:
            # Before another paste of the same breath nobody pressed a key: a text that brings its
            # own marks is the same bytes, and on a slow line at the same moments.
            text, after = text + END + between, start + begun
        for one in text.split(END + START):
            yield events.Paste(_CONTROLS.sub("", one)[:MOST])
        if after:
            yield from self.feed(after)
