"""Textual's driver with `Wire` in front of it: the one file that knows how Textual writes.

Three habits of Textual's are relied on: a frame is one `write` that begins with a move, it
stands between the two marks of synchronized output where the terminal knows them, and
everything else is a write of its own. Should a version change that, bytes go through as they
are and `tests/terminal/test_wire_driver.py` fails.
"""

from __future__ import annotations

import shutil
import signal
from typing import Any, Final

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui.terminal import first_frame
from tui.terminal.wire import Wire

#: Marks round a frame, for terminals that show it at once.
_START, _END = "\x1b[?2026h", "\x1b[?2026l"
#: Seconds after a change of the terminal until what no frame has drawn by itself is drawn.
_SOON: Final = 0.1


class WireDriver(LinuxDriver):
    """Sends what differs; after a resize, a stop or a foreign write, everything."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.wire = Wire()
        self._framed = self._begun = self._open = self._entered = self._left = False
        #: Whether it took over a screen with the frame on it.
        self.framed = False

    def write(self, data: str) -> None:
        """Send what of a frame differs; the frame's marks go only round what is sent."""
        if self._entered and data == first_frame.ENTER:
            self._entered = False
        elif data == _START:
            self._framed, self._begun = True, False
        elif data == _END:
            if self._begun:
                super().write(_END)
            self._framed = self._begun = False
        elif out := self.wire.feed(data):
            if self._framed and not self._begun:
                out, self._begun = _START + out, True
            super().write(out)

    def redraw(self) -> None:
        """Send every cell again."""
        self.wire.forget()
        self._mend()

    def give_back(self) -> None:
        """Give the terminal back without waiting for anything."""
        first_frame.give_back()

    def start_application_mode(self) -> None:
        """Enter the alternate screen, of which nothing is known; or take over the opening's."""
        opened = first_frame.take(lambda: self._left)
        if opened is not None:
            self.wire, self._entered, self.framed = opened.wire, True, True
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._open, self._entered = True, False
        if opened is not None:
            # what they were before the opening, to be given back at the end
            self.attrs_before = opened.modes
        before = signal.getsignal(signal.SIGWINCH)

        def resized(number: int, frame: Any) -> None:
            self._changed(*shutil.get_terminal_size())
            if callable(before):
                before(number, frame)

        signal.signal(signal.SIGWINCH, resized)
        size = shutil.get_terminal_size()
        if opened is None or opened.size != size:
            self._changed(*size)

    def stop_application_mode(self) -> None:
        """Leave it; nothing is drawn any more."""
        self._open = False
        super().stop_application_mode()
        self._left = True

    def process_message(self, message: Message) -> None:
        """In the thread of the input: follow a terminal that reports its size there."""
        if isinstance(message, events.Resize):
            self._changed(*message.size)
        super().process_message(message)

    def _changed(self, columns: int, rows: int) -> None:
        """Forget what the terminal shows, and soon redraw what no frame has drawn anew."""
        self.wire.forget(columns, rows)
        loop = self._loop
        loop.call_soon_threadsafe(lambda: loop.call_later(_SOON, self._mend))

    def _mend(self) -> None:
        if self._open and (out := self.wire.mend()):
            synced = self._app._sync_available
            super().write(f"{_START}{out}{_END}" if synced else out)
