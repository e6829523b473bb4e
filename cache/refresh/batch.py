"""Answers on their way into the store: gathered, then committed together."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cache.refresh.backoff import Wait, keep_waits
from cache.store.bars import Bars

if TYPE_CHECKING:
    from cache.refresh.gate import Answer
    from cache.refresh.held import Known
    from cache.store.store import Store

#: Answers after which a batch is committed, and seconds after which it is anyway.
BATCH: Final = 100
EVERY: Final = 5.0


class Batch:
    """What came since the last commit: a kill loses no more than this."""

    def __init__(
        self, store: Store, known: Known, source: str, waits: dict[str, Wait], final: date
    ) -> None:
        """Nothing is in it yet.

        Args:
            store: where it goes.
            known: what was held when the asking began.
            source: who answers.
            waits: symbol -> its last asking in vain, brought up to date here.
            final: the last session whose close is final.
        """
        self._store, self._known, self._source = store, known, source
        self._waits, self._final = waits, final
        self._noted: list[tuple[Answer, bool]] = []
        self._answers: list[Answer] = []
        self._failures: dict[str, str] = {}
        self._since = time.monotonic()

    def add(self, answer: Answer) -> None:
        """Bars to keep."""
        self._answers.append(answer)

    def fail(self, symbol: str, reason: str) -> None:
        """Why a symbol brought nothing."""
        self._failures[symbol] = reason

    def note(self, answer: Answer, *, reached: bool) -> None:
        """An answer that may have been asked for in vain; remembered with the next commit.

        Args:
            answer: what came.
            reached: the vendor has answered something. Where it has not, silence tells of the
                way there, and makes nobody wait that did not before.
        """
        self._noted.append((answer, reached))

    def due(self) -> bool:
        """Whether it is time to commit."""
        size = len(self._answers) + len(self._failures)
        return bool(size) and (size >= BATCH or time.monotonic() - self._since >= EVERY)

    def flush(self, now: datetime) -> int | None:
        """Commit what is in it; the store's generation then, None where nothing was."""
        self._since = time.monotonic()
        if not (self._answers or self._failures):
            self._remember(now)
            return None
        bars = _bars(self._answers, self._failures, self._known, self._source, now)
        self._answers, self._failures = [], {}
        generation = self._store.commit(bars=bars).generation
        self._remember(now)
        self._since = time.monotonic()
        return generation

    def _remember(self, now: datetime) -> None:
        """After the commit: a stop in between makes the next refresh ask, not wait."""
        before = dict(self._waits)
        for answer, reached in self._noted:
            symbol = answer.ask.symbol
            wait = _wait(answer, before.get(symbol), now, self._final, reached=reached)
            if wait is None:
                self._waits.pop(symbol, None)
            else:
                self._waits[symbol] = wait
        self._noted = []
        if self._waits != before:
            keep_waits(self._store.home, self._waits, now)


def _wait(
    answer: Answer, before: Wait | None, now: datetime, final: date, *, reached: bool
) -> Wait | None:
    """How long a symbol is to be left alone after an answer, None where it is not."""
    if answer.kind in ("rate_limited", "bad_data") or answer.heard == "unasked":
        return before
    if answer.heard == "nobody" and not reached:
        # Where it was silent before, the next refresh passes it over and tries others.
        return replace(before, at=now) if before and before.why == "failed" else before
    why = {"try_again": "failed", "not_found": "unknown"}.get(answer.kind, "late")
    if not answer.kind and answer.through is not None and answer.through >= final:
        return None
    return before.again(why, now, final) if before else Wait(why, 1, now, final)


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
