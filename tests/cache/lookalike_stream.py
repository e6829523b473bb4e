"""A look-alike of Yahoo's stream of quotes: a real web socket behind the look-alike's proxy."""

from __future__ import annotations

import base64
import json
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

Script = Callable[["Streamer", ServerConnection], None]


class Streamer:
    """Takes subscriptions and says what its script says; use it as a context.

    Attributes:
        subscribed: the symbols of each subscription, in order.
        connections: how many came.
    """

    def __init__(self, tls: ssl.SSLContext, script: Script) -> None:
        """Nothing listens yet.

        Args:
            tls: with a certificate for Yahoo's hosts.
            script: what is said to each connection after its first subscription.
        """
        self._tls, self._script = tls, script
        self.subscribed: list[set[str]] = []
        self.connections = 0
        self.over = threading.Event()

    def __enter__(self) -> Streamer:
        self._server: Server = serve(self._serve, "127.0.0.1", 0)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()

    def _serve(self, connection: ServerConnection) -> None:
        self.connections += 1
        with suppress(ConnectionClosed):
            self.subscribed.append(set(json.loads(connection.recv())["subscribe"]))
            self._script(self, connection)

    def say(self, connection: ServerConnection, quotes: Iterable[Mapping[str, Any]]) -> None:
        """Quotes as Yahoo sends them: a protobuf in base64 in JSON."""
        for fields in quotes:
            connection.send(message(**fields))

    def carry(self, client: socket.socket) -> None:
        """Carry messages between a client of the proxy and the web socket, until one ends.

        TLS ends here, where one thread reads and writes: no two may at once.
        """
        with (
            suppress(OSError),
            self._tls.wrap_socket(client, server_side=True) as secure,
            socket.create_connection(self._server.socket.getsockname()) as server,
        ):
            while not self.over.is_set():
                ready, _, _ = select.select([secure, server], [], [], 0.2)
                for one, other in ((secure, server), (server, secure)):
                    if one in ready:
                        # no less than a TLS record holds: nothing that was decrypted stays behind
                        data = one.recv(1 << 16)
                        if not data:
                            return
                        other.sendall(data)


def message(**fields: Any) -> str:
    """One message of the stream."""
    from yfinance.pricing_pb2 import PricingData  # a second, and most tests stream nothing

    data = PricingData(**fields).SerializeToString()
    return json.dumps({"type": "pricing", "message": base64.b64encode(data).decode()})
