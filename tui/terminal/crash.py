"""The record of a crash: files, lines and functions, and no value of any variable."""

from __future__ import annotations

import re
import traceback
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from cache.store import disk
from tui import VERSION
from tui.text.safe import safe

#: Beside what the screen remembers.
FILE: Final = "crash.log"
#: The longest account of what was wrong, in characters.
_LONGEST: Final = 200
_ROOT: Final = Path(__file__).resolve().parents[2]
_PACKAGES: Final = re.compile(r"^.*/(?:site-packages|dist-packages|lib/python[0-9.]+)/")
_LOGIN: Final = re.compile(r"(?<=://)[^/@\s]+@")


def sentence(error: BaseException, log: Path | None, now: datetime) -> str:
    """Write the record of a fault and return one sentence about it.

    Args:
        error: the fault.
        log: the file, kept to its owner and replaced; None writes nothing.
        now: the time that goes into it.
    """
    frames = traceback.extract_tb(error.__traceback__)
    last = f" ({_short(frames[-1].filename)}, line {frames[-1].lineno})" if frames else ""
    words = f"{discreet(repr(error))}{last}"
    if log is None or not _written(log, report(error, now)):
        return words
    return f"{words}; the way there, without any values, is in {discreet(str(log))}"


def place(home: Path | None) -> Path | None:
    """Return where a fault of the command line is recorded, None where no such place is known."""
    from cache.facts.errors import CacheError
    from tui.state.places import places

    try:
        return places(home, demo=False).state.with_name(FILE)
    except CacheError:
        return None


def report(error: BaseException, now: datetime) -> str:
    """The traceback of a fault and of its causes: files, lines and functions alone."""
    lines = [f"internals {VERSION}, {now:%Y-%m-%d %H:%M} UTC"]
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        lines.append(discreet(repr(error)))
        lines += [
            f"  {_short(frame.filename)}, line {frame.lineno}, in {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        error = error.__cause__ or error.__context__ or error
    return "\n".join(lines) + "\n"


def discreet(text: str) -> str:
    """A text without the home directory, a login in an address, or what a terminal obeys."""
    home = str(Path.home())
    if len(home) > 1:
        text = text.replace(home, "~")
    text = safe(_LOGIN.sub("", text))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _short(filename: str) -> str:
    """A source file's path within its package, without the directories above it."""
    path = Path(filename)
    if path.is_relative_to(_ROOT):
        return str(path.relative_to(_ROOT))
    inner = _PACKAGES.sub("", filename)
    return inner if inner != filename else path.name


def _written(log: Path, text: str) -> bool:
    with suppress(OSError):
        disk.replace(log, text.encode("utf-8", "replace"))
        return True
    return False
