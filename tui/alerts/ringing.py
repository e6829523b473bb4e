"""Alerts on the screen: judged in the background at each new answer, shown once until esc.

Every alert is judged on its question as of the last session, whatever the screen shows:
stepping through old dates or windows rings nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from textual.message import Message

from cache.facts.errors import CacheError, why
from core.answer.alerts import Alert, AlertState, figure, first, value
from core.data.errors import CoreError
from core.data.record import record
from tui.alerts import hook
from tui.alerts.book import AlertBook
from tui.alerts.judging import QuestionKey, answers, key_of_alert, key_of_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.answer.snapshot import Snapshot
    from tui.host.host import Host


#: The identity of no generation: an alert that was never judged.
NEVER: Final = ""


@dataclass
class Rang(Message):
    """Alerts that have fired, and a sentence about what went wrong, "" for nothing."""

    fired: tuple[AlertState, ...]
    trouble: str = ""


@dataclass
class AlertReply(Message):
    """The outcome of setting or removing an alert."""

    sentence: str
    wrong: bool = False


@record(frozen=True, slots=True)
class StandingAlert:
    """An alert and the number it is judged on now, None where it is not known."""

    state: AlertState
    value: float | None


class Ringer:
    """Judges the alerts of the screen's market, one round at a time.

    Args:
        host: the app.
        opened: when the screen was; what fired before is no news.
    """

    def __init__(self, host: Host, opened: datetime) -> None:
        self._host = host
        self.book = AlertBook(host.desk.memory)
        self._busy = False
        self._next: tuple[Snapshot, str | None] | None = None
        self._judged: dict[QuestionKey, str | None] = {}
        self._rung: dict[Alert, datetime] = {}
        self._opened = opened
        self._unseen = 0
        self._trouble = ""

    def check(self, snapshot: Snapshot, identity: str | None) -> None:
        """Judge the alerts on a new answer of a generation on disk, in the background."""
        if snapshot.as_of < snapshot.last_session or not os.path.exists(self.book.path):  # noqa: PTH110  never raises
            return
        if self._busy:
            self._next = snapshot, identity
            return
        self._busy = True
        self._host.background(partial(self._round, snapshot, identity), "alerts")

    def rang(self, message: Rang) -> list[int]:
        """A round of judging has ended: report the alerts that fired.

        Returns:
            Numbers of the panes that show the numbers; [] where nothing has fired.
        """
        host = self._host
        self._go_on()
        if message.trouble and message.trouble != self._trouble:
            host.tell(message.trouble, error=True)
        self._trouble = message.trouble
        sentences = [entry.fired.sentence for entry in message.fired if entry.fired is not None]
        if sentences:
            self._unseen = len(sentences) + (self._unseen if host.rung else 0)
            more = self._unseen - 1
            host.rung = sentences[-1] + (f" (and {more} more: see the alerts)" if more else "")
        return [entry.alert.measure.pane for entry in message.fired]

    def _go_on(self) -> None:
        """The newest answer that came meanwhile is judged next."""
        self._busy = False
        waiting, self._next = self._next, None
        if waiting is not None:
            self.check(*waiting)

    def _round(self, on_screen: Snapshot, identity: str | None) -> None:
        host, trouble, rung = self._host, "", []
        try:
            entries = self.book.read()
            due = [
                entry.alert
                for entry in entries
                if (
                    on_screen.state == "intraday"
                    and key_of_alert(entry.alert) == key_of_snapshot(on_screen)
                )
                or self._judged.get(key_of_alert(entry.alert), NEVER) != identity
            ]
            fired = self.book.judge(answers(host.desk, due, on_screen), host.now())
            self._judged |= {key_of_alert(alert): identity for alert in due}
            # Another process may have judged first: it has run the hook, the screen still rings.
            fired_here = {entry.alert for entry in fired}
            rung = [k for k in self.book.read() if k.alert in fired_here or self._is_news(k)]
            if rung:
                self.book.mark_told(entry.alert for entry in rung)
            for entry in rung:
                if entry.fired is not None:
                    self._rung[entry.alert] = entry.fired.at
        except (CoreError, CacheError, OSError) as error:
            fired, trouble = [], f"the alerts are not judged: {why(error)}"
        host.post_message(Rang(tuple(rung), trouble))
        for entry in fired:
            if host.config.hook and (
                failure := hook.run(host.config.hook, entry, host.config.hook_timeout)
            ):
                host.post_message(AlertReply(failure, wrong=True))

    def _is_news(self, entry: AlertState) -> bool:
        """Whether an alert has fired and this screen has not rung for it."""
        if entry.fired is None or self._rung.get(entry.alert) == entry.fired.at:
            return False
        return not entry.shown or entry.fired.at > self._opened

    def set(self, alert: Alert) -> None:
        """Set an alert, in the background."""
        self._host.background(partial(self._set, alert), "alerts")

    def _set(self, alert: Alert) -> None:
        host = self._host
        try:
            now = _number(alert, answers(host.desk, [alert]))
            entry = first(alert, now)
            self.book.add(entry)
        except (CoreError, CacheError, OSError) as error:
            host.post_message(AlertReply(f"the alert is not set: {why(error)}", wrong=True))
            return
        about = "it has no value now" if now is None else f"now {figure(alert, now)}"
        wait = "" if entry.armed else ": it holds already, and rings after it has crossed back"
        host.post_message(AlertReply(f"alert set: {alert.text}; {about}{wait}"))

    def standing(self, without: Alert | None = None) -> tuple[tuple[StandingAlert, ...], str]:
        """In a thread: every alert and its number now, and why they are not known, "" if they can.

        The alert ``without`` is removed first.
        """
        try:
            if without is not None:
                self.book.remove(without)
            entries = self.book.read()
        except (CoreError, CacheError, OSError) as error:
            return (), why(error)
        snapshots = answers(self._host.desk, (entry.alert for entry in entries))
        numbers = ((entry, _number(entry.alert, snapshots)) for entry in entries)
        return tuple(StandingAlert(*pair) for pair in numbers), ""


def _number(alert: Alert, snapshots: Iterable[Snapshot]) -> float | None:
    """What an alert is judged on, from the first answer that has it; None where none has."""
    values = (value(alert, snapshot) for snapshot in snapshots)
    return next((number for number in values if number is not None), None)
