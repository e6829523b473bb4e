"""Series that somebody else measures: an exchange's advances, a vendor's share above an average.

They are shown beside the measures of the lists, each ranked against itself alone. They are kept in
one CSV beside the user's files of facts: measure, date, value, source.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from cache.facts.clean import clean
from cache.facts.errors import Rejected, SourceError
from cache.sources.holdings.holdings_table import BadCell
from cache.sources.holdings.rows import csv_rows
from cache.sources.holdings.titled_table import TitledTable, date_of
from cache.sources.notation import date_order, decimal_mark, number
from cache.sources.sandbox import open_regular, run
from cache.store import disk
from core.data.record import record

if TYPE_CHECKING:
    from cache.sources.notation import Decimal, Order
    from cache.sources.sandbox import Parsed

#: The file of all series, in the user's directory of facts.
FILE: Final = "series.csv"
#: Largest file that is read, bytes.
LARGEST: Final = 32 << 20
_COLUMNS: Final = ("measure", "date", "value")
_LONGEST_NAME: Final = 40


@record(frozen=True, slots=True)
class ImportedSeries:
    """One series.

    Attributes:
        measure: its name, as typed.
        source: who measured it, "" where not stated.
        values: day -> value, ascending.
    """

    measure: str
    source: str
    values: Mapping[date, float]


def read_series(
    path: Path, *, now: datetime, dates: str | None = None, decimal: str | None = None
) -> tuple[tuple[ImportedSeries, ...], tuple[Rejected, ...]]:
    """Read a CSV with the columns measure, date, value; source.

    Args:
        path: a regular file.
        now: when it is read, with a time zone.
        dates: "dmy", "mdy" or "ymd", where its dates do not show it.
        decimal: "." or ",", where its values do not show it.

    Returns:
        Its series, and the rows that were refused.

    Raises:
        SourceError: the file cannot be used, or no row of it.
    """
    name = clean(path.name, 200)
    with open_regular(path, LARGEST) as file:
        args = {"today": now.date().isoformat(), "dates": dates, "decimal": decimal}
        fields, _ = run("cache.sources.imported_series:parse", file, args, file=name)
    unnamed_series = tuple(_series(measure, fields["rows"][measure]) for measure in fields["rows"])
    # where a row says nobody, its file says so
    all_series = tuple(
        ImportedSeries(one.measure, one.source or name, one.values) for one in unnamed_series
    )
    return all_series, tuple(Rejected(*row) for row in fields["rejected"])


def parse(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    """The parser `cache.sources.sandbox.run` calls for series; see `read_series`."""
    rows = csv_rows(stream.read())
    table = TitledTable.find(rows, "measure")
    if table is None:
        raise SourceError("has no header; the columns measure, date, value are needed")
    table.require({name: (name,) for name in _COLUMNS})
    order = date_order([table.text(row, "date") for row in table.rows], args["dates"])
    decimal = decimal_mark((table.text(row, "value") for row in table.rows), args["decimal"])
    today = date.fromisoformat(args["today"])
    good: dict[str, dict[str, tuple[float, str]]] = {}
    rejected: list[tuple[int, str, str, str]] = []
    for row in table.rows:
        cells = [table.text(row, name) for name in (*_COLUMNS, "source")]
        measure = clean(cells[0], _LONGEST_NAME)
        try:
            if not measure:
                raise BadCell("measure", "the row names no measure")
            when, value = _day(cells[1], order, today), _value(cells[2], decimal)
            source = clean(cells[3], 160)
            if good.setdefault(measure, {}).setdefault(when, (value, source))[0] != value:
                raise BadCell("value", f"another row of this file gives {measure} otherwise")
        except BadCell as bad:
            rejected.append((row.line, bad.column, measure, bad.reason))
    if not any(good.values()):
        why = f"; the first: {rejected[0][3]}" if rejected else ""
        raise SourceError(f"has no good row{why}")
    return {"rows": {name: some for name, some in good.items() if some}, "rejected": rejected}, {}


def _day(text: str, order: Order | None, today: date) -> str:
    when = date_of(text, "date", order)
    if when > today:
        raise BadCell("date", f"{when} has not come yet")
    return when.isoformat()


def _value(text: str, decimal: Decimal) -> float:
    try:
        value = number(text, decimal)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadCell("value", f'"{clean(text, 20)}" is no number')
    return value


def _series(measure: str, rows: Mapping[str, tuple[float, str]]) -> ImportedSeries:
    days = sorted(rows)
    source = next((rows[when][1] for when in reversed(days) if rows[when][1]), "")
    return ImportedSeries(
        measure, source, {date.fromisoformat(when): rows[when][0] for when in days}
    )


def stored_series(directory: Path) -> dict[str, ImportedSeries]:
    """Measure -> its series, of the user's directory of facts.

    Raises:
        SourceError: the file cannot be read.
    """
    try:
        text = (directory / FILE).read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SourceError(f"cannot be read: {error}", file=FILE) from error
    rows: dict[str, dict[str, tuple[float, str]]] = {}
    try:
        for measure, when, value, source in list(csv.reader(io.StringIO(text)))[1:]:
            rows.setdefault(measure, {})[when] = float(value), source
        return {measure: _series(measure, some) for measure, some in rows.items()}
    except ValueError as error:
        raise SourceError(f"is damaged: {error}; import the series again", file=FILE) from error


def store_series(directory: Path, series: Mapping[str, ImportedSeries]) -> None:
    """Write all series, in place of those stored; OSError where the disk refuses."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow((*_COLUMNS, "source"))
    for one in series.values():
        table.writerows((one.measure, d, repr(v), one.source) for d, v in one.values.items())
    disk.replace(directory / FILE, text.getvalue().encode())


def merged(
    stored: Mapping[str, ImportedSeries], new: Mapping[str, ImportedSeries]
) -> dict[str, ImportedSeries]:
    """The stored series with others merged in: of one day the newer value counts."""
    out = dict(stored)
    for measure, one in new.items():
        values = {**(stored[measure].values if measure in stored else {}), **one.values}
        out[measure] = ImportedSeries(measure, one.source, dict(sorted(values.items())))
    return out
