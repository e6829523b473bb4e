"""Set up, run and check: python3 dev.py demo | check | test | picture | lock | sessions.

Needs Python 3.11 or newer with venv and pip, and nothing else. Everything is installed into
.venv beside this file, every package pinned with its hash.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENV = ROOT / ".venv"
BIN = ENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"


def call(*command: str | Path) -> None:
    """Run a command in the project's folder and leave with its exit code when it fails."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def ready(lock: Path) -> None:
    """Make .venv hold what a lock file lists, and the project itself; quick when it does."""
    if sys.version_info < (3, 11):  # noqa: UP036  said here, as pip would say it less clearly
        sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}")
    digest = hashlib.sha256(lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = ENV / f"{lock.name}.ready"
    if not (stamp.exists() and stamp.read_text() == digest and PYTHON.exists()):
        install(lock)
        stamp.write_text(digest)
    # as pip does for what it installs, and also where Python is told to write no bytecode
    call(PYTHON, "-m", "compileall", "-q", "core", "cache", "tui")


def install(lock: Path) -> None:
    """Put what a lock file lists, and the project itself, into .venv."""
    print(f"setting up .venv from {lock.name} (once, a minute or two)", file=sys.stderr, flush=True)
    if not PYTHON.exists():
        venv.create(ENV, with_pip=True)
    pip = (PYTHON, "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    call(*pip, "--require-hashes", "-r", lock)
    call(*pip, "--no-deps", "--no-build-isolation", "--editable", ".")


def check() -> None:
    """Style, types, the import contract and every test."""
    ready(DEV_LOCK)
    call(BIN / "ruff", "check", ".")
    call(BIN / "ruff", "format", "--check", "--quiet", ".")
    call(BIN / "mypy")
    call(BIN / "lint-imports", "--no-cache")
    call(PYTHON, "-m", "pytest", "-n", "2")


def lock() -> None:
    """Pin every package anew, with hashes; run it under the oldest Python that is supported."""
    ready(DEV_LOCK)
    for target, extras in ((RUN_LOCK, ("build",)), (DEV_LOCK, ("build", "dev"))):
        options = [f"--extra={extra}" for extra in extras]
        quiet = ["--no-header", "--no-emit-index-url", "--no-emit-trusted-host"]
        quiet += ["--no-emit-find-links", "--no-annotate", "--quiet"]
        safe = ["--generate-hashes", "--allow-unsafe", "--strip-extras", "--upgrade"]
        call(
            PYTHON, "-m", "piptools", "compile", *safe, *quiet, *options,
            "--output-file", target, "pyproject.toml",
        )  # fmt: skip


def main(arguments: list[str]) -> None:
    """One command."""
    command, rest = (arguments or [""])[0], arguments[1:]
    if command == "demo":
        ready(RUN_LOCK)
        call(BIN / "internals", "--demo", *rest)
    elif command == "check":
        check()
    elif command == "test":
        ready(DEV_LOCK)
        call(PYTHON, "-m", "pytest", *rest)
    elif command == "lock":
        lock()
    elif command == "picture":
        ready(DEV_LOCK)
        call(PYTHON, "-m", "tests.picture")
    elif command == "sessions":
        ready(DEV_LOCK)
        call(PYTHON, "-m", "cache.facts.make_sessions")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
