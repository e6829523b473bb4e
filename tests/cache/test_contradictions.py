"""What a vendor gives of one symbol that its stored closes, or its own, deny: refused or noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

import numpy as np
import pytest

from cache.refresh.ask import Ask
from cache.refresh.gate import Answer
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.refresh.stored_closes import StoredCloses
from cache.sources.issuers import Issuers
from cache.sources.vendors.as_traded import VendorHistory, answer_of
from cache.store.store import Store
from tests.cache.planning import shipped
from tests.cache.stores import closes
from tests.cache.test_vendor import (
    DAYS,
    LINES,
    PAIR,
    World,
    evening,
    everything,
    few,
    filled_once,
    held,
    store,
)

__all__ = ["few", "filled_once", "held", "store"]

#: Held up to the session before this one; it and the sessions after it are new.
AT = 60


class AsTraded(World):
    """A vendor that gives closes as they were traded, with splits as declared."""

    def fetch(self, asks: Iterable[Ask], *, now: object, stop: object = None) -> Iterator[Answer]:
        for ask in asks:
            traded, splits = self.close[ask.symbol], self.split[ask.symbol]
            days = [day for day in DAYS.tolist() if day <= now.date()]  # type: ignore[attr-defined]
            bars = {day: (float(close), 1e6) for day, close in zip(days, traded, strict=False)}
            factors = {day: float(split) for day, split in zip(days, splits, strict=False) if split}
            history = VendorHistory(bars, factors)
            yield answer_of(ask, history, vendor="Yahoo", now=now)  # type: ignore[arg-type]


def another(world: World) -> None:
    world.close["S03"] = world.close["S07"]


def another_at_its_level(world: World) -> None:
    world.close["S03"] = world.close["S07"] * (world.close["S03"][59] / world.close["S07"][59])


def in_dollars(world: World) -> None:
    world.close["S03"] = np.round(world.close["S03"])


def without_dividends(world: World) -> None:
    world.dividend["S03"][:] = 0.0


def adjusted_without_dividends(world: World) -> None:
    paid, before = world.dividend["S03"][40], world.close["S03"][39]
    world.close["S03"] = np.where(
        np.arange(len(DAYS)) < 40, world.close["S03"] * (1 - paid / before), world.close["S03"]
    )
    world.dividend["S03"][:] = 0.0
    world.dividend["S03"][20] = 1e-9  # one is left, so that the others are not all missing


def turned_round(world: World) -> None:
    world.close["S03"] = world.close["S03"] / 4
    world.split["S03"][AT] = 1 / 4


def that_did_not_happen(world: World) -> None:
    world.split["S03"][AT] = 4.0


#: What is wrong with one line's answer -> the words of its refusal.
DENIED = {
    another: "as another company's",
    another_at_its_level: "as another company's",
    in_dollars: "rounded beside the stored closes",
    without_dividends: "only 0 of the 3 stored dividends since",
    turned_round: "a split of 0.25 on 2026-05-27 and closes that show one of 4",
    that_did_not_happen: "a split of 4 on 2026-05-27 and closes before it without it",
}


@pytest.mark.parametrize(("wrong", "words"), DENIED.items())
def test_what_the_stored_closes_deny_is_refused(
    few: Store, wrong: Callable[[World], None], words: str
) -> None:
    world = World()
    world.dividend["S03"][[10, 20, 40]] = 0.5
    world.run(few, AT - 1)
    before = everything(few)
    wrong(world)
    summary = world.run(few, AT, full=True)
    assert [*summary.failed] == ["S03"] and words in summary.failed["S03"]
    assert "the stored closes stay" in summary.failed["S03"]
    after = everything(few)
    assert after["S03"] == before["S03"] and len(after["S04"]) == AT + 1  # type: ignore[index]


def test_adjusted_closes_without_their_dividends_are_told_by_those_held(few: Store) -> None:
    world = World()
    world.dividend["S03"][40] = 0.01 * world.close["S03"][39]
    world.run(few, AT - 1)
    adjusted_without_dividends(world)
    summary = world.run(few, AT, full=True)
    assert "closes that are adjusted for dividends" in summary.failed["S03"]


def traded_through(factors: dict[str, float]) -> AsTraded:
    """Closes as traded, of lines that were split before the 40th session."""
    world, later = AsTraded(), np.arange(len(DAYS)) >= 40
    for symbol, factor in factors.items():
        world.close[symbol] = world.close[symbol] / np.where(later, factor, 1.0)
    return world


@pytest.mark.parametrize(
    ("recorded", "off"), [("turned", 0), ("twice", 0), ("right", 1), ("right", -1), ("right", 2)]
)
def test_a_split_that_the_closes_as_traded_deny_is_refused(
    store: Store, recorded: str, off: int
) -> None:
    """Refused on a first fill too, where nothing is stored to compare with."""
    factors = dict(zip(LINES, (2.0, 3.0, 4.0, 20.0, 1 / 4, 1 / 10), strict=False))
    world = traded_through(factors)
    for symbol, factor in factors.items():
        value = {"turned": 1 / factor, "twice": factor**2, "right": factor}[recorded]
        world.split[symbol][40 + off] = value
    summary = world.run(store, AT)
    assert [*summary.failed] == [*factors], summary.message
    assert all("split" in words for words in summary.failed.values())


@pytest.mark.parametrize(("before", "steps"), [("store", [6]), ("held", [2, 4, 6])])
def test_splits_as_declared_are_taken(
    before: str, steps: list[int], request: pytest.FixtureRequest
) -> None:
    """On a first fill, and two at a time where closes from before them are stored."""
    store: Store = request.getfixturevalue(before)
    factors = dict(zip(LINES, (2.0, 1.5, 4.0, 20.0, 1 / 2, 1 / 10), strict=False))
    for count in steps:
        world = traded_through(dict([*factors.items()][:count]))
        for symbol in LINES[:count]:
            world.split[symbol][40] = factors[symbol]
        assert world.run(store, AT, full=True).ok
    stored, truth = StoredCloses(store.read().prices), World().close
    for symbol, factor in factors.items():
        expected = pytest.approx(truth[symbol][: AT + 1] / factor, rel=1e-12)
        assert stored.closes(symbol)[1] == expected, symbol


def test_a_split_on_record_twice_is_refused(few: Store) -> None:
    world = World()
    world.split["S03"][[40, 41]] = 2.0
    assert "a split of 2 is given twice" in world.run(few, AT).failed["S03"]


def test_a_dividend_on_record_twice_counts_once_and_is_told(few: Store) -> None:
    world = World()
    world.dividend["S03"][[10, 12, 40, 55]] = 0.5
    summary = world.run(few, AT)
    assert summary.ok and f"dividend of 0.5 of S03 on {DAYS[12]}" in summary.message
    days, cash = StoredCloses(few.read().prices).dividends("S03")
    assert days.tolist() == DAYS[[10, 40, 55]].tolist() and cash.tolist() == [0.5] * 3


def test_a_dividend_that_a_vendor_takes_back_is_told(few: Store) -> None:
    world = World()
    world.dividend["S03"][[10, 40]] = 0.5
    world.run(few, AT - 1)
    world.dividend["S03"][40] = 0.0
    assert "1 dividend of S03 changed at Yahoo" in world.run(few, AT, full=True).message


def test_what_a_vendor_changed_in_a_history_fetched_whole_is_told(few: Store) -> None:
    """Closes of 30 sessions far back, and the last one, which is why the history is fetched."""
    world = World()
    world.run(few, 60)
    world.close["S03"][10:40] *= 1 + 0.01 * np.sin(np.arange(30))
    world.close["S03"][10] *= 1.001
    summary = world.run(few, 61)
    assert summary.ok and "S03" not in summary.message
    world.close["S03"][59] *= 1.001
    summary = world.run(few, 62)
    assert summary.ok and "31 closes of S03 changed at Yahoo" in summary.message
    got = list(closes(few.read().prices, "S03").values())
    assert got == pytest.approx(world.close["S03"][:63])


def test_a_first_close_of_a_session_that_had_not_ended_is_replaced(few: Store) -> None:
    """A line listed on the day of a refresh before the close, and the next refresh after it."""
    world = World()
    world.close["S03"][:AT] = np.nan
    noon = evening(AT) - timedelta(hours=6)
    refresh(few, Request(PAIR, noon, shipped()), prices=world, files=Issuers())
    assert few.read().prices.provisional["S03"] == DAYS[AT]
    assert list(closes(few.read().prices, "S03")) == [DAYS[AT].item()]
    world.close["S03"][AT] *= 1.01
    assert world.run(few, AT).ok
    assert closes(few.read().prices, "S03") == {DAYS[AT].item(): world.close["S03"][AT]}


@pytest.mark.parametrize("lines", [1, 3])
def test_lines_that_stand_still_are_told_and_many_are_refused(store: Store, lines: int) -> None:
    world = World()
    world.run(store, 53)
    for symbol in LINES[:lines]:
        world.close[symbol][54 : AT + 1] = world.close[symbol][54]
    summary = world.run(store, AT)
    assert f"the newest 6 closes are all one of {lines} (S00" in summary.message
    assert summary.ok == (lines < 3)
    assert len(everything(store)[PAIR[0]]) == (AT + 1 if lines < 3 else 54)  # type: ignore[index]
