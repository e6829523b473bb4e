"""A user's list of industries: which one each symbol belongs to."""

from __future__ import annotations

from datetime import date, datetime

from core.data.errors import FrameError
from core.data.record import record

#: What lines are called together whose industry nothing held tells.
UNTOLD = "not told"


@record(frozen=True, slots=True)
class IndustryList:
    """One file of a user's, read.

    Attributes:
        symbols: (N,) unique, Yahoo's spelling.
        industries: (N,), none empty.
        sectors: (N,) "" where the file has none.
        source: the file's name.
        fetched_at: when it was read.
        as_of: the day from which on it counts; None for every day.
    """

    symbols: tuple[str, ...]
    industries: tuple[str, ...]
    sectors: tuple[str, ...]
    source: str
    fetched_at: datetime
    as_of: date | None = None

    @property
    def rows(self) -> tuple[object, ...]:
        """All that the list states, without when it was read: equal for a file imported twice."""
        return self.symbols, self.industries, self.sectors, self.source, self.as_of

    def check(self) -> None:
        """Raise FrameError where lengths, uniqueness or names are broken."""
        size = len(self.symbols)
        if not size:
            raise FrameError("a list of industries names no symbol")
        if len(self.industries) != size or len(self.sectors) != size:
            raise FrameError("a column of a list of industries has a wrong length")
        if len(set(self.symbols)) != size:
            raise FrameError("a symbol appears twice in a list of industries")
        if not all(self.industries):
            raise FrameError("a list of industries holds a symbol without one")
