"""Closes beside adjusted closes of the same line: none takes a line out of an answer unsaid."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from cache.facts.errors import SourceError
from cache.store.admit import Admitted, bring_prices
from cache.store.bars import Bars
from cache.store.draft import Note
from cache.store.store import Store

NOW = datetime(2026, 6, 26, 22, tzinfo=UTC)
ADJUSTED = {"AA": {"2026-06-24": 9.0, "2026-06-25": 9.5, "2026-06-26": 10.0}}
LATE = {"AA": {"2026-06-26": 10.1}}


def bring(store: Store, name: str, values: dict[str, dict[str, float]], **how: bool) -> Admitted:
    """Import one column of prices, symbol -> session -> value, as a file."""
    rows = [(s, d, v) for s, dated in values.items() for d, v in dated.items()]
    symbols = tuple(values)
    bars = Bars(
        symbols,
        np.array([symbols.index(symbol) for symbol, _, _ in rows]),
        np.array([session for _, session, _ in rows], "datetime64[D]"),
        source=f"{name}.csv",
        fetched_at=NOW,
        **{name: np.array([value for _, _, value in rows])},
    )
    return bring_prices(store, bars, Note("prices", NOW, bars.source, ""), **how)[1]


def test_a_late_close_does_not_take_a_line_out(tmp_path: Path) -> None:
    store = Store(tmp_path)
    bring(store, "adj_close", ADJUSTED)
    with pytest.raises(SourceError, match=r"begin on 2026-06-26 .* from 2026-06-24") as refused:
        bring(store, "close", LATE)
    assert "leave these rows out or import its closes from 2026-06-24 on" in str(refused.value)
    # it would leave this one close of the line, and nothing else
    assert "--replace" not in str(refused.value)
    # the rest of a file is taken
    admitted = bring(store, "close", {**LATE, "BB": {"2026-06-26": 5.0}})
    assert [*admitted.refused] == ["AA"] and not admitted.notes
    (block,) = store.read().prices.blocks
    closed = {s for s, c in zip(block.symbols, np.isfinite(block.close).T, strict=True) if c.any()}
    assert closed == {"BB"}


def test_who_takes_it_nevertheless_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    bring(store, "adj_close", ADJUSTED)
    (note,) = bring(store, "close", LATE, accept=True).notes
    assert "adjusted closes of AA before its first close of 2026-06-26 are stored, and not" in note


def test_adjusted_closes_from_before_the_closes_are_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    bring(store, "close", {"BB": {"2026-06-24": 5.0}, **LATE})
    (note,) = bring(store, "adj_close", {**ADJUSTED, "BB": {"2026-06-24": 4.9}}).notes
    assert "of AA before its first close of 2026-06-26 are stored" in note


def test_closes_that_reach_back_as_far_are_taken(tmp_path: Path) -> None:
    store = Store(tmp_path)
    bring(store, "adj_close", ADJUSTED)
    dates = ("2026-06-24", "2026-06-25", "2026-06-26")
    admitted = bring(store, "close", {"AA": dict(zip(dates, (9.1, 9.6, 10.1), strict=True))})
    assert not admitted.refused and not admitted.notes
    # then one more session is an ordinary increment
    assert not bring(store, "close", {"AA": {"2026-06-29": 10.2}}).refused
