"""Closes stored from before the years that a vendor's plan covers stay when a line comes anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from cache.facts.vendors import YAHOO
from cache.refresh.stored_closes import StoredCloses
from cache.store.store import Store
from tests.cache.stores import store_of_lists
from tests.cache.test_vendor import LINES, PAIR
from tests.torture.days_again import DAYS, HELD, Market


@pytest.fixture
def market() -> Market:
    """A vendor whose plan covers two years, about 510 sessions of those stored in the end."""
    return Market()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Its closes of 600 sessions; to be copied."""
    filled = store_of_lists(tmp_path_factory.mktemp("filled"), PAIR, LINES, DAYS[HELD - 1].item())
    for place in (HELD - 1, 540, 599):
        Market().run(filled, place)
    return filled


@pytest.fixture
def store(filled: Store, tmp_path: Path) -> Store:
    """A copy of them."""
    return Store(shutil.copytree(filled.home, tmp_path / "market"))


def history(store: Store, symbol: str) -> tuple[list[object], list[float]]:
    days, closes = StoredCloses(store.read().prices).closes(symbol)
    return days.tolist(), closes.tolist()


def test_a_correction_loses_no_older_close(market: Market, store: Store) -> None:
    market.close["S03"][598:600] *= 1.01
    market.close["S03"][10] *= 1.01  # which nobody will tell any more
    assert "1 fetched again in full" in market.run(store, 603)
    days, closes = history(store, "S03")
    truth = market.close["S03"][:604].copy()
    truth[10] /= 1.01
    assert days == DAYS[:604].tolist() and closes == pytest.approx(truth, rel=1e-12)


def test_a_split_is_on_older_closes_too(market: Market, store: Store) -> None:
    market.close["S03"] = market.close["S03"] / 4
    market.split["S03"][601] = 4.0
    assert "older closes of S03 were divided by 4" in market.run(store, 601)
    days, closes = history(store, "S03")
    assert days == DAYS[:602].tolist()
    assert closes == pytest.approx(market.close["S03"][:602], rel=1e-12)
    # and it can be taken back
    store.change(lambda draft: draft.take_back(store.journal()[-1].id))
    assert history(store, "S03")[1] == pytest.approx(4 * market.close["S03"][:600], rel=1e-12)


def test_a_history_that_does_not_join_is_refused(market: Market, store: Store) -> None:
    market.close["S03"] = market.close["S03"] * np.linspace(0.95, 1.05, len(DAYS))
    before = history(store, "S03")[1]
    assert "does not join the stored closes from before it" in market.run(store, 603)
    assert history(store, "S03")[1][:600] == before


def test_a_vendor_of_fewer_years_does_not_take_the_place_of_one_of_more(tmp_path: Path) -> None:
    """Yahoo's closes of 600 sessions, then a refresh by Massive, whose plan covers two years."""
    store, yahoo = store_of_lists(tmp_path, PAIR, LINES, DAYS[HELD - 1].item()), Market()
    yahoo.name, yahoo.vendor, yahoo.years = "Yahoo", YAHOO, 3
    yahoo.run(store, 599)
    message = Market().run(store, 600)
    assert "closes where there were 600 of Yahoo, which stay: name Yahoo in `then`" in message
    prices = store.read().prices
    assert set(prices.source.values()) == {"Yahoo"} and not prices.origin
    assert history(store, "S03")[0] == DAYS[:600].tolist()
