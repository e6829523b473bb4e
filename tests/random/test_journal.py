"""Whatever was brought can be taken out again, from the top or from between, without a trace."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from cache.facts.errors import StoreError
from cache.facts.sessions import sessions
from cache.store import pack
from cache.store.bars import Bars
from cache.store.draft import Note
from cache.store.rebase import Rebase
from cache.store.store import Contents, Store
from core.data.frames import Holdings, Prices, pydate

NAN = float("nan")
NOW = datetime(2026, 6, 27, 12, tzinfo=UTC)
DAYS = sessions()[
    (sessions() >= np.datetime64("2025-12-15")) & (sessions() <= np.datetime64("2026-01-20"))
]
NAMES = ("AAA", "BBB", "CCC", "DDD")


def made(dice: random.Random, step: int) -> Bars:
    """Some rows of some symbols, some fields of each, whole or in part."""
    names = tuple(dice.sample(NAMES, dice.randrange(1, 4)))
    rows = [(n, d) for n in range(len(names)) for d in range(len(DAYS)) if dice.random() < 0.4]
    if not rows:
        rows = [(0, 3)]
    symbol, day = (np.array(column, np.intp) for column in zip(*rows, strict=True))

    def some(share: float, *values: float) -> np.ndarray:
        return np.array([dice.choice(values) if dice.random() < share else NAN for _ in rows])

    bars = Bars(
        names,
        symbol,
        DAYS[day],
        close=some(0.9, *(10.0 + step + n / 7 for n in range(5))),
        adj_close=some(0.3, 9.0, 9.5) if dice.random() < 0.3 else None,
        volume=some(0.5, 100.0, 0.0),
        dividend=some(0.2, 0.0, 0.5),
        split=some(0.1, 0.0, 2.0),
        source=dice.choice(["a.csv", "b.csv", "Yahoo"]),
        fetched_at=NOW + timedelta(minutes=step),
    )
    priced = sorted({names[i] for i in symbol[bars.priced()].tolist()})
    if priced and dice.random() < 0.2:
        bars = replace(bars, replace=frozenset(priced[:1]))
    return bars


def state(prices: Prices) -> object:
    """Everything that a reader of the store sees, as comparable bytes."""
    return [pack.pack_block(block) for block in prices.blocks], pack.pack_facts(prices)


def cells(prices: Prices) -> dict[tuple[str, str, str], float]:
    """(field, symbol, day) -> value."""
    result = {}
    for block in prices.blocks:
        for name in ("close", "adj_close", "volume"):
            values = getattr(block, name)
            for row, col in (
                zip(*np.nonzero(~np.isnan(values)), strict=True) if values is not None else ()
            ):
                key = name, block.symbols[col], str(block.sessions[row])
                result[key] = float(values[row, col])
        for name in ("dividend", "split"):
            events = getattr(block, name)
            for row, col, value in zip(events.row, events.col, events.value, strict=True):
                result[name, block.symbols[col], str(block.sessions[row])] = float(value)
    return result


@pytest.mark.parametrize("seed", range(12))
def test_taking_back_the_last_leaves_what_was_there_before(tmp_path: Path, seed: int) -> None:
    dice, store, states = random.Random(seed), Store(tmp_path), []
    for step in range(6):
        before = store.generation()
        rebase = []
        if step and dice.random() < 0.5:
            rebase = [Rebase(dice.choice(NAMES), pydate(DAYS[9]), 0.25)]
        held = store.commit(bars=made(dice, step), rebase=rebase)
        if held.generation != before:
            states.append(state(held.prices))
    ids = [entry.id for entry in store.journal()]
    assert len(ids) == len(states)
    for number, expected in zip(
        reversed(ids), [*reversed(states[:-1]), state(Prices())], strict=True
    ):
        held = store.change(lambda draft, number=number: draft.take_back(number))
        assert state(held.prices) == expected
        assert state(store.read().prices) == expected


@pytest.mark.parametrize("seed", range(12))
def test_taking_back_from_between_is_as_if_it_had_never_come(tmp_path: Path, seed: int) -> None:
    """Cell by cell; a model that lays the imports over one another says what is to be left."""
    dice = random.Random(100 + seed)
    store, brought = Store(tmp_path), []
    for step in range(6):
        # a whole history would drop cells that the model below knows nothing of
        bars = replace(made(dice, step), replace=frozenset())
        before = store.generation()
        store.commit(bars=bars)
        if store.generation() != before:
            brought.append(bars)
    ids = [entry.id for entry in store.journal()]
    left = dict(zip(ids, brought, strict=True))
    for number in dice.sample(ids, len(ids)):
        held = store.change(lambda draft, number=number: draft.take_back(number))
        del left[number]
        expected: dict[tuple[str, str, str], float] = {}
        for bars in left.values():
            for name in ("close", "adj_close", "volume", "dividend", "split"):
                values = getattr(bars, name)
                for at in () if values is None else np.flatnonzero(~np.isnan(values)).tolist():
                    key = name, bars.symbols[bars.symbol[at]], str(bars.session[at])
                    expected.pop(key, None)
                    if name not in ("dividend", "split") or values[at]:
                        expected[key] = float(values[at])
        assert cells(held.prices) == expected
        assert [entry.id for entry in store.journal()] == list(left)


def one(close: float, day: str, source: str, **more: object) -> Bars:
    fields = {"source": source, "fetched_at": NOW, **more}
    return Bars(("AAA",), np.zeros(1, np.intp), np.array([day], "datetime64[D]"),
                close=np.array([close]), **fields)  # fmt: skip


def test_what_a_rebase_multiplied_goes_back_multiplied(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.commit(bars=one(400.0, "2026-01-05", "a.csv"))
    store.commit(bars=one(408.0, "2026-01-05", "corrected.csv"))
    store.commit(
        bars=one(104.0, "2026-01-06", "b.csv"), rebase=[Rebase("AAA", date(2026, 1, 6), 0.25)]
    )
    assert list(cells(store.read().prices).values()) == [102.0, 104.0]
    first, second, third = (entry.id for entry in store.journal())
    held = store.change(lambda draft: draft.take_back(second))
    assert list(cells(held.prices).values()) == [100.0, 104.0]
    held = store.change(lambda draft: draft.take_back(third))
    assert list(cells(held.prices).values()) == [400.0]
    held = store.change(lambda draft: draft.take_back(first))
    assert cells(held.prices) == {} and store.journal() == ()


def test_a_close_keeps_its_source(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.commit(bars=one(10.0, "2026-01-05", "a.csv"))
    store.commit(bars=one(10.0, "2026-01-05", "Yahoo", through={"AAA": date(2026, 1, 6)}))
    prices = store.commit(bars=one(11.0, "2026-01-07", "Yahoo")).prices
    assert prices.source_of("AAA", date(2026, 1, 5)) == "a.csv"
    assert prices.source_of("AAA", date(2026, 1, 7)) == "Yahoo"
    assert prices.sources_of("AAA") == "a.csv and Yahoo"
    assert prices.sources_of("AAA", date(2026, 1, 6)) == "Yahoo"
    assert store.read().prices.origin == prices.origin
    # a new value is of whoever gave it
    prices = store.commit(bars=one(10.5, "2026-01-05", "Yahoo")).prices
    assert prices.sources_of("AAA") == "Yahoo" and prices.origin == {}


def file(first: str, as_of: date = date(2026, 1, 21)) -> Holdings:
    return Holdings("IWM", as_of, (first, "BBB"), ("", ""), ("", ""), np.full(2, NAN),
                    np.full(2, NAN), np.array([0.5, 0.5]), 1.0, source=f"{first}.csv",
                    fetched_at=NOW)  # fmt: skip


def counts(held: Contents) -> list[str]:
    return [one.symbols[0] for one in held.holdings.get("IWM", ())]


def test_a_file_brought_again_lies_over_the_one_before(tmp_path: Path) -> None:
    store, day = Store(tmp_path), date(2026, 1, 21)
    store.commit(holdings=[(file("AAA"), b"right")])
    store.commit(holdings=[(file("XXX"), b"wrong")])
    assert counts(store.read()) == ["XXX"] and store.raw("IWM", day) == b"wrong"
    assert counts(store.commit(forget=[("IWM", day)])) == ["AAA"]
    assert store.raw("IWM", day) == b"right"
    assert [entry.source for entry in store.journal()] == ["AAA.csv"]
    # brought a third time, and the first of two equal ones taken back
    store.commit(holdings=[(file("XXX"), b"wrong")])
    store.commit(holdings=[(file("AAA"), b"right")])
    ids = [entry.id for entry in store.journal()]
    assert counts(store.change(lambda draft: draft.take_back(ids[0]))) == ["AAA"]
    assert counts(store.change(lambda draft: draft.take_back(ids[2]))) == ["XXX"]
    assert counts(store.change(lambda draft: draft.take_back(ids[1]))) == []
    with pytest.raises(StoreError, match="no holdings"):
        store.commit(forget=[("IWM", day)])


def test_forgotten_symbols_do_not_come_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.commit(bars=one(10.0, "2026-01-05", "a.csv"))
    days = np.array(["2026-01-05", "2026-01-06"], "datetime64[D]")
    store.commit(bars=Bars(("AAA", "BBB"), np.array([0, 1]), days, close=np.array([12.0, 5.0]),
                           source="b.csv", fetched_at=NOW))  # fmt: skip
    held = store.change(lambda draft: draft.forget_symbols(["AAA"]))
    assert cells(held.prices) == {("close", "BBB", "2026-01-06"): 5.0}
    assert all("AAA" not in getattr(held.prices, name) for name in pack.FACTS)
    (entry,) = store.journal()
    held = store.change(lambda draft: draft.take_back(entry.id))
    assert cells(held.prices) == {}


def test_a_lost_layer_costs_the_list_and_no_price(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.commit(bars=one(10.0, "2026-01-05", "a.csv"))
    for path in (tmp_path / "objects").glob("*.layer"):
        path.unlink()
    held = store.commit(bars=one(11.0, "2026-01-06", "b.csv"))
    assert len(cells(held.prices)) == 2 and not held.damage
    assert [entry.source for entry in store.journal()] == ["b.csv"]


def test_commits_of_one_refresh_are_one_entry(tmp_path: Path) -> None:
    store = Store(tmp_path)
    note = Note("refresh", NOW, "Yahoo", key="one")
    for day in ("2026-01-05", "2026-01-06"):
        store.commit(bars=one(10.0, day, "Yahoo"), note=note)
    (entry,) = store.journal()
    assert len(entry.layers) == 2
    assert cells(store.change(lambda draft: draft.take_back(entry.id)).prices) == {}
