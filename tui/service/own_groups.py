"""Add, change or remove a group of names in the user's themes.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cache.facts.own_groups import with_group, without_group
from tui.state.editing import rewrite

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def keep_group(file: Path, lock: Path, name: str, symbols: Sequence[str]) -> str:
    """Keep a group in the user's file, or take it out; returns the words that say so.

    Args:
        file: themes.toml in the config directory; need not exist.
        lock: a file that one process at a time has while it edits.
        name: of the group.
        symbols: its names; none to take it out.

    Raises:
        SourceError: the group cannot be kept, or the file is broken.
        CacheError: another process does not let go of it.
        OSError: the file cannot be written.
    """

    def changed(before: str) -> str:
        if symbols:
            return with_group(before, file, name, symbols)
        return without_group(before, file, name)

    rewrite(file, lock, changed)
    return f"{'kept' if symbols else 'no longer'} in {file.name}"
