"""A batch that no market gives: every line by itself may be true, all together are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cache.store.store import Store
from tests.cache.test_vendor import LINES, World, check_closes, everything, filled_once, held

__all__ = ["filled_once", "held"]

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
