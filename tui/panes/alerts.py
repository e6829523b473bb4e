"""The alerts that are set: each with its number now and when it last fired."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from core.answer.alerts import Alert, figure
from tui.command.commands import key_label
from tui.panes.help import PageScreen, page_bindings
from tui.panes.wording import wrapped
from tui.text import formats
from tui.widgets.deferred import Deferred
from tui.widgets.moves import rows_of_move

if TYPE_CHECKING:
    from tui.alerts.ringing import Ringer, StandingAlert
    from tui.host.host import Host
    from tui.text.spans import Drawing, Line

EXAMPLES = (
    "alert gap rank <= 3",
    "alert share_up IWM < 50",
    "alert top3_share > 40",
    "alert contribution BE > 150",
)


class AlertsScreen(PageScreen, inherit_bindings=False):
    """A page of alerts, one under the cursor."""

    BINDINGS: ClassVar[list[Any]] = page_bindings("alerts", remove="remove")

    def __init__(self, host: Host, ringer: Ringer) -> None:
        super().__init__()
        self._host, self._ringer = host, ringer
        self._standings: tuple[StandingAlert, ...] | None = None
        self._keys = Deferred(lambda: self._standings is not None)
        self._newest_number = self._underway = 0
        self._trouble = ""
        self._at = 0

    def on_mount(self) -> None:
        """Look the numbers up in a thread; say so until then."""
        self._draw()
        self._list()

    def _list(self, without: Alert | None = None) -> None:
        self._newest_number, self._underway = self._newest_number + 1, self._underway + 1
        work = partial(self._look_up, self._newest_number, without)
        self.run_worker(work, thread=True, exit_on_error=False)

    def _look_up(self, number: int, without: Alert | None) -> None:
        self.call_later(self._show, number, *self._ringer.standing(without))

    def _show(self, number: int, standings: tuple[StandingAlert, ...], trouble: str) -> None:
        """Draw the alerts as they stand, or the sentence why they cannot be read."""
        self._underway -= 1
        if number != self._newest_number:
            # read before the newest was removed, or removed after the newest was read
            if not self._underway:
                self._list()
            return
        self._standings, self._trouble = standings, trouble
        self._at = min(self._at, max(len(standings) - 1, 0))
        self._draw()
        self._keys.go_on()

    def action_move(self, how: str) -> None:
        """Move the cursor."""
        self._keys.do(partial(self._move, how))

    def _move(self, how: str) -> None:
        last = len(self._standings or ()) - 1
        page = max((self.size.height - 4) // 2, 1)
        self._at = min(max(self._at + rows_of_move(how, page, last), 0), max(last, 0))
        self._draw()

    def action_remove(self) -> None:
        """Take the alert under the cursor away."""
        self._keys.do(self._remove)

    def _remove(self) -> None:
        if self._standings:
            at, listed = self._at, self._standings
            self._standings = listed[:at] + listed[at + 1 :]
            self._at = min(at, max(len(listed) - 2, 0))
            self._draw()
            self._list(without=listed[at].state.alert)

    def _draw(self) -> None:
        alerts, trouble, at = self._standings, self._trouble, self._at
        remove = key_label(self._host.keys["remove"][0])

        def draw(width: int, height: int) -> Drawing:
            title: Line = [(" SIMULATED ", "mark")] if self._host.desk.simulated else []
            head: Drawing = [[*title, (" Alerts", "bold")], []]
            foot: Drawing = [
                [],
                [(f" {remove}", "bold"), (" remove  ", "dim"), ("esc", "bold"), (" back", "dim")],
            ]
            if trouble:
                return [*head, *([(" ! ", "mark"), *line] for line in wrapped(trouble, width - 4))]
            if alerts is None:
                return [*head, [(" looking up the numbers …", "dim")]]
            if not alerts:
                none: Drawing = [[(" none is set; on the command line write", "")]]
                return [*head, *none, *([(f"   :{text}", "bold")] for text in EXAMPLES), *foot]
            each = [_rows(one, n == at, self._host) for n, one in enumerate(alerts)]
            fits = max((height - len(head) - len(foot)) // 2, 1)
            top = min(max(at - fits + 1, 0), max(len(each) - fits, 0))
            return [*head, *(line for rows in each[top : top + fits] for line in rows), *foot]

        self.sheet.show(draw)


def _rows(one: StandingAlert, under_cursor: bool, host: Host) -> Drawing:
    """An alert on two lines: condition and number; question and when it last fired."""
    alert, fired = one.state.alert, one.state.fired
    now = "no value" if one.value is None else f"now {figure(alert, one.value)}"
    holds = one.value is not None and alert.holds(one.value)
    state = "holds" if holds else "armed" if one.state.armed else "waits to cross back"
    first: Line = [
        (" ▸ " if under_cursor else "   ", "mark"),
        (f"{alert.text:<36}", "bold" if under_cursor else ""),
        (f"  {now:<18}", "bold"),
        (f"  {state}", "mark" if holds else "dim"),
    ]
    about = f"{alert.funds} {alert.window} {alert.basis}"
    last = "never fired"
    if fired is not None:
        age = formats.age(fired.at, host.now())
        ago = "now" if age == "now" else f"{age} ago"
        last = f"fired {fired.at:%Y-%m-%d %H:%M} UTC, {ago}: {figure(alert, fired.value)}"
    return [first, [(f"     {about:<34}  {last}", "dim")]]
