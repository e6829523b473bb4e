"""Nothing phones home: no command and no key but those that fetch or serve opens a socket."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.terminal.test_child import read_until
from tests.terminal.test_terminals import ROOT, started

#: Run at the start of every Python here: writes down each socket that leaves the process, and each
#: library that is loaded and opens its own where Python does not see it.
HOOK = """
import sys
names = "connect", "bind", "sendto", "getaddrinfo", "gethostbyname"
sockets = {{"socket." + name for name in names}}
def looked(event, arguments):
    if event == "import" and arguments[0] in ("obstore", "curl_cffi"):
        event = "import " + arguments[0]
    elif event not in sockets:
        return
    with open({record!r}, "a") as file:
        file.write(" ".join([event, *sys.argv[1:3]]) + "\\n")
sys.addaudithook(looked)
"""
#: Several commands, of which each is seen by the hook as `internals`.
SEVERAL = """
import json, sys
from tui.cli.dispatch import run
codes = []
for sys.argv[1:] in json.loads(sys.argv[1]):
    codes.append(run(sys.argv[1:]))
print(*codes)
"""
ESC = "\x1b"
#: Keys on the screen that ask for numbers, pages and files, and fetch nothing.
KEYS = (
    "2", "v", "\r", ESC, "3", "d", ESC, "4", "v", "t", "[", "<", "A", ESC, "F", ESC, "?", ESC, "1",
)  # fmt: skip


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sockets of every Python that is started are written down."""
    folder, file = tmp_path / "site", tmp_path / "sockets"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(HOOK.format(record=str(file)))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return file


def drain(ours: int) -> None:
    """Read what a key has drawn, until the terminal is silent."""
    end = time.monotonic() + 60
    while select.select([ours], [], [], 0.2)[0]:
        assert time.monotonic() < end, "the screen is still drawing after 60 s"
        os.read(ours, 1 << 16)


def internals(*arguments: str | Path) -> int:
    """One command, to its exit code."""
    command = [sys.executable, "-m", "tui", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, timeout=120, check=False
    ).returncode


def one_after_another(*commands: tuple[str | Path, ...]) -> list[int]:
    """Commands in one process, without the start that each would take, to their exit codes."""
    given = json.dumps([list(map(str, command)) for command in commands])
    child = [sys.executable, "-c", SEVERAL, given]
    done = subprocess.run(child, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    return list(map(int, done.stdout.splitlines()[-1].split()))


def test_the_hook_sees_a_refresh(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert internals("refresh", "--quiet", "--home", tmp_path / "home") != 0
    assert "socket.connect" in record.read_text()


def test_the_hook_sees_a_bucket(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("obstore")
    # plain http is refused before a connection is tried
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert internals("note", "--home", "s3://desk/internals") == 2
    assert "import obstore" in record.read_text()
    prices = tmp_path / "closes.csv"
    prices.write_text("symbol,date,close\nIWM,2026-06-25,100\nIWM,2026-06-26,101\n")
    record.unlink()
    assert internals("import", "prices", prices, "--home", tmp_path / "home") == 0
    assert not record.exists()
    assert internals("publish", "s3://desk/internals", "--home", tmp_path / "home") == 2
    assert "import obstore" in record.read_text()


def test_no_command_opens_a_socket(record: Path, demo_once: Path, tmp_path: Path) -> None:
    home, prices = ("--home", tmp_path / "home"), tmp_path / "closes.csv"
    shutil.copytree(demo_once, tmp_path / "home")
    prices.write_text("symbol,date,close\nIWM,2026-06-25,100\nIWM,2026-06-26,101\n")
    picture = ("--format", "png", "--picture", "gap", "--output", tmp_path / "gap.png")
    codes = one_after_another(
        ("import", "prices", prices, *home),
        ("import", "prices", prices, "--dry-run", *home),
        ("status", *home),
        ("publish", tmp_path / "desk", *home),
        ("status", "--home", tmp_path / "desk"),
        ("note", "--format", "json", "--demo", *home),
        ("note", "--format", "html", "--demo", *home),
        ("export", tmp_path / "tables", "--demo", *home),
        ("explain", "IWM", "--demo", *home),
        ("status", "--demo", *home),
        ("doctor", "--offline", "--demo", *home),
        ("note", *picture, "--demo", *home),
    )
    assert codes[:5] == [0] * 5
    assert set(codes[5:11]) <= {0, 1}, codes
    assert codes[11] in (0, 3)
    assert not record.exists() or record.read_text() == ""


def test_no_key_that_does_not_fetch_opens_a_socket(record: Path, demo_home: Path) -> None:
    with started(demo_home) as terminal:
        read_until(terminal.ours, b"IWM", b"help", b"Breadth", b"as of")
        for key in KEYS:
            os.write(terminal.ours, key.encode())
            drain(terminal.ours)
        terminal.quit()
    assert not record.exists() or record.read_text() == ""
