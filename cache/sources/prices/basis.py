"""Decide whether a file's closes are split-adjusted or as traded, from the data themselves.

On the day of a split a close as traded falls by the factor, and the adjusted close beside it
does not; a split-adjusted close does neither. A vendor has one basis, so every split of a file
has a say in all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from cache.facts.errors import Rejected, SourceError
from core.data.record import record

if TYPE_CHECKING:
    from cache.sources.prices.price_columns import PriceColumns
    from core.data.frames import BoolArray, FloatArray, IntArray

Basis = Literal["adjusted", "unadjusted"]
#: A close on the row before tells of the day of a split where it is at most so old, days.
_NEAR: Final = 7
#: Without an adjusted close a split of at least this factor tells, and the close may move
#: by as much besides (natural logarithm).
_TELLING, _BESIDES = 1.4, 0.15
#: Beside an adjusted close a split of this factor tells, and the two may part by as much.
_FINE, _EXACT = 1.02, 0.4
#: The smaller side may be at most this part of the splits that tell; those are bad rows.
_STRAY: Final = 0.1
#: Products of splits that no share ever saw lie outside.
_LEAST, _MOST = 1e-9, 1e15
_OTHER: Final[Mapping[Basis, Basis]] = {"adjusted": "unadjusted", "unadjusted": "adjusted"}
_WORDS: Final = {"adjusted": "split-adjusted", "unadjusted": "as traded"}
_FLAGS: Final = {"adjusted": "--adjusted", "unadjusted": "--unadjusted"}


@record(frozen=True, slots=True)
class Decided:
    """The basis of a file's closes, and the symbols that do not fit it.

    Attributes:
        basis: the basis, which is "adjusted" where nothing depends on it.
        note: a sentence on it, "" where the file has no splits.
        against: symbols (positions) whose splits show the other basis.
    """

    basis: Basis
    note: str
    against: frozenset[int] = frozenset()


@record(frozen=True, eq=False, slots=True)
class _Splits:
    """The splits of a file.

    Attributes:
        at: (S,) positions among the good rows.
        factor: (S,) split factors, never 1.
        raw: (S,) bool, the close moves as one as traded does.
        adjusted: (S,) bool, it moves as an adjusted one does.
        inverted: (S,) bool, it moves by the factor the other way.
    """

    at: IntArray
    factor: FloatArray
    raw: BoolArray
    adjusted: BoolArray
    inverted: BoolArray


def decide(columns: PriceColumns, rows: IntArray, option: Basis | None) -> Decided:
    """The basis of the closes.

    Raises:
        SourceError: the splits do not show it, contradict each other, or show another basis
            than was said.
    """
    splits = _splits(columns, rows)
    if splits is None:
        return Decided(option or "adjusted", "")
    votes: dict[Basis, int] = {
        "adjusted": int(splits.adjusted.sum()),
        "unadjusted": int(splits.raw.sum()),
    }
    total = sum(votes.values())
    basis: Basis = "unadjusted" if votes["unadjusted"] > votes["adjusted"] else "adjusted"
    if option is not None:
        if total and votes[option] == 0:
            raise _contradicted(columns, rows, splits, option)
        basis = option
    elif total == 0:
        raise _undecided(columns, rows, splits)
    elif votes[_OTHER[basis]] > _STRAY * total:
        raise _mixed(columns, rows, splits)
    wrong = splits.raw if basis == "adjusted" else splits.adjusted
    against = frozenset(columns.symbol[rows[splits.at[wrong]]].tolist())
    count = len(splits.at)
    whose = "as said" if option else f"as {votes[basis]:,} of its {count:,} splits show"
    sentence = f"closes {_WORDS[basis]}, {whose}"
    if basis == "unadjusted":
        sentence += "; brought onto today's shares"
    return Decided(basis, sentence, against)


def _splits(columns: PriceColumns, rows: IntArray) -> _Splits | None:
    """The splits among the good rows and what each shows; None where there are none."""
    split, close = columns.values.get("split"), columns.values.get("close")
    if split is None or close is None:
        return None
    factor = split[rows]
    at = np.flatnonzero((factor > 0) & (factor != 1.0) & ~np.isnan(factor))
    if not len(at):
        return None
    symbol, session = columns.symbol[rows], columns.session[rows]
    price = close[rows]
    # A row may tell the split alone; the closes are those before it, and on it or after it.
    before, after = _priced_around(symbol, price, at)
    # A split with no close before it changes nothing.
    at, after, before = at[before >= 0], after[before >= 0], before[before >= 0]
    if not len(at):
        return None
    near = (before >= 0) & (after >= 0)
    days = (session[after] - session[before]).astype(np.int64)
    near &= days <= _NEAR
    size = np.log(factor[at])
    with np.errstate(invalid="ignore"):
        moved = np.where(near, np.log(price[after] / price[before]), np.nan)
        tells = np.abs(size) >= np.log(_TELLING)
        by_close = np.abs(moved + size), np.abs(moved), np.abs(moved - size)
        raw, adjusted, inverted = (tells & (gap < _BESIDES) for gap in by_close)
        # Where a day's move fits two of them, it shows none.
        several = (raw.astype(int) + adjusted + inverted) > 1
        raw, adjusted, inverted = raw & ~several, adjusted & ~several, inverted & ~several
        if (adj := columns.values.get("adj_close")) is not None:
            total = adj[rows]
            # Within a few days a dividend parts the two by little, the split by its factor.
            parted = np.log(total[after] / total[before]) - moved
            fine = near & ~np.isnan(parted) & (np.abs(size) >= np.log(_FINE))
            off = np.minimum(_EXACT * np.abs(size), _BESIDES)
            raw = np.where(fine, np.abs(parted - size) < off, raw)
            adjusted = np.where(fine, np.abs(parted) < off, adjusted)
            inverted = np.where(fine, np.abs(parted + size) < off, inverted)
    return _Splits(at, factor[at], raw, adjusted, inverted)


def _priced_around(symbol: IntArray, price: FloatArray, at: IntArray) -> tuple[IntArray, IntArray]:
    """The row of the last close before each row, and of the first on or after it; -1 for none."""
    priced = np.flatnonzero(~np.isnan(price))
    if not len(priced):
        return np.full(len(at), -1), np.full(len(at), -1)
    place = np.searchsorted(priced, at)
    before = np.where(place > 0, priced[np.maximum(place - 1, 0)], -1)
    after = np.where(place < len(priced), priced[np.minimum(place, len(priced) - 1)], -1)
    before = np.where((before >= 0) & (symbol[before] == symbol[at]), before, -1)
    after = np.where((after >= 0) & (symbol[after] == symbol[at]), after, -1)
    return before, after


def _error(
    columns: PriceColumns, rows: IntArray, splits: _Splits, which: int, words: str
) -> SourceError:
    row = int(rows[splits.at[which]])
    what = f"the split of {splits.factor[which]:g} on {columns.session[row]}"
    return SourceError(
        words.format(split=what),
        file=columns.file_of(row) or None,
        line=int(columns.line[row]),
        column="split",
        symbol=columns.name(row),
    )


def _contradicted(
    columns: PriceColumns, rows: IntArray, splits: _Splits, option: Basis
) -> SourceError:
    other = _OTHER[option]
    wrong = splits.raw if option == "adjusted" else splits.adjusted
    moves = "moves" if other == "unadjusted" else "does not move"
    words = (
        f"the close {moves} by {{split}}, so closes are {_WORDS[other]}; import without"
        f" {_FLAGS[option]}"
    )
    return _error(columns, rows, splits, int(np.argmax(wrong)), words)


def _undecided(columns: PriceColumns, rows: IntArray, splits: _Splits) -> SourceError:
    if splits.inverted.any():
        words = (
            "the close moves by the inverse of {split}; a split of 4:1 is written 4, and"
            " its close falls to a quarter or is adjusted for it"
        )
        return _error(columns, rows, splits, int(np.argmax(splits.inverted)), words)
    words = (
        "the closes around {split} do not show whether they are split-adjusted or as traded;"
        " say which: --adjusted or --unadjusted"
    )
    return _error(columns, rows, splits, 0, words)


def _mixed(columns: PriceColumns, rows: IntArray, splits: _Splits) -> SourceError:
    raw, adjusted = int(np.argmax(splits.raw)), int(np.argmax(splits.adjusted))
    row = int(rows[splits.at[adjusted]])
    words = (
        f"the close falls by {{split}}, and that of {columns.name(row)} does not by its split of"
        f" {splits.factor[adjusted]:g} on {columns.session[row]}: closes of one file are all"
        " split-adjusted or all as traded; say which they are, --adjusted or --unadjusted, and"
        " the others are left out by name"
    )
    return _error(columns, rows, splits, raw, words)


def left_out(
    columns: PriceColumns, rows: IntArray, decided: Decided
) -> tuple[IntArray, list[Rejected]]:
    """Return the good rows without symbols on the other basis, and the reason for each of those."""
    if not decided.against:
        return rows, []
    against = np.isin(columns.symbol[rows], list(decided.against))
    rejected = []
    for code in sorted(decided.against):
        row = int(rows[np.argmax(columns.symbol[rows] == code)])
        other = _WORDS[_OTHER[decided.basis]]
        reason = f"its splits show closes {other}, those of the file are not: left out"
        rejected.append(columns.refused(row, "split", reason))
    return rows[~against], rejected


def adjust(columns: PriceColumns, rows: IntArray) -> None:
    """Adjust closes as traded for later splits, in place: divide by them.

    A dividend is on the basis of the close beside it, so it is divided too; volume is
    multiplied. A close on the day of a split is on the new shares already. An adjusted
    close is what its name says and stays.

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
            if not _LEAST <= later.min() <= later.max() <= _MOST:
                reason = f"its splits multiply to {later[np.argmax(np.abs(np.log(later)))]:g}"
                raise SourceError(
                    f"{reason}, which is beyond belief",
                    line=int(columns.line[at[0]]),
                    column="split",
                    symbol=columns.name(int(at[0])),
                )
            for name in ("close", "dividend", "capital_gain"):
                if name in columns.values:
                    columns.values[name][at] /= later
            if "volume" in columns.values:
                columns.values["volume"][at] *= later
