"""Write an answer to a file: whole or not at all, and never over a file of somebody else."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from cache.facts import system
from cache.store import disk
from tui.text.safe import safe_lines
from tui.text.streams import write

_LINK: Final = "is a link, through which nothing is written; name the file itself"

_UNREAD: Final = "is a pipe that nobody reads"


class Ledger(Protocol):
    """Knows which files this program wrote (`tui.state.written_files`)."""

    def refusal(self, target: Path) -> str:
        """Why nothing may be written at a place, "" where it may."""

    def wrote(self, target: Path) -> bool:
        """Whether a file is, byte for byte, what this program wrote there last."""

    def note(self, target: Path, data: bytes) -> None:
        """Remember what is about to be written to a place."""


def check_target(target: Path, ledger: Ledger | None, *, force: bool = False) -> bool:
    """Refuse a place at which writing would change what is not this program's.

    Args:
        target: the file to be written.
        ledger: the files this program wrote; None: no file may be replaced.
        force: a file that somebody else wrote may be replaced as well.

    Returns:
        Whether a stream (a pipe, a device) is there, which is written to and never replaced.

    Raises:
        OSError: it names the target, and says what is there and what would be right.
    """
    if ledger is not None and (refusal := ledger.refusal(target)):
        raise OSError(errno.EPERM, refusal, str(target))
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return False
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from None
    if stat.S_ISLNK(mode):
        with suppress(OSError):
            mode = target.stat().st_mode
        if stat.S_ISLNK(mode) or stat.S_ISREG(mode):
            raise OSError(errno.EEXIST, _LINK, str(target))
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    if not stat.S_ISREG(mode):
        return True
    if not force and not (ledger is not None and ledger.wrote(target)):
        reason = (
            "is there already, and not as this program wrote it; name another file, move it away,"
            " or replace it with --force"
        )
        raise OSError(errno.EEXIST, reason, str(target))
    return False


def write_file(
    target: Path, answer: str | bytes, ledger: Ledger | None, *, force: bool = False
) -> None:
    """Write an answer to a file, text in UTF-8: whole or not at all, with the mode the file had.

    What is no regular file (a pipe, a device) is written to, never replaced. Another name that a
    replaced file has (a hard link) keeps what it led to.

    Raises:
        OSError: it cannot or may not be written (see `check_target`); it names the target.
    """
    data = answer if isinstance(answer, bytes) else safe_lines(answer).encode("utf-8", "replace")
    stream = check_target(target, ledger, force=force)
    # Beside the target first: a full disk leaves the old file as it was.
    beside = target.with_name(f".internals.{os.urandom(8).hex()}")
    try:
        if stream:
            _send(target, data)
            return
        mode = None
        with suppress(FileNotFoundError):
            mode = target.stat().st_mode & 0o777
        disk.write_new(beside, data, mode)
        if ledger is not None:
            ledger.note(target, data)
        if not target.exists() and _linked(beside, target):
            return
        # whatever came there meanwhile
        check_target(target, ledger, force=force)
        beside.replace(target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def answer_to(
    target: Path | None, text: str | bytes, ledger: Ledger | None, *, kind: str, force: bool
) -> None:
    """Write an answer to a file, or on stdout where no file, or ``-``, is named.

    Raises:
        OSError: see `write_file`.
    """
    if target is None or str(target) == "-":
        write(text, kind=kind)
    else:
        write_file(target, text, ledger, force=force)


def _linked(beside: Path, target: Path) -> bool:
    """Give a file its name where that is free; False where the file system has no links."""
    try:
        target.hardlink_to(beside)
    except FileExistsError:
        raise
    except OSError:
        return False
    return True


def _send(target: Path, data: bytes) -> None:
    """Write to a pipe that is read, or to a device; a pipe without a reader is no place to wait."""
    try:
        opened = os.open(target, os.O_WRONLY | system.UNASKED)
    except OSError as error:
        nobody = error.errno == errno.ENXIO and target.is_fifo()
        raise OSError(error.errno, _UNREAD if nobody else error.strerror) from None
    with os.fdopen(opened, "wb") as file:
        os.set_blocking(opened, True)
        file.write(data)
