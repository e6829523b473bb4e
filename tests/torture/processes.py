"""Starting the program's own interpreter on a module of these experiments."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def start(module: str, *args: object, **how: Any) -> subprocess.Popen[str]:
    """``python -m MODULE ARGS``, its output as text."""
    command = [sys.executable, "-m", module, *map(str, args)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment} | how
    return subprocess.Popen(command, text=True, **options)


def complete_lines(text: str) -> list[str]:
    """Lines that were written to their end."""
    return text[: text.rfind("\n") + 1].split("\n")[:-1]
