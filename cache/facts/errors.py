"""Every error the cache raises, one sentence each for the user; and refused rows of a file."""

from __future__ import annotations

from typing import Final

from cache.facts.clean import clean
from core.data.record import record

#: Characters of a column's or a symbol's name that a sentence has room for.
_NAME: Final = 40
#: How the reason begins where a file's weights are not those of one whole fund.
WEIGHTS_SUM: Final = "the weights add up to"
#: How words begin on a file of which two columns say the same and differ.
CONTRADICTS: Final = "contradicts itself"


class CacheError(Exception):
    """Root of every error that cache raises; the message is one sentence for a person."""


class StoreError(CacheError):
    """The store cannot be read or written."""


class StoreEmpty(StoreError):  # noqa: N818  it is a state, and reads as one
    """The store is empty."""


class StoreBusy(StoreError):  # noqa: N818
    """Another process holds the store's lock for longer than the time to wait."""


class SourceError(CacheError):
    """A source (a file, a vendor, an issuer) gave data that cannot be used.

    Attributes:
        reason: what was wrong and what would be right.
        file: name of the file or the source.
        line: 1-based line of the file.
        column: name of the column, as it may be shown.
        symbol: the symbol concerned, likewise.
    """

    def __init__(
        self,
        reason: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: str | None = None,
        symbol: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.file = file
        self.line = line
        # A file may name its columns and lines as it likes.
        self.column = None if column is None else clean(column, _NAME)
        self.symbol = None if symbol is None else clean(symbol, _NAME)

    def __str__(self) -> str:
        """One sentence: "FILE, line 12, column close, AAPL: what was wrong"."""
        where = (
            self.file,
            None if self.line is None else f"line {self.line}",
            None if self.column is None else f"column {self.column}",
            self.symbol,
        )
        place = ", ".join(part for part in where if part)
        return f"{place}: {self.reason}" if place else self.reason


@record(frozen=True, slots=True)
class Rejected:
    """A row that was refused; the file's other rows are used.

    Attributes:
        line: 1-based line of the file (row, where a file has no lines).
        column: name of the column, "" where the whole row is meant.
        symbol: as far as it could be read.
        reason: a few words for a person.
        file: name of the file, "" where there is one alone.
    """

    line: int
    column: str
    symbol: str
    reason: str
    file: str = ""

    @property
    def of_whole(self) -> bool:
        """Whether it tells of the whole file's weights, and no row is refused."""
        return self.column == "weight" and self.reason.startswith(WEIGHTS_SUM)


def why(error: Exception) -> str:
    """Return an error's sentence for the user; for the system's errors the file and the reason."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"{error}"
