"""A program on a terminal of a test's own, and what a person sees of it."""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable

from bench.terminal import Terminal, idle
from tests.vt import UNFINISHED, Screen

SIZE = (120, 36)


class Shown:
    """A program, and the terminal that shows what it sends.

    Attributes:
        data: all that was sent.
    """

    def __init__(self, argv: list[str], env: dict[str, str] | None = None) -> None:
        self.terminal = Terminal(argv, size=SIZE, env=env)
        self.screen = Screen(*SIZE)
        self.data = ""
        # a read may end within a letter
        self.decode = codecs.getincrementaldecoder("utf-8")().decode
        self.unfinished = ""

    def close(self) -> None:
        """End the program where it has not ended."""
        self.terminal.close()

    def until(self, text: str) -> list[str]:
        """What is seen once a text is."""
        self.wait(lambda: text in "\n".join(self.screen.lines()))
        return self.screen.lines()

    def wait(self, true: Callable[[], bool]) -> None:
        """Read until something is true; waits far longer than it ever takes."""
        end = time.monotonic() + 60
        while not true():
            assert time.monotonic() < end, "\n".join(self.screen.lines())
            self.take(0.1)

    def calm(self, seconds: float = 0.4) -> None:
        """Read until nothing has come for a while, and the program waits for something."""
        end = time.monotonic() + 60
        while self.take(seconds) or not idle(self.terminal.pid):
            seen = "\n".join(self.screen.lines())
            assert time.monotonic() < end, f"the program is still busy after 60 s:\n{seen}"

    def take(self, seconds: float) -> bool:
        """Show what comes within a time, and what follows it at once; whether anything came."""
        data = self.terminal.read(seconds)
        # a frame comes in pieces
        end = time.monotonic() + 60
        while data and (more := self.terminal.read(0.05)):
            data += more
            assert time.monotonic() < end, "the program has not been silent for 60 s"
        text = self.decode(data)
        self.data += text
        # a read may end within a sequence
        text = self.unfinished + text
        cut = UNFINISHED.search(text)
        self.unfinished = cut[0] if cut else ""
        self.screen.feed(text.removesuffix(self.unfinished))
        return bool(data)
