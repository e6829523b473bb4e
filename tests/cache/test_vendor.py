"""What a vendor does to a store that was right: nothing wrong comes in, and a message names it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from cache.facts.sessions import sessions
from cache.refresh.ask import Ask
from cache.refresh.assessment import of_another
from cache.refresh.gate import Answer, gate
from cache.refresh.progress import Summary
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.refresh.stored_closes import StoredCloses
from cache.sources.issuers import Issuers
from cache.store.admit import bring_prices
from cache.store.bars import Bars
from cache.store.draft import Note
from cache.store.store import Store
from tests.cache.planning import Vendor, shipped
from tests.cache.stores import closes, store_of_lists

ALL = sessions()
DAYS = ALL[(np.datetime64("2026-03-02") <= ALL) & (np.datetime64("2026-06-26") >= ALL)]
PAIR = ("IWM", "IVV")
LINES = tuple(f"S{n:02}" for n in range(15))
#: Some of them, for what is told of one line alone.
FEW = ("S03", "S04", "S05", "S07", "S11")


def evening(place: int) -> datetime:
    """After the close of a session, in New York's summer."""
    return datetime.combine(DAYS[place].item(), datetime.min.time(), UTC) + timedelta(hours=22)


def waves(count: int) -> dict[str, np.ndarray]:
    """So many closes of each fund and line, each moving about a level of its own."""
    place = np.arange(count)
    return {
        symbol: (40 + 7 * n) * np.cumprod(1 + 0.015 * np.sin(place * 1.7 + n))
        for n, symbol in enumerate((*PAIR, *LINES))
    }


class World(Vendor):
    """Each symbol's true closes, and how the vendor tells them."""

    def __init__(self) -> None:
        self.close = waves(len(DAYS))
        self.dividend = {symbol: np.zeros(len(DAYS)) for symbol in self.close}
        self.split = {symbol: np.zeros(len(DAYS)) for symbol in self.close}
        self.asked: list[Ask] = []

    def bars(self, symbols: tuple[str, ...], size: int) -> Bars:
        """The first true closes of some symbols, as bars to merge."""
        return Bars(
            symbols,
            np.repeat(np.arange(len(symbols)), size),
            np.tile(DAYS[:size], len(symbols)),
            close=np.concatenate([self.close[symbol][:size] for symbol in symbols]),
            source="t",
            fetched_at=evening(min(size, len(DAYS) - 1)),
        )

    def fetch(
        self, asks: Iterable[Ask], *, now: datetime, stop: threading.Event | None = None
    ) -> Iterator[object]:
        for ask in asks:
            self.asked.append(ask)
            mine = (np.datetime64(ask.start) <= DAYS) & (np.datetime64(now.date()) >= DAYS)
            columns = [table[ask.symbol][mine] for table in (self.close, self.dividend, self.split)]
            volume = np.full(int(mine.sum()), 1e6)
            yield gate(ask, DAYS[mine], columns[0], volume, *columns[1:], now=now, meta={})

    def run(self, store: Store, place: int, **more: bool) -> Summary:
        now = evening(place)
        self.asked.clear()
        return refresh(store, Request(PAIR, now, shipped(), **more), prices=self, files=Issuers())


def check_closes(store: Store, expected: Mapping[str, np.ndarray]) -> None:
    """Each symbol's stored closes are the expected ones."""
    prices = store.read().prices
    for symbol, values in expected.items():
        got = list(closes(prices, symbol).values())
        np.testing.assert_allclose(got, values, rtol=1e-12, err_msg=symbol)


def everything(store: Store) -> object:
    prices = store.read().prices
    return {symbol: closes(prices, symbol) for symbol in (*PAIR, *LINES)}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_of_lists(tmp_path, PAIR, LINES, DAYS[0].item())


