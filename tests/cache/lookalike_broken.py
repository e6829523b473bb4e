"""Answers of the look-alike that never end, or are far larger than any answer is."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

_OK: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#: Bytes that are sent at most, and seconds that one is sent for at most.
MOST, LONGEST = 256 << 20, 20.0


def _chunks() -> Iterator[bytes]:
    yield _OK + b"Transfer-Encoding: chunked\r\n\r\n"
    for _ in range(MOST >> 16):
        yield b"10000\r\n" + b" " * (1 << 16) + b"\r\n"


@cache
def _packed() -> bytes:
    """A quarter of a gigabyte, packed into a quarter of a megabyte; it takes a second."""
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(MOST >> 20))
    return packed + packer.flush()


def _bomb() -> Iterator[bytes]:
    packed = _packed()
    yield _OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    yield packed


def _drip() -> Iterator[bytes]:
    yield _OK + b"Content-Length: 1000000\r\n\r\n"
    for _ in range(1000):
        time.sleep(0.1)
        yield b" "


def _slow_head() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX-Long: "
    for _ in range(1000):
        time.sleep(0.1)
        yield b"a"


def _heads() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for number in range(MOST >> 10):
        yield b"X-%d: " % number + b"a" * 1000 + b"\r\n"


def _interim() -> Iterator[bytes]:
    while True:
        yield b"HTTP/1.1 100 Continue\r\n\r\n"
        time.sleep(0.01)


def _lists() -> Iterator[bytes]:
    """Empty lists by the million: little to send, much to hold once it is read."""
    body = b'{"chart":{"result":[' + b"[]," * (1 << 20) + b"[]]}}"
    yield _OK + b"Content-Length: %d\r\n\r\n" % len(body)
    yield body


#: What goes wrong -> the bytes of the answer, one piece after another.
ENDLESS: Final[dict[str, Callable[[], Iterator[bytes]]]] = {
    "chunks": _chunks,
    "bomb": _bomb,
    "drip": _drip,
    "slow head": _slow_head,
    "heads": _heads,
    "interim": _interim,
    "lists": _lists,
}


def endless(how: str, write: Callable[[bytes], object]) -> None:
    """Write such an answer until the other side has had enough, or its time is over."""
    ends = time.monotonic() + LONGEST
    for piece in ENDLESS[how]():
        write(piece)
        if time.monotonic() > ends:
            return
