"""The user's config.toml: read again when another process changes it, and edited.

An edit is made under a lock, on what the file holds at that moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cache.store import disk
from tui.state import config
from tui.state.config import ConfigError
from tui.state.editing import editing

if TYPE_CHECKING:
    from tui.command.line import EditPairs
    from tui.state.watch_list import Pairs


class ConfigFile:
    """One config file, whose settings are changed from the screen.

    Args:
        path: config.toml; need not exist.
        lock: a file that one process at a time has while it edits.
        refusal: why nothing is edited, "" where it is.
    """

    def __init__(self, path: Path, lock: Path, refusal: str = "") -> None:
        self.path, self._lock, self._refusal = path, lock, refusal
        self._stamp = stamp(self.path)

    def news(self) -> Pairs | None:
        """The watch list, where the file has changed since it was last looked at.

        Raises:
            ConfigError: it has changed, and cannot be used; the list in force stays.
        """
        current = stamp(self.path)
        if current == self._stamp:
            return None
        self._stamp = current
        return config.load(self.path).pairs

    def edit(self, edit: EditPairs) -> Pairs:
        """Change the watch list in the file; returns it as it is then.

        Raises:
            ConfigError: the change cannot be made; the file is left as it was.
            CacheError: another process does not let go of it.
            OSError: it cannot be written.
        """
        from tui.state.watch_list import applied, array, with_pairs

        with self._editing() as (before, text):
            after = applied(edit, before.pairs)
            changed = with_pairs(text, before.pairs, after)
            if changed is None:
                raise ConfigError(
                    f"{self.path}: the list of pairs cannot be changed from here as it is written;"
                    f" write pairs = {array(after)} there"
                )
            self._put(changed)
        return after

    def keep(self, name: str, value: str | bool) -> None:
        """Write a setting of the top of the file.

        Args:
            name: of `config`'s settings.
            value: checked before.

        Raises:
            ConfigError: it cannot be set from here; the file is left as it was.
            CacheError: another process does not let go of it.
            OSError: it cannot be written.
        """
        from tui.state.settings import toml_value, with_setting

        with self._editing() as (_, text):
            changed = with_setting(text, name, value)
            if changed is None:
                raise ConfigError(f"{self.path}: write {name} = {toml_value(value)} there")
            self._put(changed)

    @contextmanager
    def _editing(self) -> Iterator[tuple[config.Config, str]]:
        """The settings and the file's text as they are, while no other process edits them.

        Raises:
            ConfigError: nothing is edited here, or the file cannot be used.
            CacheError: another process does not let go of it.
        """
        if self._refusal:
            raise ConfigError(self._refusal)
        with editing(self.path, self._lock):
            settings = config.load(self.path)
            try:
                text = self.path.read_text(encoding="utf-8-sig")
            except (FileNotFoundError, NotADirectoryError):
                text = ""
            yield settings, text

    def _put(self, text: str) -> None:
        """Write the file; a link stays one."""
        disk.replace(self.path.resolve(), text.encode())
        self._stamp = stamp(self.path)


def stamp(path: Path) -> tuple[int, int, int] | None:
    """Identify the state of a file by time, size and inode; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
