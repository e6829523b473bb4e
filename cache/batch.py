"""Answers on their way into the store: gathered, then committed together."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cache.bars import Bars

if TYPE_CHECKING:
    from cache.gate import Answer
    from cache.known import Known
    from cache.store import Store

#: Answers after which a batch is committed, and seconds after which it is anyway.
BATCH: Final = 100
EVERY: Final = 5.0


class Batch:
    """What came since the last commit: a kill loses no more than this."""

    def __init__(self, store: Store, known: Known, source: str) -> None:
        """Nothing is in it yet.

        Args:
            store: where it goes.
            known: what was held when the asking began.
            source: who answers.
        """
        self._store, self._known, self._source = store, known, source
        self._answers: list[Answer] = []
        self._failures: dict[str, str] = {}
        self._since = time.monotonic()

    def add(self, answer: Answer) -> None:
        """Bars to keep."""
        self._answers.append(answer)

    def fail(self, symbol: str, reason: str) -> None:
        """Why a symbol brought nothing."""
        self._failures[symbol] = reason

    def due(self) -> bool:
        """Whether it is time to commit."""
        size = len(self._answers) + len(self._failures)
        return bool(size) and (size >= BATCH or time.monotonic() - self._since >= EVERY)

    def flush(self, now: datetime) -> int | None:
        """Commit what is in it; the store's generation then, None where nothing was."""
        self._since = time.monotonic()
        if not (self._answers or self._failures):
            return None
        bars = _bars(self._answers, self._failures, self._known, self._source, now)
        self._answers, self._failures = [], {}
        generation = self._store.commit(bars=bars).generation
        self._since = time.monotonic()
        return generation


def _bars(
    answers: list[Answer],
    failures: Mapping[str, str],
    known: Known,
    source: str,
    fetched_at: datetime,
) -> Bars:
    """A batch of answers as the store takes it."""

    def joined(name: str, empty: Any) -> Any:
        return np.concatenate([getattr(a, name) for a in answers] or [empty])

    symbols = tuple(answer.ask.symbol for answer in answers)
    floats = {n: joined(n, np.zeros(0)) for n in ("close", "volume", "dividend", "split")}
    return Bars(
        symbols=symbols,
        symbol=np.repeat(np.arange(len(answers)), [len(a.session) for a in answers]),
        session=joined("session", np.zeros(0, "datetime64[D]")),
        **floats,
        source=source,
        fetched_at=fetched_at,
        through={a.ask.symbol: a.through for a in answers if a.through},
        provisional={a.ask.symbol: a.provisional for a in answers if a.provisional},
        replace=frozenset(
            a.ask.symbol for a in answers if a.ask.whole and len(known.closes(a.ask.symbol)[0])
        ),
        failures=failures,
    )
