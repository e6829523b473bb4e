"""A person's own file, brought from the screen: what it is, and the child that imports it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.worker import Worker

from cache.facts.errors import CacheError, SourceError
from tui.workers import child

if TYPE_CHECKING:
    from tui.host.host import Host


class Bringer:
    """Imports files for the screen; one child at a time.

    Attributes:
        progress: what is being imported, None while nothing is.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.progress: str | None = None
        self._running: Worker[Any] | None = None

    def start(self, typed: str) -> None:
        """Import a file by the path a person typed, dragged or pasted."""
        host = self._host
        if self._running is not None and not self._running.is_finished:
            host.tell("a file is being imported")
            return
        try:
            path = as_path(typed)
            argv = host.desk.import_command(path)
        except (CacheError, OSError) as error:
            host.tell(f"{error}", error=True)
            return
        if argv is None:
            host.tell("simulated market: nothing can be imported into it")
            return
        self.progress = f"importing {path.name}"
        self._running = host.background(partial(self._run, argv), "import", thread=False)
        host.say()

    async def _run(self, argv: list[str]) -> None:
        host = self._host
        try:
            code, last = await child.follow(argv, lambda _: None, "the import")
        finally:
            self.progress = None
        # A new question takes the status line first.
        host.poll()
        silent = f"the import ended with code {code} without saying what it took"
        host.tell(last or silent, error=code != 0 or not last)


def as_path(typed: str) -> Path:
    """The path meant: a terminal that a file is dragged into quotes it or escapes its blanks.

    Raises:
        SourceError: it names the home of a user that there is not.
    """
    text = typed.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    else:
        text = text.replace("\\ ", " ")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise SourceError("there is no such user's directory", file=text) from None
