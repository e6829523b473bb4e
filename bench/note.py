"""How long a whole note takes beside an import of pandas: `python -m bench.note [--json FILE]`.

Whole processes, started in turn, round after round, so that a busy machine is busy for all
of them alike: the note of the simulated market in every format, its tables as Parquet,
and Python that imports pandas (and pyarrow) and leaves. The median of the rounds is told,
with the most memory each process held.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

#: The note's time over that of `import pandas` that the README claims.
TARGET = 1.0
YARDSTICK = "import pandas"
FORMATS = ("line", "csv", "text", "json", "html")


def commands(home: Path) -> dict[str, list[str]]:
    """What is started: name -> arguments of Python."""
    note = ["-m", "tui", "note", "--demo", "--home", str(home)]
    return {
        YARDSTICK: ["-c", "import pandas"],
        "import pyarrow.parquet": ["-c", "import pyarrow.parquet"],
        "import numpy": ["-c", "import numpy"],
        **{f"note --format {kind}": [*note, "--format", kind] for kind in FORMATS},
        "export --format parquet": [
            "-m", "tui", "export", "--demo", "--home", str(home), str(home / "tables"),
        ],
    }  # fmt: skip


def once(arguments: Sequence[str]) -> tuple[float, int]:
    """Seconds of one whole process, and the most memory it held, in KiB."""
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    _, status, used = os.wait4(child.pid, 0)
    taken = time.perf_counter() - began
    assert child.stderr is not None
    with child.stderr as said:
        if status:
            sys.exit(f"{' '.join(arguments)} failed: {said.read().decode(errors='replace')}")
    child.returncode = status
    return taken, used.ru_maxrss


def measured(home: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Median milliseconds and MB of every command, started in turn."""
    asked = commands(home)
    for arguments in asked.values():
        once(arguments)  # makes the simulated market, and every .pyc
    runs: dict[str, list[tuple[float, int]]] = {name: [] for name in asked}
    for _ in range(rounds):
        for name, arguments in asked.items():
            runs[name].append(once(arguments))
    found = {
        name: {
            "ms": statistics.median(taken for taken, _ in own) * 1000,
            "mb": statistics.median(memory for _, memory in own) / 1024,
        }
        for name, own in runs.items()
    }
    base = found[YARDSTICK]["ms"]
    return {name: {**own, "of_pandas": own["ms"] / base} for name, own in found.items()}


def table(found: Mapping[str, Mapping[str, float]]) -> str:
    """The figures as Markdown."""
    rows = ["| whole process | ms | of `import pandas` | MB |", "|---|---:|---:|---:|"]
    rows += [
        f"| `{name}` | {own['ms']:.0f} | {own['of_pandas']:.2f} | {own['mb']:.0f} |"
        for name, own in found.items()
    ]
    return "\n".join(rows)


def main() -> None:
    """Measure, and print the table."""
    options = argparse.ArgumentParser(prog="python -m bench.note", description=__doc__)
    options.add_argument("--rounds", type=int, default=10)
    options.add_argument("--json", type=Path, metavar="FILE", help="the figures, also as JSON")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        found: dict[str, Any] = measured(Path(home), asked.rounds)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")
    sys.stdout.write(table(found) + "\n")


if __name__ == "__main__":
    main()
