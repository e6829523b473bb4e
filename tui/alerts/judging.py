"""Judging alerts: an answer to each of their questions, and what a refresh says of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

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
    from tui.host.messages import DeskLike
    from tui.state.config import Config

QuestionKey = tuple[str, str, str, Basis]


def key_of_alert(alert: Alert) -> QuestionKey:
    """The question an alert is judged on."""
    return (alert.small, alert.large, alert.window, alert.basis)


def key_of_snapshot(snapshot: Snapshot) -> QuestionKey:
    """The question an answer is to."""
    question = snapshot.question
    return (question.small, question.large, snapshot.window.label, question.basis)


def answers(
    desk: DeskLike, alerts: Iterable[Alert], at_hand: Snapshot | None = None
) -> list[Snapshot]:
    """Answer each question of some alerts, as of the last session; one at hand is used."""
    by_question: dict[QuestionKey, list[Alert]] = {}
    for alert in alerts:
        by_question.setdefault(key_of_alert(alert), []).append(alert)
    snapshots: list[Snapshot] = []
    for key, alerts_of_it in by_question.items():
        question: Question = alerts_of_it[0].question
        usable = at_hand is not None and key_of_snapshot(at_hand) == key
        try:
            if usable and at_hand is not None and at_hand.as_of >= at_hand.last_session:
                snapshot = at_hand
            else:
                snapshot = desk.take(question)
            snapshots.append(_with_daily(snapshot, desk.market(), alerts_of_it))
        except (CoreError, CacheError, OSError):
            # Nothing is stored for it, or not any more: the alert waits.
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
    desk: DeskLike, book: AlertBook, config: Config, since: datetime, now: datetime
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
