"""A Parquet price file made into columns: long, of one symbol, or a column for each symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.sources.holdings.rows import MOST_COLUMNS, Row
from cache.sources.prices.header import find_layout
from cache.sources.prices.layout import MOST_WIDE, READ, ColumnOptions, Layout, check_columns
from cache.sources.prices.price_columns import PriceColumns
from cache.sources.prices.price_symbols import Symbols
from cache.sources.prices.stamps import Stamps, read_stamps
from cache.sources.prices.table_reading import (
    FileOptions,
    notation,
    note_listings,
    reading_of,
    ticker_of,
)
from cache.sources.prices.text_columns import without_foreign
from cache.sources.prices.text_table import MOST_ROWS

if TYPE_CHECKING:
    from core.data.frames import BoolArray, FloatArray, IntArray

#: Unpacked size of a Parquet file, bytes: above what five million rows need.
MOST_BYTES: Final = 1 << 30


def read_parquet(
    stream: BinaryIO, column_options: ColumnOptions, options: FileOptions
) -> PriceColumns:
    """The columns of a Parquet price file.

    Raises:
        SourceError: it lacks a column, has one of a wrong type, or is too large.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(stream)
        layout, places = _layout(file, column_options)
        meta = file.metadata
        if meta.num_rows > MOST_ROWS:
            raise SourceError(f"has {meta.num_rows:,} rows; at most {MOST_ROWS:,} are read")
        size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if size > MOST_BYTES:
            reason = f"unpacks to {size >> 20:,} MB; at most {MOST_BYTES >> 20:,} MB are read"
            raise SourceError(reason)
        needed = {*layout.fields.values(), *layout.unknown.values()}
        needed |= {at for column in layout.wide for at in (column.at, column.date)}
        titles = [file.schema_arrow.names[places[at]] for at in sorted(needed)]
        table = file.read(columns=titles, use_threads=False)
    except pa.ArrowException as error:
        raise SourceError(f"is a damaged Parquet file ({clean(str(error), 80)})") from None
    columns = dict(zip(sorted(needed), (table.column(title) for title in titles), strict=True))
    if layout.shape == "wide":
        return _wide(layout, columns, table.num_rows, options)
    return _long(layout, columns, table.num_rows, options)


def _layout(file: Any, options: ColumnOptions) -> tuple[Layout, list[int]]:
    """Return the layout of the columns, and each one's position in the file."""
    names: list[str] = file.schema_arrow.names
    places = [*range(len(names))]
    # pandas puts the index last; here it comes first, as in a file of text.
    index = [i for i, name in enumerate(names) if name.startswith("__index_level_")]
    if len(index) == 1:
        places.insert(0, places.pop(index[0]))
    titles = [names[i] for i in places]
    if len(set(names)) < len(names):
        name = next(name for name in names if names.count(name) > 1)
        raise SourceError("this column appears twice", column=clean(name, 30))
    check_columns(len(titles), MOST_WIDE, None)
    head = [Row(1, titles)]
    if len(index) == 1:
        head.append(Row(2, ["2026-01-02", *[""] * (len(titles) - 1)]))
    try:
        layout = find_layout(head, options)
    except SourceError as error:
        check_columns(len(titles), MOST_COLUMNS, None)
        raise SourceError(error.reason, column=error.column) from None
    if layout.shape == "across":
        raise SourceError("has a column for each date; a row for each date is read in Parquet")
    layout.line = None
    return layout, places


def _long(layout: Layout, columns: dict[int, Any], rows: int, options: FileOptions) -> PriceColumns:
    at = layout.fields
    ticker, whence = ticker_of(layout, options, "")
    symbols = Symbols()
    if ticker:
        symbol = np.full(rows, symbols.code(ticker), np.intp)
    else:
        texts, codes = _encoded(columns[at["symbol"]], "symbol")
        symbol = np.array([*(symbols.code(text) for text in texts), -1], np.intp)[codes]
    if {"exchange", "currency"} & at.keys():
        symbol = _listings(columns, at, ticker, symbols)
    stamps, dates = _dates(columns[at["date"]], options)
    account = reading_of(
        layout, "Parquet", options, "", ticker and f"{clean(ticker, 30)} ({whence})"
    )
    account.notation = notation(None, stamps)
    values: dict[str, FloatArray] = {}
    faulty: dict[str, BoolArray] = {}
    for name in READ:
        if name in at:
            values[name], faulty[name] = _numbers(columns[at[name]], name)
    result = PriceColumns(
        tuple(symbols.positions),
        symbol,
        stamps.session[dates],
        np.arange(1, rows + 1),
        np.zeros(rows, np.intp),
        values,
        faulty,
        timed=stamps.timed[dates] if stamps.timed.any() else None,
        readings=[account],
        bars=layout.bars,
    )
    for title, place in layout.unknown.items():
        try:
            result.unknown[title] = _numbers(columns[place], title)[0]
        except SourceError:
            result.texts.append(title)
    note_listings(account, symbols)
    return without_foreign(result)


