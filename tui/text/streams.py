"""Standard streams: the answer on stdout, one sentence on stderr, whatever they lead to."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

from cache.facts.clean import clean
from tui.text.safe import safe_lines

ANSWERED: Final = 0
IN_PART: Final = 1
BAD_INPUT: Final = 2
NOTHING: Final = 3
#: A shell adds this to the number of the signal that ended a command.
BY_SIGNAL: Final = 128
#: Formats that other programs read, in UTF-8 whatever the terminal's coding.
_DATA: Final = ("json", "csv", "html", "svg", "slack")
#: The longest sentence on stderr, in characters.
_LONGEST: Final = 2000


def open_streams() -> None:
    """Open the standard streams that were closed at the start, on the null device.

    Python has None in its place, and the next file opened, one of the store's perhaps, would
    become the stream that a library or a child writes to.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115


def draw_on_terminal() -> None:
    """Let the screen be drawn on stdout, which is a terminal, where stderr leads elsewhere.

    Textual draws on stderr, which may be closed, full or a file.
    """
    with suppress(OSError, ValueError):
        if sys.__stderr__ is not None and sys.__stderr__.isatty():
            return
    sys.__stderr__ = sys.__stdout__  # type: ignore[misc]


def say(sentence: str, code: int) -> int:
    """One line on stderr, without what an argument or a file name could do to a terminal."""
    write_error(f"internals: {clean(sentence, _LONGEST)}\n")
    return code


def write_error(text: str) -> None:
    """Write to stderr as far as it takes it."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        # what a full stderr cannot take must not change the exit code, not even at exit
        _let_go(sys.stderr)


def _let_go(stream: TextIO) -> None:
    """Point an unwritable stream at the null device, so that its buffer can be discarded."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def write(text: str | bytes, *, kind: str = "text") -> None:
    """The answer, on stdout: JSON and CSV in UTF-8, text as far as the terminal's coding goes.

    Raises:
        OSError: stdout does not take it; bytes, which no person reads, are not for a terminal.
    """
    out = sys.stdout
    if isinstance(text, bytes) and out.isatty():
        raise OSError(
            errno.EINVAL, f"is a terminal; name a file with --output for {kind}", "stdout"
        )
    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(encoding="utf-8" if kind in _DATA else None, errors="replace")
    try:
        if isinstance(text, bytes):
            out.flush()
            out.buffer.write(text)
        else:
            out.write(safe_lines(text))
        out.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _let_go(out)
        raise OSError(error.errno, error.strerror, "standard output") from None
