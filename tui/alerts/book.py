"""The alerts of one market: a file that every screen and every refresh judges under one lock.

Whoever sees a crossing first writes down that the alert has fired, and runs the hook: the
others find it fired.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cache.store import disk
from core.answer.alerts import Alert, AlertError, AlertState, from_json, judge, to_json
from tui.state.state_files import Memory, read

if TYPE_CHECKING:
    from core.answer.snapshot import Snapshot

#: Seconds to wait for another process that has the file; it is only read and written.
_PATIENCE: Final = 5.0


class AlertBook:
    """The alerts of one market, in the order they were set, among its small files."""

    def __init__(self, memory: Memory) -> None:
        self.path: Path = memory.beside("alerts.json")
        self._lock = memory.beside("alerts.lock")
        self._refusal = memory.refusal

    def read(self) -> list[AlertState]:
        """Every alert and how it stands.

        Raises:
            AlertError: the file is not what this program writes; it is left as it is.
            OSError: it cannot be read.
        """
        try:
            text = read(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return []
        try:
            return [from_json(entry) for entry in json.loads(text)["alerts"]]
        except (ValueError, TypeError, KeyError, AlertError) as error:
            raise AlertError(
                f"{self.path} cannot be used ({error}): correct it, or remove it and set the alerts"
                " again"
            ) from None

    def change(self, edit: Callable[[list[AlertState]], list[AlertState]]) -> list[AlertState]:
        """Change the alerts, alone; returns them as they are then.

        Raises:
            AlertError: the file cannot be used, or nothing is to be kept.
            CacheError: another process does not let go of it.
            OSError: it cannot be written; nothing is changed.
        """
        if self._refusal:
            raise AlertError(self._refusal)
        disk.make(self.path.parent)
        with disk.locked(self._lock, _PATIENCE):
            alerts = self.read()
            edited = edit(alerts)
            if edited != alerts:
                entries = [to_json(alert) for alert in edited]
                text = json.dumps({"schema": 1, "alerts": entries}, indent=1) + "\n"
                disk.replace(self.path, text.encode())
            return edited

    def add(self, added: AlertState) -> None:
        """Set an alert; an equal one on the same question is replaced."""
        self.change(lambda alerts: [*(k for k in alerts if k.alert != added.alert), added])

    def remove(self, alert: Alert) -> None:
        """Take an alert away."""
        self.change(lambda alerts: [k for k in alerts if k.alert != alert])

    def mark_told(self, alerts: Iterable[Alert]) -> None:
        """Note that a screen has shown these alerts to have fired."""
        on_screen = set(alerts)
        self.change(
            lambda entries: [replace(k, shown=True) if k.alert in on_screen else k for k in entries]
        )

    def judge(self, answers: Iterable[Snapshot], now: datetime) -> list[AlertState]:
        """Judge every alert on the answers that are its own.

        Returns:
            Those that fire now; nobody else is told of them again.
        """
        if self._refusal:
            # whoever only looks takes no alert from those who would hear it
            return []
        snapshots = list(answers)
        fired: list[AlertState] = []

        def stand(alerts: list[AlertState]) -> list[AlertState]:
            after = []
            for before in alerts:
                judged = before
                for snapshot in snapshots:
                    judged = judge(judged, snapshot, now)
                if before.armed and not judged.armed:
                    fired.append(judged)
                after.append(judged)
            return after

        if snapshots and self.read():
            self.change(stand)
        return fired
