"""Read price files of the user's vendor into Bars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from cache.facts.clean import clean
from cache.facts.column_titles import given_columns
from cache.facts.errors import Rejected, SourceError
from cache.facts.sessions import closes_at, last_session
from cache.sources.prices.layout import READ
from cache.sources.prices.price_symbols import ticker_of_file, word_of_file
from cache.sources.sandbox import LARGEST, open_regular, run
from cache.store.bars import Bars
from core.data.frames import distinct, pydate
from core.data.record import record

__all__ = ["HowToRead", "PriceFile", "Rejected", "read_prices"]

#: Words that ``--columns`` takes for a price file.
WORDS: Final = ("symbol", "date", *READ)
#: Endings of the files of a folder that are read.
_ENDINGS: Final = (".csv", ".txt", ".tsv", ".parquet", ".pq", ".xlsx", ".json", ".gz")
_MOST_FILES: Final = 20_000


@record(frozen=True, slots=True)
class HowToRead:
    """The user's options for reading a price file.

    Attributes:
        adjusted: closes are split-adjusted; False where they are as traded, and then the
            splits in the file bring them onto today's shares; None where its data decide.
        columns: each "adj_close=Adjusted,split=Factor": what a column holds.
        ignored: titles of columns not to read.
        decimal: "." or ",".
        dates: "dmy", "mdy" or "ymd".
        symbol: whose closes they are, where no column says.
    """

    adjusted: bool | None = None
    columns: Sequence[str] = ()
    ignored: Sequence[str] = ()
    decimal: str | None = None
    dates: str | None = None
    symbol: str | None = None


@record(frozen=True, eq=False, slots=True)
class PriceFile:
    """One price file as read, or several as one.

    Attributes:
        bars: its good rows.
        rejected: the rows that were refused, in the order of the file.
        rows: how many rows it has, good or not.
        notes: what was taken for what, a line each.
    """

    bars: Bars
    rejected: tuple[Rejected, ...]
    rows: int
    notes: tuple[str, ...]


def read_prices(
    path: Path | Sequence[Path], options: HowToRead | None = None, *, now: datetime
) -> PriceFile:
    """Read a price file, a folder of such, or several.

    CSV (commas, semicolons, tabs), packed or not, XLSX, JSON and Parquet are distinguished by
    content; which column holds what by the table of titles. ``close`` may be missing where
    ``adj_close`` is there. A row repeated exactly counts once. Every symbol counts as
    answered through the newest session in the file.

    Args:
        path: a regular file, a folder of them, or several of either.
        options: what the user said of it.
        now: when it is read, with a time zone.

    Raises:
        SourceError: the file cannot be used, or no row of it; one sentence with file, line
            and column.
    """
    options = options or HowToRead()
    paths = [path] if isinstance(path, Path) else [*path]
    files, passed = _files(paths)
    name = clean(paths[0].name or str(paths[0]), 200)
    if len(paths) > 1:
        name = f"{len(files):,} files"
    if len(files) > 1 and options.symbol is not None:
        raise SourceError("--symbol says whose closes one file holds; import them one by one")
    today = last_session(now)
    basis = {None: None, True: "adjusted", False: "unadjusted"}[options.adjusted]
    args: dict[str, Any] = {
        "today": today.isoformat(),
        "basis": basis,
        "columns": given_columns(options.columns, WORDS),
        "ignore": [*options.ignored],
        "decimal": options.decimal,
        "dates": options.dates,
        "symbol": options.symbol,
    }
    fields, arrays = _run(files, args, name)
    symbols = tuple(fields["symbols"])
    session = arrays["session"]
    provisional = {}
    if closes_at(today) > now:
        unfinished = arrays["symbol"][session == np.datetime64(today, "D")]
        provisional = {symbols[i]: today for i in distinct(unfinished)}
    bars = Bars(
        symbols,
        arrays["symbol"],
        session,
        arrays.get("close"),
        arrays.get("adj_close"),
        arrays.get("volume"),
        arrays.get("dividend"),
        arrays.get("split"),
        source=name,
        fetched_at=now,
        through=dict.fromkeys(symbols, pydate(session.max())),
        provisional=provisional,
    )
    bars.check()
    rejected = tuple(Rejected(*row) for row in fields["rejected"])
    sentences = [*fields["notes"], *([f"not read: {', '.join(passed)}"] if passed else [])]
    return PriceFile(bars, rejected, fields["rows"], tuple(sentences))


def files_of(folder: Path) -> list[Path]:
    """The price files of a folder, in the order of their names.

    Raises:
        SourceError: it holds none, or more than are read.
    """
    return _files([folder])[0]


def _files(paths: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """Return the files to read, those of a folder sorted by name, and those skipped.

    Raises:
        SourceError: a folder holds none, or more than are read.
    """
    files: list[Path] = []
    passed: list[str] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        inside = sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))
        files += [entry for entry in inside if entry.name.lower().endswith(_ENDINGS)]
        passed += [clean(e.name, 60) for e in inside if not e.name.lower().endswith(_ENDINGS)]
    if not files:
        reason = f"is a folder without a file of closes ({', '.join(_ENDINGS)})"
        raise SourceError(reason, file=clean(str(paths[0]), 200))
    if len(files) > _MOST_FILES:
        raise SourceError(f"{len(files):,} files are more than the {_MOST_FILES:,} that are read")
    return files, passed


def _run(files: Sequence[Path], args: dict[str, Any], name: str) -> Any:
    """Run the files through the limited child: one as it is, several one after the other."""
    parser = "cache.sources.prices.price_file:parse"
    if len(files) == 1:
        with open_regular(files[0]) as file:
            args["files"] = [(name, 0, *_names(files[0]))]
            return run(parser, file, args, file=name)
    parts: list[bytes] = []
    listed: list[tuple[str, int, str, str]] = []
    total = 0
    for path in files:
        with open_regular(path) as file:
            data = file.read(LARGEST)
        total += len(data)
        if total > LARGEST:
            reason = f"together hold more than the {LARGEST >> 20:,} MB that are read at once"
            raise SourceError(reason, file=name)
        parts.append(data)
        listed.append((clean(path.name, 120), len(data), *_names(path)))
    args["files"] = listed
    return run(parser, b"".join(parts), args, file=name)


def _names(path: Path) -> tuple[str, str]:
    """The ticker in a file's name, and its whole name where that is also an ordinary word."""
    return ticker_of_file(path.name), word_of_file(path.name)
