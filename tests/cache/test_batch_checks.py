"""A session that no market has: every line by itself may be true, all together are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cache.store.store import Store
from tests.cache.test_vendor import LINES, World, everything, filled_once, held

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


POISONS = {
    exchanged: "of 15 lines rise or fall by a third beside their fund",
    constant: "10 of 15 lines rise or fall by a third beside their fund",
    fallen: "5 of 15 lines rise or fall by a third beside their fund",
    rounded: "15 of 15 lines repeat the close before",
    older: "15 of 15 lines repeat the close of 3 sessions before",
    all_split: "15 of 15 lines have a split",
    all_paid: "15 of 15 lines pay over 2%",
}


@pytest.mark.parametrize("poison", POISONS)
@pytest.mark.parametrize("full", [False, True])
def test_a_session_that_no_market_has_is_refused(
    held: Store, poison: Callable[[World], None], full: bool
) -> None:
    world, before = World(), everything(held)
    poison(world)
    summary = world.run(held, AT, full=full)
    assert not summary.ok and POISONS[poison] in summary.message
    assert everything(held) == before


def test_a_market_that_falls_by_a_third_with_its_funds_is_taken(held: Store) -> None:
    """And one line that loses 90 %, as a trial that failed does."""
    world = World()
    for symbol in world.close:
        world.close[symbol][AT:] *= 0.6
    world.close["S03"][AT:] *= 0.2
    assert world.run(held, AT).ok
    assert np.isclose(world.close["S03"][AT] / world.close["S03"][AT - 1], 0.12, rtol=0.05)
