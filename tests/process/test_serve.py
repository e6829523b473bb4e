"""The screen in a browser: who may open it, that it only looks, that it ends with its server."""

from __future__ import annotations

import asyncio
import gc
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from cache.facts.errors import StoreError
from core.answer.alerts import AlertError
from core.answer.snapshot import Question
from tests.cache.stores import files
from tests.home import Cli
from tests.torture.ending import alive
from tests.tui.driving import press, seen, settle
from tests.tui.markets import NOW
from tui.alerts.book import AlertBook
from tui.cli.arguments import parser
from tui.screen.app import InternalsApp
from tui.service.service import LOOKING, Desk
from tui.state.config import Config
from tui.state.places import places

aiohttp = pytest.importorskip("aiohttp")
pytest.importorskip("textual_serve")


Story = Callable[[Any, Any], Awaitable[None]]


def browse(story: Story) -> None:
    """Run a story with a client against the server in this process; no screen is started."""
    from aiohttp.test_utils import TestClient, TestServer

    from tui.cli.serve import Desktop

    async def run() -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        desktop = Desktop(["true"], port, "secret")
        server = TestServer(desktop.application(), host="127.0.0.1", port=port)
        async with TestClient(server) as client:
            await story(client, desktop)

    asyncio.run(run())


def test_only_the_address_with_the_token_is_found() -> None:
    async def story(client: Any, desktop: Any) -> None:
        assert (await client.get("/secret/")).status == 200
        for path in ("/", "/ws", "/static/js/textual.js", "/secre/", "/secret2/", "/download/x"):
            assert (await client.get(path)).status == 404

    browse(story)


def test_another_host_name_or_another_page_is_refused() -> None:
    async def story(client: Any, desktop: Any) -> None:
        port = desktop.port
        for headers, status in (
            ({"Host": f"localhost:{port}"}, 200),
            ({"Host": "evil.example"}, 403),
            ({"Host": f"evil.example:{port}"}, 403),
            ({"Host": "127.0.0.1"}, 403),
            ({"Origin": f"http://127.0.0.1:{port}"}, 200),
            ({"Origin": "http://evil.example"}, 403),
            ({"Origin": "null"}, 403),
        ):
            assert (await client.get("/secret/", headers=headers)).status == status, headers
        # a socket that no page of ours opens
        for headers in ({}, {"Origin": "http://evil.example"}):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await client.ws_connect("/secret/ws", headers=headers)
            assert refused.value.status == 403

    browse(story)


def test_the_page_asks_nothing_of_other_hosts_and_gives_its_address_to_none() -> None:
    class Links(HTMLParser):
        found: list[str]

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += [value or "" for name, value in attrs if name in ("src", "href")]

    async def story(client: Any, desktop: Any) -> None:
        answer = await client.get("/secret/")
        text, headers = await answer.text(), answer.headers
        links = Links()
        links.found = []
        links.feed(text)
        assert {link.partition("/")[0] for link in links.found} == {"static", "data:,"}
        hosts = set(re.findall(r"(?:https?|wss?)://[^/\s\"']+", text))
        assert hosts == {f"ws://127.0.0.1:{desktop.port}"}
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe-eval" not in policy
        nonce = re.search(r"'nonce-([^']+)'", policy)
        assert nonce is not None and f'nonce="{nonce[1]}"' in text
        assert headers["Referrer-Policy"] == "no-referrer"
        for link in (link for link in links.found if link.startswith("static/")):
            assert (await client.get(f"/secret/{link}")).status == 200
        for path in ("../serve.py", "css/../../server.py", "images/background.png", "css/"):
            assert (await client.get(f"/secret/static/{path}")).status == 404

    browse(story)


def test_each_start_has_a_token_that_nobody_can_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    from tui.cli import serve

    said: list[str] = []
    monkeypatch.setattr(serve, "write", said.append)

    async def ended_at_once(*args: object) -> None:
        pass

    monkeypatch.setattr(serve, "run_until_asked", ended_at_once)
    for _ in range(2):
        serve.serve(["true"], 0)
    tokens = [text.split("\n")[0].split("/")[3] for text in said]
    assert len(set(tokens)) == 2 and all(len(token) >= 32 for token in tokens)


def test_what_a_page_runs_is_the_screen_that_only_looks() -> None:
    from tui.cli.serve import command

    given = ["serve", "--home", "/a b", "--pair", "QQQ:RSP", "--as-of", "2026-06-26", "--demo"]
    arguments = parser(given).parse_args(given)
    argv = command(arguments)
    assert Path(argv[2]).parts[-2:] == ("tui", "__main__.py")
    assert argv[1] == "-P" and argv[3:] == [
        "--read-only", "--home", "/a b", "--pair", "QQQ:RSP",
        "--as-of", "2026-06-26", "--demo",
    ]  # fmt: skip


