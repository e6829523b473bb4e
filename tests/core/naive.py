"""The measures told a second time, as slowly and plainly as they can be.

Nothing here shares a line with the code it is held against: dictionaries by date,
loops over lines, one formula after the other as the definitions give them. Where a
definition leaves room, a comment says what was chosen.
"""

from __future__ import annotations

import math
import statistics
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from core.data.frames import Holdings
from core.data.market import Market
from tests.core.naive_files import FRESH, misprinted, stand_in, to_measure
from tests.core.naive_lists import Lists, Part

EDGES = (-0.50, -0.25, -0.10, 0.0, 0.10, 0.25, 0.50, 1.0)

# Why a line is not measured in a stretch; several may hold at once.
NO_PRICES = "no prices"
NO_START = "no close near the start"
NO_LATER = "no close after the start"
UNASKED = "closes stop where nobody has asked further"
JUMP = "tenfold move"
NO_VALUE = "no price at the file's date"
NO_CLOSES = "only adjusted closes"
JOINED = "joined"
NO_WEIGHT = "joined as announced, weight not known"
ENDED = "ended"


@dataclass
class Tape:
    """What is held of one symbol, by date."""

    close: dict[date, float] = field(default_factory=dict)
    adjusted: dict[date, float] = field(default_factory=dict)
    volume: dict[date, float] = field(default_factory=dict)
    dividend: dict[date, float] = field(default_factory=dict)
    split: dict[date, float] = field(default_factory=dict)

    @property
    def price(self) -> dict[date, float]:
        """The close, or the adjusted close where nothing else is held."""
        return self.close or self.adjusted

    @property
    def only_adjusted(self) -> bool:
        return self.price is self.adjusted


@dataclass
class Index:
    parts: list[Part]
    lines: list[str]
    fund_return: float | None = None
    basket_return: float = 0.0
    contribution: dict[str, float] = field(default_factory=dict)
    unscaled: dict[str, float] = field(default_factory=dict)
    member_return: dict[str, float] = field(default_factory=dict)
    reasons: dict[str, set[str]] = field(default_factory=dict)
    joined: dict[str, date] = field(default_factory=dict)
    left: dict[str, date] = field(default_factory=dict)
    flags: dict[str, set[str]] = field(default_factory=dict)
    counted: dict[str, float] = field(default_factory=dict)
    outside: dict[str, set[str]] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)

    def share(self, symbol: str) -> float:
        return self.parts[0].share.get(symbol, 0.0)

    def weight(self, symbol: str) -> float:
        return self.parts[0].scale * self.share(symbol)

    def without(self, names: Iterable[str]) -> float | None:
        """Product of (1 + B_k without them) - 1; None where a segment has nothing left."""
        growth, dropped = 1.0, set(names)
        for part in self.parts:
            rest = [s for s in part.share if s not in dropped]
            if not rest:
                return None
            made = math.fsum(part.share[s] * part.returns[s] for s in rest)
            growth *= 1 + made / math.fsum(part.share[s] for s in rest)
        return growth - 1

    def ranked(self) -> list[str]:
        """Measured lines: c as printed, larger first, then start weight, then ticker."""
        made = {s: round(c, 12) for s, c in self.contribution.items()}
        return sorted(made, key=lambda s: (-made[s], -self.weight(s), s))


