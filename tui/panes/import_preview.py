"""A preview of an import: the contents of the file, before it is saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from tui.panes.help import PageScreen, page_bindings
from tui.panes.wording import wrapped
from tui.text.spans import inset

if TYPE_CHECKING:
    from tui.host.messages import Previewed
    from tui.text.spans import Drawing


class PreviewScreen(PageScreen, inherit_bindings=False):
    """A page with a file's contents; enter imports it, esc leaves."""

    BINDINGS: ClassVar[list[Any]] = page_bindings(drill="keep")

    def __init__(self, preview: Previewed, keep: Callable[[], None]) -> None:
        super().__init__()
        self._preview = preview
        self._keep = keep

    def on_mount(self) -> None:
        """Draw."""
        self.sheet.show(lambda width, _: drawing(self._preview, width))

    def action_keep(self) -> None:
        """Import the file."""
        self.app.pop_screen()
        self._keep()


def drawing(preview: Previewed, width: int) -> Drawing:
    """Draw what the file holds, what of it is refused, and the two keys."""
    lines: Drawing = [[(" Import ", "bold"), (preview.name, "bold"), ("?", "bold")], []]
    for line in preview.lines:
        lines += inset(wrapped(line, width - 2))
    if preview.refused:
        count = len(preview.refused)
        lines += [[], [(f" Refused, and left out ({count:,})", "bold")]]
        for line in preview.refused:
            lines += inset(wrapped(line, width - 2, "dim"))
    keys = [(" enter", "bold"), (" import it", "dim"), ("  esc", "bold"), (" leave it", "dim")]
    lines[1:1] = [[], keys]
    return lines
