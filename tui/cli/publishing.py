"""``internals publish``: a copy of the store that a desk may read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.text.streams import ANSWERED, BAD_INPUT, IN_PART, say, write

if TYPE_CHECKING:
    from tui.service.service import Desk

#: What follows from damage in the store that was published.
TOLD: Final = (
    "whoever reads the copy is told so where it holds no newer one; refresh, import again what came"
    " by hand, and publish again"
)


def publish(desk: Desk, target: Path, *, group: str | None) -> int:
    """Publish what is held, say for whom and how it is read, and return the exit code."""
    from cache.store import publish as published

    if desk.simulated:
        return say("the demo market is the same for everyone: `internals --demo`", BAD_INPUT)
    number: int | None = None
    if group is not None:
        try:
            import grp

            number = grp.getgrnam(group).gr_gid
        except ImportError:
            return say("this system has no groups of users; publish without --group", BAD_INPUT)
        except KeyError:
            return say(f"there is no group called {group}", BAD_INPUT)
    now = datetime.now(UTC)
    done = published.publish(desk.store, desk.places.config, target, now, group=number)
    who = "everyone" if group is None else f"the group {group}"
    new = "; nothing new" if done.before == done.generation else ""
    write(
        f"{target}: generation {done.generation} for {who}{new};"
        f" it is read with: internals --home {target}\n"
    )
    if done.closed is not None:
        say(f"readers cannot reach it: {done.closed} lets only its owner in", ANSWERED)
    if done.shared is not None:
        say(
            f"who may write {done.shared} may put another copy in its place:"
            f" `chmod +t {done.shared}` forbids it",
            ANSWERED,
        )
    for sentence in done.damage:
        say(f"{sentence}; {TOLD}", IN_PART)
    return IN_PART if done.damage else ANSWERED