class Naive(Lists):
    def __init__(self, market: Market) -> None:
        self.market = market
        self.calendar: list[date] = market.reference.sessions.tolist()
        self.tapes: dict[str, Tape] = defaultdict(Tape)
        self.oldest: date = market.prices.blocks[0].sessions[0].item()
        for block in market.prices.blocks:
            days = block.sessions.tolist()
            tables = {"close": block.close, "adjusted": block.adj_close, "volume": block.volume}
            for name, table in tables.items():
                columns = [[]] * len(block.symbols) if table is None else table.T.tolist()
                for symbol, values in zip(block.symbols, columns, strict=True):
                    into = getattr(self.tapes[symbol], name)
                    into |= {d: v for d, v in zip(days, values, strict=False) if v == v}
            for name, events in (("dividend", block.dividend), ("split", block.split)):
                for row, column, value in zip(events.row, events.col, events.value, strict=True):
                    into = getattr(self.tapes[block.symbols[column]], name)
                    both = into.get(days[row], 0.0) if name == "dividend" else 0.0
                    into[days[row]] = both + float(value)

        self.days = self.sorted_days()
        stand_in(self)
        self.days = self.sorted_days()
        #: Moves from one close to the next beyond tenfold, with no split on record: their days.
        self.jumps = {symbol: jumps(self.tapes[symbol], days) for symbol, days in self.days.items()}

    def sorted_days(self) -> dict[str, list[date]]:
        """Symbol -> the dates of its closes in order."""
        dated = {symbol: sorted(tape.price) for symbol, tape in self.tapes.items()}
        return defaultdict(list, dated)

    def follow(self, listed: str) -> str:
        """A renamed line is followed by the symbol whose closes run later, else by the new one."""
        pairs = [pair for pair in self.market.reference.aliases.items() if listed in pair]
        if not pairs:
            return listed
        (pair,) = pairs
        ends = [max(self.days[s], default=date.min) for s in pair]
        return pair[0] if ends[0] > ends[1] else pair[1]

    def last(self, symbol: str, on: date) -> date | None:
        """The date of the last close on or before a date, however old."""
        days = self.days[symbol]
        place = bisect_right(days, on)
        return days[place - 1] if place else None

    def fresh(self, symbol: str, on: date) -> date | None:
        """The same, at most five exchange sessions old."""
        found = self.last(symbol, on)
        return found if found is not None and self.age(found, on) <= FRESH else None

    def jumped(self, symbol: str, first: date, last: date) -> bool:
        """A move beyond tenfold from one close to the next, both of a stretch."""
        found = self.jumps.get(symbol, ())
        return any(first <= before and after <= last for before, after in found)

    def measure(self, symbol: str, start: date, end: date, basis: str) -> tuple[set[str], bool]:
        """Why a line has no return in a stretch, quarantine apart, and whether it ended there."""
        tape = self.tapes[symbol]
        if not tape.price:
            return {NO_PRICES}, False
        if basis == "pr" and tape.only_adjusted:  # adjusted closes give no price return
            return {NO_CLOSES}, False
        last, ended = self.last(symbol, end), False
        why = set() if self.fresh(symbol, start) else {NO_START}
        spoken = max(self.market.prices.through.get(symbol, date.min), self.days[symbol][-1])
        if last and self.age(last, end) > FRESH:
            ended = self.age(last, spoken) > FRESH
            why |= set() if ended else {UNASKED}
        if last is None or last <= start:
            why.add(ENDED if ended else NO_LATER if spoken >= end else UNASKED)
        return why, ended

    def returned(self, symbol: str, start: date, end: date, basis: str) -> float:
        """The return between the closes that stand for two dates.

        TR: product of (P_t + D_t) / P_{t-1}, that is P_last / P_first times 1 + D_t / P_t of each
        dividend. One on a day without a close counts at the next close, none that the price
        denies; of adjusted closes where no dividend is on record.
        """
        tape = self.tapes[symbol]
        first, last = self.last(symbol, start), self.last(symbol, end)
        assert first is not None and last is not None
        by_adjusted = not tape.dividend and all(d in tape.adjusted for d in tape.close)
        if tape.only_adjusted or (basis == "tr" and by_adjusted):
            return float(Fraction(tape.adjusted[last]) / Fraction(tape.adjusted[first]) - 1)
        paid: dict[date, Fraction] = {}
        for ex, cash in tape.dividend.items() if basis == "tr" else ():
            at = next((d for d in self.days[symbol] if d >= ex), ex)
            if unpaid(cash, self.last(symbol, ex - timedelta(days=1)), at, tape):
                continue
            paid[at] = paid.get(at, Fraction(0)) + Fraction(cash)
        growth = Fraction(tape.price[last]) / Fraction(tape.price[first])
        for at, amount in paid.items():
            if first < at <= last:
                growth *= 1 + amount / Fraction(tape.price[at])
        return float(growth - 1)

    def carried(self, file: Holdings, row: int, start: date) -> float | None:
        """A line's value at a segment's start."""
        symbol = self.follow(file.symbols[row])
        tape, at, dated = self.tapes[symbol], self.last(symbol, start), self.session(file.as_of)
        assert at is not None
        base = self.fresh(symbol, dated)  # a close stands for the file's date as for a start
        if base is not None:
            return float(file.value[row]) * tape.price[at] / tape.price[base]
        if math.isnan(file.quantity[row]) or tape.only_adjusted or misprinted(file, row):
            return None
        splits = math.prod(factor for on, factor in tape.split.items() if on > dated)
        return float(file.quantity[row]) * tape.price[at] * splits

    def segment(self, part: Part, basis: str, doubtful: set[str]) -> dict[str, set[str]]:
        """Fill in who is measured, the shares and the returns; line -> words about it."""
        file, dated, total = part.file, self.session(part.file.as_of), 0.0
        value, flags = dict[str, float](), dict[str, set[str]]()
        listed = [(row, self.follow(symbol)) for row, symbol in enumerate(file.symbols)]
        listed = [(row, symbol) for row, symbol in listed if symbol not in part.gone]
        part.members = (*(symbol for _, symbol in listed), *part.joining)
        part.estimated = dated > part.start or (part.start - dated).days > 100
        part.reasons |= {symbol: {NO_WEIGHT} for symbol in part.joining}
        for row, symbol in listed:
            why, ended = self.measure(symbol, part.start, part.end, basis)
            # a tenfold move since the file counts too, unless it is older than all that is held
            ends = (dated, part.start) if dated >= self.oldest else (part.start,)
            way = [self.last(symbol, d) or date.min for d in ends]
            if symbol in doubtful or self.jumped(symbol, min(way), max(dated, part.end)):
                why |= {JUMP}
            worth = None if why else self.carried(file, row, part.start)
            if worth is None:
                part.reasons[symbol] = why or {NO_VALUE}
                continue
            value[symbol] = worth
            total += float(file.value[row])
            part.estimated |= dated != part.start and self.tapes[symbol].only_adjusted
            said = flags[symbol] = (
                {f"last traded {self.last(symbol, part.end)}"} if ended else set()
            )
            if self.disagrees(file, row):
                said.add("disagrees with the file")
        part.scale, whole = total / file.total, math.fsum(value.values())
        part.covered = total / to_measure(file)
        part.share = {s: worth / whole for s, worth in value.items()}
        part.returns = {s: self.returned(s, part.start, part.end, basis) for s in value}
        part.basket = math.fsum(part.share[s] * part.returns[s] for s in value)
        return flags

    def disagrees(self, file: Holdings, row: int) -> bool:
        """File price against the close of its day, beyond 2 % after later splits."""
        tape, dated = self.tapes[self.follow(file.symbols[row])], self.session(file.as_of)
        splits = math.prod(factor for on, factor in tape.split.items() if on > dated)
        close = tape.close.get(dated, math.nan)
        return abs(float(file.price[row]) / splits / close - 1) > 0.02  # False of NaN

    def stale(self, symbol: str, end: date) -> bool:
        """The same close and no volume on the last five sessions of the window."""
        tape, place = self.tapes[symbol], bisect_right(self.calendar, end)
        days = self.calendar[place - FRESH : place]
        still = all(d in tape.price and tape.volume.get(d) == 0 for d in days)
        return still and len({tape.price[d] for d in days}) == 1

    def index(
        self, fund: str, start: date, end: date, as_of: date, basis: str, later: bool = True
    ) -> Index:
        """One index over a window."""
        parts = self.cut(fund, start, end, as_of, later)
        lines = list(
            dict.fromkeys(
                s
                for part in parts
                for s in (*map(self.follow, part.file.symbols), *part.joining)
                if s not in part.gone
            )
        )
        # a tenfold move anywhere in the window keeps the line out of all its segments
        doubtful = {s for s in lines if self.jumped(s, self.last(s, start) or start, end)}
        found = Index(parts, lines, doubtful=doubtful)
        growth = 1.0
        for part in parts:
            for s, words in self.segment(part, basis, doubtful).items():
                found.flags.setdefault(s, set()).update(words)
            for s, why in part.reasons.items():  # measured before, ended at this segment's start
                if why & {ENDED, JUMP} == {ENDED} and "last" not in str(found.flags.get(s, "last")):
                    found.flags[s].add(f"last traded {self.last(s, part.end)}")
            for s, share in part.share.items():
                made = growth * share * part.returns[s]
                found.unscaled[s] = found.unscaled.get(s, 0.0) + made
                found.contribution[s] = found.contribution.get(s, 0.0) + part.scale * made
                grown = (1 + found.member_return.get(s, 0.0)) * (1 + part.returns[s])
                found.member_return[s] = grown - 1
            growth *= 1 + part.basket
        found.basket_return = growth - 1
        for s, words in found.flags.items():
            words |= {"stale"} if self.stale(s, end) else set()
        for s in lines:
            places = [k for k, part in enumerate(parts) if s in part.members]
            if places[0] > 0:
                found.joined[s] = parts[places[0]].start
            if places[-1] < len(parts) - 1:
                found.left[s] = parts[places[-1]].end
            if s not in found.unscaled:
                found.reasons[s] = set().union(*(p.reasons.get(s, set()) for p in parts))
            why, ended = self.measure(s, start, end, basis)
            if ended and s in found.flags:
                found.flags[s].add(f"last traded {self.last(s, end)}")
            if s in found.joined:
                found.outside[s] = {JOINED}
            elif s in doubtful:
                found.outside[s] = {JUMP}
            elif why or ended:
                found.outside[s] = why | ({ENDED} if ended else set())
            else:
                found.counted[s] = self.returned(s, start, end, basis)
        if {start, end} <= self.tapes[fund].price.keys():
            found.fund_return = self.returned(fund, start, end, basis)
        return found


