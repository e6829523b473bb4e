"""Stand-ins for `os` in `cache.store.disk`: one fails a call, the other records all of them.

What was recorded is a disk that can lose power after any call: `Disk.left` gives one of the
states that POSIX allows then. Content that was not synced is old, empty, torn or new; a name in
a directory that was not synced is the old one or the new one, each by itself, in any order.
"""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cache.store import disk

#: The calls that change something; a failing one fails as the whole disk would.
CALLS = ("open", "write", "fsync", "replace", "unlink", "mkdir")


class Failing:
    """`os` whose k-th call of one kind (from 1) fails, once or from then on."""

    def __init__(self, call: str, number: int, error: int, *, for_ever: bool) -> None:
        self.call, self.number, self.error, self.for_ever = call, number, error, for_ever
        self.count = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name != self.call:
            return real

        def call(*args: Any, **how: Any) -> Any:
            self.count += 1
            due = self.count >= self.number if self.for_ever else self.count == self.number
            if not due:
                return real(*args, **how)
            if name == "write":
                # A full disk takes what still fits.
                real(args[0], bytes(args[1])[: len(args[1]) // 2])
            raise OSError(self.error, os.strerror(self.error))

        return call


@contextmanager
def instead(stand_in: Any) -> Iterator[None]:
    """The store writes through a stand-in."""
    real = disk.os
    disk.os = stand_in
    try:
        yield
    finally:
        disk.os = real


@dataclass(eq=False)
class _File:
    now: bytes = b""
    lasts: bytes | None = None


@dataclass(eq=False)
class _Folder:
    now: dict[str, Any] = field(default_factory=dict)
    lasts: dict[str, Any] = field(default_factory=dict)


class Disk:
    """What is on a disk under one directory after some of the recorded calls."""

    def __init__(self) -> None:
        self.root = _Folder()

    def _at(self, path: tuple[str, ...]) -> Any:
        found: Any = self.root
        for part in path:
            found = found.now[part]
        return found

    def apply(self, name: str, path: tuple[str, ...], more: Any) -> None:
        """One recorded call."""
        if name == "fsync":
            target = self._at(path)
            target.lasts = dict(target.now) if isinstance(target, _Folder) else target.now
            return
        if name == "write":
            self._at(path).now += more
            return
        folder = self._at(path[:-1])
        if name == "mkdir":
            folder.now[path[-1]] = _Folder()
        elif name == "create":
            folder.now[path[-1]] = _File()
        elif name == "unlink":
            del folder.now[path[-1]]
        elif name == "replace":
            self._at(more[:-1]).now[more[-1]] = folder.now.pop(path[-1])

    def left(self, choose: random.Random, how: str) -> dict[str, bytes | None]:
        """One state that a power cut may leave: path -> content, None of a directory.

        Args:
            choose: for "any": old or new, each name and content by itself.
            how: "lost": nothing that was not synced; "names": every name, and no content
                that was not synced; "any": any mixture, with torn contents.
        """
        return dict(_left(self.root, "", choose, how))


def _left(
    folder: _Folder, above: str, choose: random.Random, how: str
) -> Iterator[tuple[str, bytes | None]]:
    for name in {**folder.lasts, **folder.now}:
        old, new = folder.lasts.get(name), folder.now.get(name)
        kept = {"lost": old, "names": new}.get(how, choose.choice((old, new)))
        if isinstance(kept, _Folder):
            yield above + name, None
            yield from _left(kept, f"{above}{name}/", choose, how)
        elif kept is not None:
            yield above + name, _content(kept, choose, how)


def put(place: Path, state: Mapping[str, bytes | None]) -> None:
    """Make the directories and files of a state under an empty directory."""
    for path, content in state.items():
        if content is None:
            (place / path).mkdir(mode=0o700)
        else:
            (place / path).write_bytes(content)


def _content(file: _File, choose: random.Random, how: str) -> bytes:
    lasts = file.lasts or b""
    if how != "any" or file.now == file.lasts:
        return lasts
    torn = file.now[: choose.randrange(len(file.now) + 1)]
    return choose.choice((lasts, file.now, torn, torn.ljust(len(file.now), b"\0")))


class Recording:
    """`os` that does what it is asked and writes down what it did under one directory."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.log: list[tuple[str, tuple[str, ...], Any]] = []
        self._open: dict[int, tuple[str, ...]] = {}

    def acknowledge(self, step: int) -> None:
        """A step was acknowledged now."""
        self.log.append(("step", (), step))

    def fail_next(self, call: str, name: str) -> None:
        """The next call of a kind on a file or directory of this name fails with EIO."""
        self._due: tuple[str, str] | None = (call, name)

    _due = None

    def _parts(self, path: Any) -> tuple[str, ...] | None:
        path = Path(path)
        return path.relative_to(self.top).parts if path.is_relative_to(self.top) else None

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path: Any, flags: int, mode: int = 0o777) -> int:
        opened = os.open(path, flags, mode)
        parts = self._parts(path)
        if parts is not None:
            self._open[opened] = parts
            if flags & os.O_TRUNC:
                self.log.append(("create", parts, None))
        return opened

    def close(self, opened: int) -> None:
        self._open.pop(opened, None)
        os.close(opened)

    def write(self, opened: int, data: bytes) -> int:
        count = os.write(opened, data)
        self.log.append(("write", self._open[opened], bytes(data[:count])))
        return count

    def fsync(self, opened: int) -> None:
        parts = self._open.get(opened)
        if parts is None:
            return
        if self._due == ("fsync", parts[-1] if parts else ""):
            self._due = None
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self.log.append(("fsync", parts, None))

    def replace(self, source: Any, target: Any) -> None:
        Path(source).replace(target)
        self.log.append(("replace", self._parts(source) or (), self._parts(target)))

    def unlink(self, path: Any) -> None:
        Path(path).unlink()
        self.log.append(("unlink", self._parts(path) or (), None))

    def mkdir(self, path: Any, mode: int) -> None:
        Path(path).mkdir(mode)
        self.log.append(("mkdir", self._parts(path) or (), None))
