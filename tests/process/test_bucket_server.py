"""A desk on a bucket, against a server that speaks S3 on the loopback (moto, where it is there)."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from core.data.question import Question
from tests.home import Cli
from tests.tui.driving import press, seen, settle, until
from tests.tui.test_history_written import home as history
from tui.cli.dispatch import run
from tui.screen.app import InternalsApp
from tui.service.service import Desk
from tui.state.config import Config
from tui.state.places import places

pytest.importorskip("obstore")
moto = pytest.importorskip("moto.server")

__all__ = ["history"]

ADDRESS = "s3://desk/internals"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    import boto3

    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (
        ("AWS_ENDPOINT_URL", server), ("AWS_ALLOW_HTTP", "true"), ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "reader"), ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("XDG_CACHE_HOME", str(tmp_path / "cache")), ("XDG_STATE_HOME", str(tmp_path / "state")),
        ("XDG_CONFIG_HOME", str(tmp_path / "config")), ("XDG_DATA_HOME", str(tmp_path / "data")),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=server, region_name="us-east-1")
    client.create_bucket(Bucket="desk")
    yield client
    for one in client.list_objects_v2(Bucket="desk").get("Contents", ()):
        client.delete_object(Bucket="desk", Key=one["Key"])
    client.delete_bucket(Bucket="desk")


def read(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run([*argv, "--home", ADDRESS])
    return (code, *capsys.readouterr())


def test_a_desk_reads_what_was_published(
    filled: Cli, bucket: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = filled("note", "--format", "json")
    code, out, err = read(capsys, "note")
    assert code == 2 and "nothing is published at s3://desk/internals" in err and not out
    code, out, _ = filled("publish", ADDRESS)
    assert code == 0 and f"internals --home {ADDRESS}" in out and "objects put" in out
    assert read(capsys, "note", "--format", "json") == mine
    code, out, _ = read(capsys, "status")
    assert code == 0 and f"at {ADDRESS}, read-only" in out
    code, _, err = read(capsys, "refresh")
    assert code == 2 and "internals publish" in err
    assert "nothing new" in filled("publish", ADDRESS)[1]
    # nothing but the pointer was put twice, and nothing lies beside it
    keys = [one["Key"] for one in bucket.list_objects_v2(Bucket="desk")["Contents"]]
    assert [key for key in keys if "/objects/" not in key] == ["internals/published.json"]


def test_the_line_is_down(
    filled: Cli,
    bucket: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert filled("publish", ADDRESS)[0] == 0
    held = read(capsys, "note", "--format", "json")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        code, out, err = read(capsys, "note", "--format", "json")
    assert (code, out) == held[:2]
    assert "cannot be reached" in err
    assert re.search(r"published 20\S+, (just now|\d+ s ago)", err)
    assert err.count("\n") == 1


def test_a_damaged_object_is_refused(
    filled: Cli, bucket: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert filled("publish", ADDRESS)[0] == 0
    keys = [one["Key"] for one in bucket.list_objects_v2(Bucket="desk")["Contents"]]
    key = next(key for key in keys if key.endswith(".npy"))
    data = bucket.get_object(Bucket="desk", Key=key)["Body"].read()
    bucket.put_object(Bucket="desk", Key=key, Body=data[:-1] + bytes([data[-1] ^ 1]))
    code, out, err = read(capsys, "note")
    assert (code, out) == (2, "") and "is damaged" in err


def test_two_publishers_cannot_mix(filled: Cli, bucket: Any, tmp_path: Path) -> None:
    """Many at once, each of a store of its own: every pointer names a whole generation."""
    homes = [tmp_path / f"p{n}" for n in range(3)]
    for n, home in enumerate(homes):
        prices = tmp_path / f"p{n}.csv"
        prices.write_text(f"symbol,date,close\nP{n},2026-01-29,100\nP{n},2026-01-30,10{n}\n")
        assert run(["import", "prices", str(prices), "--home", str(home)]) == 0
    ends: list[tuple[int, str]] = []

    def publish(home: Path) -> None:
        command = [sys.executable, "-m", "tui", "--home", str(home), "publish", ADDRESS]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        ends.append((done.returncode, done.stderr))

    threads = [threading.Thread(target=publish, args=(home,)) for home in homes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ends) == 3 and any(code == 0 for code, _ in ends)
    for code, err in ends:
        assert code == 0 or (code == 2 and "somebody else has published" in err), err
    command = [sys.executable, "-m", "tui", "--home", ADDRESS, "status", "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["prices"]["symbols"] == 1 and not done.stderr


def test_duckdb_queries_the_exported_history_in_place(
    history: Path, bucket: Any, server: str, tmp_path: Path
) -> None:
    """The files lie on the bucket as they were exported, and are read there."""
    duckdb = pytest.importorskip("duckdb")
    extension = pytest.importorskip("duckdb_extension_httpfs")
    question = ["--basis", "pr", "--pair", "IWM:SPY", "--home", str(history)]
    assert run(["export", "--history", str(tmp_path / "out"), *question]) == 0
    for file in (tmp_path / "out").rglob("*.parquet"):
        bucket.upload_file(str(file), "desk", f"history/{file.relative_to(tmp_path / 'out')}")
    (library,) = Path(extension.__file__).parent.rglob("*.duckdb_extension")
    queries = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    queries.execute(f"load '{library}'")
    host = server.removeprefix("http://")
    queries.execute(
        "create secret (type s3, key_id 'reader', secret 'secret', region 'us-east-1',"
        f" endpoint '{host}', url_style 'path', use_ssl false)"
    )
    measures = "read_parquet('s3://desk/history/measures/*/*/*.parquet', hive_partitioning = true)"
    ups = f"select fund, year, value from {measures} where measure = 'share_up' order by year"
    assert queries.execute(ups).fetchall() == [("IWM", 2012, 0.25), ("IWM", 2013, 0.75)]


def test_an_open_screen_follows_what_is_published(
    filled: Cli, bucket: Any, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line falls, comes back, and another generation is published: no key is pressed."""
    from tui.cli import remote

    monkeypatch.setattr(remote, "LOOK", 0.2)
    assert filled("publish", ADDRESS)[0] == 0
    prices = tmp_path / "more.csv"
    days = [f"2025-12-{day}" for day in (30, 31)]
    closes = [f"NEW,{day},{n}" for n, day in enumerate(days, 10)]
    prices.write_text("\n".join(["symbol,date,close", *closes, ""]))
    with Line(server) as line:
        monkeypatch.setenv("AWS_ENDPOINT_URL", line.address)
        home = remote.local_home(Path(ADDRESS), follow=True)
        app = InternalsApp(Desk(places(home, demo=False), home=home), Config(), Question())

        async def story() -> None:
            async with app.run_test(size=(160, 36)) as pilot:
                await settle(pilot, app)
                await until(lambda: f"at {ADDRESS}, read-only" in app.status()[0])
                asked = len(line.requests)
                await until(lambda: len(line.requests) > asked + 2)
                # where nothing is new a look is one request, for the pointer
                assert {path.rpartition("/")[2] for path in line.requests[asked:]} == {
                    "published.json"
                }
                line.down = True
                await until(lambda: "just now, read-only" in app.status()[0])
                assert "cannot be reached" in app.status()[0] and "IWM leads SPY" in seen(app)
                line.down = False
                await until(lambda: f"at {ADDRESS}, read-only" in app.status()[0])
                shown = app.market.generation if app.market else 0
                assert filled("import", "prices", prices)[0] == 0
                monkeypatch.setenv("AWS_ENDPOINT_URL", server)
                assert filled("publish", ADDRESS)[0] == 0
                await until(lambda: app.market and app.market.generation == shown + 1)
                await settle(pilot, app)
                assert "IWM leads SPY" in seen(app)
                await press(pilot, app, "q")

        asyncio.run(story())


class Line:
    """A line to a server that can be cut: requests are handed on, or the connection is closed."""

    def __init__(self, endpoint: str) -> None:
        self.requests, self.down = list[str](), False
        line = self

        class Front(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                line.requests.append(self.path.partition("?")[0])
                if line.down:
                    return
                onward = HTTPConnection(endpoint.removeprefix("http://"))
                onward.request("GET", self.path, headers=dict(self.headers))
                answer = onward.getresponse()
                data = answer.read()
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Line:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
