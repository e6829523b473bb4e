"""A user's price file judged row by row: the good rows kept, the others with their reason.

Runs in the limited child; every check is over whole columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from cache.facts.errors import SourceError
from cache.facts.sessions import sessions
from cache.sources.holdings.rows import Rejected
from cache.sources.prices.price_columns import FIELDS, Columns, read_csv, read_parquet

if TYPE_CHECKING:
    from cache.sources.sandbox import Parsed
    from core.data.frames import BoolArray, FloatArray, IntArray

#: Field -> the least and the most that is believed, 0 aside; wide enough for any chain of
#: reverse splits, and narrow enough that no product of returns overflows.
_BELIEVED: Final[Mapping[str, tuple[float, float]]] = {
    "close": (1e-9, 1e15),
    "adj_close": (1e-9, 1e15),
    "dividend": (0.0, 1e9),
    "split": (1e-6, 1e6),
    "volume": (0.0, 1e18),
}
#: A dividend is at most so many times the close after it; liquidations come near it.
_RICHEST: Final = 100
#: A split of at least this factor tells whether closes are adjusted for it; the close may move
#: by as much besides (natural logarithm), and the row before be as many days old.
_TELLING, _BESIDES, _DAYS = 1.9, 0.15, 7


def parse(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    """The parser `cache.sources.sandbox.run` calls for prices.

    Args:
        stream: the file; it can be read from its start again.
        args: ``today``, ISO, the last session that has opened; ``adjusted``, whether closes
            are split-adjusted already.

    Raises:
        SourceError: the file cannot be read, holds no good row, or its splits show that its
            closes are not on the basis that was said.
    """
    magic = stream.read(4)
    stream.seek(0)
    columns = read_parquet(stream) if magic == b"PAR1" else read_csv(stream)
    rows = len(columns.symbol) + len(columns.rejected)
    good, rejected = _judge(columns, np.datetime64(args["today"], "D"))
    if not len(good):
        raise _nothing(rejected)
    _check_basis(columns, good, adjusted=args["adjusted"])
    if not args["adjusted"]:
        _adjust(columns, good)
    if (split := columns.values.get("split")) is not None:
        # A factor of 1 is how some vendors write "none".
        split[split == 1.0] = 0.0
    # Symbols without a good row go, so that none is named that brought nothing.
    used, symbol = np.unique(columns.symbol[good], return_inverse=True)
    fields = {
        "symbols": [columns.symbols[i] for i in used],
        "rows": rows,
        "rejected": [(r.line, r.column, r.symbol, r.reason) for r in rejected],
    }
    arrays = {"symbol": symbol.astype(np.intp), "session": columns.session[good]}
    return fields, arrays | {name: values[good] for name, values in columns.values.items()}


def _judge(columns: Columns, today: np.datetime64) -> tuple[IntArray, list[Rejected]]:
    """Positions of the good rows, ordered by symbol and session, and the refused rows."""
    open_ = np.ones(len(columns.symbol), np.bool_)
    rejected = list(columns.rejected)

    def refuse(wrong: BoolArray, column: str, reason: str, shown: FloatArray | None = None) -> None:
        for row in np.flatnonzero(wrong & open_).tolist():
            value = "" if shown is None else f"{shown[row]:g} "
            line = int(columns.line[row])
            rejected.append(Rejected(line, column, columns.name(row), f"{value}{reason}"))
        open_[wrong] = False

    known = sessions()
    refuse(columns.symbol < 0, "symbol", "not a symbol, such as BRK-B")
    refuse(np.isnat(columns.session), "date", "not a date, such as 2026-01-21")
    days = np.where(open_, columns.session, known[0])
    refuse(days < known[0], "date", f"before {known[0]}, the first session known")
    refuse(days > today, "date", f"in the future; the last session is {today}")
    at = np.minimum(np.searchsorted(known, days), len(known) - 1)
    refuse(known[at] != days, "date", "not a session of the exchange")
    said = np.zeros(len(open_), np.bool_)
    for name in FIELDS:
        if name not in columns.values:
            continue
        values = columns.values[name]
        refuse(columns.faulty[name], name, "not a number")
        if name in ("close", "adj_close"):
            refuse(values <= 0, name, "is no price; a price is above zero", values)
        else:
            refuse(values < 0, name, "is negative", values)
        least, most = _BELIEVED[name]
        beyond = (values > most) | ((values < least) & (values != 0))
        refuse(beyond, name, "is beyond belief", values)
        said |= ~np.isnan(values)
    refuse(~said, "", "the row gives no price and no event")
    if {"close", "dividend"} <= columns.values.keys():
        paid = columns.values["dividend"]
        rich = paid > _RICHEST * columns.values["close"]
        refuse(rich, "dividend", f"is more than {_RICHEST} times the close beside it", paid)
    good = _once(columns, np.flatnonzero(open_), rejected)
    rejected.sort(key=lambda row: row.line)
    return good, rejected


def _once(columns: Columns, rows: IntArray, rejected: list[Rejected]) -> IntArray:
    """Each symbol and session once: exact repeats are passed over, others refused."""
    order = np.lexsort((columns.line[rows], columns.session[rows], columns.symbol[rows]))
    rows = rows[order]
    symbol, session = columns.symbol[rows], columns.session[rows]
    first = np.ones(len(rows), np.bool_)
    first[1:] = (symbol[1:] != symbol[:-1]) | (session[1:] != session[:-1])
    # The first row of each run of equal keys is the one the others are compared with.
    leader = rows[np.maximum.accumulate(np.where(first, np.arange(len(rows)), 0))]
    differs = np.zeros(len(rows), np.bool_)
    for values in columns.values.values():
        a, b = values[rows], values[leader]
        differs |= (a != b) & ~(np.isnan(a) & np.isnan(b))
    for at in np.flatnonzero(differs).tolist():
        row = int(rows[at])
        reason = f"{session[at]} is given another value on line {columns.line[leader[at]]}"
        rejected.append(Rejected(int(columns.line[row]), "", columns.name(row), reason))
    return rows[first]


def _check_basis(columns: Columns, rows: IntArray, *, adjusted: bool) -> None:
    """Refuse closes on another basis than was said: on the day of a split they show which it is.

    Args:
        columns: the file.
        rows: good rows, ordered by symbol and session.
        adjusted: whether closes are said to be split-adjusted.
    """
    split, close = columns.values.get("split"), columns.values.get("close")
    if split is None or close is None:
        return
    symbol, session = columns.symbol[rows], columns.session[rows]
    factor, price = split[rows], close[rows]
    near = (symbol[1:] == symbol[:-1]) & (np.diff(session).astype(np.int64) <= _DAYS)
    tells = (factor >= _TELLING) | ((factor > 0) & (factor <= 1 / _TELLING))
    at = np.flatnonzero(near & tells[1:]) + 1
    moved = np.log(price[at] / price[at - 1])
    # As traded the close falls by the factor, adjusted it does not.
    wrong = np.abs(moved + np.log(factor[at]) if adjusted else moved) < _BESIDES
    if not wrong.any():
        return
    first = int(at[np.argmax(wrong)])
    row, what = int(rows[first]), f"the split of {factor[first]:g} on {session[first]}"
    reason = (
        f"the close moves by {what}, so closes are as traded; import with --unadjusted"
        if adjusted
        else f"the close does not move by {what}, so closes are split-adjusted; import without"
        " --unadjusted"
    )
    raise SourceError(reason, line=int(columns.line[row]), column="split", symbol=columns.name(row))


def _adjust(columns: Columns, rows: IntArray) -> None:
    """Bring closes as traded onto today's shares: divide by the splits that follow.

    A dividend is on the basis of the close beside it, so it is divided too; volume is
    multiplied. A close on the day of a split is on the new shares already. An adjusted
    close is what its name says and stays.

    Args:
        columns: changed in place.
        rows: good rows, ordered by symbol and session.

    Raises:
        SourceError: the splits of a symbol multiply to what no share ever saw.
    """
    split = columns.values.get("split")
    if split is None:
        return
    factor = np.where(split[rows] > 0, split[rows], 1.0)
    if not np.any(factor != 1.0):
        return
    symbol = columns.symbol[rows]
    starts = np.flatnonzero(np.r_[True, symbol[1:] != symbol[:-1]])
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        following = factor[start:end]
        if np.any(following != 1.0):
            later = np.cumprod(following[::-1])[::-1] / following
            at = rows[start:end]
            if not _BELIEVED["close"][0] <= later.min() <= later.max() <= _BELIEVED["close"][1]:
                reason = f"its splits multiply to {later[np.argmax(np.abs(np.log(later)))]:g}"
                raise SourceError(
                    f"{reason}, which is beyond belief",
                    line=int(columns.line[at[0]]),
                    column="split",
                    symbol=columns.name(int(at[0])),
                )
            for name in ("close", "dividend"):
                if name in columns.values:
                    columns.values[name][at] /= later
            if "volume" in columns.values:
                columns.values["volume"][at] *= later


def _nothing(rejected: list[Rejected]) -> SourceError:
    if not rejected:
        return SourceError("has a header and no rows")
    first = rejected[0]
    return SourceError(
        f"has no good row; the first: {first.reason}",
        line=first.line,
        column=first.column or None,
        symbol=first.symbol or None,
    )
