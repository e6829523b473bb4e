"""A desk on a bucket, against a server that speaks S3 on the loopback (moto, where it is there)."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tui.test_cli import Cli, cli, filled, once
from tests.tui.test_history_written import home as history
from tui.cli.run import run

pytest.importorskip("obstore")
moto = pytest.importorskip("moto.server")

__all__ = ["cli", "filled", "history", "once"]

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
        monkeypatch.setattr("cache.store.bucket._RETRIES", 0)
        code, out, err = read(capsys, "note", "--format", "json")
    assert (code, out) == held[:2]
    assert "cannot be reached" in err and "published 20" in err and "ago" in err
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
    codes: list[int] = []

    def publish(home: Path) -> None:
        command = [sys.executable, "-m", "tui", "--home", str(home), "publish", ADDRESS]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        codes.append(done.returncode)
        assert done.returncode == 0 or "somebody else has published" in done.stderr

    threads = [threading.Thread(target=publish, args=(home,)) for home in homes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0 in codes and set(codes) <= {0, 2}
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
