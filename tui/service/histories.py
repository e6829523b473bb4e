"""Histories of measures, each worked out once for a generation and kept beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cache.facts.code import measures_digest
from cache.store.derived import Derived
from core.answer.history import History, Point, histories, rank_of
from core.answer.snapshot import final_sessions
from tui import VERSION

if TYPE_CHECKING:
    from core.answer.history import Every
    from core.answer.scalar import Scalar
    from core.data.frames import Reference
    from core.data.question import Question
    from tui.service.service import Desk


def desk_histories(
    desk: Desk, question: Question, fund: str, rows: Sequence[Scalar], every: Every
) -> tuple[History, ...]:
    """The histories of some measures; see `core.answer.history.histories` for what it raises.

    Those that are kept for the newest generation are read, the others worked out and kept.
    """
    identity, keeping = desk.identity(), not desk.memory.refusal
    key = " ".join(
        map(str, (VERSION, measures_digest(), fund, question.small, question.large,
                  question.window, question.basis, question.as_of, every, _facts(desk.reference)))
    )  # fmt: skip
    derived = Derived(desk.store.home, identity) if identity is not None and keeping else None
    points: dict[str, Any] = (derived and derived.read(key)) or {}
    missing = [row for row in rows if row.key not in points]
    if missing:
        market = desk.market()
        sessions = final_sessions(market, *question.pair)
        for one in histories(market, question, fund, missing, sessions, every):
            points[one.row.key] = one.points
        # of a damaged newest generation an older one is read: nothing is kept under its name
        if derived is not None and derived.number == market.generation:
            derived.keep(key, points)
    return tuple(_history(fund, row, question, every, points[row.key]) for row in rows)


def _history(
    fund: str, row: Scalar, question: Question, every: Every, points: Sequence[Sequence[Any]]
) -> History:
    """A history of points as they are, or as they were kept."""
    dated_points = tuple(Point(_date(start), _date(end), *rest) for start, end, *rest in points)
    return History(fund, row, question.window, every, dated_points, rank_of(dated_points))


def _date(value: date | str) -> date:
    """A date as it is, or as JSON has it."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def _facts(reference: Reference) -> str:
    """Identify the data files' facts, a user's own among them."""
    facts = sha256(reference.sessions.tobytes())
    facts.update(repr((reference.aliases, reference.reconstitutions, reference.indices)).encode())
    return facts.hexdigest()
