"""An answer as a file: whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from tui.text.safe import safe_lines


def write_file(target: Path, answer: str | bytes) -> None:
    """Write an answer to a file, text in UTF-8: whole or not at all, with the mode the file had.

    A link stays and what it points to is written. What is no regular file (a pipe, a
    device) is written to, never replaced.

    Raises:
        OSError: it cannot be written; it names the target.
    """
    data = answer if isinstance(answer, bytes) else safe_lines(answer).encode("utf-8", "replace")
    beside: Path | None = None
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        target = target.resolve()
        # Beside the target first: a full disk leaves the old file as it was.
        beside = target.with_name(f".internals.{os.getpid()}")
        # A name that anyone can guess: what another has put there is neither used nor followed.
        beside.unlink(missing_ok=True)
        with beside.open("xb") as file:
            if target.exists():
                os.fchmod(file.fileno(), target.stat().st_mode & 0o777)
            file.write(data)
        beside.replace(target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from None
    finally:
        if beside is not None:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
