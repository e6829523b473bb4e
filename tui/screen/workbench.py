"""Protocol of the app for the main screen: a host, and its background work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tui.host.host import Host

if TYPE_CHECKING:
    from tui.alerts.ringing import Ringer
    from tui.workers.live import Live
    from tui.workers.recall import Recall


class Workbench(Host, Protocol):
    """The app, as the main screen knows it.

    Attributes:
        live: today's quotes, on or off.
    """

    live: Live

    @property
    def recall(self) -> Recall:
        """The looks of this run and of earlier ones."""

    @property
    def between_pairs(self) -> bool:
        """Whether another pair than the one that is shown has been asked for, and is to come."""

    @property
    def ringer(self) -> Ringer:
        """The alerts."""