@pytest.fixture
def few(tmp_path: Path) -> Store:
    return store_of_lists(tmp_path, PAIR, FEW, DAYS[0].item())


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with every close of the world up to session 59; to be copied."""
    once = store_of_lists(tmp_path_factory.mktemp("filled"), PAIR, LINES, DAYS[0].item())
    assert World().run(once, 59).ok
    return once


@pytest.fixture
def held(filled_once: Store, tmp_path: Path) -> Store:
    """A copy of it."""
    shutil.copytree(filled_once.home, tmp_path / "market")
    return Store(tmp_path / "market")


def own(world: World, symbols: Iterable[str], last: int, factor: float = 1.0) -> Bars:
    """A person's own file of some symbols' closes up to a session, in cents."""
    bars = world.bars(tuple(symbols), last + 1)
    assert bars.close is not None
    cents = np.round(bars.close * factor, 2)
    return replace(bars, close=cents, source="own.csv", fetched_at=evening(last))


def test_one_line_that_lost_its_split_stays_as_it_was(held: Store) -> None:
    world, before = World(), closes(held.read().prices, "S03")
    world.close["S03"][:30] *= 4
    summary = world.run(held, 60, full=True)
    assert (
        list(summary.failed) == ["S03"] and "without a split in the store" in summary.failed["S03"]
    )
    assert closes(held.read().prices, "S03") == before
    assert len(closes(held.read().prices, "S04")) == 61


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize("factor", [4.0, 0.1])
def test_a_split_is_told(held: Store, factor: float, recorded: bool) -> None:
    world = World()
    world.close["S03"] = world.close["S03"] / factor
    if recorded:
        world.split["S03"][60] = factor
    summary = world.run(held, 60)
    done = "divided by 4" if factor > 1 else "multiplied by 10"
    assert summary.ok and f"older closes of S03 were {done}" in summary.message
    check_closes(held, {"S03": world.close["S03"][:61]})


def test_a_correction_far_back_is_seen_within_twenty_sessions(few: Store) -> None:
    """Of a close of S03, of a dividend of S05, and one of S07 that was never paid."""
    world, paid = World(), {"S05": 0.31, "S07": 0.0}
    for symbol in paid:
        world.dividend[symbol][5] = 0.3
    world.run(few, 55)
    world.close["S03"][5] *= 1.02
    for symbol, cash in paid.items():
        world.dividend[symbol][5] = cash
    words = [world.run(few, place).message for place in range(56, 76)]
    told = [sentence for sentence in words if "of S03 changed at Yahoo" in sentence]
    assert len(told) == 1 and "1 close of S03" in told[0]
    check_closes(few, {"S03": world.close["S03"][:76]})
    stored = StoredCloses(few.read().prices)
    days, cash = stored.dividends("S05")
    assert (days.tolist(), cash.tolist()) == ([DAYS[5].item()], [0.31])
    assert not len(stored.dividends("S07")[0])


def test_closes_of_a_file_stay_the_files(store: Store) -> None:
    world = World()
    bars = own(world, LINES, 40)
    bring_prices(store, bars, Note("prices", evening(40), "own.csv"))
    summary = world.run(store, 60)
    assert summary.ok and summary.refetched == ()
    asked = {ask.symbol: ask for ask in world.asked}
    assert asked["S03"].start == DAYS[0].item() and not asked["S03"].whole
    prices = store.read().prices
    for symbol in LINES:
        got = list(closes(prices, symbol).values())
        assert got[:41] == np.round(world.close[symbol][:41], 2).tolist()
        np.testing.assert_allclose(got[41:], world.close[symbol][41:61], rtol=1e-12)
        assert prices.source_of(symbol, DAYS[40].item()) == "own.csv"
        assert prices.source_of(symbol, DAYS[41].item()) == "Yahoo"
    # all of it is compared again the next time, also with --full
    world.close["S05"] = world.close["S05"].copy()
    world.close["S05"][3] *= 1.1
    summary = world.run(store, 61, full=True)
    assert summary.ok
    assert "S05: Yahoo differs from own.csv, whose closes stay" in summary.message
    prices = store.read().prices
    assert closes(prices, "S05")[DAYS[3].item()] == round(world.close["S05"][3] / 1.1, 2)
    assert "Yahoo differs" in prices.disputed["S05"] and list(prices.disputed) == ["S05"]
    assert len(closes(prices, "S05")) == 62


@pytest.mark.parametrize("changed", [(55,), range(43, 61)])
def test_beside_closes_of_a_file_a_vendor_corrects_its_own(
    store: Store, changed: Sequence[int]
) -> None:
    """Closes up to the 40th session are a file's, later ones Yahoo's: some of both change."""
    world = World()
    bring_prices(store, own(world, LINES, 40), Note("prices", evening(40), "own.csv"))
    world.dividend["S05"][58] = 0.2
    world.run(store, 60)
    world.close["S05"] = world.close["S05"].copy()
    world.close["S05"][[3, *changed]] *= 1.02 + 0.001 * np.arange(len(changed) + 1)
    world.dividend["S05"][58] = 0.25
    summary = world.run(store, 61)
    count = f"{len(changed)} close{'s' * (len(changed) > 1)} of S05 changed at Yahoo"
    assert count in summary.message and "Yahoo differs from own.csv" in summary.message
    prices = store.read().prices
    got = list(closes(prices, "S05").values())
    assert got[:41] == np.round(World().close["S05"][:41], 2).tolist()
    np.testing.assert_allclose(got[41:], world.close["S05"][41:62], rtol=1e-12)
    assert StoredCloses(prices).dividends("S05")[1].tolist() == [0.25]
    assert "own.csv, whose closes stay" in prices.disputed["S05"]


def test_a_fall_after_the_last_close_of_a_file_is_no_difference_from_it(few: Store) -> None:
    """S03 halves on the first session that is Yahoo's, and an answer begins with that session."""
    world = World()
    world.close["S03"][41:] *= 0.5
    bring_prices(few, own(world, ["S03"], 40), Note("prices", evening(40), "own.csv"))
    world.run(few, 50)
    ask = Ask("S03", DAYS[41].item(), DAYS[51].item(), whole=False)
    (answer,) = world.fetch([ask], now=evening(51))
    assert isinstance(answer, Answer)
    assessment = of_another(answer, StoredCloses(few.read().prices), "Yahoo")
    assert (assessment.reason, assessment.note, assessment.disputed) == ("", "", "")
    assert assessment.answer.session.tolist() == [DAYS[51].item()]
    world.close["S03"][45] *= 1.01
    (answer,) = world.fetch([ask], now=evening(51))
    corrected = of_another(answer, StoredCloses(few.read().prices), "Yahoo")  # type: ignore[arg-type]
    assert (corrected.note, corrected.disputed) == ("1 close of S03 changed at Yahoo", "")


