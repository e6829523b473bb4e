"""``internals publish``: a copy of the store that others may read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.text.streams import ANSWERED, BAD_INPUT, IN_PART, say, write

if TYPE_CHECKING:
    from tui.service.service import Desk

#: What follows from damage in the store that was published.
AFTER_DAMAGE: Final = (
    "whoever reads the copy is told so where it holds no newer one; refresh, import again what came"
    " by hand, and publish again"
)


def publish(desk: Desk, target: Path, *, group: str | None) -> int:
    """Publish the store, say for whom and how it is read, and return the exit code."""
    from cache.store import publish as published
    from cache.store.bucket import address_of

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
    if (address := address_of(target)) is not None:
        return _upload(desk, address, now, group=group)
    result = published.publish(desk.store, desk.places.config, target, now, group=number)
    readers = "everyone" if group is None else f"the group {group}"
    new = "; nothing new" if result.before == result.generation else ""
    write(
        f"{target}: generation {result.generation} for {readers}{new};"
        f" it is read with: internals --home {target}\n"
    )
    if result.closed is not None:
        say(f"readers cannot reach it: {result.closed} lets only its owner in", ANSWERED)
    if result.shared is not None:
        say(
            f"who may write {result.shared} may put another copy in its place:"
            f" `chmod +t {result.shared}` forbids it",
            ANSWERED,
        )
    for sentence in result.damage:
        say(f"{sentence}; {AFTER_DAMAGE}", IN_PART)
    return IN_PART if result.damage else ANSWERED


def _upload(desk: Desk, address: str, now: datetime, *, group: str | None) -> int:
    """Publish to an object store, say what it took, and return the exit code."""
    from cache.store.bucket import connect
    from cache.store.desk_copy import upload

    if group is not None:
        return say(f"the bucket's own rights decide who reads {address}, not --group", BAD_INPUT)
    result = upload(desk.store, desk.places.config, connect(address), now)
    new = "nothing new" if result.before == result.generation else f"{result.objects:,} objects put"
    write(
        f"{address}: generation {result.generation}, {new}, {result.bytes_sent:,} bytes sent in"
        f" {result.requests:,} requests; it is read with: internals --home {address}\n"
    )
    for sentence in result.damage:
        say(f"{sentence}; {AFTER_DAMAGE}", IN_PART)
    return IN_PART if result.damage else ANSWERED
