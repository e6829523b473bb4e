"""A writer to the terminal that survives failed writes, and never blocks the screen.

Textual's ends at the first error, and waits without end for a terminal that nobody reads: its full
queue then stops the whole screen, so that neither a key nor a signal ends it. This goes when
Textual's `WriterThread` (8.2) survives an error and `write` no longer waits for its queue.
"""

from __future__ import annotations

import os
import select
import signal
import termios
import threading
from contextlib import suppress
from queue import SimpleQueue
from typing import IO, Final

from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

#: Bytes gathered before they are written, where more is waiting.
_PIECE: Final = 1 << 16
#: A longer text is a frame: dropped where there is no room, and drawn again later.
_CODE: Final = 256
#: Seconds the screen waits for room, and between two tries of a terminal that has none.
_ROOM: Final = 0.5
#: Seconds that what is still to be written may take at the end, and the steps they are counted in:
#: a process that does not run meanwhile uses up one of them, and not all.
_END: Final = 1.5
_STEPS: Final = 15


class Writer(WriterThread):
    """Writes what the screen sends; where that fails for good it asks the program to end."""

    def __init__(self, file: IO[str]) -> None:
        super().__init__(file)
        self._texts: SimpleQueue[str | None] = SimpleQueue()
        self._room = threading.Semaphore(MAX_QUEUED_WRITES)
        #: Nothing more can be written; frames were dropped; no room came for the last one.
        self._useless = self._missed = self._stuck = False

    def write(self, text: str) -> None:
        """Send a text; a frame is dropped where the terminal has taken nothing for a while."""
        if len(text) > _CODE:
            if not self._room.acquire(timeout=0 if self._stuck else _ROOM):
                self._missed = self._stuck = True
                return
            self._stuck = False
        self._texts.put(text)

    def run(self) -> None:
        """Write until the end is requested, in pieces, the last one when nothing more waits."""
        coding = getattr(self._file, "encoding", None) or "ascii"
        pending: list[bytes] = []
        while (text := self._texts.get()) is not None:
            if len(text) > _CODE:
                self._room.release()
            pending.append(text.encode(coding, "backslashreplace"))
            if self._texts.empty() or sum(map(len, pending)) >= _PIECE:
                self._send(b"".join(pending))
                pending = []
                if self._missed and self._texts.empty() and not self._useless:
                    # what the terminal shows is not known: as after a change of its size
                    self._missed = False
                    os.kill(os.getpid(), signal.SIGWINCH)
        self._send(b"".join(pending))

    def stop(self) -> None:
        """Let the rest be written; of a terminal that does not take it what waits is dropped."""
        self._texts.put(None)
        for _ in range(_STEPS):
            self.join(_END / _STEPS)
        if self.is_alive():
            self._useless = True
            with suppress(OSError, ValueError, termios.error):
                termios.tcflush(self._file.fileno(), termios.TCOFLUSH)
            self.join(_ROOM)

    def _send(self, data: bytes) -> None:
        """Write all of it, however long a terminal takes; one that is gone ends the program."""
        unsent = memoryview(data)
        try:
            descriptor = self._file.fileno()
            while unsent and not self._useless:
                try:
                    unsent = unsent[os.write(descriptor, unsent) :]
                except BlockingIOError:
                    # whoever shares the terminal has made it so
                    select.select([], [descriptor], [], _ROOM)
        except (OSError, ValueError):
            self._useless = True
            # as the system says it of a terminal that is gone: the screen leaves in order
            os.kill(os.getpid(), signal.SIGHUP)
