"""The ticker whose closes each line uses: one line is one security, whatever its ticker was.

Renames put a line's closes under one ticker, a ticker that another company took over is two,
and a file's price stands for its session where no close is available.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date, timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.data.bar_edits import (
    Fill,
    Move,
    apply_fills,
    apply_moves,
    between,
    upto,
    with_file_closes,
    with_splits,
)
from core.data.file_closes import FileCloses, file_closes
from core.data.file_prices import file_prices
from core.data.frames import dates_of
from core.data.joins import joins, last_close, tape, turns, unrecorded_splits
from core.data.record import record
from core.data.renames import Company, Rename, companies, renames
from core.data.splits import splits_of
from core.data.swaps import Swap, followed, swaps
from core.data.takeovers import Takeover, holder, takeovers
from core.data.windows import last_on_or_before

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.data.frames import Block, Dates, Holdings, IntArray, Reference

    _Files = Mapping[str, tuple[Holdings, ...]]
    _Priced = Callable[[date | None, _Files], tuple[tuple[Block, ...], FileCloses]]


@record(frozen=True, eq=False)
class LineTickers:
    """Every line of every file under the ticker of its closes.

    Attributes:
        bars: the bars under those tickers.
        takeovers: ticker -> its takeovers, ascending.
        plain: ticker -> how many of its companies came before the first that a file lists.
        company: ticker -> the company, for tickers that a rename touches.
        filled: ticker -> sessions inside its closes for which a file's price stands, ascending.
        ends: ticker that was taken over -> the ticker of each of its companies -> the session
            up to which the vendor's answer is known to go at the least.
        edited: tickers whose bars are not the ones that came under them.
        passed_on: file -> row -> the ticker of its closes, for rows whose ticker passed from
            one company to another.
        file_closes: prices of files that stand for closes where none are available yet.
        unrecorded: ticker, session and factor of splits that are taken out of its closes, and on
            record under a later ticker alone.
        find_turns: makes `turns`.
        priced: a date and the files known -> the bars, and ``file_closes``, as known on it where
            nothing else that all this depends on became known later.
    """

    bars: tuple[Block, ...]
    takeovers: Mapping[str, tuple[Takeover, ...]]
    plain: Mapping[str, int]
    company: Mapping[str, Company]
    filled: Mapping[str, tuple[date, ...]]
    ends: Mapping[str, Mapping[str, date]]
    edited: frozenset[str] = frozenset()
    passed_on: Mapping[Holdings, Mapping[int, str]] = field(default_factory=dict)
    file_closes: FileCloses = field(default_factory=FileCloses)
    unrecorded: tuple[tuple[str, date, float], ...] = ()
    find_turns: Callable[[], tuple[date, ...]] = tuple
    priced: _Priced | None = None

    @cached_property
    def turns(self) -> tuple[date, ...]:
        """Sessions, ascending, on which something became known that changes these tickers.

        A file with a rename, a company's first close under another ticker; they are looked for
        when a question asks for a day before the last.
        """
        return self.find_turns()

    def on_files(self, session: date) -> frozenset[str]:
        """The tickers for which a file's price stands on a session."""
        inside = self._filled_on.get(session, frozenset())
        return inside | self.file_closes.on(session)

    def file_sessions(self, first: date, last: date) -> dict[str, list[date]]:
        """Ticker -> the sessions of a stretch for which a file's price stands, ascending."""
        tickers, line, sessions = self.file_priced(first, last)
        by_ticker: dict[str, list[date]] = {}
        for session, place in sorted(zip(sessions.tolist(), line.tolist(), strict=True)):
            by_ticker.setdefault(tickers[place], []).append(session)
        return by_ticker

    def file_priced(self, first: date, last: date) -> tuple[tuple[str, ...], IntArray, Dates]:
        """Where a file's price stands for a close between two days, each line and session once.

        Returns:
            (S,) tickers, (K,) places in them and (K,) sessions, datetime64[D].
        """
        closes = self.file_closes
        rows = closes.between(first, last)
        tickers, line, sessions = self.filled_between(first, last)
        return (
            (*closes.symbols, *tickers),
            np.append(closes.line[rows], len(closes.symbols) + line),
            np.append(closes.session[rows], sessions),
        )

    def filled_between(self, first: date, last: date) -> tuple[tuple[str, ...], IntArray, Dates]:
        """Do what `file_priced` does, for prices inside a line's closes alone."""
        filled = [
            (ticker, session)
            for session, tickers in self._filled_on.items()
            if first <= session <= last
            for ticker in tickers - self.file_closes.on(session)
        ]
        tickers = tuple(ticker for ticker, _ in filled)
        sessions = dates_of([session for _, session in filled])
        return tickers, np.arange(len(filled)), sessions

    @cached_property
    def _filled_on(self) -> dict[date, frozenset[str]]:
        """Session -> the tickers that are ``filled`` on it."""
        on: dict[date, set[str]] = {}
        for ticker, sessions in self.filled.items():
            for session in sessions:
                on.setdefault(session, set()).add(ticker)
        return {session: frozenset(tickers) for session, tickers in on.items()}

    def symbol(self, listed: str) -> str:
        """The ticker that a listed one's closes are followed by, whatever the day."""
        company = self.company.get(listed)
        return listed if company is None else company.key

    def lines(self, file: Holdings, session: date) -> tuple[str, ...]:
        """(N,) the tickers whose closes a file of a session uses; its own where all are equal."""
        passed_on = self.passed_on.get(file, {})
        if (
            not passed_on
            and self.takeovers.keys().isdisjoint(file.symbols)
            and self.company.keys().isdisjoint(file.symbols)
        ):
            return file.symbols
        tickers = list(file.symbols)
        for row, listed in enumerate(file.symbols):
            if listed in self.takeovers:
                tickers[row] = _name(self.takeovers, self.plain, file, row, session)
        lone: dict[str, int] = {}
        for row, ticker in passed_on.items():
            tickers[row] = self.symbol(ticker)
        touched = [
            row
            for row, ticker in enumerate(tickers)
            if ticker in self.company and row not in passed_on
        ]
        # of two tickers of one company in one file only the newest is, unless the table says so
        for row in sorted(
            touched, key=lambda row: self.company[tickers[row]].tickers[tickers[row]]
        ):
            company = self.company[tickers[row]]
            if company.means(file, row, tickers[row]) and tickers[row] not in company.given_up:
                lone[company.key] = row
        for row in touched:
            company = self.company[tickers[row]]
            if tickers[row] in company.given_up or lone.get(company.key) == row:
                tickers[row] = company.key
        return tuple(tickers) if tuple(tickers) != file.symbols else file.symbols

    def until(self, on: date) -> date:
        """The last day on which exactly as much was known as on a given day."""
        place = bisect_right(self.turns, on)
        turns = [turn - timedelta(days=1) for turn in self.turns[place : place + 1]]
        return min([*turns, self.until_told(on)])

    def until_told(self, on: date) -> date:
        """The last day before a file adds knowledge about prices up to another day."""
        untold = (one.until for one in self.file_closes.untold if one.since <= on < one.until)
        first = min(untold, default=None)
        return date.max if first is None else first - timedelta(days=1)

    def known_on(
        self,
        last: date,
        blocks: Sequence[Block],
        holdings: Mapping[str, tuple[Holdings, ...]],
        reference: Reference,
    ) -> LineTickers:
        """These tickers as they were known on a date.

        Args:
            last: the date.
            blocks: the bars under the tickers that they came with.
            holdings: fund -> the files that were known, and those that serve the answer.
            reference: exchange sessions and renames.
        """
        if self.priced is not None and all(turn <= last for turn in self.turns):
            bars, stated = self.priced(last, holdings)
            return replace(self, bars=bars, file_closes=stated)
        blocks = with_splits(blocks, self.unrecorded)
        tickers = line_tickers(blocks, holdings, reference, last)
        edited = tickers.edited.union(ticker for ticker, *_ in self.unrecorded)
        return replace(tickers, edited=edited)


