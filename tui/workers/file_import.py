"""Import a file from the screen: recognise its kind, and run the child that imports it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textual.worker import Worker

from cache.facts.errors import CacheError, SourceError
from tui.host.messages import Previewed
from tui.workers import child

if TYPE_CHECKING:
    from tui.host.host import Host

#: How a line on standard error begins.
_REFUSED: Final = "internals: "


class FileImporter:
    """Imports files for the screen after a preview; one child at a time.

    Attributes:
        progress: what is being read or imported, None while nothing is.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.progress: str | None = None
        self._running: Worker[Any] | None = None
        self._previewed: tuple[Path, list[str]] | None = None

    def start(self, typed: str) -> None:
        """Read a file by the path a person typed, dragged or pasted, and show what it holds."""
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
        self._start(f"reading {path.name}", partial(self._preview, path, argv))

    def commit(self) -> None:
        """Import the file whose contents were shown last."""
        if self._previewed is not None:
            path, argv = self._previewed
            self._previewed = None
            self._start(f"importing {path.name}", partial(self._run, argv))

    def _start(self, progress: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self.progress = progress
        self._running = self._host.background(work, "import", thread=False)
        self._host.say()

    async def _preview(self, path: Path, argv: list[str]) -> None:
        """Read the file in a child that saves nothing."""
        host, lines = self._host, list[str]()
        try:
            command = [*argv, "--dry-run"]
            code, last = await child.follow(command, lambda _: None, "the import", lines.append)
        finally:
            self.progress = None
        host.say()
        details = [line for line in lines if not line.startswith(_REFUSED)]
        if code not in (0, 1) or not details:
            host.tell(last or f"the file was not read (code {code})", error=True)
            return
        self._previewed = path, argv
        refused = [line.removeprefix(_REFUSED) for line in lines if line.startswith(_REFUSED)]
        host.post_message(Previewed(path.name, details, refused))

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
