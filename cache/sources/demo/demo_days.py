"""The days of the simulated market."""

from __future__ import annotations

from datetime import date
from typing import Final

#: The last session of the market, and the as-of date at which it opens.
LAST: Final = date(2026, 7, 10)
OPENS_AT: Final = date(2026, 6, 26)
#: Lines have closes from here on; the two funds since 2000.
LINES_FROM: Final = date(2024, 7, 10)
#: The first file is the window's start, the last holds the lines after the reconstitution.
FILES: Final = (
    date(2025, 12, 31),
    date(2026, 1, 30),
    date(2026, 2, 27),
    date(2026, 3, 31),
    date(2026, 4, 30),
    date(2026, 5, 29),
    OPENS_AT,
)
