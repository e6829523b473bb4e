"""How a number came about: its formula with the figures filled in, and where each came from."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.message import Message

from core import explain
from core.explanation import Explanation
from core.frames import CoreError
from tui.charts import Drawing
from tui.panes.help import PageScreen, page_bindings
from tui.panes.scene import Scene, Side
from tui.written.explained import lines_of


@dataclass
class Explained(Message):
    """What was found out, or the sentence that says why nothing was."""

    found: tuple[Explanation, ...]
    sentence: str


class ExplainScreen(PageScreen, inherit_bindings=False):
    """A page about one number.

    Args:
        scene: what is on the screen.
        side: the index, None for the gap and its ranks.
        symbol: a line of it, None for the index's return.
    """

    BINDINGS: ClassVar[list[Any]] = page_bindings("explain")

    def __init__(self, scene: Scene, side: Side | None, symbol: str | None) -> None:
        super().__init__()
        self.scene, self.side, self.symbol = scene, side, symbol

    def on_mount(self) -> None:
        """Look it up in a thread; say so until then."""
        self.sheet.show(lambda width, height: [[(" looking up the figures …", "dim")]])
        self.run_worker(self._look_up, thread=True, exit_on_error=False)

    def _look_up(self) -> None:
        try:
            found = tuple(one for one in self._explanations() if one is not None)
            sentence = "" if found else "there is no such number in this answer"
        except CoreError as error:
            found, sentence = (), f"{error}"
        self.post_message(Explained(found, sentence))

    def _explanations(self) -> list[Explanation | None]:
        market, snapshot = self.scene.market, self.scene.snapshot
        if market is None:
            return []
        if self.side is None:
            return [explain.gap(market, snapshot)]
        if self.symbol is None:
            return [explain.index(market, snapshot, self.scene.fund(self.side))]
        fund = self.scene.fund_of(self.symbol, self.side)
        return [explain.line(market, snapshot, fund, self.symbol)]

    def on_explained(self, message: Explained) -> None:
        """Draw what was found out."""
        head = "SIMULATED  " if self.scene.snapshot.simulated else ""

        def draw(width: int, height: int) -> Drawing:
            lines: Drawing = [[(f" {message.sentence}", "bold")]] if message.sentence else []
            for found in message.found:
                for n, row in enumerate(lines_of(found)):
                    lines += _wrapped(row, width - 1, "" if n else "bold")
                lines.append([])
            return [*lines, [(f" {head}", "mark"), ("esc", "bold"), (" back", "dim")]]

        self.sheet.show(draw)


def _wrapped(row: str, width: int, style: str) -> Drawing:
    """An indented row; what does not fit goes on below, a little further in."""
    inset = " " * (len(row) - len(row.lstrip()))
    found = textwrap.wrap(
        row,
        max(width, 20),
        initial_indent="",
        subsequent_indent=inset + "    ",
        drop_whitespace=True,
        replace_whitespace=False,
    )
    return [[(f" {line}", style)] for line in found or [""]]
