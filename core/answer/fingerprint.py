"""Hashes of the data behind a history's points: with an equal hash, cached points are valid.

A point depends on the files that apply to its window and on the closes, dividends and splits of the
sessions up to its end. Closes are hashed as they were traded, at nine digits: a later split
changes every earlier close that is available, and no return between two of them.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import day, pydate

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from core.data.frames import Block, Dates, FloatArray, Holdings
    from core.data.market import Market

    Hashes = NDArray[np.uint64]

#: Bits of a number that are left out: a split that was taken out and in again moves the last few.
_LOOSE: Final = np.uint64(24)
_SHIFT: Final = np.uint64(32)
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)


def _salt(name: str) -> int:
    """A random-looking number of a name, the same in every process."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], "little")


_FIELDS: Final = {
    name: np.uint64(_salt(f"field {name}"))
    for name in ("close", "adj_close", "volume", "dividend", "split", "file", "break")
}


class Fingerprints:
    """Hashes of what a market holds, session by session and file by file."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._files: dict[Holdings, bytes] = {}
        self._salts: dict[str, int] = {}

    def file(self, file: Holdings) -> bytes:
        """A holdings file: its lines under the tickers of their closes, and its numbers."""
        if file not in self._files:
            totals = np.full(len(file.value), file.total)
            numbers = np.array([file.value, file.quantity, file.price, totals])
            words = repr((file.fund, file.as_of, self._market.lines(file), file.weighted))
            words += "" if file.whole else "not whole"
            self._files[file] = sha256(words.encode() + numbers.tobytes()).digest()
        return self._files[file]

    def closes(self, first: date, last: date, *, volumes: bool = False) -> bytes:
        """All bars from one day to another, and up to where vendors answered for them."""
        sessions, prices, traded = self._rows
        rows = slice(*np.searchsorted(sessions, [day(first), day(last) + 1]))
        parts = [prices[rows], traded[rows] if volumes else prices[:0]]
        began, symbols, through = self._through
        begun = began <= day(last)
        until = np.minimum(through[begun], self._market.position(last)).astype(np.uint64)
        parts.append(np.array([_mixed(until ^ symbols[begun]).sum(dtype=np.uint64)]))
        return sha256(b"".join(part.tobytes() for part in parts)).digest()

    @cached_property
    def adjusted(self) -> bool:
        """Whether adjusted closes are available: a later close may then replace them."""
        return any(block.adj_close is not None for block in self._market.bars)

    def _symbols(self, symbols: Collection[str]) -> Hashes:
        """A random-looking number of each symbol, so that no two columns are alike."""
        for symbol in {*symbols} - self._salts.keys():
            self._salts[symbol] = _salt(symbol)
        return np.fromiter(map(self._salts.__getitem__, symbols), np.uint64, len(symbols))

    @cached_property
    def _rows(self) -> tuple[Dates, Hashes, Hashes]:
        """(T,) sessions, (T,) hashes of their prices and (T,) of their volumes."""
        later: dict[str, float] = {}
        parts = [self._of_block(block, later) for block in reversed(self._market.bars)]
        sessions, prices, traded = map(np.concatenate, zip(*reversed(parts), strict=True))
        tickers = self._market.line_tickers
        on_files = tickers.file_priced(pydate(sessions[0]), pydate(sessions[-1]))
        breaks = tickers.file_closes.breaks
        broken = [one.symbol for one in breaks], np.arange(len(breaks)), [b.after for b in breaks]
        for what, (symbols, line, days) in (("file", on_files), ("break", broken)):
            places = np.searchsorted(sessions, np.array(days, "datetime64[D]"))
            salts = self._symbols(symbols)[line] ^ _FIELDS[what]
            in_range = places < len(sessions)
            np.add.at(prices, places[in_range], _mixed(salts[in_range]))
        return sessions, prices, traded

    def _of_block(self, block: Block, later: dict[str, float]) -> tuple[Dates, Hashes, Hashes]:
        """A year's sessions and their hashes.

        Args:
            block: the year.
            later: symbol -> product of its splits in later years; those of the year are added.
        """
        since, symbols = self._splits_since(block, later), self._symbols(block.symbols)
        prices, traded = np.zeros((2, len(block.sessions)), np.uint64)
        for name in ("close", "adj_close", "volume"):
            values: FloatArray | None = getattr(block, name)
            if values is None:
                continue
            if name == "close" and since is not None:
                values = values * since
            # where closes are prices of files, few sessions have any
            finite = np.isfinite(values)
            rows = finite.any(axis=1)
            hashes = _mixed(_bits(values[rows]) ^ (symbols ^ _FIELDS[name]))
            hashes[~finite[rows]] = 0
            of_rows = traded if name == "volume" else prices
            of_rows[rows] += hashes.sum(axis=1, dtype=np.uint64)
        for name in ("dividend", "split"):
            events = getattr(block, name)
            paid = events.value
            if name == "dividend" and since is not None:
                paid = paid * since[events.row, events.col]
            cells = _bits(paid) ^ (symbols ^ _FIELDS[name])[events.col]
            np.add.at(prices, events.row, _mixed(cells))
        return block.sessions, _mixed(prices ^ block.sessions.astype(np.uint64)), traded

    @staticmethod
    def _splits_since(block: Block, later: dict[str, float]) -> FloatArray | None:
        """(T, N) product of the splits after each session; None where there are none at all."""
        events = block.split
        split = {block.symbols[column] for column in events.col.tolist()}
        if not split and not later:
            return None
        since = np.ones(block.close.shape) * [later.get(symbol, 1.0) for symbol in block.symbols]
        for row, column, factor in zip(
            events.row.tolist(), events.col.tolist(), events.value.tolist(), strict=True
        ):
            since[:row, column] *= factor
            symbol = block.symbols[column]
            later[symbol] = later.get(symbol, 1.0) * factor
        return since

    @cached_property
    def _through(self) -> tuple[Dates, Hashes, NDArray[np.int64]]:
        """Each symbol's first session with a bar, its number, its vendor's last session."""
        market, began = self._market, dict[str, np.datetime64]()
        for block in market.bars:
            new = [at for at, symbol in enumerate(block.symbols) if symbol not in began]
            some = block.close if block.adj_close is None else np.fmax(block.close, block.adj_close)
            closed = np.isfinite(some[:, new])
            first = block.sessions[closed.argmax(axis=0)]
            closes = np.asarray(closed.any(axis=0)).tolist()
            for at, has_close, when in zip(new, closes, first, strict=True):
                if has_close:
                    began[block.symbols[at]] = when
        answered = tuple(symbol for symbol in began if symbol in market.through)
        return (
            np.array([began[symbol] for symbol in answered], "datetime64[D]"),
            self._symbols(answered),
            np.array([market.position(market.through[symbol]) for symbol in answered], np.int64),
        )


def fingerprint(*parts: object) -> str:
    """One hash of several things."""
    return sha256(repr(parts).encode()).hexdigest()


def _bits(values: FloatArray) -> Hashes:
    """Numbers as integers, at about nine digits."""
    bits = np.ascontiguousarray(values).view(np.uint64)
    return np.asarray((bits + (np.uint64(1) << (_LOOSE - np.uint64(1)))) >> _LOOSE)


def _mixed(values: Hashes) -> Hashes:
    """Integers hashed so that every bit depends on every bit; overflow wraps around."""
    mixed = (values ^ (values >> _SHIFT)) * _ODD
    mixed = (mixed ^ (mixed >> _SHIFT)) * _ODD
    return np.asarray(mixed ^ (mixed >> _SHIFT))
