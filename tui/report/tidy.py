"""A tidy table as CSV, Parquet or a pandas frame."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tui.report.answer_file import check_target, write_file
from tui.report.document import document
from tui.report.parts import PARTS, Kind, TidyTable, part

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from core.answer.since import Since
    from core.answer.views import Snapshot
    from tui.report.answer_file import Ledger

#: What a spreadsheet would take for a formula, full-width signs too.
_FORMULA: Final = re.compile(r"^[=+\-@\t\r\n＝＋－＠]")
#: What would end a row early in some reader.
_BREAKS: Final = re.compile(r"[\t\r\n]")


def _cell(value: Any, *, text: bool) -> str:
    """A cell in full precision; a text that no spreadsheet runs as a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value)
    words = f"'{value}" if text and _FORMULA.match(str(value)) else str(value)
    return _BREAKS.sub(" ", words)


def _cells(values: Sequence[Any], kind: Kind) -> Sequence[Any]:
    """A column's cells; numbers are left to the writer, which has them in full precision too."""
    if kind in ("real", "whole"):
        return values
    text = kind == "text"
    # a history says the same few words a hundred thousand times
    cell_of = {value: _cell(value, text=text) for value in set(values)}
    return [cell_of[value] for value in values]


def to_csv(table: TidyTable) -> str:
    """A part as CSV: full precision, empty where missing, formulas in text made harmless."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    if table.rows:
        columns = zip(table.columns, zip(*table.rows, strict=True), strict=True)
        cells = (_cells(values, column.kind) for column, values in columns)
        writer.writerows(zip(*cells, strict=True))
    return out.getvalue()


def part_csv(snapshot: Snapshot, earlier: Since | None = None, name: str = PARTS[0]) -> str:
    """One part of the note as CSV; the contributors unless another is requested."""
    return to_csv(part(document(snapshot, earlier), name))


def to_parquet(table: TidyTable) -> bytes:
    """A part as Parquet: typed columns, so that an empty one keeps its type.

    Text is kept as it is: a typed column is never read as a formula.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    kinds = {
        "text": pa.string(), "real": pa.float64(), "whole": pa.int64(), "date": pa.string(),
        "flag": pa.bool_(),
    }  # fmt: skip
    arrays = []
    for place, column in enumerate(table.columns):
        values = pa.array([row[place] for row in table.rows], kinds[column.kind])
        arrays.append(pc.cast(values, pa.date32()) if column.kind == "date" else values)
    out = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays, [column.name for column in table.columns]), out)
    return bytes(out.getvalue())


def to_pandas(snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    """Every part of an answer as a pandas frame, for a notebook; dates are timestamps."""
    import numpy as np
    import pandas as pd

    arrays: Mapping[Kind, Callable[[Sequence[Any]], Any]] = {
        "text": lambda values: list(values) if values else np.array((), object),
        "real": lambda values: np.array(values, np.float64),
        "whole": lambda values: pd.array(values, "Int64"),
        "date": lambda values: np.array(values, "datetime64[s]"),
        "flag": lambda values: pd.array(values, "boolean"),
    }
    whole = document(snapshot)
    frames = {}
    for name in PARTS:
        table = part(whole, name)
        columns = zip(*table.rows, strict=True) if table.rows else ((),) * len(table.columns)
        frames[name] = pd.DataFrame(
            {
                column.name: arrays[column.kind](values)
                for column, values in zip(table.columns, columns, strict=True)
            }
        )
    return frames


def to_polars(snapshot: Snapshot) -> dict[str, pl.DataFrame]:
    """Every part of an answer as a polars frame (extra `polars`); dates are dates."""
    import polars as pl

    kinds: Mapping[str, Any] = {
        "text": pl.String, "whole": pl.Int64, "flag": pl.Boolean, "real": pl.Float64,
        "date": pl.String,
    }  # fmt: skip
    whole = document(snapshot)
    frames = {}
    for name in PARTS:
        table = part(whole, name)
        schema = {column.name: kinds[column.kind] for column in table.columns}
        columns = zip(*table.rows, strict=True) if table.rows else ((),) * len(schema)
        frame = pl.DataFrame(dict(zip(schema, map(list, columns), strict=True)), schema=schema)
        dates = [column.name for column in table.columns if column.kind == "date"]
        frames[name] = frame.with_columns(pl.col(dates).str.to_date()) if dates else frame
    return frames


#: Format of an export -> what makes a part's file of it.
EXPORTS: Final[Mapping[str, Callable[[TidyTable], str | bytes]]] = {
    "parquet": to_parquet,
    "csv": to_csv,
}


def export(
    snapshot: Snapshot, directory: Path, kind: str, ledger: Ledger, *, force: bool = False
) -> int:
    """Write every part to a file of its own, each whole or not at all; how many there are.

    Args:
        snapshot: with its daily breadth, where that table is to hold rows.
        directory: made where it is not there.
        kind: a key of `EXPORTS`, and the files' ending.
        ledger: the files that this program wrote, and may replace.
        force: others may be replaced as well.

    Raises:
        OSError: a file cannot be written, or is not the program's; it names it. In the latter
            case none was written.
    """
    files = {name: directory / f"{name}.{kind}" for name in PARTS}
    for target in files.values():
        check_target(target, ledger, force=force)
    directory.mkdir(parents=True, exist_ok=True)
    whole = document(snapshot)
    for name, target in files.items():
        write_file(target, EXPORTS[kind](part(whole, name)), ledger, force=force)
    return len(PARTS)
