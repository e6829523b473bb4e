"""A connection to a stream of quotes with a time limit, reasons for failures, and a way to end it.

The library that yfinance streams through waits for ever where a server takes the connection and
stays silent: its reader then stands inside a TLS record that never ends, and closing the socket
under it wakes nobody.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Final

from websockets.sync.client import ClientConnection, connect

from cache.facts.errors import SourceError

#: Seconds within which a connection has to open, and within which its end has to be agreed on.
OPEN, CLOSE = 10.0, 2.0
#: Seconds beyond `OPEN` that what no time-out covers may take: looking a name up, a second address.
BEYOND: Final = 2.0
WHO: Final = "Yahoo's stream of quotes"


class Connection(ClientConnection):
    """A connection whose reader wakes when the socket is closed."""

    def close_socket(self) -> None:
        """Shut a socket down and close it: a reader within a record notices only the shutdown."""
        with contextlib.suppress(OSError, ValueError):
            self.socket.shutdown(socket.SHUT_RDWR)
        super().close_socket()


def opened(url: str) -> ClientConnection:
    """Open a connection, ready for use.

    Raises:
        SourceError: none came about; says why, in a few words for a person.
    """
    came: list[ClientConnection | Exception] = []
    lock, done = threading.Lock(), threading.Event()
    given_up = False

    def work() -> None:
        made: ClientConnection | Exception
        try:
            made = connect(
                url, open_timeout=OPEN, close_timeout=CLOSE, create_connection=Connection
            ).__enter__()
        except Exception as error:
            made = error
        with lock:
            came.append(made)
            late = given_up
        done.set()
        if late and isinstance(made, ClientConnection):
            made.close()

    threading.Thread(target=work, name="open", daemon=True).start()
    done.wait(OPEN + BEYOND)
    with lock:
        given_up = not came
    if not came or isinstance(came[0], TimeoutError):
        raise SourceError(f"{WHO} did not answer within {OPEN:g} s; try again")
    if isinstance(came[0], Exception):
        raise came[0]
    return came[0]
