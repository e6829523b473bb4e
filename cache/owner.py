"""Whose a directory is: numbers are taken, and kept, only where nobody else may put them."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from cache.errors import StoreError

#: Marks a directory that holds a desk's published copy (`cache.publish`).
MARKER: Final = "published.json"
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
    # Who may rename a directory may put another in its place; a sticky one forbids it.
    parents = stat.S_IWOTH
    if above.st_mode & stat.S_IWGRP and not _sticky(above) and not _own_group(above):
        parents = _OTHERS
    for place, status, others in (
        (directory, found, _OTHERS),
        (directory.absolute().parent, above, parents),
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


def check_file(path: Path) -> None:
    """Refuse a file of settings, which may name programs to run, that others own or may write.

    A group of the owner's own, as many systems give one to each user, is not "others". A file
    that is not there is nobody's; root's own are taken by everybody.

    Raises:
        StoreError: who may do what, and the command that mends it.
    """
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return
    if found.st_uid not in (os.geteuid(), 0):
        raise StoreError(
            f"{path} belongs to {_name(found.st_uid)} and may name programs to run; only your own"
            " settings are used: choose another place with --home"
        )
    group = found.st_mode & stat.S_IWGRP and not _own_group(found)
    if group or found.st_mode & stat.S_IWOTH:
        raise StoreError(
            f"{path} may be written by others (mode {stat.S_IMODE(found.st_mode):04o}) and may name"
            f" programs to run; `chmod go-w {path}` keeps them out"
        )


def _own_group(status: os.stat_result) -> bool:
    """Whether a file's group is the one that its owner has alone."""
    import grp

    try:
        group = grp.getgrgid(status.st_gid)
    except KeyError:
        return False
    owner = _name(status.st_uid)
    return group.gr_name == owner and set(group.gr_mem) <= {owner}


def _sticky(status: os.stat_result) -> bool:
    return bool(status.st_mode & stat.S_ISVTX)


def _name(user: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
