"""The commands on a system without POSIX's modules: read, import, answer, keep."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cache.facts.interpreter import ROOT

#: What Windows lacks and this program once loaded somewhere; a child must do without it too.
BLOCKED = """
import os, select, signal, sys
for name in ("fcntl", "termios", "tty", "pty", "pwd", "grp", "resource", "syslog"):
    sys.modules[name] = None
for holder, names in (
    (os, ("fork", "forkpty", "geteuid", "getuid", "getgid", "fchmod", "pread", "pwrite", "killpg",
          "O_NONBLOCK", "O_DIRECTORY", "O_CLOEXEC", "O_NOCTTY", "getloadavg", "sched_getaffinity")),
    (signal, ("SIGHUP", "SIGWINCH", "SIGTSTP", "SIGCONT", "pthread_sigmask")),
    (select, ("poll",)),
):
    for name in names:
        if hasattr(holder, name):
            delattr(holder, name)
"""
HOLDINGS = "symbol,name,sector,quantity,price\nAAA,Able,Energy,10,20\nBBB,Best,Energy,20,5\n"
CLOSES = "symbol,date,close\n" + "".join(
    f"{symbol},{day},{close}\n"
    for symbol, first, last in (
        ("IWM", 100, 110),
        ("SPY", 200, 202),
        ("AAA", 20, 22),
        ("BBB", 5, 6),
    )
    for day, close in (("2026-06-25", first), ("2026-06-26", last))
)


@pytest.fixture
def elsewhere(tmp_path: Path) -> dict[str, str]:
    """An environment in which every Python starts without those modules."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(BLOCKED)
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
    return kept | {"PYTHONPATH": str(site), "INTERNALS_HOME": str(tmp_path / "home")}


#: Several commands in one process, each answer followed by its exit code.
SEVERAL = """
import json, sys
from tui.cli.dispatch import run
for argv in json.loads(sys.argv[1]):
    print(f"\\x1e{run(argv)}")
"""


def python(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in the project's folder, as on a system of another kind."""
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False
    )


def test_import_note_status_and_forget(elsewhere: dict[str, str], tmp_path: Path) -> None:
    holdings, closes = tmp_path / "holdings.csv", tmp_path / "closes.csv"
    holdings.write_text(HOLDINGS)
    closes.write_text(CLOSES)
    dated = ("--fund", "IWM", "--as-of", "2026-06-25")
    commands = [
        ["import", "holdings", str(holdings), *dated],
        ["import", "prices", str(closes)],
        ["note", "--window", "1D", "--basis", "pr", "--format", "json"],
        ["status", "--format", "json"],
        ["forget", "holdings", "IWM", "2026-06-25"],
    ]
    done = python(elsewhere, "-c", SEVERAL, json.dumps(commands))
    assert done.stderr == ""
    answers = re.findall("(.*?)\x1e(.*?)\n", done.stdout, re.DOTALL)
    codes = [code for _, code in answers]
    # of two closes and a list of two lines the note is an answer in part
    assert codes == ["0", "0", "1", "0", "0"]
    answer = json.loads(answers[2][0])
    # 110 / 100 less 202 / 200
    assert answer["spread"]["gap_pp"] == pytest.approx(9.0)
    # 200 of 300 up by a tenth and 100 of 300 up by a fifth
    assert answer["indices"]["IWM"]["basket_return"] == pytest.approx(0.4 / 3)


def test_the_demo_and_the_doctor(elsewhere: dict[str, str]) -> None:
    note = python(elsewhere, "-m", "tui", "note", "--demo")
    assert (note.returncode, note.stderr) == (0, "")
    assert "SIMULATED" in note.stdout

    doctor = " ".join(python(elsewhere, "-m", "tui", "doctor", "--offline").stdout.split())
    assert "only one process may write to a store at a time" in doctor
    assert "who may write to a store is not checked" in doctor
