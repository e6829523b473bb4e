"""Completion of the file path at the end of a command line."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

#: Entries of a directory that are looked at.
_MOST: Final = 2000


def paths_from(typed: str) -> list[str]:
    """Paths that begin as typed, directories with a slash; [] where nothing does.

    Names that begin with a dot are offered once the dot is typed.
    """
    folder, _, start = typed.rpartition("/")
    folder += "/" if "/" in typed else ""
    try:
        where = Path(folder or ".").expanduser()
        with os.scandir(where) as entries:
            paths = [
                f"{folder}{entry.name}{'/' if entry.is_dir() else ''}"
                for entry, _ in zip(entries, range(_MOST), strict=False)
                if entry.name.startswith(start) and (start or not entry.name.startswith("."))
            ]
    except (OSError, RuntimeError, ValueError):
        return []
    return sorted(paths)


def common_start(words: Sequence[str]) -> str:
    """The longest common beginning of words in ascending order."""
    # What the first and the last of them share, all of them share.
    ends = zip(words[0], words[-1], strict=False)
    return "".join(a for a, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], ends))
