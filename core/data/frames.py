"""What a prices frame and a holdings frame are, and the checks they pass.

Prices come in blocks, one calendar year each, so that twenty-five years of two
funds cost no matrix of 2,500 columns. Every float array uses NaN for "none":
missing is never zero.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.data.errors import FrameError
from core.data.record import record

if TYPE_CHECKING:
    from collections.abc import Sequence

Scalar = TypeVar("Scalar", bound=np.generic)
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]
Dates = NDArray[np.datetime64]

#: A close older than this many exchange sessions no longer stands for a date.
STALE_SESSIONS: Final = 5
#: How the reason begins for a line of a holdings file whose row could not be read.
NOT_READ: Final = "not read"
#: A one-day move beyond this factor (or below its inverse) needs a split on record.
JUMP: Final = 10.0
#: Decimals at which levels and their ratios are compared: what differs beyond is rounding.
EXACT_DECIMALS: Final = 12
#: The rows of a whole file, with weights that its issuer rounded, add up to this or more.
WHOLE: Final = 0.98


@lru_cache(maxsize=4096)
def day(value: date) -> np.datetime64:
    """A calendar date as NumPy holds it (unit: days)."""
    return np.datetime64(value, "D")


def pydate(value: np.datetime64) -> date:
    """A NumPy day as a ``datetime.date``."""
    result = value.item()
    if type(result) is not date:  # of another unit than days
        result = value.astype("datetime64[D]").item()
    assert isinstance(result, date)
    return result


def dates_of(values: Sequence[date | str]) -> Dates:
    """(K,) datetime64[D] from dates or ISO strings."""
    return np.array(values, dtype="datetime64[D]")


def distinct(values: NDArray[Scalar]) -> NDArray[Scalar]:
    """(K,) the different ones of some days or whole numbers, ascending.

    As `np.unique` has them, which loads masked arrays: 16 ms of every start.
    """
    # as numbers: numpy sorts days several times slower
    numbers = values.astype(np.int64)
    if not len(numbers):
        return values[:0]
    low, high = int(numbers.min()), int(numbers.max())
    if high - low < 2 * len(numbers):
        # a mark for each number between: a twentieth of the time that sorting takes
        ordered = np.flatnonzero(np.bincount(numbers - low)) + low
    else:
        ordered = np.sort(numbers)
        ordered = ordered[np.append(True, ordered[1:] != ordered[:-1])]
    different: NDArray[Scalar] = ordered.astype(values.dtype)
    return different


def median(values: FloatArray) -> float:
    """Median of (N,) finite values, at least one.

    As `np.median` has it, which loads masked arrays and looks for NaN first.
    """
    low, high = (len(values) - 1) // 2, len(values) // 2
    middle = np.partition(values, (low, high))
    return float((middle[low] + middle[high]) / 2)


def in_both(days: Dates, others: Dates) -> Dates:
    """(K,) the days of two ascending lists that stand in both, ascending; nothing is sorted."""
    return days[rows_in_both(days, others)[0]]


def rows_in_both(days: Dates, others: Dates) -> tuple[IntArray, IntArray]:
    """(K,) the rows of each of two ascending lists of days at which both have the same day.

    As `np.intersect1d` has them, which sorts both: ten times slower.
    """
    numbers, other_numbers = days.astype(np.int64), others.astype(np.int64)
    place = other_numbers.searchsorted(numbers)
    if not len(others):
        return place[:0], place[:0]
    same = np.flatnonzero(other_numbers[np.minimum(place, len(others) - 1)] == numbers)
    return same, place[same]


@record(frozen=True, eq=False, slots=True)
class Events:
    """Dividends or splits of a block: few, so stored as coordinates.

    Attributes:
        row: (K,) int, position in the block's sessions.
        col: (K,) int, position in the block's symbols.
        value: (K,) float64; dividend per share on the basis of the block's close,
            or split factor (4 means 4:1).
    """

    row: IntArray
    col: IntArray
    value: FloatArray

    @staticmethod
    def none() -> Events:
        """No events."""
        return Events(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0))

    def __len__(self) -> int:
        return len(self.value)


@record(frozen=True, eq=False)
class Block:
    """The bars of one calendar year.

    Attributes:
        sessions: (T,) datetime64[D], ascending exchange sessions of one year.
        symbols: (N,) unique symbols in Yahoo's spelling.
        close: (T, N) float64, split-adjusted price per share, NaN where none.
        adj_close: (T, N) float64 or None, split- and dividend-adjusted price, NaN where
            none; None when no symbol of the block has one.
        volume: (T, N) float64 or None, shares traded, NaN where none.
        dividend: cash per share by ex-date, on the basis of ``close``.
        split: split factors by effective date.
    """

    sessions: Dates
    symbols: tuple[str, ...]
    close: FloatArray
    adj_close: FloatArray | None = None
    volume: FloatArray | None = None
    dividend: Events = field(default_factory=Events.none)
    split: Events = field(default_factory=Events.none)

    @property
    def year(self) -> int:
        """The calendar year of every session in the block."""
        return pydate(self.sessions[0]).year

    @cached_property
    def column(self) -> Mapping[str, int]:
        """Symbol -> its column."""
        return {symbol: place for place, symbol in enumerate(self.symbols)}


@record(frozen=True, eq=False, slots=True)
class Prices:
    """All bars: ascending year blocks, and what the vendor answered for each symbol.

    Attributes:
        blocks: ascending, one a calendar year.
        through: symbol -> the last session the vendor's answer applies to. Closes that
            end well before it mean the line ended; closes that merely stop at it mean
            that nobody has asked since.
        provisional: symbol -> the session of a bar taken before that session closed.
        source: symbol -> where its newest bars came from, in a few words.
        fetched_at: symbol -> when its newest bars were taken.
        failures: symbol -> why the last attempt to fetch it failed.
        origin: symbol -> its sources in the order of their closes, each with its last session;
            only for symbols whose closes are not all of ``source``.
        disputed: symbol -> what another source says of closes that are available.
    """

    blocks: tuple[Block, ...] = ()
    through: Mapping[str, date] = field(default_factory=dict)
    provisional: Mapping[str, date] = field(default_factory=dict)
    source: Mapping[str, str] = field(default_factory=dict)
    fetched_at: Mapping[str, datetime] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    origin: Mapping[str, tuple[tuple[date, str], ...]] = field(default_factory=dict)
    disputed: Mapping[str, str] = field(default_factory=dict)

    def source_of(self, symbol: str, when: date) -> str:
        """Where a symbol's close of a session came from; "" where nothing is known."""
        runs = self.origin.get(symbol, ())
        return next((source for last, source in runs if when <= last), self.source.get(symbol, ""))

    def sources_of(self, symbol: str, first: date = date.min, last: date = date.max) -> str:
        """Where a symbol's closes of a stretch came from, in order, joined by " and "."""
        names, begin = [], date.min
        for until, source in self.origin.get(symbol, ()):
            if until >= first and begin <= last:
                names.append(source)
            begin = until + timedelta(days=1)
        return " and ".join(dict.fromkeys(names)) or self.source.get(symbol, "")