def test_closes_that_begin_after_adjusted_ones_are_told(few: Store) -> None:
    """The vendor has no close of S03 before the 30th session, a file has adjusted ones."""
    world = World()
    adjusted = own(world, ["S03"], 55)
    bars = replace(adjusted, adj_close=adjusted.close, close=np.full(56, np.nan))
    bring_prices(few, bars, Note("prices", evening(55), "own.csv"))
    world.close["S03"][:30] = np.nan
    summary = world.run(few, 56)
    words = f"the closes of S03 begin on {DAYS[30]}; its adjusted closes, stored from {DAYS[0]}"
    assert summary.ok and f"{words}, are not used beside them" in summary.message
    # what came since is the vendor's, and it may correct it
    world.close["S03"][54] *= 1.01
    assert "1 close of S03 changed at Yahoo" in world.run(few, 57).message


def test_a_whole_history_is_asked_for_from_the_first_adjusted_close(few: Store) -> None:
    """A file's adjusted closes of S03 are of 1997, and a refresh asks for two years otherwise."""
    day = np.array(["1997-05-15"], "datetime64[D]")
    bars = Bars(("S03",), np.zeros(1, np.intp), day, adj_close=np.array([2.0]), source="own.csv",
                close=np.array([np.nan]), fetched_at=evening(5))  # fmt: skip
    bring_prices(few, bars, Note("prices", evening(5), "own.csv"))
    world = World()
    world.run(few, 56)
    starts = {ask.symbol: ask.start for ask in world.asked}
    assert starts["S03"] == date(1997, 5, 15) < starts["S04"]


def test_a_file_that_is_another_history_is_not_continued(few: Store) -> None:
    world = World()
    wrong = own(world, ["S03"], 40)
    assert wrong.close is not None
    waved = wrong.close * (1 + 0.02 * np.cos(np.arange(41)))
    bring_prices(few, replace(wrong, close=waved), Note("prices", evening(40)))
    summary = world.run(few, 60)
    assert list(summary.failed) == ["S03"] and "forget prices S03" in summary.failed["S03"]
    assert list(closes(few.read().prices, "S03").values()) == waved.tolist()
    few.change(lambda draft: draft.forget_symbols(["S03"]))
    assert world.run(few, 61).ok
    assert len(closes(few.read().prices, "S03")) == 62


def test_a_file_from_before_a_split_is_brought_onto_the_vendors_basis(few: Store) -> None:
    world = World()
    bring_prices(few, own(world, ["S03"], 40, 4.0), Note("prices", evening(40)))
    world.split["S03"][50] = 4.0
    summary = world.run(few, 60)
    assert summary.ok and "older closes of S03 were divided by 4" in summary.message
    prices = few.read().prices
    assert list(closes(prices, "S03").values()) == pytest.approx(world.close["S03"][:61], rel=1e-4)
    assert prices.source_of("S03", DAYS[9].item()) == "own.csv"
    assert world.run(few, 61).ok


def test_a_refresh_taken_back_leaves_no_trace(few: Store) -> None:
    world = World()
    world.run(few, 50)
    before, facts = everything(few), few.read().prices
    world.close["S03"] = world.close["S03"] / 4
    world.split["S03"][60] = 4.0
    world.run(few, 60)
    entry = few.journal()[-1]
    assert entry.kind == "refresh" and everything(few) != before
    after = few.change(lambda draft: draft.take_back(entry.id)).prices
    assert everything(few) == before
    for name in ("through", "source", "fetched_at", "failures", "origin", "disputed"):
        assert getattr(after, name) == getattr(facts, name)


def test_a_dividend_beside_closes_as_traded_is_taken(held: Store) -> None:
    world = World()
    world.dividend["S03"][60] = 0.01 * world.close["S03"][59]
    summary = world.run(held, 63)
    assert summary.ok and "changed" not in summary.message
    assert list(closes(held.read().prices, "S03").values()) == world.close["S03"][:64].tolist()
