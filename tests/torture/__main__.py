"""``python -m tests.torture [--small] [NAME ...]``: the experiments, as a Markdown table."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.torture.experiments import EXPERIMENTS
from tests.torture.report import HEAD, line


def main() -> int:
    """Run what is named, everything where nothing is; 1 where a promise broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(EXPERIMENTS))
    parser.add_argument("--small", action="store_true", help="the short form that CI runs")
    given = parser.parse_args()
    if unknown := [name for name in given.names if name not in EXPERIMENTS]:
        parser.error(f"no experiment is named {unknown[0]}; there are {', '.join(EXPERIMENTS)}")
    print(HEAD, flush=True)
    broken = 0
    for name in given.names or EXPERIMENTS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="internals-") as folder:
            for row in EXPERIMENTS[name](Path(folder), given.small):
                print(line(row), flush=True)
                broken += not row.held
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
