"""Whose a directory is: numbers are taken, and kept, only where nobody else may put them."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from cache.errors import StoreError

_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH


def check(directory: Path, *, writing: bool) -> None:
    """Refuse a directory that others may write, and to write to one that others own.

    One owner refreshes and a whole desk reads: to read, a directory may be anybody's who alone
    may write it. A directory that is not there is nobody's. Root is asked like anyone else:
    its files in another's directory would shut that owner out.

    Args:
        directory: what is kept in it is read or written.
        writing: it is to be written to.

    Raises:
        StoreError: who may do what, and the command that mends it.
    """
    try:
        found = os.stat(directory)  # noqa: PTH116
        above = os.stat(directory.absolute().parent)  # noqa: PTH116
    except OSError:
        return
    for place, status, others in (
        (directory, found, _OTHERS),
        # Who may rename a directory may put another in its place; a sticky one forbids it.
        (directory.absolute().parent, above, stat.S_IWOTH),
    ):
        if status.st_mode & others and not (place is not directory and _sticky(status)):
            raise StoreError(
                f"{place} may be written by others (mode {stat.S_IMODE(status.st_mode):04o}), so"
                f" what it holds is not trusted; `chmod go-w {place}` keeps them out"
            )
    if writing and found.st_uid != os.geteuid():
        raise StoreError(
            f"{directory} belongs to {_name(found.st_uid)}, and only its owner writes to it;"
            " read it, or choose another place with --home"
        )


def _sticky(status: os.stat_result) -> bool:
    return bool(status.st_mode & stat.S_ISVTX)


def _name(user: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
