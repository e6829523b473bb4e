"""A batch that no market gives: every line by itself may be true, all together are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cache.store.store import Store
from tests.cache.test_vendor import (
    DAYS,
    LINES,
    World,
    check_closes,
    everything,
    filled_once,
    held,
    store,
)  # fmt: skip

__all__ = ["filled_once", "held", "store"]

#: The session that is wrong: the first that is not stored.
AT = 60


def exchanged(world: World) -> None:
    """Every line has the close of another: the sixth after it, of prices from 54 to 152."""
    closes = {symbol: world.close[symbol][AT] for symbol in LINES}
    for place, symbol in enumerate(LINES):
        world.close[symbol][AT] = closes[LINES[(place + 6) % len(LINES)]]


def constant(world: World) -> None:
    for symbol in LINES:
        world.close[symbol][AT] = 60.0


def fallen(world: World) -> None:
    """Five lines lose 70 % while the funds stand where they stood."""
    for symbol in LINES[:5]:
        world.close[symbol][AT] *= 0.3


def rounded(world: World) -> None:
    """The close before, rounded to cents."""
    for symbol in LINES:
        world.close[symbol][AT] = round(world.close[symbol][AT - 1], 2)


def older(world: World) -> None:
    """The close of three sessions before."""
    for symbol in LINES:
        world.close[symbol][AT] = world.close[symbol][AT - 3]


def all_split(world: World) -> None:
    for symbol in LINES:
        world.split[symbol][AT] = 2.0
        world.close[symbol] = world.close[symbol] / 2


def most_split(world: World) -> None:
    for symbol in LINES[:8]:
        world.split[symbol][AT] = 2.0
        world.close[symbol] = world.close[symbol] / 2


def moved(world: World) -> None:
    """All closes of four lines are halved, and no split is on record."""
    for symbol in LINES[:4]:
        world.close[symbol] = world.close[symbol] / 2


def all_paid(world: World) -> None:
    for symbol in LINES:
        world.dividend[symbol][AT] = 0.05 * world.close[symbol][AT - 1]


def still(world: World) -> None:
    for symbol in LINES:
        world.close[symbol][AT] = world.close[symbol][AT - 1]


def late(world: World) -> None:
    for symbol in world.close:
        world.close[symbol] = np.r_[world.close[symbol][0], world.close[symbol][:-1]]


def unsplit(world: World) -> None:
    for symbol in LINES[:4]:
        world.close[symbol][AT:] /= 2


def pence(world: World) -> None:
    for symbol in LINES:
        world.close[symbol] = world.close[symbol] * 100


def rich(world: World) -> None:
    for symbol in LINES[:5]:
        world.dividend[symbol][AT] = 10 * world.close[symbol][AT]


def net(world: World) -> None:
    """Closes adjusted for a dividend of 1 % of the close before, and the dividend beside them."""
    for symbol in LINES:
        world.dividend[symbol][AT] = 0.01 * world.close[symbol][AT - 1]
        world.close[symbol][:AT] *= 0.99


POISONS = {
    net: "adjusted for dividends",
    still: "15 of 15 lines repeat the close before on ",
    late: "shifted by a session",
    unsplit: "4 of 15 lines rise or fall by a third beside their fund",
    pence: "in another currency",
    rich: "a dividend of ",
    exchanged: "of 15 lines rise or fall by a third beside their fund",
    constant: "10 of 15 lines rise or fall by a third beside their fund",
    fallen: "5 of 15 lines rise or fall by a third beside their fund",
    rounded: "15 of 15 lines repeat the close before",
    older: "15 of 15 lines repeat the close of 3 sessions before",
    all_split: "15 of 15 lines have a split",
    most_split: "8 of 15 lines have a split",
    moved: "4 of 15 lines rise or fall by a third beside their fund",
    all_paid: "15 of 15 lines pay over 2%",
}


@pytest.mark.parametrize("poison", POISONS)
def test_a_poisoned_batch_is_refused_as_a_whole(
    held: Store, poison: Callable[[World], None]
) -> None:
    world, before = World(), everything(held)
    poison(world)
    for full in (False, True):
        summary = world.run(held, AT, full=full)
        assert not summary.ok and POISONS[poison] in summary.message, full
        assert "the stored closes stay" in summary.message, full
        assert "older closes of" not in summary.message, full
        assert everything(held) == before, full
    # the next day the vendor has mended it, and nothing is left of the bad one
    mended = World()
    assert mended.run(held, AT + 1).ok
    check_closes(held, {symbol: values[: AT + 2] for symbol, values in mended.close.items()})


def test_a_market_that_falls_by_a_third_with_its_funds_is_taken(held: Store) -> None:
    """And one line that loses 90 %, as a trial that failed does."""
    world = World()
    for symbol in world.close:
        world.close[symbol][AT:] *= 0.6
    world.close["S03"][AT:] *= 0.2
    assert world.run(held, AT).ok
    assert np.isclose(world.close["S03"][AT] / world.close["S03"][AT - 1], 0.12, rtol=0.05)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(
    "splits",
    [
        {"S03": (61, 2.0), "S05": (62, 4.0), "S07": (63, 0.1)},
        {"S03": (62, 2.0), "S05": (62, 3.0), "S07": (62, 2.0)},
        {"S03": (60, 2.0), "S05": (60, 4.0), "S07": (60, 0.1), "S09": (60, 3.0)},
        {"S03": (59, 2.0), "S05": (59, 4.0), "S07": (59, 0.1)},
    ],
    ids=["in a week", "together", "at once", "on record late"],
)
def test_splits_on_record_that_the_closes_show_are_taken(
    held: Store, splits: dict[str, tuple[int, float]], full: bool
) -> None:
    """Four sessions come at once, and a fifth of the lines has split, as of funds of one issuer."""
    world = World()
    for symbol, (place, factor) in splits.items():
        world.split[symbol][place] = factor
        world.close[symbol] = world.close[symbol] / factor
    summary = world.run(held, 63, full=full)
    assert summary.ok, summary.message
    expected = World().close
    for symbol, (_, factor) in splits.items():
        expected[symbol] = expected[symbol] / factor
    check_closes(held, {symbol: values[:64] for symbol, values in expected.items()})


def test_a_split_of_long_ago_does_not_explain_closes_that_move_now(store: Store) -> None:
    world = World()
    for symbol in LINES[:4]:
        world.split[symbol][5] = 2.0
    assert world.run(store, 59).ok
    before = everything(store)
    moved(world)
    summary = world.run(store, 60)
    assert "4 of 15 lines rise or fall by a third beside their fund" in summary.message
    assert everything(store) == before


@pytest.mark.parametrize("full", [False, True])
def test_a_fall_beside_a_split_on_record_is_no_part_of_it(held: Store, full: bool) -> None:
    """Three lines split 2:1 four sessions later; their first new closes halve once more."""
    world, before = World(), everything(held)
    for symbol in LINES[:3]:
        world.split[symbol][AT + 4] = 2.0
        world.close[symbol] = world.close[symbol] / 2
        world.close[symbol][AT:] /= 2
    summary = world.run(held, AT + 4, full=full)
    assert f"3 of 15 lines rise or fall by a third beside their fund on {DAYS[AT]}" in (
        summary.message
    )
    assert everything(held) == before