def _listings(
    columns: dict[int, Any], at: dict[str, int], ticker: str, symbols: Symbols
) -> IntArray:
    """Return the position of each row's symbol, with its exchange and currency."""
    texts: list[list[str]] = []
    codes: list[IntArray] = []
    for word in ("symbol", "exchange", "currency"):
        if word in at:
            names, code = _encoded(columns[at[word]], word)
        else:
            names, code = [ticker if word == "symbol" else ""], np.zeros(1, np.intp)
        texts.append([*names, ""])
        codes.append(code)
    rows = np.broadcast_arrays(*codes)
    sizes = [len(names) for names in texts]
    flat = np.ravel_multi_index([row % size for row, size in zip(rows, sizes, strict=True)], sizes)
    distinct, place = np.unique(flat, return_inverse=True)
    whose = [
        symbols.listing(*(names[i] for names, i in zip(texts, entry, strict=True)))
        for entry in zip(*np.unravel_index(distinct, sizes), strict=True)
    ]
    return np.array(whose, np.intp)[place]


def _wide(layout: Layout, columns: dict[int, Any], rows: int, options: FileOptions) -> PriceColumns:
    ticker_of(layout, options, "")
    symbols = Symbols()
    stamps, dates = _dates(columns[layout.wide[0].date], options)
    account = reading_of(layout, "Parquet", options, "", "")
    account.notation = notation(None, stamps)
    words = [word for word in READ if any(column.word == word for column in layout.wide)]
    tickers = [*dict.fromkeys(column.ticker for column in layout.wide)]
    if rows * len(tickers) > MOST_ROWS:
        raise SourceError(f"has more than {MOST_ROWS:,} closes")
    shape = len(tickers), rows
    values = {word: np.full(shape, np.nan) for word in words}
    place = {ticker: i for i, ticker in enumerate(tickers)}
    for column in layout.wide:
        # In a matrix pandas fills the days that a symbol has not with NaN.
        numbers, _ = _numbers(columns[column.at], column.ticker)
        values[column.word][place[column.ticker]] = numbers
    filled = np.zeros(shape, np.bool_)
    for matrix in values.values():
        filled |= ~np.isnan(matrix)
    codes = np.array([symbols.code(ticker) for ticker in tickers], np.intp)
    ticker_places, date_places = np.nonzero(filled)
    return PriceColumns(
        tuple(symbols.positions),
        codes[ticker_places],
        stamps.session[dates][date_places],
        date_places + 1,
        np.zeros(len(ticker_places), np.intp),
        {word: matrix[filled] for word, matrix in values.items()},
        {word: np.isinf(matrix[filled]) for word, matrix in values.items()},
        timed=stamps.timed[dates][date_places] if stamps.timed.any() else None,
        readings=[account],
        bars=layout.bars,
    )


def _encoded(column: Any, name: str) -> tuple[list[str], IntArray]:
    """Distinct texts and each row's position among them, -1 where it has none."""
    import pyarrow as pa

    kind = column.type
    text = kind.value_type if pa.types.is_dictionary(kind) else kind
    if not (pa.types.is_string(text) or pa.types.is_large_string(text)):
        raise SourceError(f"holds {kind}; text is needed", column=name)
    if not pa.types.is_dictionary(kind):
        column = column.dictionary_encode()
    column = column.unify_dictionaries()
    if not column.num_chunks:
        return [], np.zeros(0, np.intp)
    codes = [chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False) for chunk in column.chunks]
    texts = [entry or "" for entry in column.chunk(0).dictionary.to_pylist()]
    return texts, np.concatenate(codes).astype(np.intp)


def _dates(column: Any, options: FileOptions) -> tuple[Stamps, IntArray]:
    """The distinct dates of a column, and each row's position among them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        zoned = pa.types.is_timestamp(kind) and kind.tz is not None
        distinct = pc.unique(column)
        clock = distinct.cast(pa.timestamp("s", kind.tz if zoned else None), safe=False)
        texts = [moment.isoformat() if moment else "" for moment in clock.to_pylist()]
        codes = pc.index_in(column, distinct).to_numpy()
    elif pa.types.is_int64(kind):
        texts, codes = _encoded(column.cast(pa.string()), "date")
    else:
        texts, codes = _encoded(column, "date")
        texts = [text.strip() for text in texts]
    stamps = read_stamps([*texts, ""], options.dates)
    return stamps, np.asarray(codes).astype(np.intp)


def _numbers(column: Any, name: str) -> tuple[FloatArray, BoolArray]:
    """A column as float64: NaN where null; in a price column a NaN that is given is a fault."""
    import pyarrow as pa

    kind = column.type
    numeric = pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    if not numeric and not pa.types.is_null(kind):
        raise SourceError(f"holds {kind}; numbers are needed", column=clean(name, 30))
    values = np.array(column.cast(pa.float64()).to_numpy(), np.float64)
    faulty = np.isinf(values)
    if name in ("close", "adj_close"):
        faulty |= np.isnan(values) & np.asarray(column.is_valid().to_numpy(), np.bool_)
    return values, faulty