def line_tickers(
    blocks: Sequence[Block],
    holdings: Mapping[str, tuple[Holdings, ...]],
    reference: Reference,
    last: date | None = None,
) -> LineTickers:
    """Find the ticker of every line's closes, and the bars under those tickers.

    Args:
        blocks: the bars under the tickers that they came with.
        holdings: fund -> its dated files, ascending.
        reference: exchange sessions and renames.
        last: a session after which closes decide nothing; None for none.
    """
    files = [file for dated in holdings.values() for file in dated]

    def session(value: date) -> date:
        return last_on_or_before(reference.sessions, value) or value

    def cut(bars: Sequence[Block]) -> Sequence[Block]:
        return bars if last is None else upto(bars, last)

    by_ticker: dict[str, tuple[Takeover, ...]] = {}
    for one in takeovers(cut(blocks), reference.sessions, files):
        by_ticker[one.symbol] = (*by_ticker.get(one.symbol, ()), one)
    plain = {
        symbol: _first_listed(changes, symbol, files, session)
        for symbol, changes in by_ticker.items()
    }
    moves = [m for symbol, changes in by_ticker.items() for m in _apart(changes, plain[symbol])]
    bars = apply_moves(blocks, moves)

    @cache
    def splits() -> Mapping[str, Sequence[tuple[date, float]]]:
        # closes have the later ones taken out, whatever the date
        return splits_of(bars).by_symbol()

    closes_known = cut(bars)
    renamed = list(renames(holdings, reference.indices))
    company = companies(
        renamed,
        reference.aliases,
        lambda file, row: _name(by_ticker, plain, file, row, session(file.as_of)),
        lambda symbol: last_close(closes_known, symbol),
    )
    symbols = set[str]().union(*(block.symbols for block in bars))
    several = [one for one in set(company.values()) if len(symbols & one.tickers.keys()) > 1]
    swapped = [swap for dated in holdings.values() for swap in swaps(dated)]
    passed_on = followed(
        swapped, files, lambda symbol, on: _close_on(closes_known, symbol, on, splits)
    )
    joining = [move for one in several for move in joins(closes_known, one, splits)]
    joined = apply_moves(bars, joining)

    @cache
    def joined_splits() -> Mapping[str, Sequence[tuple[date, float]]]:
        # a line is followed under one ticker, and its splits are on record under each
        return splits_of(joined).by_symbol()

    so_far = LineTickers(joined, by_ticker, plain, company, {}, {}, passed_on=passed_on)
    lines_of = cache(so_far.lines)
    fills = list(file_prices(cut(joined), files, lines_of, reference.sessions, joined_splits))
    filled = apply_fills(joined, fills)

    def priced(
        until: date | None, files: Mapping[str, tuple[Holdings, ...]]
    ) -> tuple[tuple[Block, ...], FileCloses]:
        closes = joined
        if until is not None:
            closes = upto(joined, until)
            # a later file may serve for its list of members, but compares no prices
            files = {
                fund: tuple(file for file in dated if session(file.as_of) <= until)
                for fund, dated in files.items()
            }
        stated = file_closes(closes, files, lines_of, reference.sessions, joined_splits)
        return with_file_closes(filled, stated, reference.sessions), stated

    priced_bars, stated = priced(last, holdings)
    by_symbol: dict[str, list[date]] = {}
    for fill in fills:
        by_symbol.setdefault(fill.symbol, []).append(fill.session)
    return LineTickers(
        priced_bars,
        by_ticker,
        plain,
        company,
        {symbol: tuple(sorted(days)) for symbol, days in by_symbol.items()},
        {symbol: _ends(changes, plain[symbol]) for symbol, changes in by_ticker.items()},
        _edited([*moves, *joining], fills),
        passed_on,
        stated,
        tuple(unrecorded_splits(joining, joined_splits)),
        lambda: _turns(
            [*renamed, *swapped], by_ticker, bars, set(company.values()), fills, session
        ),
        priced,
    )