@record(frozen=True, slots=True)
class LeftOut:
    """A row of a holdings file that is no stock, or a line that is not measured.

    Attributes:
        symbol: as in the file.
        name: as in the file.
        weight: fraction of the fund, NaN where not known.
        reason: a few words for a person.
    """

    symbol: str
    name: str
    weight: float
    reason: str

    @property
    def label(self) -> str:
        """``VINCI SA (DG)``, or what the row has of the two."""
        symbol = self.symbol if self.symbol.strip("-") else ""
        both = f"{self.name} ({symbol})" if self.name and symbol else self.name or symbol
        return both or "a row without name"


@record(frozen=True, slots=True)
class Listing:
    """Where a line is listed, as its file states it; "" where it does not.

    Attributes:
        exchange: the exchange's name or code.
        currency: code of the currency it trades in.
        country: where the company is at home.
    """

    exchange: str = ""
    currency: str = ""
    country: str = ""


@record(frozen=True, eq=False)
class Holdings:
    """The lines (constituents) of one fund in one dated file.

    Attributes:
        fund: the fund's symbol.
        as_of: the date the file states.
        symbols: (N,) unique, Yahoo's spelling.
        names: (N,).
        sectors: (N,), "" where the file has none.
        quantity: (N,) float64, shares on the basis of ``as_of``, NaN where none.
        price: (N,) float64, price per share as the file states it, NaN where none.
        value: (N,) float64, what weights are made from: market value in dollars, or
            the file's weight where it gives no value. Only ratios to ``total`` count.
        total: the fund's total on the scale of ``value``, cash and other rows included.
        identifiers: (N,) "isin:...", "cusip:..." or "" where the file has none.
        others: rows that are no stocks (cash, futures, rights) or are not listed in the
            United States, with the reason.
        sedols: (N,) SEDOL or "", empty where the file has none.
        listing: (N,) position in ``listings``, empty where the file says nothing of them.
        listings: the different listings of the file.
        weighted: False for a list of members without weights, on which each counts as one.
        industries: (N,) the group below the sector, "" where none; empty where the file has none.
        source: where the file came from (its name or address).
        fetched_at: when it was taken.
        whole: False where ``total`` is not known: rows state no amount, and no weight tells it.
        doubts: what the file says against itself, to end a sentence that names it.
    """

    fund: str
    as_of: date
    symbols: tuple[str, ...]
    names: tuple[str, ...]
    sectors: tuple[str, ...]
    quantity: FloatArray
    price: FloatArray
    value: FloatArray
    total: float
    identifiers: tuple[str, ...] = ()
    others: tuple[LeftOut, ...] = ()
    source: str = ""
    fetched_at: datetime | None = None
    sedols: tuple[str, ...] = ()
    listing: tuple[int, ...] = ()
    listings: tuple[Listing, ...] = ()
    weighted: bool = True
    industries: tuple[str, ...] = ()
    whole: bool = True
    doubts: tuple[str, ...] = ()

    @cached_property
    def not_read(self) -> frozenset[str]:
        """Symbols that stand in the file in rows that could not be read, or that state no value."""
        return frozenset(
            other.symbol.replace(".", "-").replace("/", "-")
            for other in self.others
            if other.reason.startswith(NOT_READ)
            or (other.reason == "no value" and np.isnan(other.weight))
        )

    @cached_property
    def share_listed(self) -> float:
        """The part of the fund that all rows, left-out ones too, add up to; below 1: rows lack."""
        others = (other.weight for other in self.others if math.isfinite(other.weight))
        return math.fsum([*(self.value / self.total).tolist(), *others])

    def check(self) -> None:
        """Raise FrameError where shapes, uniqueness, signs or the total are broken."""
        size = len(self.symbols)
        if not size or len(set(self.symbols)) != size:
            what = "a symbol appears twice in" if size else "no stock is named in"
            raise FrameError(f"{what} the holdings of {self.fund}")
        for name in ("names", "sectors", "quantity", "price", "value"):
            if len(getattr(self, name)) != size:
                raise FrameError(f"{name} of the holdings of {self.fund} has a wrong length")
        for name in ("identifiers", "sedols", "listing", "industries"):
            if getattr(self, name) and len(getattr(self, name)) != size:
                raise FrameError(f"{name} of the holdings of {self.fund} has a wrong length")
        if self.listing and not 0 <= min(self.listing) <= max(self.listing) < len(self.listings):
            raise FrameError(f"a listing of the holdings of {self.fund} is none of its listings")
        if not np.all((self.value > 0) & np.isfinite(self.value)):
            raise FrameError(f"the holdings of {self.fund} hold a line without a positive value")
        if not 0 < self.total < math.inf:
            raise FrameError(f"the holdings of {self.fund} have no positive total")


