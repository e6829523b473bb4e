"""Compress holdings files: an issuer's bytes by half, rows and texts by two thirds.

An issuer's file is hardly ever read again and may take its time; the rows of every file are read at
each start, and take a millisecond.
"""

from __future__ import annotations

import zlib
from typing import Any, Final

from cache.store import objects

#: The kind of an object that holds an issuer's file, as it came or by bzip2.
PLAIN: Final = "raw"
BZIP2: Final = "bz2"
_LEVEL: Final = 6


def smaller_file(raw: bytes) -> tuple[bytes, str]:
    """An issuer's file as it is stored, and the kind of its object.

    Raises:
        StoreError: it is larger than a store takes.
    """
    objects.check_size(raw)
    try:
        import bz2
    except ImportError:
        # Pythons that people build themselves may lack it
        return raw, PLAIN
    small = bz2.compress(raw)
    return (small, BZIP2) if len(small) < len(raw) else (raw, PLAIN)


def issuers_file(name: str, data: bytes) -> bytes:
    """The issuer's file that is stored under an object's name.

    Raises:
        ValueError: it is damaged, or this Python has no bzip2.
    """
    if name.rpartition(".")[2] != BZIP2:
        return data
    try:
        import bz2
    except ImportError as error:
        raise ValueError("this Python has no bzip2") from error
    return _unpacked(bz2.BZ2Decompressor(), data, "bzip2")


def smaller(data: bytes) -> bytes:
    """Bytes as they are stored, by zlib.

    Raises:
        StoreError: they are more than a store takes.
    """
    objects.check_size(data)
    return zlib.compress(data, _LEVEL)


def as_before(data: bytes) -> bytes:
    """The bytes that `smaller` compressed; those that an earlier release stored stay as they are.

    Raises:
        ValueError: it is damaged.
    """
    # neither JSON nor an array begins as zlib does
    if data[:1] != b"\x78":
        return data
    return _unpacked(zlib.decompressobj(), data, "zlib")


def _unpacked(reader: Any, data: bytes, kind: str) -> bytes:
    try:
        whole: bytes = reader.decompress(data, objects.MOST)
    except (OSError, zlib.error) as error:
        raise ValueError(f"no {kind}") from error
    if not reader.eof:
        raise ValueError(f"{kind} without its end")
    return whole
