"""Make the README's picture from the real program on the demo market (dev.py picture)."""

from __future__ import annotations

import asyncio
import re
import tempfile
from datetime import timedelta
from pathlib import Path

from cache.sources.demo import FETCHED_AT
from tui.app import InternalsApp
from tui.config import Config
from tui.desk import Desk
from tui.places import places

TARGET = Path(__file__).resolve().parent.parent / "docs" / "screen.svg"
SIZE = (160, 45)


async def picture(home: Path) -> str:
    """The opening screen as SVG, with spaces kept and no font fetched from anywhere."""
    desk = Desk(places(home, demo=True), demo=True)
    question = desk.opening()
    assert question is not None
    app = InternalsApp(desk, Config(), question, now=lambda: FETCHED_AT + timedelta(minutes=30))
    async with app.run_test(size=SIZE) as pilot:
        while app.snapshot is None:
            await pilot.pause(0.05)
        await pilot.pause(0.5)
        drawn = app.export_screenshot(title="internals")
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
    # one name for the picture's classes, so that it changes only where the screen does
    drawn = re.sub(r"terminal-\d+", "t", drawn)
    return drawn.replace("<text ", '<text xml:space="preserve" ')


def main() -> None:
    """Write the picture."""
    with tempfile.TemporaryDirectory() as home:
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_text(asyncio.run(picture(Path(home))), encoding="utf-8")
    print(f"{TARGET} written, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