def test_wrong_use_is_one_line(filled: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, out, err = filled("serve", "--port", port)
    assert (code, out) == (2, "") and f"port {port} is in use" in err and err.count("\n") == 1
    assert filled("serve", "--port", "99999")[0] == 2
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    monkeypatch.delitem(sys.modules, "tui.cli.serve", raising=False)
    import tui.cli

    monkeypatch.delattr(tui.cli, "serve", raising=False)
    code, out, err = filled("serve")
    assert (code, out) == (2, "") and "pip install 'internals[serve]'" in err
    assert err.count("\n") == 1


def test_who_only_looks_fetches_sets_and_remembers_nothing(filled: Cli, tmp_path: Path) -> None:
    del filled
    where = places(tmp_path / "home", demo=False)
    desk = Desk(where, looking=True)
    question = Question()
    assert desk.cost(question, NOW) == LOOKING
    with pytest.raises(StoreError, match="opened to look only"):
        desk.refresh_command(question)
    with pytest.raises(StoreError, match="opened to look only"):
        desk.quotes_command(question)
    with pytest.raises(StoreError, match="opened to look only"):
        desk.import_command(tmp_path / "p.csv")
    with pytest.raises(AlertError, match="opened to look only"):
        AlertBook(desk.memory).change(lambda held: held)
    desk.memory.remember(question, desk.memory.seat())
    assert desk.take(question).spread is not None
    assert not where.state.exists()


def test_the_keys_that_would_write_say_that_nothing_is_kept(filled: Cli, tmp_path: Path) -> None:
    del filled
    home = tmp_path / "home"
    before = files(home)
    app = InternalsApp(Desk(places(home, demo=False), looking=True), Config(), Question())

    async def story() -> None:
        async with app.run_test(size=(120, 36)) as pilot:
            await settle(pilot, app)
            for key in ("r", "R", "w", "p"):
                await press(pilot, app, "escape", key)
                assert f"! {LOOKING}" in seen(app), key
            await press(pilot, app, "[", "space", "q")

    asyncio.run(story())
    assert files(home) == before


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_a_connection_without_a_page_has_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing sent, half a request, a drip, an answer that is kept open; only a page stays."""
    from tui.cli import serve, serve_connections

    monkeypatch.setattr(serve_connections, "DEADLINE", 0.6)
    monkeypatch.setattr(serve_connections, "LOOK", 0.1)
    for name in ("asyncio", "aiohttp"):
        monkeypatch.setattr(serve.logging.getLogger(name), "propagate", False)

    async def closed(port: int, sent: bytes, again: bytes = b"") -> float:
        began = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        while True:
            with suppress(TimeoutError, ConnectionError):
                if not await asyncio.wait_for(reader.read(1 << 16), 0.2):
                    break
            if reader.at_eof() or reader.exception() or time.monotonic() - began > 60:
                break
            with suppress(ConnectionError):
                writer.write(again)
        writer.close()
        return time.monotonic() - began

    async def story() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            screen = [sys.executable, "-c", "import time; time.sleep(60)"]
            desktop = serve.Desktop(screen, port, "secret")
            application = desktop.application()
            served = asyncio.create_task(
                serve_connections.run(application, listening, desktop.connections, 0.5)
            )
            address, here = f"http://127.0.0.1:{port}", f"Host: 127.0.0.1:{port}"
            head = f"GET /secret/ HTTP/1.1\r\n{here}\r\n".encode()
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(f"{address}/secret/ws", headers={"Origin": address}) as page,
            ):
                ended = await asyncio.gather(
                    closed(port, b""),
                    closed(port, head),
                    closed(port, head, b"X-A: b\r\n"),
                    closed(port, head + b"\r\n"),
                )
                assert max(ended) < 30, ended
                assert not page.closed
                await page.send_json(["ping", 1])
                assert await page.receive_json(timeout=60) == ["pong", 1]
            signal.raise_signal(signal.SIGTERM)
            await asyncio.wait_for(served, 60)

    asyncio.run(story())
    gc.collect()  # nothing of the page's child asks for a loop that is gone


@pytest.fixture
def server(once: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The real command on a filled home: its process, and the address it printed."""
    argv = [sys.executable, "-m", "tui", "serve", "--port", "0", "--home", str(once / "home")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        yield run, run.stdout.readline().strip()
        run.kill()


async def page(
    address: str, story: Callable[[Any], Awaitable[None]], sizes: str = "width=120&height=36"
) -> None:
    """Open the screen as a page does."""
    origin = "/".join(address.split("/")[:3])
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(
            f"{address.replace('http', 'ws')}ws?{sizes}", headers={"Origin": origin}
        ) as socket_,
    ):
        await story(socket_)


async def until(socket_: Any, words: str, seconds: float = 60.0) -> None:
    """Read cells until some words are among them."""
    seen = ""
    async with asyncio.timeout(seconds):
        while words not in seen:
            message = await socket_.receive()
            assert message.type is aiohttp.WSMsgType.BINARY, message
            text = message.data.decode("utf-8", "replace")
            seen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in found.read_text().split()] if found.exists() else []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are read from /proc")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_page_shows_the_screen_refuses_to_fetch_and_ends_with_the_server(
    server: tuple[subprocess.Popen[str], str], end: signal.Signals, once: Path
) -> None:
    ends_with_the_server(*server, end, once)


