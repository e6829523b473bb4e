"""The last check of everything drawn: no segment with control characters is written."""

from __future__ import annotations

from typing import Final

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui.text.safe import safe


class SafeLines(LineFilter):
    """Brings every segment's text through `safe`, whichever widget drew it."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments; only what a terminal could obey is another text."""
        if "".join([text for text, _, _ in segments]).isprintable():
            return segments
        return [
            segment if segment.control else Segment(safe(segment.text), segment.style)
            for segment in segments
        ]


#: The one net: what Textual keeps of a line is kept under the filter that made it.
NET: Final = SafeLines()
