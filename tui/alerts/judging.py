"""Judging alerts: an answer to each of their questions, and what a refresh says of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from cache.facts.errors import CacheError
from core.answer.by_session import daily_of
from core.data.errors import CoreError
from core.data.question import Basis, Question
from tui.alerts import hook

if TYPE_CHECKING:
    from core.answer.alerts import Alert
    from core.answer.snapshot import Snapshot
    from core.data.market import Market
    from tui.alerts.book import AlertBook
    from tui.state.config import Config

Asked = tuple[str, str, str, Basis]


class Answering(Protocol):
    """The answers that alerts are judged on."""

    def take(self, question: Question) -> Snapshot:
        """Answer a question."""

    def market(self) -> Market:
        """Return the market of the newest generation."""


def asked_of(alert: Alert) -> Asked:
    """The question an alert is judged on."""
    return (alert.small, alert.large, alert.window, alert.basis)


def asked_in(snapshot: Snapshot) -> Asked:
    """The question an answer is to."""
    question = snapshot.question
    return (question.small, question.large, snapshot.window.label, question.basis)


def answers(
    desk: Answering, alerts: Iterable[Alert], shown: Snapshot | None = None
) -> list[Snapshot]:
    """An answer to each question of some alerts, as of the last session.

    Args:
        desk: where data comes from.
        alerts: what is to be judged.
        shown: an answer at hand, used where it is one of them.
    """
    wanted: dict[Asked, list[Alert]] = {}
    for alert in alerts:
        wanted.setdefault(asked_of(alert), []).append(alert)
    snapshots: list[Snapshot] = []
    for asked, alerts_of_it in wanted.items():
        question: Question = alerts_of_it[0].question
        usable = shown is not None and asked_in(shown) == asked
        try:
            if usable and shown is not None and shown.as_of >= shown.last_session:
                snapshot = shown
            else:
                snapshot = desk.take(question)
            snapshots.append(_with_daily(snapshot, desk.market(), alerts_of_it))
        except (CoreError, CacheError, OSError):
            # Nothing is held for it, or not any more: the alert waits.
            continue
    return snapshots


def _with_daily(snapshot: Snapshot, market: Market, alerts: list[Alert]) -> Snapshot:
    """An answer with breadth session by session for the funds whose alerts need it."""
    funds = {alert.fund for alert in alerts if alert.measure.daily} - set(snapshot.daily)
    counted = {
        fund: series
        for fund in funds & set(snapshot.indices)
        if (series := daily_of(market, snapshot, fund)) is not None
    }
    return replace(snapshot, daily={**snapshot.daily, **counted}) if counted else snapshot


def check(
    desk: Answering, book: AlertBook, config: Config, since: datetime, now: datetime
) -> list[str]:
    """Judge every alert once a refresh has ended, and run the hook for those that fire.

    Returns:
        What is said of those that have fired since it began, by whichever process, and what
        went wrong.
    """
    stored = book.read()
    if not stored:
        return []
    fired = book.judge(answers(desk, (entry.alert for entry in stored)), now)
    sentences = [
        entry.fired.sentence
        for entry in book.read()
        if entry.fired is not None and entry.fired.at >= since
    ]
    if config.hook:
        troubles = (hook.run(config.hook, entry, config.hook_timeout) for entry in fired)
        sentences += [trouble for trouble in troubles if trouble]
    return sentences
