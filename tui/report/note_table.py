"""What a table of the note is: cells as text under headings."""

from __future__ import annotations

from core.data.record import record

#: Leaders, laggards, gap leaders and changes listed in a note.
ROWS = 10
Row = tuple[str, ...]


def both_ends(size: int, each: int) -> list[int]:
    """Places of the first and the last few of a list, each once."""
    return [*range(min(each, size)), *range(max(size - each, min(each, size)), size)]


@record(frozen=True, slots=True)
class ReportTable:
    """A titled table.

    Attributes:
        title: what it shows.
        columns: heading of each column; one that starts with ">" is right-aligned.
        rows: cells as text.
        notes: sentences under it.
    """

    title: str
    columns: Row
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class Section:
    """Tables that belong together.

    Attributes:
        key: what a page hangs its pictures on.
        title: its heading.
        tables: in reading order.
    """

    key: str
    title: str
    tables: tuple[ReportTable, ...]
