"""Streams of quotes that are none: servers that stay silent, break off, or speak no web socket."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

#: RFC 6455, 1.3.
_MAGIC: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Mute:
    """Stands in the look-alike's place of a streamer, and goes wrong in one way.

    Attributes:
        connections: how many came.
        reached: set once the last of them has come as far as it ever does.
        over: ends what is under way.
    """

    def __init__(self, tls: ssl.SSLContext, way: str) -> None:
        """One of `WAYS`; ``tls`` has a certificate for Yahoo's hosts."""
        self._tls, self._way = tls, way
        self.connections = 0
        self.reached, self.over = threading.Event(), threading.Event()

    def __enter__(self) -> Mute:
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()

    def carry(self, client: socket.socket) -> None:
        """Go wrong with one client of the proxy."""
        self.connections += 1
        with suppress(OSError):
            if self._way == "no TLS":
                self.reached.set()
                self.over.wait(60)
                return
            WAYS[self._way](self, self._tls.wrap_socket(client, server_side=True))

    def wait(self, _: ssl.SSLSocket) -> None:
        self.over.wait(60)

    def drip(self, to: ssl.SSLSocket) -> None:
        for one in b"HTTP/1.1 101 Switching Protocols\r\nX: " + b"a" * 2000:
            to.sendall(bytes([one]))
            if self.over.wait(0.05):
                return

    def refuse(self, to: ssl.SSLSocket) -> None:
        to.recv(4096)
        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")

    def agree(self, to: ssl.SSLSocket) -> None:
        """The server's side of the opening handshake."""
        head = b""
        while b"\r\n\r\n" not in head:
            head += to.recv(4096)
        lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        key = {name.lower(): value for name, value in lines.items()}[b"sec-websocket-key"]
        accept = base64.b64encode(hashlib.sha1(key + _MAGIC).digest())
        to.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n")
        to.sendall(b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n")

    def drop(self, to: ssl.SSLSocket) -> None:
        self.agree(to)
        to.close()

    def silent(self, to: ssl.SSLSocket) -> None:
        self.agree(to)
        self.reached.set()
        self.over.wait(60)

    def garbage(self, to: ssl.SSLSocket) -> None:
        self.agree(to)
        to.sendall(b"\xff" + os.urandom(4000))
        self.over.wait(60)

    def gigantic(self, to: ssl.SSLSocket) -> None:
        """One frame of a terabyte."""
        self.agree(to)
        to.sendall(b"\x81\x7f" + struct.pack("!Q", 1 << 40))
        while not self.over.is_set():
            to.sendall(b"A" * (1 << 16))

    def pieces(self, to: ssl.SSLSocket) -> None:
        """One message in frames without end."""
        self.agree(to)
        piece = b"\x7f" + struct.pack("!Q", 1 << 16) + b"A" * (1 << 16)
        to.sendall(b"\x01" + piece)
        while not self.over.is_set():
            to.sendall(b"\x00" + piece)

    def pings(self, to: ssl.SSLSocket) -> None:
        """Signs of life without end, and never a quote."""
        self.agree(to)
        while not self.over.wait(0.01):
            to.sendall(b"\x89\x00" * 20)


WAYS: Final[dict[str, Callable[[Mute, ssl.SSLSocket], None]]] = {
    "no TLS": Mute.wait,
    "no handshake": Mute.wait,
    "drip": Mute.drip,
    "refuse": Mute.refuse,
    "drop": Mute.drop,
    "silent": Mute.silent,
    "garbage": Mute.garbage,
    "gigantic": Mute.gigantic,
    "pieces": Mute.pieces,
    "pings": Mute.pings,
}
