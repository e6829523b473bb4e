"""A market in steps: after step n every symbol has the closes 1..n, and the file says n.

Whoever reads a store filled this way can tell a whole generation from a mixture.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cache.facts.errors import StoreEmpty, StoreError
from cache.facts.reference import load_reference
from cache.facts.sessions import sessions
from cache.refresh.ask import Ask
from cache.refresh.gate import Answer
from cache.sources.issuers import Issuers
from cache.store.bars import Bars
from cache.store.store import Contents, Store
from core.data.frames import Dates, Holdings
from tests.cache import planning, stores

if TYPE_CHECKING:
    from core.answer.snapshot import Snapshot
    from core.data.question import Question

SYMBOLS = ("AAA", "BBB", "CCC")
#: The days on which closes stand; step n is the n-th of them.
DAYS: Dates = sessions()[sessions() >= np.datetime64("2024-03-01")]
FILE_DAY = date(2024, 3, 1)
#: A fund with nothing to fetch its holdings from, and the lines of the refreshed market.
PAIR, LINES = ("IWM", "SPY"), tuple(f"S{n:02}" for n in range(20))


class BrokenError(AssertionError):
    """A reader saw what no generation holds."""


def bars(first: int, last: int) -> Bars:
    """Closes first..last (1-based) of every symbol."""
    count = last - first + 1
    return Bars(
        SYMBOLS,
        np.repeat(np.arange(len(SYMBOLS)), count),
        np.tile(DAYS[first - 1 : last], len(SYMBOLS)),
        close=np.tile(np.arange(first, last + 1.0), len(SYMBOLS)),
        source="step",
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def holdings(
    step: int, symbols: tuple[str, ...] = SYMBOLS, fund: str = "IWM"
) -> tuple[Holdings, bytes]:
    """A file whose prices say the step, with bytes of its own."""
    count = len(symbols)
    rows = Holdings(
        fund,
        FILE_DAY,
        symbols,
        ("invented",) * count,
        ("Energy",) * count,
        np.ones(count),
        np.full(count, float(step)),
        np.full(count, float(step)),
        float(step) * count,
    )
    return rows, f"step {step} ".encode() * 50


def closes(held: Contents, symbol: str) -> list[float]:
    """A symbol's closes in order."""
    return [*stores.closes(held.prices, symbol).values()]


def step_of(held: Contents) -> int:
    """The step a generation is of; BrokenError where it is of none, or of two."""
    found = [closes(held, symbol) for symbol in SYMBOLS]
    step = len(found[0])
    if any(values != list(range(1, step + 1)) for values in found):
        raise BrokenError(f"closes of generation {held.generation} are not 1..{step}: {found}")
    files = held.holdings.get("IWM", ())
    if [float(file.price[0]) for file in files] != [float(step)] * bool(step):
        raise BrokenError(
            f"generation {held.generation} of step {step} has another step's holdings"
        )
    return step


def imported(held: Contents) -> int:
    """As `step_of`, without holdings, of closes that came with files."""
    found = [closes(held, symbol) for symbol in SYMBOLS]
    if any(values != list(range(101, len(found[0]) + 101)) for values in found):
        raise BrokenError(f"closes of generation {held.generation}: {found}")
    return len(found[0])


def commit(store: Store, step: int) -> None:
    """Bring a store from a step to the next."""
    store.commit(bars=bars(step, step), holdings=[holdings(step)])


def now_at(step: int) -> datetime:
    """Three hours after the close of a step's session."""
    return datetime.combine(DAYS[step - 1].item(), time(23, 30), UTC)


def refreshed(held: Contents) -> int:
    """The last step that every line of a refreshed market has; BrokenError where they differ."""
    found = [closes(held, symbol) for symbol in (*PAIR, *LINES)]
    if any(values != list(range(1, len(values) + 1)) for values in found):
        raise BrokenError(f"closes of generation {held.generation} are not 1..n")
    lengths = set(map(len, found)) - {0}
    if lengths and max(lengths) - min(lengths) > 1:
        raise BrokenError(f"generation {held.generation} mixes steps {sorted(lengths)}")
    return min(map(len, found))


class Vendor(planning.Vendor):
    """A source of prices that answers every question from the steps."""

    name = "by hand"

    def fetch(
        self, asks: Iterable[Ask], *, now: datetime, stop: threading.Event | None = None
    ) -> Iterator[Answer]:
        known = np.flatnonzero(np.datetime64(now.date()) >= DAYS)
        for ask in asks:
            at = known[DAYS[known] >= np.datetime64(ask.start)]
            none = np.zeros(len(at))
            volume = np.full(len(at), 1e6)
            through = DAYS[known[-1]].item()
            yield Answer(ask, DAYS[at], at + 1.0, volume, none, none, through)


#: How the step of a store is told that was not filled by `commit`.
LOOKS: dict[str, Callable[[Contents], int]] = {"refresh": refreshed, "import": imported}


def refresh(store: Store, step: int) -> None:
    """Fetch a step through the program's own refresh."""
    from cache.refresh.refresh import refresh as run
    from cache.refresh.request import Request

    request = Request(PAIR, now_at(step), load_reference())
    summary = run(store, request, prices=Vendor(), files=Issuers())
    assert summary.ok, summary


def with_files(place: Path, step: int = 0, lines: tuple[str, ...] = LINES) -> Store:
    """A new store with a file of each fund, refreshed to a step where one is given."""
    store = Store(place)
    for fund in PAIR:
        store.commit(holdings=[holdings(1, lines, fund)])
    if step:
        refresh(store, step)
    return store


def taken(held: Contents, question: Question) -> Snapshot:
    """What a question about a store's contents is answered."""
    from core.answer.snapshot import take
    from core.data.market import Market

    market = Market(held.prices, held.holdings, load_reference(), generation=held.generation)
    return take(market, question)


def reached(home: Path) -> int:
    """The step a store is at, 0 where nothing is held."""
    try:
        return step_of(Store(home).read())
    except StoreEmpty:
        return 0


def seen(
    home: Path, least: int, most: int | None = None, look: Callable[[Contents], int] = step_of
) -> tuple[int, str]:
    """The step a store is at, and what is wrong with it, "" for nothing.

    Args:
        home: where the store is.
        least: the last step that was acknowledged.
        most: the last that was begun, the one after it unless given.
        look: tells the step of what is held.
    """
    try:
        held = Store(home).read()
        step, damage = look(held), held.damage
    except StoreEmpty:
        step, damage = 0, ()
    except (StoreError, BrokenError) as error:
        return least, f"{error}"[:300]
    if not least <= step <= (least + 1 if most is None else most):
        return step, f"{least} acknowledged, {step} held"
    return step, f"said though nothing is lost: {damage}" if damage else ""