def _close_on(
    bars: Sequence[Block],
    symbol: str,
    on: date,
    splits: Callable[[], Mapping[str, Sequence[tuple[date, float]]]],
) -> float:
    """A symbol's last close up to 7 days before a date, before later splits; NaN without."""
    one = tape(bars, symbol)
    rows = between(one.sessions, on - timedelta(days=7), on)
    closes = one.level[rows]
    closes = closes[np.isfinite(closes)]
    later = math.prod(factor for when, factor in splits().get(symbol, ()) if when > on)
    return float(closes[-1]) * later if len(closes) else math.nan


def _edited(moves: Iterable[Move], fills: Iterable[Fill]) -> frozenset[str]:
    """The tickers whose bars moves and fills change."""
    moved = {name for move in moves for name in (move.target, None if move.keep else move.source)}
    return frozenset({*filter(None, moved), *(fill.symbol for fill in fills)})


def _turns(
    moves: Iterable[Rename | Swap],
    takeovers: Mapping[str, Sequence[Takeover]],
    bars: Sequence[Block],
    of_renames: Iterable[Company],
    fills: Iterable[Fill],
    session: Callable[[date], date],
) -> tuple[date, ...]:
    """The sessions on which something became known that the tickers of lines depend on."""
    days = {session(one.known_on) for one in moves}
    days |= {one.first for changes in takeovers.values() for one in changes}
    days |= {fill.known_on for fill in fills if fill.known_on > fill.session}
    for one in of_renames:
        days.update(turns(bars, one))
    return tuple(sorted(days))


def _name(
    takeovers: Mapping[str, Sequence[Takeover]],
    plain: Mapping[str, int],
    file: Holdings,
    row: int,
    session: date,
) -> str:
    """The ticker of a row's company: the listed one, or with a number where it came later."""
    listed = file.symbols[row]
    if listed not in takeovers:
        return listed
    place = holder(takeovers[listed], session, float(file.price[row])) - plain[listed]
    return listed if place <= 0 else f"{listed}-{place + 1}"


def _first_listed(
    changes: Sequence[Takeover],
    symbol: str,
    files: Iterable[Holdings],
    session: Callable[[date], date],
) -> int:
    """The first of a ticker's companies that a file lists."""
    return min(
        holder(changes, session(file.as_of), float(file.price[file.symbols.index(symbol)]))
        for file in files
        if symbol in file.symbols
    )


def _apart(changes: Sequence[Takeover], plain: int) -> Iterable[Move]:
    """Yield the moves that keep one company's bars under a ticker and take the others' away."""
    symbol = changes[0].symbol
    for place in range(len(changes) + 1):
        first = changes[place - 1].last + timedelta(days=1) if place else None
        last = changes[place].last if place < len(changes) else None
        if place != plain:
            later = place - plain + 1
            yield Move(symbol, f"{symbol}-{later}" if place > plain else None, first, last)


def _ends(changes: Sequence[Takeover], plain: int) -> dict[str, date]:
    """The ticker of each of a ticker's companies -> the last session it is known to be listed."""
    symbol, later = changes[0].symbol, range(len(changes) - plain + 1)
    return {symbol if not k else f"{symbol}-{k + 1}": changes[-1].first for k in later}
