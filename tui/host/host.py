"""Protocol of the app for its screens and its background work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from textual.message import Message
from textual.worker import Worker

if TYPE_CHECKING:
    from core.answer.snapshot import Snapshot
    from core.data.market import Market
    from core.data.question import Question
    from tui.host.board_place import BoardPlace
    from tui.host.messages import DeskLike, Failed
    from tui.host.scene import Scene, Side
    from tui.state.config import Config
    from tui.state.state_files import Seat


class Host(Protocol):
    """The app, as everything but the app itself knows it.

    Attributes:
        desk: where data comes from.
        config: settings.
        keys: command -> its keys in force.
        question: what was asked last.
        snapshot: what is shown, None before the first answer.
        market: what it was taken from.
        first: the index that stands first.
        marked: names marked by hand, in order.
        error, notice: what the status line says until esc or the next question.
        failed: why there is no newer answer, None where there is one.
        place: where a person is on the board.
        absent: it is of a pair of the watch list without data.
        seat: where a person was at the last end.
        rung: what an alert said, "" for none; until esc.
        now: the clock.
    """

    desk: DeskLike
    config: Config
    keys: Mapping[str, tuple[str, ...]]
    question: Question
    snapshot: Snapshot | None
    market: Market | None
    first: Side
    marked: dict[str, None]
    error: str
    notice: str
    failed: Failed | None
    absent: bool
    place: BoardPlace
    seat: Seat

    rung: str
    now: Callable[[], datetime]

    @property
    def scene(self) -> Scene | None:
        """What the panes draw, None before the first answer."""

    @property
    def cost(self) -> str:
        """What a refresh would cost, "" where not known."""

    def ask(self, question: Question) -> None:
        """Answer another question; what is on the screen stays until it is answered."""

    def boarded(self) -> None:
        """The board has its rows, or a sentence in their place."""

    def come_back(self) -> None:
        """Return from a pair without data to what was shown before it."""

    def again(self) -> None:
        """Answer the same question anew; what was shown stays."""

    def step(self, sessions: int) -> None:
        """Ask again as of some sessions later or earlier."""

    def poll(self) -> None:
        """Show data that another process has stored."""

    def refresh_data(self, *, full: bool, again: bool = False, board: bool = False) -> None:
        """Fetch in a child, one at a time; ``again`` also what failed a while ago."""

    def price_board(self) -> None:
        """Find out what a refresh of the board would cost."""

    def bring(self, path: str) -> None:
        """Import a file in a child; one at a time."""

    def to_demo(self) -> None:
        """Leave for the simulated market."""

    def tell(self, sentence: str, *, error: bool = False) -> None:
        """Say something in the status line."""

    def dismiss(self) -> None:
        """Remove the message of an earlier command; the reason for a missing answer stays."""

    def take_up(self) -> None:
        """Act on the keys that came too early for a screen that waits no more."""

    def say(self) -> None:
        """Update the status line."""

    def status(self, *, board: bool = False) -> tuple[str, str]:
        """What the status line says, and its kind: "error", "busy" or ""."""

    def background(
        self, work: Callable[[], Any], group: str, *, thread: bool = True
    ) -> Worker[Any]:
        """Run something in the background: a function in a thread, or a coroutine in the loop."""

    def set_timer(self, delay: float, callback: Callable[[], None]) -> Any:
        """Call something in the loop after some seconds."""

    def post_message(self, message: Message) -> bool:
        """Send a message to the screen from a thread; nothing else may cross."""

    async def action_quit(self) -> None:
        """Leave; what is on the screen is remembered."""
