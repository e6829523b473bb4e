"""Histories of measures, cached beside the store: only points with new data are worked out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from itertools import product
from subprocess import DEVNULL, Popen
from typing import TYPE_CHECKING, get_args

from cache.facts.code_version import measures_digest
from cache.facts.interpreter import environment
from core.answer.history import (
    WITHOUT_HISTORY,
    History,
    histories_of,
    kept_points,
    month_points,
)
from core.answer.point_batches import Place, PointBatch
from core.answer.snapshot import final_sessions
from core.answer.table import ROWS
from core.data.errors import MeasureError, UnavailableError
from core.data.question import Basis
from tui import VERSION
from tui.service.derived import derived_of, facts_of

if TYPE_CHECKING:
    from cache.store.derived import Derived
    from core.answer.measure_rank import Every
    from core.answer.point_batches import Batches
    from core.answer.scalar import Scalar
    from core.data.question import Question
    from tui.report.values import Json
    from tui.service.service import Desk


def desk_histories(
    desk: Desk, question: Question, fund: str, rows: Sequence[Scalar], every: Every
) -> tuple[History, ...]:
    """The histories of some measures; see `core.answer.history.histories` for what it raises.

    Those that are kept for the newest generation are read. Of another one all is kept that rests
    on nothing that changed since.
    """

    def points(of_kind: Sequence[Scalar]) -> Batches:
        return _points(desk, question, fund, of_kind, every)

    return histories_of(question, fund, rows, every, points)


def keep_months(desk: Desk, question: Question) -> None:
    """Work out the months of every measure that has a history, and keep them.

    Args:
        desk: the stored data.
        question: whose funds; on both bases.

    Raises:
        CacheError: the market cannot be read.
    """
    if derived_of(desk) is None:
        return
    rows = [row for row in ROWS if row.key not in WITHOUT_HISTORY]
    bases = (replace(question, window="1M", basis=basis) for basis in get_args(Basis))
    for one, fund in product(bases, question.funds):
        # the question itself says why there is none
        with suppress(MeasureError, UnavailableError):
            desk_histories(desk, one, fund, rows, "month")


@contextmanager
def worked_out_beside(
    desk: Desk, question: Question, funds: Sequence[str], rows: Sequence[Scalar], every: Every
) -> Iterator[Mapping[str, Popen[bytes]]]:
    """Let a second process work out the history of the second fund while this one does the first.

    Where it takes seconds alone: one point a session, and nothing of it is kept.

    Yields:
        Fund -> the process that keeps its history.
    """
    processes: dict[str, Popen[bytes]] = {}
    if every == "session" and len(funds) > 1 and (os.cpu_count() or 1) > 1:
        fund, derived = funds[1], derived_of(desk)
        kinds = {row.series is not None for row in rows}
        keys = (_key(desk, question, fund, every, daily=daily) for daily in kinds)
        if derived is not None and not any(derived.read(key)[0] for key in keys):
            command = desk.history_command(question, fund, [row.key for row in rows], every)
            processes[fund] = Popen(
                command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, env=environment()
            )
    try:
        yield processes
    finally:
        for process in processes.values():
            process.kill()
            process.wait()


def _key(desk: Desk, question: Question, fund: str, every: Every, *, daily: bool) -> str:
    """The key in the cache of the daily measures' histories, or of the others'."""
    parts = (
        VERSION, measures_digest(), fund, question.small, question.large, question.window,
        question.basis, question.as_of, every, daily, facts_of(desk.reference),
    )  # fmt: skip
    return " ".join(map(str, parts))


def _points(
    desk: Desk, question: Question, fund: str, rows: Sequence[Scalar], every: Every
) -> Batches:
    """The points of measures that are all daily ones, or none."""
    derived, daily = derived_of(desk), rows[0].series is not None
    key = _key(desk, question, fund, every, daily=daily)
    cached, current = _read(derived, key) if derived is not None else ({}, False)
    if current and all(row.key in batch.values for batch in cached.values() for row in rows):
        return cached
    market = desk.market()
    sessions = final_sessions(market, *question.pair)
    points = kept_points(market, question, fund, rows, sessions, every, cached)
    # of a damaged newest generation an older one is read: nothing is kept under its name
    if derived is not None and derived.number == market.generation:
        _keep(derived, key, points)
        if every == "session":
            # the months' ends are among the sessions: by month nothing is left to be worked out
            key = _key(desk, question, fund, "month", daily=daily)
            earlier, _ = _read(derived, key)
            months = month_points(market, question, fund, sessions, points, earlier, daily=daily)
            _keep(derived, key, months)
    return points


def _read(derived: Derived, key: str) -> tuple[Batches, bool]:
    """The cached points of a key, and whether they are of the newest generation."""
    answer, current = derived.read(key)
    return {label: _unpacked(fields) for label, fields in answer.items()}, current


def _keep(derived: Derived, key: str, points: Batches) -> None:
    """Keep points for the newest generation."""
    derived.keep(key, {label: _packed(batch) for label, batch in points.items()})


def _packed(batch: PointBatch) -> Json:
    """A batch as JSON; dates become text."""
    values = {key: [*zip(*of_row, strict=True)] for key, of_row in batch.values.items()}
    return {"fingerprint": batch.fingerprint, "places": batch.places, "values": values}


def _unpacked(fields: Json) -> PointBatch:
    """The batch that `_packed` packed."""
    places = (
        Place(date.fromisoformat(start), date.fromisoformat(end), *shares)
        for start, end, *shares in fields["places"]
    )
    values = {key: tuple(zip(*of_row, strict=True)) for key, of_row in fields["values"].items()}
    return PointBatch(fields["fingerprint"], tuple(places), values)
