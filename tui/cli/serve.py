"""``internals serve``: the same screen in a browser on this machine, to look at and not to write.

Textual's web support runs one child a page and carries its cells over a websocket. What is
ours: the address holds a token that nobody can guess, nothing but the loopback is listened to, a
request under another host name or from another page is refused (DNS rebinding, a page that opens
the socket across sites), and the page loads nothing from outside.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import logging
import os
import secrets
import shlex
import socket
import threading
import time
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import web
from textual_serve.server import Server, to_int

from cache.facts.errors import CacheError
from tui.cli.serve_connections import Connections
from tui.cli.serve_connections import run as run_until_asked
from tui.cli.serve_page import HIGHEST, MESSAGE, PATIENCE, WIDEST, Page, bounded
from tui.text.streams import ANSWERED, BAD_INPUT, write
from tui.workers.program import internals

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from core.data.question import Question
    from tui.service.service import Desk
    from tui.state.config import Config

HOST: Final = "127.0.0.1"
#: Pages open at once; each is a process.
MOST: Final = 8
#: What of the package's files the page asks for.
_STATIC: Final = frozenset(
    {"css/xterm.css", "js/textual.js", "fonts/RobotoMono-VariableFont_wght.ttf"}
)
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline';"
        " font-src 'self'; img-src 'self' data:; connect-src 'self' ws://{host};"
        " frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
}


class Desktop(Server):
    """Textual's server behind a token, for this machine's browser.

    Args:
        argv: the command that each page runs.
        port: the port that is listened to.
        token: first part of every path.
    """

    def __init__(self, argv: Sequence[str], port: int, token: str) -> None:
        super().__init__(shlex.join(argv), host=HOST, port=port, title="internals")
        self.token, self._argv = token, argv
        self._hosts = {f"{HOST}:{port}", f"localhost:{port}"}
        self._open: set[asyncio.Task[object]] = set()
        self.connections = Connections()

    @property
    def address(self) -> str:
        """Return the address to open in the browser."""
        return f"http://{HOST}:{self.port}/{self.token}/"

    def application(self) -> web.Application:
        """The routes; everything else is not found."""
        app = web.Application(middlewares=[self._guard])
        base = f"/{self.token}"
        app.add_routes(
            [
                web.get(f"{base}/", self.page),
                web.get(f"{base}/ws", self.session),
                web.get(f"{base}/static/{{path:.+}}", self.file),
            ]
        )
        app.on_shutdown.append(self._end_sessions)
        return app

    @web.middleware
    async def _guard(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Refuse what does not come from a page of this address."""
        origin = request.headers.get("Origin")
        if request.host not in self._hosts:
            raise web.HTTPForbidden(text="this address is not served\n")
        if origin is not None and origin.removeprefix("http://") not in self._hosts:
            raise web.HTTPForbidden(text="another page may not open this one\n")
        return await handler(request)

    async def page(self, request: web.Request) -> web.Response:
        """The page that holds the screen."""
        text = resources.files("tui.cli").joinpath("serve.html").read_text(encoding="utf-8")
        size = min(max(to_int(request.query.get("fontsize", ""), 15), 6), 40)
        policy, nonce = _HEADERS["Content-Security-Policy"], secrets.token_urlsafe(12)
        values = {
            "{websocket}": f"ws://{request.host}/{self.token}/ws",
            "{size}": f"{size}",
            "{nonce}": nonce,
            "{host}": request.host,
        }
        for place, value in values.items():
            text, policy = text.replace(place, value), policy.replace(place, value)
        headers = {**_HEADERS, "Content-Security-Policy": policy}
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def file(self, request: web.Request) -> web.FileResponse:
        """One of the package's files; no other."""
        path = request.match_info["path"]
        if path not in _STATIC:
            raise web.HTTPNotFound
        return web.FileResponse(Path(self.statics_path) / path, headers=_HEADERS)

    async def session(self, request: web.Request) -> web.WebSocketResponse:
        """One page's screen, for as long as the page is open."""
        if request.headers.get("Origin") is None:
            raise web.HTTPForbidden(text="only a page opens the screen\n")
        if len(self._open) >= MOST:
            raise web.HTTPServiceUnavailable(text=f"{MOST} pages are open already\n")
        task = asyncio.current_task()
        assert task is not None
        socket_ = web.WebSocketResponse(heartbeat=15, max_msg_size=MESSAGE)
        width = bounded(request.query.get("width", ""), 80, WIDEST)
        height = bounded(request.query.get("height", ""), 24, HIGHEST)
        self._open.add(task)
        try:
            with self.connections.paged(request):
                await socket_.prepare(request)
                await Page(self._argv, socket_).run(width, height)
        except (ConnectionError, OSError):
            # the page is gone, or no process can be started for it
            await socket_.close()
        except asyncio.CancelledError:
            await socket_.close()
        finally:
            self._open.discard(task)
        return socket_

    async def _end_sessions(self, app: web.Application) -> None:
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(self._open, timeout=PATIENCE)


def serve(argv: Sequence[str], port: int) -> None:
    """Serve the screen until ctrl+c, on a port of the loopback; 0 takes a free one.

    Raises:
        CacheError: the port cannot be listened to.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
            # who opens the address the moment it is printed waits and is not turned away
            listening.listen()
        except (OSError, OverflowError) as error:
            in_use = getattr(error, "errno", None) == errno.EADDRINUSE
            why = "is in use; choose another with --port" if in_use else f"cannot be used: {error}"
            raise CacheError(f"port {port} {why}") from None
        server = Desktop(argv, listening.getsockname()[1], secrets.token_urlsafe(24))
        for name in ("textual-serve", "aiohttp"):
            # what anybody may ask is answered, and is no line on this terminal
            logger = logging.getLogger(name)
            logger.addHandler(logging.NullHandler())
            logger.propagate = False
        # a screen that ends while it is being ended is gone when asyncio's watcher looks for it
        logging.getLogger("asyncio").addFilter(lambda one: "child process" not in str(one.msg))
        write(f"{server.address}\nto look at, read-only, by this machine alone; ctrl+c ends it\n")
        asyncio.run(run_until_asked(server.application(), listening, server.connections, PATIENCE))


def run(desk: Desk, config: Config, question: Question) -> int:
    """The child of a page: the screen on the page's cells, to its end."""
    from tui.screen.app import InternalsApp

    parent = os.getppid()

    def watch() -> None:
        # a server that was killed cannot end its pages: they end themselves
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    app = InternalsApp(desk, config, question)
    app.run()
    return BAD_INPUT if app.return_code else ANSWERED


def command(arguments: argparse.Namespace) -> list[str]:
    """The command of a page's child: the screen as it was requested, to be looked at only."""
    argv = internals("--read-only")
    for name in ("home", "pair", "window", "as_of", "basis"):
        if hasattr(arguments, name):
            argv += [f"--{name.replace('_', '-')}", f"{getattr(arguments, name)}"]
    return argv + ["--demo"] * getattr(arguments, "demo", False)
