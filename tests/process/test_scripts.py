"""The scripts of the README, run as they stand there, with stand-ins for what they call."""

from __future__ import annotations

import email
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email import policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.cache.stores import ROOT
from tests.home import Cli

LINE = "IWM-SPY YTD +9.00 pp, IWM +10.00 %, SPY +1.00 %, 1 of 3 as wide, 2026-01-30 final"


def scripts() -> list[str]:
    """The code blocks of the README's section."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("## In scripts\n")[2].partition("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


def needs(*programs: str) -> pytest.MarkDecorator:
    lacking = [name for name in programs if shutil.which(name) is None]
    return pytest.mark.skipif(bool(lacking), reason=f"{' '.join(lacking)} not on this machine")


@pytest.fixture
def shell(filled: Cli, tmp_path: Path) -> dict[str, str]:
    """An environment in which ``internals`` is this program on a filled home."""
    del filled
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "internals"
    # a refresh would go to the network: here it only leaves its mark
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = refresh ]; then echo "$@" >> "{tmp_path}/refreshed"; exit 0; fi\n'
        f'exec "{sys.executable}" -m tui "$@"\n'
    )
    program.chmod(0o755)
    more = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "INTERNALS_HOME": str(tmp_path / "home"),
    }
    return {**os.environ, **more}


def test_the_line_is_short_plain_and_whole(filled: Cli, tmp_path: Path) -> None:
    code, out, err = filled("note", "--format", "line")
    assert (code, out, err) == (0, LINE + "\n", "")
    earlier = tmp_path / "earlier.json"
    filled("note", "--as-of", "2026-01-15", "--format", "json", "--output", earlier)
    gap = json.loads(earlier.read_text())["spread"]["gap_pp"]
    _, out, _ = filled("note", "--format", "line", "--since", earlier)
    assert out.startswith(f"IWM-SPY YTD +9.00 pp (+{gap:.2f} pp on 2026-01-15), IWM ")


def test_the_mail_has_the_line_as_subject_and_the_page_as_body(
    shell: dict[str, str], tmp_path: Path
) -> None:
    sent = tmp_path / "sent"
    fake = tmp_path / "bin" / "sendmail"
    fake.write_text(f'#!/bin/sh\n[ "$1" = -t ] && cat > "{sent}"\n')
    fake.chmod(0o755)
    script = tmp_path / "internals-mail"
    script.write_text(scripts()[0])
    script.chmod(0o755)
    # cron gives little more than this
    bare = {key: shell[key] for key in ("PATH", "PYTHONPATH", "INTERNALS_HOME")}
    done = subprocess.run(
        [script], env=bare, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "refreshed").read_text() == "refresh --quiet\n"
    mail = email.message_from_bytes(sent.read_bytes(), policy=policy.default)
    assert mail["To"] == "desk@example.com" and mail["Subject"] == LINE
    body = mail.get_content()
    assert mail.get_content_type() == "text/html"
    words = re.sub(r"<[^>]+>", "", body)
    assert "IWM leads SPY by 9.00 pp this year" in words and body.startswith("<!")


@needs("tmux")
def test_tmux_shows_the_line(shell: dict[str, str], tmp_path: Path) -> None:
    settings = tmp_path / "tmux.conf"
    settings.write_text(scripts()[1])

    def run(socket: str, *argv: str) -> str:
        return subprocess.run(
            ["tmux", "-S", str(tmp_path / socket), *argv],
            env=shell | {"TERM": "xterm-256color"},
            capture_output=True, text=True, timeout=60, check=True,
        ).stdout  # fmt: skip

    # the outer one is the terminal in which the inner one, with the settings, is seen
    size = ("-d", "-x", "150", "-y", "10")
    inner = f"env -u TMUX tmux -S {tmp_path}/inner -f {settings} new-session 'sleep 100'"
    run("outer", "-f", os.devnull, "new-session", *size, inner)
    try:
        deadline, shown = time.monotonic() + 60, ""
        while LINE not in shown and time.monotonic() < deadline:
            time.sleep(0.2)
            shown = run("outer", "capture-pane", "-p")
        assert shown.rstrip().endswith(LINE)
    finally:
        run("inner", "kill-server")
        # it may have ended with the one it showed
        subprocess.run(["tmux", "-S", tmp_path / "outer", "kill-server"], check=False)


@pytest.fixture
def hook() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A loopback server that takes what is posted: its address, and (type, body) received."""
    received: list[tuple[str, bytes]] = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            received.append((self.headers["Content-Type"], self.rfile.read(size)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Takes) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook", received
        server.shutdown()


@needs("curl")
def test_a_web_hook_receives_the_sentences(
    shell: dict[str, str], hook: tuple[str, list[tuple[str, bytes]]]
) -> None:
    address, received = hook
    direct = {k: v for k, v in shell.items() if not k.lower().endswith("_proxy")}
    subprocess.run(
        ["sh", "-ec", scripts()[2]], env={**direct, "SLACK_HOOK": address}, timeout=120, check=True
    )
    ((kind, body),) = received
    assert kind == "application/json"
    message = json.loads(body)
    assert message["text"].startswith("IWM leads SPY by 9.00 pp this year")
    assert [block["type"] for block in message["blocks"]][:2] == ["header", "section"]


@needs("jq")
def test_the_headline_alone(shell: dict[str, str]) -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## In scripts\n")[2]
    found = re.search(r"headline alone is `([^`]+)`", section)
    assert found is not None
    done = subprocess.run(
        ["sh", "-ec", found[1]], env=shell, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.startswith("IWM leads SPY by 9.00 pp this year") and not done.stderr
