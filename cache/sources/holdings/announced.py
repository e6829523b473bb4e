"""Changes announced before they take effect: read from a file, merged with the stored ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from cache.facts.clean import clean
from cache.facts.errors import Rejected
from cache.sources.sandbox import open_regular, run
from cache.store.pack import announcement
from core.data.frames import Announcement

#: Largest file of announced changes that is read, bytes.
LARGEST: Final = 8 << 20
#: A change of one line announced again within this time is the same change, on another day.
SAME: Final = timedelta(days=60)

Announcements = tuple[Announcement, ...]


def read_changes(
    path: Path, *, now: datetime, dates: str | None = None
) -> tuple[Announcements, tuple[Rejected, ...]]:
    """Read a CSV with the columns fund, symbol, action, effective; name, announced, source.

    Args:
        path: a regular file.
        now: when it is read, with a time zone.
        dates: "dmy", "mdy" or "ymd", where its dates do not show it.

    Returns:
        Its changes, and the rows that were refused, in the order of the file.

    Raises:
        SourceError: the file cannot be used, or no row of it; one sentence with file, line
            and column.
    """
    name = clean(path.name, 200)
    with open_regular(path, LARGEST) as file:
        fields, _ = run(
            "cache.sources.holdings.announced_table:parse",
            file,
            {"today": now.date().isoformat(), "dates": dates},
            file=name,
        )
    # where a row says nobody, its file says so
    changes = tuple(
        announcement(change | {"source": change["source"] or name}) for change in fields["changes"]
    )
    return changes, tuple(Rejected(*row) for row in fields["rejected"])


def adding(
    new: Iterable[Announcement], latest: date | None = None
) -> Callable[[Announcements], Announcements]:
    """Return a function that adds changes to the stored ones, replacing the same change.

    One that states no day of its announcement counts as announced on the day given, or on that of
    its first import: it was known then, and moves no answer for a date before.

    Args:
        new: the changes.
        latest: the day by which they were announced; None leaves them as they are.
    """

    def merged(changes: Announcements) -> Announcements:
        lines: dict[tuple[str, str], list[Announcement]] = {}
        for one in changes:
            lines.setdefault((one.fund, one.symbol), []).append(one)
        for one in new:
            earlier = lines.setdefault((one.fund, one.symbol), [])
            same = [old for old in earlier if abs(old.effective - one.effective) <= SAME]
            if one.announced is None and latest is not None:
                days = (old.announced or latest for old in same if old.action == one.action)
                one = replace(one, announced=min([latest, one.effective, *days]))
            earlier[:] = [old for old in earlier if old not in same] + [one]
        every = (one for earlier in lines.values() for one in earlier)
        return tuple(sorted(every, key=lambda c: (c.fund, c.effective, c.action, c.symbol)))

    return merged


def forgetting(fund: str, effective: date | None) -> Callable[[Announcements], Announcements]:
    """Return a function that drops a fund's changes, of one effective date or all."""

    def remaining(changes: Announcements) -> Announcements:
        return tuple(
            c
            for c in changes
            if c.fund != fund or (effective is not None and c.effective != effective)
        )

    return remaining
