"""The whole history as Parquet files, a folder for each table, fund and year (Hive's layout).

`DIR/TABLE/fund=IWM/year=2023/part.parquet`, so that DuckDB, Polars or a table format over an
object store reads them as one table with the columns ``fund`` and ``year``:

    holdings       as_of, symbol, line, name, sector, industry, quantity, price, value, weight,
                   identifier, source
    closes         session, line, close, split, of_file
    contributions  start, end, line, weight_start, return, contribution_bp, on_file_price; by month
    measures       measure, unit, window, every, start, end, value, coverage, file_price_weight,
                   counts, why, estimated; by month

``symbol`` is the ticker in the file, ``line`` the one that its closes are followed by, the key of
all tables. Closes have splits taken out; ``of_file`` marks prices of files. Weights and returns are
fractions. A missing value is null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from core.answer.history import WITHOUT_HISTORY, histories, windows_of
from core.answer.index import index_of
from core.answer.snapshot import final_sessions
from core.answer.table import ROWS
from core.measures.membership import spans
from tui.report import history
from tui.report.answer_file import write_file
from tui.report.parts import TidyTable, columns_of
from tui.report.tidy import to_parquet
from tui.report.values import iso, number

if TYPE_CHECKING:
    from pathlib import Path

    from core.data.market import Market
    from core.data.question import Question
    from tui.report.answer_file import Ledger

Row = tuple[Any, ...]
_COLUMNS: Final[Mapping[str, str]] = {
    "holdings": "as_of:d symbol line name sector industry quantity:f price:f value:f weight:f"
    " identifier source",
    "closes": "session:d line close:f split:f of_file:b",
    "contributions": "start:d end:d line weight_start:f return:f contribution_bp:f on_file_price:b",
}


def write_history(
    market: Market, question: Question, directory: Path, ledger: Ledger | None, *, force: bool
) -> int:
    """Write every table of the question's funds; returns how many files.

    Raises:
        OSError: a file cannot or may not be written; see `tui.report.answer_file.write_file`.
    """
    count = 0
    for fund in question.funds:
        for name, year, table in _tables(market, question, fund):
            folder = directory / name / f"fund={fund}" / f"year={year}"
            folder.mkdir(parents=True, exist_ok=True)
            write_file(folder / "part.parquet", to_parquet(table), ledger, force=force)
            count += 1
    return count


def _tables(market: Market, question: Question, fund: str) -> Iterator[tuple[str, int, TidyTable]]:
    """Name, year and rows of each file of one fund."""
    for name, rows in (
        ("holdings", _holdings(market, fund)),
        ("closes", _closes(market, fund)),
        ("contributions", _contributions(market, question, fund)),
    ):
        columns = columns_of(_COLUMNS[name])
        at = 1 if name == "contributions" else 0
        for year, of_year in _by_year(rows, at):
            yield name, year, TidyTable(name, columns, tuple(of_year))
    sessions = final_sessions(market, *question.pair)
    measures = [row for row in ROWS if row.series is None and row.key not in WITHOUT_HISTORY]
    answers = histories(market, question, fund, measures, sessions, "month")
    whole = history.table(answers)
    # the fund is the folder's
    places = [at for at, column in enumerate(whole.columns) if column.name != "fund"]
    columns = tuple(whole.columns[at] for at in places)
    end = [column.name for column in columns].index("end")
    slim = [tuple(row[at] for at in places) for row in whole.rows]
    for year, of_year in _by_year(slim, end):
        yield "measures", year, TidyTable("measures", columns, tuple(of_year))


def _by_year(rows: Sequence[Row], at: int) -> list[tuple[int, list[Row]]]:
    """Rows by the year of an ISO date in one of their columns."""
    years: dict[int, list[Row]] = {}
    for row in rows:
        years.setdefault(int(row[at][:4]), []).append(row)
    return sorted(years.items())


def _holdings(market: Market, fund: str) -> list[Row]:
    rows: list[Row] = []
    for file in market.holdings.get(fund, ()):
        none = ("",) * len(file.symbols)
        identifiers, industries = file.identifiers or none, file.industries or none
        for at, line in enumerate(market.lines(file)):
            rows.append(
                (
                    iso(file.as_of), file.symbols[at], line, file.names[at],
                    file.sectors[at] or None, industries[at] or None, number(file.quantity[at]),
                    number(file.price[at]), number(file.value[at]),
                    number(file.value[at] / file.total), identifiers[at] or None,
                    file.source or None,
                )
            )  # fmt: skip
    return rows


def _closes(market: Market, fund: str) -> list[Row]:
    lines = {line for file in market.holdings.get(fund, ()) for line in market.lines(file)}
    rows: list[Row] = []
    for block in market.bars:
        splits = {
            (row, col): value
            for row, col, value in zip(
                block.split.row.tolist(), block.split.col.tolist(), block.split.value.tolist(),
                strict=True,
            )
        }  # fmt: skip
        columns = [at for at, symbol in enumerate(block.symbols) if symbol in {*lines, fund}]
        for row, session in enumerate(block.sessions.tolist()):
            on_files = market.line_tickers.on_files(session)
            for at in columns:
                close = block.close[row, at]
                if np.isfinite(close):
                    symbol = block.symbols[at]
                    split = number(splits.get((row, at)))
                    rows.append((iso(session), symbol, float(close), split, symbol in on_files))
    return rows


def _contributions(market: Market, question: Question, fund: str) -> list[Row]:
    """Every line of every month that both ends of are measured."""
    sessions = final_sessions(market, *question.pair)
    monthly = replace(question, window="MTD")
    rows: list[Row] = []
    for window in windows_of(monthly, sessions, "month", market.reference.sessions):
        parts = spans(market, fund, window.start, window.end, window.end)
        answer = index_of(market, monthly, fund, window, parts)
        if isinstance(answer, str) or not answer[0].claims:
            continue
        lines = answer[0].contributors
        on_files = market.line_tickers.on_files(window.end)
        rows += [
            (
                iso(window.start), iso(window.end), symbol, number(weight), number(value),
                number(1e4 * contribution), symbol in on_files,
            )
            for symbol, weight, value, contribution in zip(
                lines.symbols, lines.weight.tolist(), lines.returns.tolist(),
                lines.contribution.tolist(), strict=True,
            )
        ]  # fmt: skip
    return rows
