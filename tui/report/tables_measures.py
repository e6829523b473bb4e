"""The rows of the table of measures as tables of the note: value, change of the day, lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final

from core.answer.scalar import BREADTH, CHANGES, Reading, Scalar
from core.answer.table import ROWS, reading, shortfall
from tui.report.note_table import ReportTable
from tui.text import formats as f

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot

#: Pane and view -> the heading of their rows.
HEADINGS: Final = {
    (BREADTH, "ladder"): "Lines' returns",
    (BREADTH, "session"): "The last session",
    (BREADTH, "averages"): "Averages, highs and large moves",
    (CHANGES, "concentration"): "How few names carry it",
    (CHANGES, "weights"): "How even weights and gains are",
}


def figure(row: Scalar, value: float | None) -> str:
    """A measure's value, a fraction, as a person reads it."""
    return f.measure(value, row.unit, row.decimals, sign=row.signed)


def change_figure(row: Scalar, change: float | None) -> str:
    """A measure's change of the day: of shares and returns in points, with its sign."""
    unit = "pp" if row.unit in ("share", "return") else row.unit
    return "" if change is None else f.measure(change, unit, row.decimals, sign=True)


def _cells(row: Scalar, reading: Reading) -> tuple[str, str, str]:
    of = "" if reading.of is None else f.count(reading.of)
    return figure(row, reading.value), change_figure(row, reading.change), of


def measures(snapshot: Snapshot, pane: int, views: Sequence[IndexView]) -> Iterator[ReportTable]:
    """The rows that a pane shows, a table a view; a column that says nothing is left out."""
    for place, heading in HEADINGS.items():
        rows = [row for row in ROWS if row.view == place]
        if place[0] != pane or not views or not rows:
            continue
        readings = {
            row.key: [
                reading(row, view, snapshot.daily.get(view.fund), snapshot.before.get(view.fund))
                for view in views
            ]
            for row in rows
        }
        body = [
            (row.title, *chain.from_iterable([_cells(row, one) for one in readings[row.key]]))
            for row in rows
        ]
        head = ("", *chain.from_iterable((f">{v.fund}", ">day", ">lines") for v in views))
        keep = [
            n for n, name in enumerate(head)
            if name not in (">day", ">lines") or any(line[n] for line in body)
        ]  # fmt: skip
        notes = dict.fromkeys(
            f"{view.fund}: {words}"
            for row in rows
            for view, one in zip(views, readings[row.key], strict=True)
            if (words := shortfall(row, one))
        )
        yield ReportTable(
            heading,
            tuple(head[n] for n in keep),
            tuple(tuple(line[n] for n in keep) for line in body),
            tuple(notes),
        )