def jumps(tape: Tape, days: list[date]) -> list[tuple[date, date]]:
    """Two days, one after the other, between which the price moved beyond tenfold, and no split."""
    return [
        (before, after)
        for before, after in pairwise(days)
        if not 0.1 <= tape.price[after] / tape.price[before] <= 10
        and not any(before < d <= after for d in tape.split)
    ]


def unpaid(cash: float, before: date | None, at: date, tape: Tape) -> bool:
    """Whether a dividend above a fifth of the close before moved the price by under its half."""
    if before is None or at not in tape.price or cash <= 0.2 * tape.price[before]:
        return False
    return cash >= tape.price[before] or tape.price[before] - tape.price[at] < cash / 2


def count(index: Index, test: Callable[[float], bool]) -> int:
    """Lines whose return, rounded to 1e-9, passes a test."""
    return sum(test(round(r, 9)) for r in index.counted.values())


def bins(index: Index) -> list[int]:
    """Lines in low < r <= high between the edges, with open tails."""
    found = [round(r, 9) for r in index.counted.values()]
    return [sum(a < r <= b for r in found) for a, b in pairwise((-math.inf, *EDGES, math.inf))]


def breadth(index: Index) -> dict[str, float | None]:
    """Moments of the counted lines' returns; nothing without any."""
    found, n = list(index.counted.values()), len(index.counted)
    if not n:
        return {}
    mean, whole = math.fsum(found) / n, index.basket_return
    second, third = (math.fsum((r - mean) ** power for r in found) / n for power in (2, 3))
    around = math.fsum(index.share(s) * (r - whole) ** 2 for s, r in index.counted.items())
    return {
        "equal_weight": mean,
        "median": statistics.median(found),
        "dispersion": math.sqrt(second),
        "dispersion_cap": math.sqrt(around),
        "skew": third / second**1.5 if second > 1e-12 else None,
        "share_up": count(index, lambda r: r > 0) / n,
        "share_outperforming": count(index, lambda r: r > round(whole, 9)) / n,
    }


