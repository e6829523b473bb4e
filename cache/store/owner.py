"""Ownership of a directory: data are read and stored only where nobody else may write."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from cache.facts import system
from cache.facts.errors import StoreError

#: Marks a directory that holds a desk's published copy (`cache.store.publish`).
MARKER: Final = "published.json"
_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH


def check(directory: Path, *, writing: bool, shared: bool = False) -> None:
    """Refuse a directory that others may write, and to write to one that others own.

    One owner refreshes and a whole desk reads: to read, a directory may be anybody's who alone
    may write it. A directory that is not there is nobody's. Root is asked like anyone else:
    its files in another's directory would shut that owner out.

    Args:
        directory: what is kept in it is read or written; it need not be there yet.
        writing: it is to be written to.
        shared: it may lie where a group may write, as a desk's folder is.

    Raises:
        StoreError: who may do what, and what mends it.
    """
    if system.user() is None:
        return
    info = _look(directory)
    if info and info.st_mode & _OTHERS:
        raise StoreError(
            f"{directory} may be written by others (mode {stat.S_IMODE(info.st_mode):04o}), so"
            f" what it holds is not trusted; `chmod go-w {directory}` keeps them out"
        )
    above = directory.absolute().parent
    status = _look(above)
    others = _replacers(status) if status else 0
    if status and others & (stat.S_IWOTH if shared else _OTHERS):
        raise StoreError(
            f"{above} may be written by others (mode {stat.S_IMODE(status.st_mode):04o}), who could"
            f" put another {directory.name} there; `chmod go-w {above}` keeps them out, `chmod +t"
            f" {above}` lets them add only; or keep your data in a place of your own with --home,"
            " and let others read a copy: `internals publish DIR`"
        )
    if writing and info and info.st_uid != system.user():
        raise StoreError(
            f"{directory} belongs to {_name(info.st_uid)}, and only its owner writes to it;"
            " read it, or choose another place with --home"
        )


def shared(directory: Path) -> Path | None:
    """Return the parent directory where a group may replace this one."""
    above = directory.absolute().parent
    status = _look(above)
    return above if status and _replacers(status) else None


def _replacers(above: os.stat_result) -> int:
    """Return who besides its owner may rename entries of a directory, as bits of its mode."""
    # A sticky one lets everybody rename only their own.
    if above.st_mode & stat.S_ISVTX:
        return 0
    others = above.st_mode & _OTHERS
    return others & stat.S_IWOTH if others and _own_group(above) else others


def _look(path: Path) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116
    except OSError:
        return None


def check_file(path: Path) -> None:
    """Refuse a file of settings, which may name programs to run, that others own or may write.

    A group of the owner's own, as many systems give one to each user, is not "others". A file
    that is not there is nobody's; root's are taken by everybody.

    Raises:
        StoreError: who may do what, and the command that mends it.
    """
    if system.user() is None:
        return
    info = _look(path)
    if info is None:
        return
    if info.st_uid not in (system.user(), 0):
        raise StoreError(
            f"{path} belongs to {_name(info.st_uid)} and may name programs to run; only your own"
            " settings are used: choose another place with --home"
        )
    group = info.st_mode & stat.S_IWGRP and not _own_group(info)
    if group or info.st_mode & stat.S_IWOTH:
        raise StoreError(
            f"{path} may be written by others (mode {stat.S_IMODE(info.st_mode):04o}) and may name"
            f" programs to run; `chmod go-w {path}` keeps them out"
        )


def _own_group(status: os.stat_result) -> bool:
    """Whether a file's group is its owner's private one."""
    try:
        import grp
    except ImportError:
        return False
    try:
        group = grp.getgrgid(status.st_gid)
    except KeyError:
        return False
    owner = _name(status.st_uid)
    return group.gr_name == owner and set(group.gr_mem) <= {owner}


def _name(user: int) -> str:
    try:
        import pwd

        return pwd.getpwuid(user).pw_name
    except (ImportError, KeyError):
        return f"user {user}"
