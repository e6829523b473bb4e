"""One open page of ``internals serve``: a screen as a child process, its cells over a websocket.

The child speaks Textual's protocol for browsers: packets of a letter, four bytes of length and the
content, "D" for what a terminal is sent and typed, "M" for JSON beside it. What a page sends comes
from anybody who has its address: sizes are bounded, and what makes no sense is passed over.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from cache.facts.clean import clean
from cache.facts.interpreter import environment

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from aiohttp import web

#: Columns and rows of the largest screen that is drawn: a large monitor filled at the usual size.
WIDEST, HIGHEST = 500, 200
#: Bytes of one message of a page, and of one packet of its screen.
MESSAGE: Final = 1 << 18
_PACKET: Final = 1 << 24
#: What the child writes before its first packet, and lines that may come before that.
_BEGUN: Final = b"__GANGLION__\n"
_LINES: Final = 10
#: Seconds a child has to end by itself.
PATIENCE: Final = 2.0
_DRIVER: Final = "textual.drivers.web_driver:WebDriver"


def bounded(value: object, usual: int, most: int) -> int:
    """A number of columns or rows: what a page asks for, within what is drawn."""
    try:
        number = int(value) if isinstance(value, (int, str)) else usual
    except ValueError:
        number = usual
    return min(number, most) if number > 0 else usual


class Page:
    """A page's screen: the child with its command, and the page's websocket."""

    def __init__(self, argv: Sequence[str], socket: web.WebSocketResponse) -> None:
        self._argv, self._socket = argv, socket
        self._errors = bytearray()

    async def run(self, width: int, height: int) -> None:
        """Show the screen until it ends or the page is closed."""
        variables = environment() | {
            "TEXTUAL_DRIVER": _DRIVER,
            "TEXTUAL_FPS": "60",
            "TEXTUAL_COLOR_SYSTEM": "truecolor",
            "TERM_PROGRAM": "textual",
            "COLUMNS": f"{width}",
            "ROWS": f"{height}",
        }
        process = await asyncio.create_subprocess_exec(
            *self._argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=variables,
        )
        cells = asyncio.create_task(self._show(process))
        errors = asyncio.create_task(self._listen(process))
        try:
            await self._heed(process)
        finally:
            await self._end(process)
            for task in (cells, errors):
                task.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await task

    async def _show(self, process: Process) -> None:
        """Send the page what its screen draws; at its end, or its failure, close the page."""
        out = process.stdout
        assert out is not None
        with suppress(asyncio.IncompleteReadError, ConnectionError, ValueError):
            for _ in range(_LINES):
                if await out.readuntil(b"\n") == _BEGUN:
                    break
            while True:
                head = await out.readexactly(5)
                size = int.from_bytes(head[1:], "big")
                if size > _PACKET:
                    break
                content = await out.readexactly(size)
                if head[:1] == b"D":
                    await self._socket.send_bytes(content)
                elif head[:1] == b"M" and _object(content).get("type") == "exit":
                    break
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), PATIENCE)
        if process.returncode and self._errors:
            # a screen that did not begin says why on the page
            message = clean(self._errors.decode("utf-8", "replace").strip(), 500)
            with suppress(ConnectionError):
                await self._socket.send_bytes(f"\x1b[?1049l{message}\r\n".encode())
            return
        await self._socket.close()

    async def _listen(self, process: Process) -> None:
        """Remember the end of the child's error output."""
        stream = process.stderr
        assert stream is not None
        while part := await stream.read(4096):
            self._errors = (self._errors + part)[-4096:]

    async def _heed(self, process: Process) -> None:
        """Pass typed keys and sizes from the page to the child until the page is closed."""
        async for message in self._socket:
            try:
                kind, *more = json.loads(message.data)
            except (ValueError, TypeError, RecursionError):
                continue
            value = more[0] if more else None
            if kind == "stdin" and isinstance(value, str):
                # an empty packet is one that the child's reader waits for without end
                if typed := value.encode("utf-8", "ignore"):
                    await _send(process, b"D", typed)
            elif kind == "resize" and isinstance(value, dict):
                size = {
                    "width": bounded(value.get("width"), 80, WIDEST),
                    "height": bounded(value.get("height"), 24, HIGHEST),
                }
                await _meta(process, {"type": "resize", **size})
            elif kind == "ping":
                await self._socket.send_json(["pong", value])
            elif kind in ("blur", "focus"):
                await _meta(process, {"type": kind})

    @staticmethod
    async def _end(process: Process) -> None:
        """Ask the screen to end; one that does not is ended, also where the server ends first."""
        try:
            with suppress(ConnectionError, RuntimeError, OSError):
                await asyncio.wait_for(_meta(process, {"type": "quit"}), PATIENCE)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), PATIENCE)
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
            await process.wait()
            assert process.stdin is not None
            process.stdin.close()


async def _meta(process: Process, fields: dict[str, object]) -> None:
    await _send(process, b"M", json.dumps(fields).encode())


async def _send(process: Process, kind: bytes, content: bytes) -> None:
    """Send the child a packet; one that is gone needs none."""
    assert process.stdin is not None
    with suppress(ConnectionError, RuntimeError):
        process.stdin.write(kind + len(content).to_bytes(4, "big") + content)
        await process.stdin.drain()


def _object(content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
