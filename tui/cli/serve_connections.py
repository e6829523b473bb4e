"""Connections to ``internals serve``: each has one deadline, unless it carries an open page.

aiohttp waits for ever for the first request of a connection, and for the rest of one that was
begun. Whoever reaches the port could so hold as many open as the process may have.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    import socket

#: Seconds that a connection stays without a page on it, from its beginning or its last page.
DEADLINE: Final = 10.0
#: Seconds between two looks at the connections.
LOOK: Final = 0.5


class Connections:
    """Which connections carry a page, and since when the others do not."""

    def __init__(self) -> None:
        self._paged: set[object] = set()
        self._since: dict[object, float] = {}

    @contextmanager
    def paged(self, request: web.Request) -> Iterator[None]:
        """While a page is open on a request's connection it has no deadline."""
        self._paged.add(request.protocol)
        try:
            yield
        finally:
            self._paged.discard(request.protocol)
            self._since.pop(request.protocol, None)

    async def close_late(self, server: web.Server) -> None:
        """Close, for as long as the server runs, what is past its deadline."""
        while True:
            now, connections = time.monotonic(), list(server.connections)
            self._since = {one: self._since.get(one, now) for one in connections}
            late = [one for one in connections if now - self._since[one] > DEADLINE]
            for one in late:
                # not in order, which whoever does not read would prevent
                if one not in self._paged and one.transport is not None:
                    one.transport.abort()
            await asyncio.sleep(LOOK)


async def run(
    application: web.Application,
    listening: socket.socket,
    connections: Connections,
    patience: float,
) -> None:
    """Serve on a socket until a signal asks this process to end.

    Args:
        application: what answers.
        listening: a socket that listens.
        connections: kept up to date by the application of its open pages.
        patience: seconds that what is open has to end.
    """
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=patience)
    await runner.setup()
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    assert runner.server is not None
    watch = asyncio.create_task(connections.close_late(runner.server))
    try:
        await web.SockSite(runner, listening).start()
        await ended.wait()
    finally:
        watch.cancel()
        await runner.cleanup()
