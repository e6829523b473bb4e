"""What is copied may be pasted into a shell: of foreign text nothing that one would obey."""

from __future__ import annotations

from unittest.mock import patch

from textual.pilot import Pilot

from tests.torture.hostile import dirty
from tests.tui.driving import drive, press
from tests.tui.markets import small_market
from tui.screen.app import InternalsApp


def test_every_pane_view_and_explanation_is_copied_clean() -> None:
    copied: list[str] = []

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        with patch.object(app, "copy_to_clipboard", copied.append):
            for pane, views in (("1", 1), ("2", 1), ("3", 1), ("4", 2)):
                await press(pilot, app, pane)
                for _ in range(views):
                    await press(pilot, app, "Y", "y", "d", "Y", "escape", "v")
        assert app.is_running

    drive(story, market=dirty(small_market()), size=(80, 24))
    assert len(copied) > 8 and sum("PWNED" in text for text in copied) > 4
    for text in copied:
        assert text.replace("\n", "").replace("\t", "").isprintable(), text
