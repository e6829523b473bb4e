"""What the terminal sends and understands: bytes that are no text, colours that are not wanted."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Sequence
from functools import partial

from textual.filter import LineFilter, Monochrome, NoColor


def read_leniently() -> None:
    """Take a byte that is no UTF-8 (a paste, a Latin-1 keyboard) for a sign, not for an error.

    Textual's reading thread decodes strictly, and a single such byte would end the screen.
    """
    if sys.platform != "win32":
        from textual.drivers import linux_driver

        linux_driver.getincrementaldecoder = _replacing  # type: ignore[assignment, attr-defined]


def _replacing(encoding: str) -> partial[codecs.IncrementalDecoder]:
    return partial(codecs.getincrementaldecoder(encoding), errors="replace")


def heed_no_color() -> None:
    """Drop an empty NO_COLOR from the environment: set to nothing, it asks for nothing."""
    if os.environ.get("NO_COLOR") == "":
        del os.environ["NO_COLOR"]


def colourless(filters: Sequence[LineFilter]) -> list[LineFilter]:
    """Line filters under NO_COLOR: no colour at all where Textual would send greys."""
    kept = [one for one in filters if not isinstance(one, (Monochrome, NoColor))]
    return [*kept, NoColor()]