def ends_with_the_server(
    run: subprocess.Popen[str], address: str, end: signal.Signals, once: Path
) -> None:
    """Open a page, look at it, and end its server."""
    state = once / "home" / "market.json"

    async def story(socket_: Any) -> None:
        await until(socket_, "IWM leads SPY")
        await until(socket_, "look only")
        await socket_.send_json(["stdin", "r"])
        await until(socket_, "! ")
        screens = children(run.pid)
        assert len(screens) == 1
        run.send_signal(end)
        async with asyncio.timeout(60):
            while (await socket_.receive()).type is aiohttp.WSMsgType.BINARY:
                pass
        deadline = time.monotonic() + 60
        while any(alive(pid) for pid in screens) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        assert not any(alive(pid) for pid in screens)

    asyncio.run(page(address, story))
    assert run.wait(60) == (-9 if end is signal.SIGKILL else 0)
    assert not state.exists()
    assert run.stderr is not None and run.stderr.read() == ""


def test_no_url_and_no_message_brings_a_traceback_or_a_screen_without_bounds(
    server: tuple[subprocess.Popen[str], str], once: Path
) -> None:
    run, address = server
    scheme, _, host, token, _ = address.split("/")
    name, _, port = host.partition(":")
    assert scheme == "http:"
    here = f"Host: {host}\r\nOrigin: http://{host}\r\n"
    upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n"

    def ask(path: str, headers: str = "", method: str = "GET") -> bytes:
        with socket.create_connection((name, int(port)), 60) as line:
            head = f"{method} {path} HTTP/1.1\r\n{here}{headers}\r\n"
            line.sendall(head.encode("latin-1"))
            with line.makefile("rb") as answer:
                return answer.readline()

    for path, headers, status in (
        (f"/{token}/?fontsize={'9' * 5000}", "", b"200"),
        (f"/{token}/ws", "", b"400"),
        (f"/{token}/ws?width={'9' * 5000}", "", b"400"),
        (f"/{token}/ws", upgrade, b"400"),
        (f"/{token}/ws", f"{upgrade}Sec-WebSocket-Version: 99\r\n", b"400"),
        (f"/{token}/ws", f"{upgrade}Sec-WebSocket-Version: 13\r\n", b"400"),
        (f"/{token}/static/..%2f..%2fetc/passwd", "", b"404"),
        (f"/{token}/static/%00", "", b"404"),
        (f"/{token}/static/css/xterm.css", "Range: bytes=99999999999999999999-\r\n", b"416"),
        ("*", "", b"400"),
        ("/%ff%fe", "", b"404"),
        (f"http://evil.example/{token}/", "", b"403"),
    ):
        assert status in ask(path, headers), path

    async def odd(socket_: Any) -> None:
        for text in (
            *("[]", "{}", "null", "1", "[1]", "garbage", "[" * 9000, '["nope"]', '["stdin",5]'),
            *('["resize"]', '["resize",{"width":"x"}]', '["stdin","\\ud800"]', '["focus",1]'),
            '["resize",{"width":1000000,"height":1000000}]',
        ):
            await socket_.send_str(text)
        await socket_.send_bytes(b"\xff\xfe")
        await socket_.send_str('["resize",{"width":120,"height":36}]')
        await until(socket_, "IWM", 120)
        screen = children(run.pid)[0]
        size = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{screen}/status").read_text())
        assert size is not None and int(size[1]) < 400_000

    for sizes in ("width=100000&height=100000", "width=-1&height=abc"):
        asyncio.run(page(address, odd, sizes))
        # a page that is closed takes its screen with it, whatever that was drawing
        deadline = time.monotonic() + 60
        while children(run.pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not children(run.pid)
    ends_with_the_server(run, address, signal.SIGTERM, once)
