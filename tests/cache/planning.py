"""A Friday evening in June 2026, and what is stored then: for tests of what a refresh requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np

from cache.facts.reference import load_reference
from cache.facts.sessions import sessions
from cache.refresh.ask import Ask
from cache.refresh.gate import Answer
from cache.refresh.stored_closes import StoredCloses
from core.data.frames import Block, Dates, Events, FloatArray, Prices, Reference

NOW = datetime(2026, 6, 26, 21, 30, tzinfo=UTC)  # a Friday after the close
PAIR = ("IWM", "SPY")
REFERENCE = Reference(sessions())
#: What the program ships with, read once.
shipped = cache(load_reference)
#: Monday 15 June 2026 to Friday 26 June 2026; Friday the 19th was a holiday.
DAYS = np.array([f"2026-06-{d}" for d in (15, 16, 17, 18, 22, 23, 24, 25, 26)], "datetime64[D]")


class Vendor:
    """What a refresh wants to know of a source of prices, where nothing is in its way."""

    name = "Yahoo"
    unreachable = False
    limited_until = None
    off = timedelta()
    requests = retried = 0


def prices(ends: Mapping[str, int], **more: Any) -> Prices:
    """Closes 10, 11, 12... on the first ``ends[symbol]`` of the nine days."""
    close = np.full((9, len(ends)), np.nan)
    for column, end in enumerate(ends.values()):
        close[:end, column] = 10.0 + np.arange(end)
    through = more.pop("through", {s: DAYS[e - 1].item() for s, e in ends.items() if e})
    return Prices((Block(DAYS, tuple(ends), close),), through, **more)


def answered(session: Dates, close: FloatArray, *, split: float = 0.0, **more: Any) -> Answer:
    """A whole answer for AA, with a split on Monday 22 June."""
    ask = Ask("AA", date(2024, 6, 16), NOW.date(), whole=True)
    splits = np.where(session == DAYS[4], split, 0.0)
    return Answer(ask, session, close, split=splits, **more)


def splitted(factor: float | None) -> StoredCloses:
    events = Events.none()
    if factor is not None:
        events = Events(np.array([4]), np.array([0]), np.array([factor]))
    stored = prices({"AA": 9})
    return StoredCloses(replace(stored, blocks=(replace(stored.blocks[0], split=events),)))
