"""A small market typed by hand: 30 small and 20 large lines, known returns, no randomness.

IWM rose 20 % and SPY 9 % from 31 December 2025 to 26 June 2026 (price return). Small line
S00 lost 40 %, each next one did 5 points better, up to S29 at +105 %; large line L00 lost
20 %, each next one did 3 points better, up to L19 at +37 %. Weights are equal.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from cache.facts.errors import StoreEmpty
from cache.facts.fund_entry import FundEntry
from core.answer.board import Board, Pair, board
from core.answer.snapshot import Question, Snapshot, take
from core.data.errors import UnavailableError
from core.data.frames import Block, Events, FloatArray, Holdings, LeftOut, Prices, Reference, Theme
from core.data.market import Market
from core.data.question import Basis
from tui.host.messages import Quotes
from tui.report.fetched import Fetched
from tui.report.files import Ledger
from tui.service.own_funds import add_fund
from tui.service.own_groups import keep_group
from tui.state.config_file import ConfigFile
from tui.state.files import Memory
from tui.state.places import places
from tui.state.written import Written

START, END, LAST = date(2025, 12, 31), date(2026, 6, 26), date(2026, 6, 30)
NOW = datetime(2026, 7, 1, 14, 30, tzinfo=UTC)
FETCHED = datetime(2026, 7, 1, 11, 30, tzinfo=UTC)
#: Year -> gap of the funds over that full year, in points.
GAPS = {
    2015: -3, 2016: 9, 2017: -6, 2018: 14, 2019: -4, 2020: 2,
    2021: -12, 2022: -1, 2023: -8, 2024: -13, 2025: -5,
}  # fmt: skip
SECTORS = ("Industrials", "Information Technology", "Energy", "Financials")
SMALL = tuple(f"S{n:02}" for n in range(30))
LARGE = tuple(f"L{n:02}" for n in range(20))
JOINERS = ("N00", "N01")
SMALL_RETURNS = {symbol: -0.525 + 0.05 * n for n, symbol in enumerate(SMALL)}
LARGE_RETURNS = {symbol: -0.195 + 0.03 * n for n, symbol in enumerate(LARGE)}
HOSTILE = (
    "\x1b]0;owned\x07Evil",
    "\x1b]52;c;aGk=\x07Clip",
    "[@click=app.quit]Bait[/]",
    "[/]",
    "[red",
    "株式会社サンプル例示商事",
    "So\u0301cie\u0301te\u0301 \u202egnp.exe",
    "\x9b31mC1",
    "Zero\u200bWidth",
    "line\nfeed",
)


def weekdays(first: date, last: date) -> np.ndarray:
    days = np.arange(np.datetime64(first), np.datetime64(last) + np.timedelta64(1, "D"))
    return days[np.is_busday(days)]


SESSIONS = weekdays(date(2014, 12, 31), LAST)


def path(levels: dict[date, float]) -> FloatArray:
    """(T,) straight in logarithms between the levels given; NaN before the first."""
    at = np.array([np.datetime64(d) for d in levels]).astype(float)
    x = SESSIONS.astype("datetime64[D]").astype(float)
    out = np.exp(np.interp(x, at, np.log(list(levels.values()))))
    out[x < at[0]] = np.nan
    return out


def fund_levels(end: float, large: bool) -> dict[date, float]:
    levels = {date(2014, 12, 31): 100.0}
    level = 100.0
    for year, gap in GAPS.items():
        level *= 1.10 if large else 1.10 + gap / 100
        levels[date(year, 12, 31)] = level
    levels[END] = level * (1 + end)
    levels[LAST] = levels[END] * 1.001
    return levels


def holdings(
    fund: str, as_of: date, symbols: tuple[str, ...], names: tuple[str, ...], covered: float
) -> Holdings:
    """Equal values that are ``covered`` of the total; two lines without closes, and cash."""
    size = len(symbols)
    each = 100 * covered / size
    unpriced = (f"{fund[0]}X0", f"{fund[0]}X1")
    value = np.array([each] * size + [(98 - 100 * covered) / 2] * 2)
    return Holdings(
        fund=fund,
        as_of=as_of,
        symbols=(*symbols, *unpriced),
        names=(*names, "Unpriced One", "Unpriced Two"),
        sectors=tuple(SECTORS[n % 4] for n in range(size + 2)),
        quantity=value.copy(),
        price=np.full(size + 2, np.nan),
        value=value,
        total=100.0,
        others=(LeftOut("USD", "Cash", 0.02, "cash"),),
        source=f"{fund}.csv",
        fetched_at=FETCHED,
    )


@cache
def market(
    *,
    hostile: bool = False,
    covered: float = 0.96,
    simulated: bool = False,
    generation: int = 7,
    funds: tuple[str, ...] = ("IWM", "SPY"),
    held: tuple[str, ...] = ("IWM", "SPY"),
) -> Market:
    """The market; fewer ``funds`` have closes, fewer of them holdings (``held``), where asked.

    The same arguments give the same object: what it works out for one test is there for the next.
    """
    columns: dict[str, FloatArray] = {}
    if "IWM" in funds:
        columns["IWM"] = path(fund_levels(0.20, large=False))
    if "SPY" in funds:
        columns["SPY"] = path(fund_levels(0.09, large=True))
    for symbol, told in (SMALL_RETURNS | LARGE_RETURNS).items():
        columns[symbol] = path({date(2024, 12, 31): 100, START: 100, END: 100 * (1 + told)})
    for symbol in JOINERS:
        columns[symbol] = path({date(2024, 12, 31): 50, LAST: 50.5})
    symbols = tuple(sorted(columns))
    closes = np.column_stack([columns[s] for s in symbols])
    years = SESSIONS.astype("datetime64[Y]").astype(int) + 1970
    blocks = []
    for year in range(2014, 2027):
        rows = years == year
        wanted = symbols if year >= 2024 else tuple(f for f in ("IWM", "SPY") if f in funds)
        where = [symbols.index(s) for s in wanted]
        if not wanted:
            continue
        paid = Events.none()
        if year == 2026 and "SPY" in funds:
            paid = Events(np.array([54]), np.array([wanted.index("SPY")]), np.array([2.0]))
        blocks.append(Block(SESSIONS[rows], wanted, closes[rows][:, where], dividend=paid))
    named = {s: f"Example {s}" for s in (*SMALL, *LARGE, *JOINERS)}
    if hostile:
        named |= dict(zip(SMALL[-10:], HOSTILE, strict=True))
        named |= dict(zip(LARGE[:10], HOSTILE, strict=True))
    later = (*SMALL[:29], *JOINERS)
    files = {
        "IWM": tuple(
            holdings("IWM", day, lines, tuple(named[s] for s in lines), covered)
            for day, lines in ((START, SMALL), (END, later))
        ),
        "SPY": tuple(
            holdings("SPY", day, LARGE, tuple(named[s] for s in LARGE), covered)
            for day in (date(2025, 11, 28), START)
        ),
    }
    through = dict.fromkeys(symbols, LAST)
    return Market(
        prices=Prices(
            tuple(blocks),
            through=through,
            source=dict.fromkeys(symbols, "typed by hand"),
            fetched_at=dict.fromkeys(symbols, FETCHED),
        ),
        holdings={fund: files[fund] for fund in held},
        reference=Reference(
            weekdays(date(2014, 12, 31), date(2027, 6, 30)),
            themes=(Theme("Odd pair", ("S01", "S29", "L19")),),
        ),
        simulated=simulated,
        generation=generation,
    )


QUESTION = Question(as_of=END, basis="pr")


@lru_cache(maxsize=100)
def answer(market: Market, question: Question) -> Snapshot:
    """The answer to a question, once for all stories of the same market."""
    return take(market, question)


class FakeDesk:
    """A desk over a market in memory; takes can be slow, failing or empty."""

    def __init__(self, held: Market | None) -> None:
        self.held = held
        self.simulated = bool(held and held.simulated)
        self.failure: Exception | None = None
        self.argv: list[str] | None = None
        self.quotes: list[str] | None = None
        self.laid: list[Quotes | None] = []
        self.asked: list[Question] = []
        self._home = TemporaryDirectory()
        self.memory = Memory(Path(self._home.name) / "market.json")
        self.notes = Path(self._home.name) / "notes"
        self.ledger: Ledger = Written(places(Path(self._home.name), demo=False), self.memory)
        folder = Path(self._home.name)
        self.config_file = ConfigFile(folder / "config.toml", folder / "config.lock")
        self.full: list[bool] = []
        self.boards = 0
        self.brought: list[Path] = []
        self.read_only = ""
        self.last = Fetched(None, "no refresh of this store is remembered", {}, ())

    def generation(self) -> int | None:
        return self.held.generation if self.held else None

    def identity(self) -> str | None:
        return f"{self.held.generation}" if self.held else None

    def market(self) -> Market:
        assert self.held is not None
        return self.held

    def take(self, question: Question) -> Snapshot:
        self.asked.append(question)
        if self.failure is not None:
            raise self.failure
        if self.held is None:
            raise StoreEmpty("nothing is held yet")
        return answer(self.held, question)

    def board(self, pairs: Sequence[Pair], basis: Basis, as_of: date | None) -> Board:
        if self.held is None:
            raise StoreEmpty("nothing is held yet")
        return board(self.held, pairs, basis, as_of)

    def add_fund(self, entry: FundEntry) -> str:
        home = Path(self._home.name)
        return add_fund(home / "funds.toml", home / "config.lock", entry)

    def keep_group(self, name: str, symbols: Sequence[str]) -> str:
        home = Path(self._home.name)
        return keep_group(home / "themes.toml", home / "config.lock", name, symbols)

    def import_command(self, path: Path) -> list[str] | None:
        self.brought.append(path)
        return self.argv

    def fetched(self, prices: Prices | None, pair: tuple[str, str], now: datetime) -> Fetched:
        return self.last

    def refresh_command(
        self, question: Question, *, full: bool = False, board: bool = False
    ) -> list[str] | None:
        self.full.append(full)
        self.boards += board
        return self.argv

    def quotes_command(self, question: Question) -> list[str] | None:
        return self.quotes

    def overlay(self, quotes: Quotes | None) -> None:
        self.laid.append(quotes)

    def cost(self, question: Question, now: datetime, *, board: tuple[str, ...] = ()) -> str:
        if board:
            return f"{len(board)} funds of the board are stale: r costs {len(board)} requests"
        return "12 symbols are stale: r costs 4 requests"

    @property
    def kept(self) -> Question | None:
        return self.memory.question()


def newer(held: Market, generation: int) -> Market:
    """The same market as another generation of the store."""
    return replace(held, generation=generation)


class SlowDesk(FakeDesk):
    """A desk that does not answer before it may."""

    def __init__(self, held: Market) -> None:
        super().__init__(held)
        self.may = threading.Event()

    def take(self, question: Question) -> Snapshot:
        self.may.wait(20)
        return super().take(question)


@cache
def formats_here() -> tuple[str, ...]:
    """The formats that this machine can write: PNG needs a library of an extra, and a font."""
    from tui.report.formats import FORMATS, written

    try:
        written(take(market(), QUESTION), "png")
    except UnavailableError:
        return tuple(name for name in FORMATS if name != "png")
    return tuple(FORMATS)
