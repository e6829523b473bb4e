"""Record the README's session from the real program on the demo market (dev.py picture)."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

from textual.pilot import Pilot

from cache.sources.demo.demo import FETCHED_AT
from tests import svg
from tests.tui.driving import press, seen, settle
from tui.screen.app import InternalsApp
from tui.screen.board_screen import BoardScreen
from tui.service.service import Desk
from tui.state.config import Config
from tui.state.places import places

TARGET = Path(__file__).resolve().parent.parent / "docs" / "session.svg"
SIZE = (120, 36)
#: Keys pressed, seconds the frame stays, and what a viewer is told.
SCRIPT: tuple[tuple[tuple[str, ...], float, str], ...] = (
    (("B",), 5, "The board: every pair, how far it has moved, how rare that is, what is new"),
    (("s", "x"), 3.5, "s x: the most stretched first"),
    (("v",), 4, "v: where each pair stands, and the way it came in eight weeks"),
    (
        ("v", "s", "g", "enter"),
        5,
        "enter: one pair: who did it, how broad was it, who joins and leaves",
    ),
    (("2", "j", "j"), 2.5, "2 j j: to the third contributor"),
    (("enter",), 4, "enter: that name day by day"),
    (("escape", "d"), 4, "d: how its number came about"),
    (("escape", "1", "z"), 4, "1 z: the spread on the whole screen"),
    (("v", "v", "v", "v"), 4, "v: the gap's path in every year"),
    (("3", "v", "v"), 4, "3 v v: why they parted, step by step"),
    (("v",), 4, "v: breadth session by session"),
    (("z", ":", *"3m"), 2, ":3m enter: another window"),
    (("enter",), 4, "everything answered anew, from what is held"),
)


async def record(home: Path) -> str:
    """The session as one moving SVG."""
    desk = Desk(places(home, demo=True), demo=True)
    question = desk.opening()
    assert question is not None
    app = InternalsApp(desk, Config(), question, now=lambda: FETCHED_AT + timedelta(minutes=30))
    frames = []
    async with app.run_test(size=SIZE) as pilot:
        while app.snapshot is None:
            await pilot.pause(0.05)
        for keys, seconds, title in SCRIPT:
            await press(pilot, app, *keys)
            await _drawn(pilot, app)
            strips = app.screen._compositor.render_strips()
            frames.append((title, seconds, [svg.line(strip) for strip in strips]))
    return svg.moving(frames, SIZE[0])


async def _drawn(pilot: Pilot[None], app: InternalsApp) -> None:
    """Until what is counted in the background is there too."""
    await settle(pilot, app)
    waiting = ("counting advances", "looking up", "looking for what is new", "reading …")
    while any(words in seen(app) for words in waiting) or _uncounted(app):
        await pilot.pause(0.05)
    await settle(pilot, app)


def _uncounted(app: InternalsApp) -> bool:
    """Whether the board is in sight and its breadth is not."""
    return isinstance(app.screen, BoardScreen) and not app.screen.breadths


def main() -> None:
    """Write the session."""
    with tempfile.TemporaryDirectory() as home:
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_text(asyncio.run(record(Path(home))), encoding="utf-8")
    print(f"{TARGET} written, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
