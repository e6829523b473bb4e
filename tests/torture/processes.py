"""Starting the program's own interpreter, on the program or on a module of these experiments."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
#: Exit code where this machine allows no mount.
NO_MOUNT = 77


def environment(**more: object) -> dict[str, str]:
    """This one's with these modules on the path, for a screen on a terminal of many colours."""
    own = {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
    return {**os.environ, **own, **{name: str(value) for name, value in more.items()}}


def start(module: str, *args: object, **how: Any) -> subprocess.Popen[str]:
    """``python -m MODULE ARGS``, its output as text."""
    command = [sys.executable, "-m", module, *map(str, args)]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": ROOT}
    options |= {"env": environment(PYTHONUNBUFFERED=1)} | how
    return subprocess.Popen(command, text=True, **options)


def internals(*command: object, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A command of the program, at its end."""
    process = start("tui", *command, env=env)
    out, err = process.communicate(timeout=300)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def begun(*args: object) -> subprocess.Popen[str]:
    """A worker that has said its first word."""
    process = start("tests.torture.worker", *args)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def watching(place: Path, kind: str, count: int) -> list[subprocess.Popen[str]]:
    """Processes that read a store without end, and have begun."""
    return [begun("watch", place, kind) for _ in range(count)]


def seen_by(readers: list[subprocess.Popen[str]], wrong: list[str]) -> int:
    """End them; how many generations they saw."""
    seen = 0
    for reader in readers:
        reader.send_signal(signal.SIGTERM)
        out, err = reader.communicate(timeout=300)
        if reader.returncode:
            wrong.append(f"a reader: {err[-300:]}")
        else:
            seen += int(out.split()[-1])
    return seen


def complete_lines(text: str) -> list[str]:
    """Lines that were written to their end."""
    return text[: text.rfind("\n") + 1].split("\n")[:-1]


def mounting(module: str, *args: object) -> subprocess.CompletedProcess[str] | str:
    """A module at its end, run in a mount namespace of its own; or why it was not run."""
    command = ["unshare", "-m", "--propagation", "private", sys.executable, "-m", module]
    command += map(str, args)
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    except OSError:
        return "not run: this machine has no mount namespaces"
    if done.returncode == NO_MOUNT or "unshare" in done.stderr:
        return "not run: this machine allows no mount"
    return done
