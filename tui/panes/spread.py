"""Pane 1, Spread: how wide the gap is, and how rare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.widget import Widget

from tui.command.commands import SPREAD
from tui.panes.pane import Pane
from tui.panes.sheet import Panel
from tui.panes.spread_drawing import drawing
from tui.panes.wording import foot_texts

if TYPE_CHECKING:
    from tui.host.scene import Scene


class SpreadPane(Pane):
    """Both lines, the gap between them, and where it stands among the years."""

    NUMBER = SPREAD

    def __init__(self) -> None:
        super().__init__()
        self._sheet = Panel(classes="body")

    def body(self) -> Iterator[Widget]:
        """The body: one drawing."""
        yield self._sheet

    def sheet(self) -> Panel:
        """The drawing."""
        return self._sheet

    def draw(self, scene: Scene) -> None:
        """Show the view in force."""
        self._sheet.show(lambda width, height: drawing(scene, self.view, width, height))

    def foot(self, scene: Scene) -> list[str]:
        """The foot for the funds' closes alone, on which a spread depends."""
        return foot_texts(scene, funds_only=True)
