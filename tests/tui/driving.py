"""How tests start the screen, press keys and read what is seen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from textual.pilot import Pilot

from core.market import Market
from core.snapshot import Question
from tests.tui.markets import NOW, QUESTION, FakeDesk
from tui.app import InternalsApp
from tui.config import Config

Story = Callable[[Pilot[None], InternalsApp], Awaitable[None]]


def lines_of(app: InternalsApp) -> list[str]:
    """What the terminal shows, line by line."""
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip) for strip in strips]


def seen(app: InternalsApp) -> str:
    """What the terminal shows."""
    return "\n".join(lines_of(app))


async def settle(pilot: Pilot[None], app: InternalsApp) -> None:
    """Until no question is open and everything is drawn."""
    for _ in range(500):
        if not app._open and app._waiting is None:
            break
        await pilot.pause(0.01)
    await app.workers.wait_for_complete([w for w in app.workers if w.group != "refresh"])
    await pilot.pause()


async def press(pilot: Pilot[None], app: InternalsApp, *keys: str) -> None:
    """Press keys, each after the answer to the one before."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot, app)


def drive(
    story: Story,
    *,
    held: Market | None = None,
    desk: FakeDesk | None = None,
    size: tuple[int, int] = (120, 36),
    config: Config | None = None,
    question: Question = QUESTION,
) -> InternalsApp:
    """Run a story against the screen."""
    app = InternalsApp(desk or FakeDesk(held), config or Config(), question, now=lambda: NOW)

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await settle(pilot, app)
            await story(pilot, app)

    asyncio.run(run())
    return app


__all__ = ["Any", "drive", "lines_of", "press", "seen", "settle"]