def effective(amounts: list[float]) -> float | None:
    """1 / HHI of amounts as shares of their sum."""
    whole = math.fsum(amounts)
    return whole * whole / math.fsum(a * a for a in amounts) if whole > 0 else None


def gap_leaders(small: Index, large: Index) -> dict[str, float]:
    """g = (w_S - w_L)(r - h) with h half of R_S + R_L; w r is the unscaled contribution."""
    half = (small.basket_return + large.basket_return) / 2
    # w is of the first segment that measures a line, so that it sums to 1
    starts = (next(p.share for p in index.parts if p.share) for index in (small, large))
    own, other = (
        {s: c - share.get(s, 0.0) * half for s, c in index.unscaled.items()}
        for index, share in zip((small, large), starts, strict=True)
    )
    return {s: own.get(s, 0.0) - other.get(s, 0.0) for s in {*own, *other}}


def bridge(small: Index, large: Index) -> list[float]:
    """Fund to basket, basket to equal weight, across, and back; [] where a side is missing."""
    even_l, even_s = (breadth(index).get("equal_weight") for index in (large, small))
    fund_l, fund_s = large.fund_return, small.fund_return
    if even_l is None or even_s is None or fund_l is None or fund_s is None:
        return []
    r_l, r_s = large.basket_return, small.basket_return
    return [r_l - fund_l, even_l - r_l, even_s - even_l, r_s - even_s, fund_s - r_s]


def rank(gap: float, earlier: Mapping[int, float]) -> tuple[int, int | None, int | None]:
    """Rank, since and tie among earlier years on the gap's own side, compared at 0.01 pp."""
    sign = -1 if gap < 0 else 1
    theirs, mine = {y: round(sign * g, 4) for y, g in earlier.items()}, round(sign * gap, 4)
    since = max((y for y, g in theirs.items() if g >= mine), default=None)
    tie = max((y for y, g in theirs.items() if g == mine), default=None)
    return 1 + sum(g > mine for g in theirs.values()), since, tie
