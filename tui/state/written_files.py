"""Which files this program wrote: only those are replaced, and only while they are as written.

A small file for each, in the directory of what is remembered, holds the hash of what was written
last. Without it, in a home that cannot be written to, an existing file is never replaced unasked.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cache.store import disk
from cache.store.owner import MARKER
from tui.state import state_files
from tui.state.config import FILE

if TYPE_CHECKING:
    from tui.state.places import Places
    from tui.state.state_files import Memory

#: Files of this many places are known.
_MOST: Final = 2000
#: What the program itself reads or keeps in the directories of a home.
_RESERVED: Final = (FILE, "themes.toml", "funds.toml", MARKER, "crash.log")
_RESERVED_STARTS: Final = ("market.", "demo.")


class Written:
    """The files that this program wrote for one user.

    Args:
        places: where the program keeps its files, which no answer replaces.
        memory: where it remembers things; while only looked at, nothing is remembered.
    """

    def __init__(self, places: Places, memory: Memory) -> None:
        self._places, self._looking = places, bool(memory.refusal)
        self._directory = memory.state.with_name("written")

    def refusal(self, target: Path) -> str:
        """Why nothing may be written at a place, "" where it may."""
        where = _real(target)
        above = {where, *where.parents}
        if not above.isdisjoint(self._stores):
            return "is in the store, where only this program writes files; name another place"
        if where.parent in self._homes and (
            where.name in _RESERVED or where.name.startswith(_RESERVED_STARTS)
        ):
            return "is a name that this program reads for itself; name another file"
        if self._looking and not {*where.parents}.isdisjoint({*self._homes, self._notes}):
            return "is in the home, which is opened to look only; name another place"
        return ""

    @cached_property
    def _stores(self) -> set[Path]:
        """The directories of the store and of the simulated market."""
        return {_real(self._places.store.with_name(name)) for name in ("market", "demo")}

    @cached_property
    def _homes(self) -> set[Path]:
        """The directories of settings and of what is remembered."""
        places = self._places
        return {_real(home) for home in (places.config, places.settings, places.state.parent)}

    @cached_property
    def _notes(self) -> Path:
        return _real(self._places.notes)

    def wrote(self, target: Path) -> bool:
        """Whether a file is, byte for byte, what this program wrote there last."""
        hashes = self._hashes(target)
        with suppress(OSError), open(target, "rb") as file:  # noqa: PTH123
            size = os.fstat(file.fileno()).st_size
            return any(
                size == length and _hash(file.read(size)) == digest
                for length, digest in hashes
                if file.seek(0) == 0
            )
        return False

    def note(self, target: Path, data: bytes) -> None:
        """Remember what is about to be written, beside what is there until it is."""
        if self._looking:
            return
        entries = [(len(data), _hash(data)), *self._hashes(target)[:1]]
        with suppress(OSError):
            text = json.dumps({"path": str(target), "files": entries})
            disk.replace(self._entry(target), text.encode())
            state_files.drop_oldest(self._directory, _MOST)

    def _entry(self, target: Path) -> Path:
        return self._directory / f"{_hash(os.fsencode(_real(target)))[:32]}.json"

    def _hashes(self, target: Path) -> list[tuple[int, str]]:
        """Length and hash of what was written to a place last, newest first."""
        try:
            entries = json.loads(state_files.read(self._entry(target)))["files"]
            return [(int(length), str(digest)) for length, digest in entries]
        except (OSError, ValueError, TypeError, KeyError):
            return []


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()


def _real(path: Path) -> Path:
    """A path without links on the way to it; the last name stays as it is."""
    path = path.expanduser().absolute()
    return path.parent.resolve() / path.name
