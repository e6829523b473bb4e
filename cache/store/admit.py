"""Checks new prices against the stored ones: which may be merged, and the notes on them.

Of the same source the newest close counts; of another the stored one stays. What shows that the two
are not one history (a shift, a lost split, another currency) is refused, symbol by symbol, and
where much of a file does, the file as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cache.facts.errors import SourceError
from cache.store.bars import EVENTS, MATRICES, Bars
from cache.store.compare import Comparison, compare
from cache.store.doubts import NO_SESSIONS, doubtful_dividends, long_gaps, repeated_session
from cache.store.late_closes import LateCloses
from cache.store.rebase import Rebase
from cache.store.stored_values import stored_values
from core.data.frames import BoolArray, Dates, FloatArray, IntArray, Prices, day, distinct, pydate
from core.data.record import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cache.store.compare import Kind
    from cache.store.draft import Draft, Note
    from cache.store.store import Contents, Store

#: A batch of which at least so many symbols, and more than this part, are not the stored histories
#: is refused as a whole.
ODD, ODD_PART = 3, 0.2
#: Kinds that speak of the whole file, not of a symbol.
SYSTEMATIC: Final[Mapping[Kind, str]] = {
    "shifted": "shifted by a session against the stored closes",
    "split": "without a split in the store, or with one that is not there",
    "currency": "in another currency than the stored closes",
    "coarse": "rounded beside the stored closes",
    "another": "of other moves than the stored closes, as another company's",
}
#: What a person can do about a symbol whose history is another than the stored one.
_WAYS: Final = "--replace takes the new history whole, --accept joins it as it is"


@record(frozen=True, eq=False, slots=True)
class Admitted:
    """The part of some bars that may be merged.

    Attributes:
        bars: the rows that may; None where none are left.
        rebase: older closes to bring onto another basis first.
        notes: sentences on what was done.
        refused: symbol -> why none of its rows was taken, and what can be done.
    """

    bars: Bars | None
    rebase: tuple[Rebase, ...] = ()
    notes: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


def admit(
    prices: Prices, bars: Bars, *, replace_all: bool = False, accept: bool = False
) -> Admitted:
    """Return which of a file's prices may be merged with the stored ones.

    Args:
        prices: the stored data.
        bars: what the file brought; it has passed ``Bars.check``.
        replace_all: the file's histories take the place of the stored ones.
        accept: take what would be refused as it is.

    Raises:
        SourceError: so much of it is odd that the file is refused as a whole.
    """
    if not accept and (repeated := repeated_session(bars)):
        raise SourceError(repeated, file=bars.source or None)
    doubtful = doubtful_dividends(prices, bars)
    if replace_all:
        priced = {bars.symbols[i] for i in distinct(bars.symbol[bars.priced()])}
        stored_symbols = {symbol for block in prices.blocks for symbol in block.symbols}
        bars = replace(bars, replace=frozenset(priced & stored_symbols))
        return Admitted(bars, notes=tuple(doubtful))
    late = LateCloses(prices, bars)
    rows = np.bincount(bars.symbol, minlength=len(bars.symbols))
    work = _Work(prices, bars)
    if len(rows) and rows.all() and prices.source.keys().isdisjoint(bars.symbols):
        # Nothing is stored to compare with, as on the first import.
        gaps = [note for place in range(len(rows)) for note in work.gaps(place)]
        return Admitted(
            replace(bars, disputed={}), notes=(*doubtful, *late.notes(range(len(rows))), *gaps)
        )
    for place in range(len(bars.symbols)):
        if not accept and (why := late.why_refused(place)):
            work.refuse(place, why)
        else:
            work.judge(place, accept=accept)
    odd = Counter(work.kinds.values())
    for kind, words in SYSTEMATIC.items():
        count = odd[kind]
        if not accept and count >= ODD and count > ODD_PART * work.compared:
            first = next(symbol for symbol, other in work.kinds.items() if other == kind)
            raise SourceError(
                f"{count:,} of {work.compared:,} symbols in the store are {words}"
                f" ({first}: {work.refused[first]}): refused as a whole",
                file=bars.source or None,
            )
    accepted_places = [at for at, symbol in enumerate(bars.symbols) if symbol not in work.refused]
    return work.admitted([*doubtful, *late.notes(accepted_places)])


def bring_prices(
    store: Store, bars: Bars, note: Note, *, replace_all: bool = False, accept: bool = False
) -> tuple[Contents, Admitted]:
    """Merge the admissible prices of a file; return the store's contents after it, and the notes.

    Raises:
        SourceError: nothing of it may.
        StoreBusy, StoreError: as for `Store.change`.
    """
    bars.check()
    admitted = Admitted(None)

    def act(draft: Draft) -> None:
        nonlocal admitted
        admitted = admit(draft.prices, bars, replace_all=replace_all, accept=accept)
        if admitted.bars is None:
            symbol, why = next(iter(admitted.refused.items()))
            raise SourceError(why, file=bars.source or None, symbol=symbol)
        draft.bring(note, bars=admitted.bars, rebase=admitted.rebase)

    return store.change(act), admitted


class _Work:
    """Judges the symbols of some bars one after the other."""

    def __init__(self, prices: Prices, bars: Bars) -> None:
        self.prices, self.bars = prices, bars
        self.kinds: dict[str, Kind] = {}
        self.refused: dict[str, str] = {}
        self.compared = 0
        self._keep = np.ones(len(bars), np.bool_)
        self._factor = np.ones(len(bars))
        self._adjusted_factor = np.ones(len(bars))
        self._blank: dict[str, BoolArray] = {}
        self._rebase: list[Rebase] = []
        self._notes: list[str] = []
        self._disputed: dict[str, str] = {}
        self._priced = bars.priced()
        self._order = bars.ordered()
        symbol = bars.symbol[self._order]
        self._from = np.searchsorted(symbol, np.arange(len(bars.symbols) + 1))

    def _final(self, symbol: str, name: str) -> tuple[Dates, FloatArray]:
        """(K,) sessions and (K,) stored values of a field, without an unfinished session's."""
        days, values = stored_values(self.prices, symbol, name)
        unfinished = self.prices.provisional.get(symbol)
        if unfinished is None:
            return days, values
        final = days != day(unfinished)
        return days[final], values[final]

    def refuse(self, place: int, why: str) -> None:
        """Leave out all rows of a symbol."""
        self.refused[self.bars.symbols[place]] = why
        self._keep[self._rows(place)] = False

    def _rows(self, place: int) -> IntArray:
        return self._order[self._from[place] : self._from[place + 1]]

    def gaps(self, place: int, stored: Dates = NO_SESSIONS) -> list[str]:
        """Sentences on the quarters without a price of a symbol, which may be two companies."""
        rows, symbol = self._rows(place), self.bars.symbols[place]
        priced_sessions = self.bars.session[rows][self._priced[rows]]
        return [
            f"{symbol} has no price between {before} and {after}: if its symbol went from one"
            f" company to another, `internals forget prices {symbol}`, then import the one you want"
            for before, after in long_gaps(priced_sessions, lambda: self._traded, stored)
        ]

    @cached_property
    def _traded(self) -> Dates:
        """Sessions with a price of any symbol, stored or in these bars."""
        stored = (block.sessions for block in self.prices.blocks)
        return distinct(np.concatenate([*stored, self.bars.session]))

    def judge(self, place: int, *, accept: bool) -> None:
        """Compare one symbol with its stored closes, and record the result."""
        rows = self._rows(place)
        symbol = self.bars.symbols[place]
        if not len(rows) or symbol not in self.prices.source:
            self._notes += self.gaps(place)
            return
        splits = self._splits(rows)
        stored: BoolArray = np.zeros(len(rows), np.bool_)
        for name in ("close", "adj_close"):
            values: FloatArray | None = getattr(self.bars, name)
            days, closes = self._final(symbol, name)
            if values is None or not len(days):
                continue
            has_value = ~np.isnan(values[rows])
            if (unfinished := self.bars.provisional.get(symbol)) is not None:
                has_value &= self.bars.session[rows] != day(unfinished)
            if not has_value.any():
                continue
            self.compared += name == "close"
            comparison = compare(
                days,
                closes,
                self.bars.session[rows][has_value],
                values[rows][has_value],
                splits,
                rounded=True,
                chained=name == "adj_close",
            )
            stored |= np.isin(self.bars.session[rows], days)
            if not self._note(symbol, rows, name, comparison, accept=accept):
                return
            if name == "close" or symbol in self._only_adjusted:
                self._notes += self.gaps(place, days)
        self._of_another(symbol, rows, stored)

    def _splits(self, rows: IntArray) -> dict[date, float]:
        split = self.bars.split
        if split is None:
            return {}
        at = rows[split[rows] > 0]
        return {pydate(self.bars.session[row]): float(split[row]) for row in at.tolist()}

    def _note(
        self, symbol: str, rows: IntArray, name: str, comparison: Comparison, *, accept: bool
    ) -> bool:
        """Record a comparison's result; return whether rows of the symbol remain."""
        if comparison.kind == "rebase":
            assert comparison.before is not None
            change = Rebase(
                symbol,
                comparison.before,
                comparison.factor,
                "close" if name == "close" else "adj_close",
            )
            self._rebase.append(change)
            if name == "close":
                self._notes.append(f"{change} ({comparison.words})")
        elif comparison.kind == "older":
            factor = self._factor if name == "close" else self._adjusted_factor
            factor[rows] = comparison.factor
            words = str(Rebase(symbol, date.max, comparison.factor)).removeprefix("older ")
            self._notes.append(f"{words}, those of this file ({comparison.words})")
        elif comparison.kind == "single":
            self._single(symbol, comparison)
        elif comparison.kind != "agrees" and not accept:
            if name == "adj_close" and symbol not in self._only_adjusted:
                self._blank.setdefault(name, np.zeros(len(self.bars), np.bool_))[rows] = True
                self._notes.append(
                    f"adjusted closes of {symbol} were not taken: {comparison.words}"
                )
                return True
            self.kinds[symbol] = comparison.kind
            self.refused[symbol] = comparison.words
            self._keep[rows] = False
            return False
        return True

    @cached_property
    def _only_adjusted(self) -> frozenset[str]:
        """Symbols of which these bars give no close."""
        close = self.bars.close
        has_close = np.zeros(len(self.bars.symbols), np.bool_)
        if close is not None:
            has_close[self.bars.symbol[~np.isnan(close)]] = True
        names = zip(self.bars.symbols, has_close.tolist(), strict=True)
        return frozenset(name for name, has in names if not has)

    def _single(self, symbol: str, comparison: Comparison) -> None:
        by_source: dict[str, list[date]] = {}
        for when in comparison.days:
            by_source.setdefault(self.prices.source_of(symbol, when), []).append(when)
        for source, days in by_source.items():
            count = f"{len(days):,} close{'' if len(days) == 1 else 's'} of {symbol}"
            example = comparison.words if days[0] == comparison.days[0] else f"on {days[0]}"
            if source == self.bars.source:
                changed = "was" if len(days) == 1 else "were"
                self._notes.append(f"{count} {changed} changed by a newer file ({example})")
                continue
            differs = (
                f"{self.bars.source} differs from {source or 'the store'}, whose closes stay"
                f" ({example}{', and more' if len(days) > 1 else ''})"
            )
            self._disputed.setdefault(symbol, differs)
            self._notes.append(f"{count}: {differs}; --replace takes the newer ones")

    def _of_another(self, symbol: str, rows: IntArray, stored: BoolArray) -> None:
        """Blank the values that another source has stored for the same sessions."""
        if not stored.any():
            return
        if symbol in self.prices.disputed and symbol not in self._disputed:
            self._disputed[symbol] = ""
        foreign = rows[stored]
        if symbol in self.prices.origin:
            days = self.bars.session[foreign].tolist()
            others = [self.prices.source_of(symbol, one) != self.bars.source for one in days]
            foreign = foreign[np.array(others, np.bool_)]
        elif self.prices.source[symbol] == self.bars.source:
            return
        for name in (*MATRICES, *EVENTS):
            values = getattr(self.bars, name)
            if values is None or not len(foreign):
                continue
            is_stored = self._is_stored(symbol, name, self.bars.session[foreign])
            if name in EVENTS:
                # That another source has no dividend on a day does not take one back.
                is_stored |= values[foreign] == 0
            blank = self._blank.setdefault(name, np.zeros(len(self.bars), np.bool_))
            blank[foreign[is_stored]] = True

    def _is_stored(self, symbol: str, name: str, days: Dates) -> BoolArray:
        """Return (K,) whether a symbol's field is stored on each day."""
        result = np.zeros(len(days), np.bool_)
        for block in self.prices.blocks:
            if (column := block.column.get(symbol)) is None:
                continue
            at = np.minimum(np.searchsorted(block.sessions, days), len(block.sessions) - 1)
            inside = block.sessions[at] == days
            if name in EVENTS:
                events = getattr(block, name)
                result |= inside & np.isin(at, events.row[events.col == column])
            elif (matrix := getattr(block, name)) is not None:
                result |= inside & ~np.isnan(matrix[at, column])
        return result

    def admitted(self, notes: Sequence[str]) -> Admitted:
        """Return what may be merged of the bars."""
        keep = self._keep
        columns: dict[str, Any] = {}
        for name in (*MATRICES, *EVENTS):
            values: FloatArray | None = getattr(self.bars, name)
            if values is None:
                continue
            values = values.copy()
            if name in self._blank:
                values[self._blank[name]] = np.nan
            if name in ("close", "dividend"):
                values *= self._factor
            elif name == "volume":
                values /= self._factor
            elif name == "adj_close":
                values *= self._adjusted_factor
            columns[name] = values[keep]
        used = distinct(self.bars.symbol[keep])
        place = np.full(len(self.bars.symbols), -1)
        place[used] = np.arange(len(used))
        symbols = tuple(self.bars.symbols[i] for i in used.tolist())
        bars = replace(
            self.bars,
            symbols=symbols,
            symbol=place[self.bars.symbol[keep]],
            session=self.bars.session[keep],
            through={s: d for s, d in self.bars.through.items() if s not in self.refused},
            provisional={s: d for s, d in self.bars.provisional.items() if s not in self.refused},
            disputed=self._disputed,
            **columns,
        )
        refused = {
            symbol: f"{why}; {_WAYS}" if symbol in self.kinds else why
            for symbol, why in self.refused.items()
        }
        return Admitted(
            bars if len(used) else None, tuple(self._rebase), (*self._notes, *notes), refused
        )
