"""Collects answers and commits them to the store together."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cache.refresh.backoff import Wait, keep_waits
from cache.store.bars import Bars
from core.data.frames import in_both

if TYPE_CHECKING:
    from cache.facts.vendors import Vendor
    from cache.refresh.gate import Answer
    from cache.refresh.stored_closes import StoredCloses
    from cache.store.draft import Note
    from cache.store.rebase import Rebase
    from cache.store.store import Store

#: Answers after which a batch is committed, and seconds after which it is anyway.
BATCH: Final = 100
EVERY: Final = 5.0


class Batch:
    """The answers since the last commit: a killed process loses no more than these.

    Attributes:
        failures: symbol -> why it failed.
        rebase: older closes to bring onto another basis before the bars are merged.
        disputed: symbol -> how its answer differs from another source's closes; "" where it
            does not.
        remarks: what to tell the user of what it changes in the store.
    """

    def __init__(
        self,
        store: Store,
        stored: StoredCloses,
        vendor: Vendor,
        waits: dict[str, Wait],
        final: date,
        note: Note,
    ) -> None:
        """Start empty.

        Args:
            store: where it goes.
            stored: the stored data when the asking began.
            vendor: who answers.
            waits: symbol -> its last asking without success, brought up to date here.
            final: the last session whose close is final.
            note: what the refresh is, for the list of imports.
        """
        self._store, self._stored, self._vendor = store, stored, vendor
        self._waits, self._final = waits, final
        self._noted: list[tuple[Answer, bool]] = []
        self._note = note
        self._since = time.monotonic()
        self._clear()

    def _clear(self) -> None:
        self._answers: list[Answer] = []
        self._replaced: set[str] = set()
        self.failures: dict[str, str] = {}
        self.rebase: list[Rebase] = []
        self.disputed: dict[str, str] = {}
        self.remarks: list[str] = []

    def add(self, answer: Answer, *, replaces: bool) -> None:
        """Add an answer's bars; ``replaces`` where they replace the symbol's stored history."""
        self._answers.append(answer)
        if replaces:
            self._replaced.add(answer.ask.symbol)

    @property
    def symbols(self) -> int:
        """The number of symbols with bars."""
        return len(self._answers)

    @property
    def new_bars(self) -> int:
        """The number of closes of sessions that are not stored yet."""
        fresh = 0
        for answer in self._answers:
            days, _ = self._stored.closes(answer.ask.symbol)
            priced = answer.session[~np.isnan(answer.close)]
            fresh += len(priced) - len(in_both(priced, days))
        return fresh

    def refuse(self, reason: str) -> tuple[str, ...]:
        """Drop every bar, with a reason for each symbol; returns the symbols."""
        dropped = tuple(answer.ask.symbol for answer in self._answers)
        failures = self.failures | dict.fromkeys(dropped, reason)
        self._clear()
        self.failures, self._noted = failures, []
        return dropped

    def note(self, answer: Answer, *, reached: bool) -> None:
        """Note an answer that may start a wait, stored with the next commit.

        Args:
            answer: what came.
            reached: the vendor has answered something. Where it has not, silence tells of the
                way there, and makes nobody wait that did not before.
        """
        self._noted.append((answer, reached))

    def due(self) -> bool:
        """Whether it is time to commit."""
        size = len(self._answers) + len(self.failures)
        return bool(size) and (size >= BATCH or time.monotonic() - self._since >= EVERY)

    def flush(self, now: datetime) -> int | None:
        """Commit the batch; return the store's generation, None where it was empty."""
        self._since = time.monotonic()
        if not (self._answers or self.failures):
            self._remember(now)
            return None
        bars = _bars(self._answers, self.failures, self._vendor.name, now)
        with_closes = {s for s in self._replaced if len(self._stored.closes(s)[0])}
        bars = replace(bars, disputed=self.disputed, replace=frozenset(with_closes))
        snapshot = self._store.commit(bars=bars, rebase=self.rebase, note=self._note)
        self._clear()
        self._remember(now)
        self._since = time.monotonic()
        return snapshot.generation

    def _remember(self, now: datetime) -> None:
        """Store the waits, after the commit: a stop in between makes the next refresh ask."""
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
            keep_waits(self._store.home, self._waits, now, self._vendor.key)


def _wait(
    answer: Answer, before: Wait | None, now: datetime, final: date, *, reached: bool
) -> Wait | None:
    """Return how long a symbol waits after an answer, None where it does not."""
    if answer.kind in ("rate_limited", "bad_data") or answer.answered_by == "unasked":
        return before
    if answer.answered_by == "nobody" and not reached:
        # Where it was silent before, the next refresh passes it over and tries others.
        return replace(before, at=now) if before and before.why == "failed" else before
    why = {"try_again": "failed", "not_found": "unknown"}.get(answer.kind, "late")
    if not answer.kind and answer.through is not None and answer.through >= final:
        return None
    return before.again(why, now, final) if before else Wait(why, 1, now, final)


def _bars(
    answers: list[Answer],
    failures: Mapping[str, str],
    source: str,
    fetched_at: datetime,
) -> Bars:
    """Return a batch of answers as Bars."""

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
        failures=failures,
    )