@record(frozen=True, slots=True)
class Theme:
    """A named set of symbols; themes may overlap. ``source`` says whose, and of when."""

    name: str
    symbols: tuple[str, ...]
    source: str = ""


Action = Literal["join", "leave"]


@record(frozen=True, slots=True)
class Announcement:
    """A change of membership that was announced before it takes effect.

    Attributes:
        fund: the fund whose index changes.
        symbol: the line, in Yahoo's spelling.
        action: "join" or "leave".
        effective: the day at whose close it takes effect.
        name: the line's name, "" where not stated.
        announced: the day it was announced, None where not stated.
        source: who says so, "" where not stated.
    """

    fund: str
    symbol: str
    action: Action
    effective: date
    name: str = ""
    announced: date | None = None
    source: str = ""


@record(frozen=True, slots=True)
class Reference:
    """Facts that come from data files, not from prices or holdings.

    Attributes:
        sessions: (T,) datetime64[D], every exchange session, a year ahead of today.
        aliases: old symbol -> new symbol, both in Yahoo's spelling.
        reconstitutions: fund -> ascending dates at whose close its index is remade.
        indices: fund -> the name of the index it follows, for those that are known.
        index_levels: symbol of an index itself, such as ^GSPC -> its name.
        spinoffs: (symbol, date) of known spin-offs, which look like a fall.
        themes: named sets of symbols.
        issuers: symbol -> the company, for companies with several listed classes of shares.
        doubts: sentences about entries of a user's files that name nothing held.
        listed: the last day whose sessions a list tells, later ones are computed; None for all.
        unforeseen: weekdays on which the exchange stayed closed and no rule of its own says so.
    """

    sessions: Dates
    aliases: Mapping[str, str] = field(default_factory=dict)
    reconstitutions: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    spinoffs: tuple[tuple[str, date], ...] = ()
    themes: tuple[Theme, ...] = ()
    issuers: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    indices: Mapping[str, str] = field(default_factory=dict)
    index_levels: Mapping[str, str] = field(default_factory=dict)
    listed: date | None = None
    unforeseen: frozenset[date] = frozenset()
