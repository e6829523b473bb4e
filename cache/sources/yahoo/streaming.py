"""One connection to a stream of quotes, with limits on time and on silence, and a way to end it.

All of it runs in one thread. OpenSSL lets no two threads use a TLS connection at once, but the
blocking client that yfinance streams through reads in a thread of its own: now and then its first
request was never sent, because the reader was in the middle of the server's session tickets.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final

from websockets.asyncio.client import connect

from cache.facts.background import in_thread
from cache.facts.errors import SourceError
from cache.sources.yahoo.session import unreachable

#: Seconds within which a connection has to open, and within which its end has to be agreed on.
OPEN, CLOSE = 10.0, 2.0
#: Seconds after which the request is repeated: Yahoo forgets whoever does not.
BEAT = 15.0
#: Seconds without a quote after which a connection is given up: two repetitions without success.
SILENT = 2 * BEAT + 2.0
#: Seconds between two looks at whether to stop.
STEP: Final = 0.1
WHO: Final = "Yahoo's stream of quotes"


def listen(
    url: str, request: str, hear: Callable[[str | bytes], bool], stop: threading.Event
) -> None:
    """Send a request and hand over the messages that follow, until the connection ends.

    Args:
        url: of the stream.
        request: the first message to it, which is repeated.
        hear: takes a message, returns whether it is a quote; the connection ends if it raises.
        stop: ends the connection when set.

    Raises:
        SourceError: no connection came about, or no quote came over it for `SILENT` seconds.
    """
    with asyncio.Runner(loop_factory=_Loop) as runner:
        runner.run(_until(stop, _converse(url, request, hear)))


async def _until(stop: threading.Event, conversation: Coroutine[Any, Any, None]) -> None:
    """Run a conversation to its end, or cancel it once ``stop`` is set."""
    task = asyncio.create_task(conversation)
    while not task.done() and not stop.is_set():
        await asyncio.wait([task], timeout=STEP)
    if not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=2 * CLOSE)
    if task.done() and not task.cancelled():
        task.result()


async def _converse(url: str, request: str, hear: Callable[[str | bytes], bool]) -> None:
    try:
        connection = await connect(url, open_timeout=OPEN, close_timeout=CLOSE)
    except TimeoutError:
        raise SourceError(f"{WHO} did not answer within {OPEN:g} s; try again") from None
    except Exception as error:
        raise SourceError(unreachable(error)) from None
    clock = asyncio.get_running_loop().time
    quoted = beat = clock()
    async with connection:
        while True:
            try:
                if clock() >= beat:
                    await connection.send(request)
                    beat = clock() + BEAT
                async with asyncio.timeout_at(min(beat, quoted + SILENT)):
                    message = await connection.recv()
                if hear(message):
                    quoted = clock()
            except TimeoutError:
                if clock() >= quoted + SILENT:
                    silent = f"{WHO} gave no quote for {SILENT:g} s; try again"
                    raise SourceError(silent) from None
            except Exception:  # it broke off, or sent what is no message of such a stream
                return


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose end never waits for a host name to be looked up."""

    async def getaddrinfo(self, host: Any, port: Any, **options: int) -> Any:
        """Look a host name up in a daemon thread, for which the program's end does not wait."""
        addresses = in_thread(lambda: socket.getaddrinfo(host, port, **options), "look up")
        return await asyncio.wrap_future(addresses)
