"""Publishes a copy of the store for others to read: one whole generation in a directory.

    DIR/published.json      marks the directory, and says when it was published
    DIR/market/             a store like any other, 0755 and 0644 (or for one group alone)
    DIR/themes.toml         the publisher's own, so that everyone sees the same
    DIR/funds.toml

Readers take no lock and write nothing; each sees one whole generation or the next.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cache.facts import regular_files
from cache.facts.errors import SourceError, StoreError
from cache.store import disk, head, owner
from cache.store.mirror import Copy
from cache.store.owner import MARKER
from core.data.record import record

if TYPE_CHECKING:
    from cache.store.store import Store

#: The publisher's files of facts.
FACTS: Final = ("themes.toml", "funds.toml")
_MARKET: Final = "market"
_EVERYONE: Final = 0o755
#: What is written in it belongs to the group as well.
_GROUP: Final = 0o2750


@record(frozen=True, slots=True)
class Published:
    """The result of a publication.

    Attributes:
        generation: the generation now published.
        before: the one published until now, None where there was none.
        closed: a directory above it that readers may not enter, None where all are open.
        shared: the directory above it, where a group may put another copy in its place.
        damage: sentences: which newer generation of the store is damaged, and what is shown.
    """

    generation: int
    before: int | None
    closed: Path | None
    shared: Path | None
    damage: tuple[str, ...] = ()


def publish(
    store: Store, config: Path, target: Path, now: datetime, *, group: int | None = None
) -> Published:
    """Copy the newest whole generation to a directory that others may read; later runs update it.

    Args:
        store: what is published.
        config: directory of the publisher's themes and funds.
        target: the directory; made where there is none.
        now: with a time zone.
        group: id of the only group that may read it; None for everyone.

    Raises:
        StoreEmpty: nothing is stored.
        StoreError: the directory is not the publisher's own, holds something else, lies in the
            store or around it, or cannot be written.
    """
    target = target.expanduser().absolute()
    _check_place(target, store.home)
    mode = _EVERYONE if group is None else _GROUP
    copy = Copy(target / _MARKET)
    try:
        disk.make(target.parent)
        for directory in (target, copy.home, copy.home / "objects", copy.home / "generations"):
            _open(directory, mode, group)
        if not (target / MARKER).exists():
            _mark(target, None, now)
        before = copy.generation()
        contents = copy.mirror(store)
        for name in FACTS:
            _copy(config / name, target / name)
        _mark(target, contents.generation, now)
        inside = (target, copy.home / "objects", copy.home / "generations")
        granted = [file for where in inside for file in where.iterdir() if file.is_file()]
        _grant([*granted, *copy.home.glob(head.NAME)], mode & 0o666, group)
        disk.sync(target)
    except OSError as error:
        raise StoreError(f"cannot publish to {target}: {error.strerror}") from None
    access = _closed(target, group), owner.shared(target)
    return Published(contents.generation, before, *access, contents.damage)


def _check_place(target: Path, home: Path) -> None:
    """Refuse a directory that is not the publisher's, or not a publication's."""
    own_directory, place = home.resolve().parent, target.resolve()
    if place == own_directory or place in own_directory.parents or own_directory in place.parents:
        reason = (
            f"{target} and the store in {own_directory} are inside one another; publish elsewhere"
        )
        raise StoreError(reason)
    owner.check(target, writing=True, shared=True)
    if not target.exists():
        return
    if not target.is_dir():
        raise StoreError(f"{target} is no directory")
    if not (target / MARKER).is_file() and any(target.iterdir()):
        raise StoreError(f"{target} holds other files; publish into an empty directory")


def _open(directory: Path, mode: int, group: int | None) -> None:
    """Make a directory that others may read."""
    disk.make(directory)
    if group is not None:
        os.chown(directory, -1, group)
    directory.chmod(mode)


def _grant(files: Iterable[Path], mode: int, group: int | None) -> None:
    """Give earlier published files the same group and mode as the new ones."""
    for path in files:
        status = path.stat()
        if group is not None and status.st_gid != group:
            os.chown(path, -1, group)
        if stat.S_IMODE(status.st_mode) != mode:
            path.chmod(mode)


def fact(source: Path) -> bytes | None:
    """A file of facts of the publisher's, None where there is none.

    Raises:
        StoreError: it cannot be read.
    """
    try:
        return regular_files.read(source)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except SourceError as error:
        raise StoreError(f"cannot publish it: {error}") from None


def _copy(source: Path, target: Path) -> None:
    """Update a file of facts, or remove it where the publisher has none."""
    data = fact(source)
    if data is None:
        disk.remove(target)
    elif regular_files.read_or_none(target) != data:
        disk.write(target, data)


def _mark(target: Path, number: int | None, now: datetime) -> None:
    body = {"schema": 1, "generation": number, "at": now.isoformat(timespec="seconds")}
    disk.write(target / MARKER, json.dumps(body).encode() + b"\n")


def _closed(target: Path, group: int | None) -> Path | None:
    """Return the topmost parent that readers may not enter."""
    for above in reversed(target.parents):
        status = above.stat()
        enter = stat.S_IXOTH
        if group is not None and status.st_gid == group:
            enter = stat.S_IXGRP
        if not status.st_mode & enter:
            return above
    return None
