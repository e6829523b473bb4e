"""Memory of the open screen: ``python -m bench.memory [STEPS]``.

Beside it bare Textual with as many panes, and the arrays themselves. Then time is stepped
through, 10,000 times unless told otherwise, and the memory is looked at again.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from bench.terminal import Terminal, drained


def resident(pid: int) -> float:
    """Megabytes of a process that are in memory.

    Raises:
        OSError: there is no /proc here, or the process has ended.
    """
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise OSError(f"process {pid} has ended")


def main() -> None:
    """Measure and print."""
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    if not Path("/proc/self/status").exists():
        sys.exit("memory is read from /proc, which this system does not have")
    with tempfile.TemporaryDirectory() as home:
        ours = [sys.executable, "-m", "tui", "--demo", "--home", home]
        subprocess.run([*ours, "status"], check=True, capture_output=True)
        objects = (Path(home) / "demo" / "objects").iterdir()
        arrays = sum(file.stat().st_size for file in objects if file.suffix == ".npy") / 2**20
        found = {}
        with Terminal([sys.executable, "-m", "bench.bare", "panes"]) as bare:
            bare.burst(bare.started, quiet=1.0)
            found["bare Textual, four panes"] = resident(bare.pid)
        found["the arrays of the store"] = arrays
        with Terminal(ours) as screen:
            screen.burst(screen.started, quiet=2.0, wanted=lambda got: b"IWM return" in got)
            found["internals, open"] = resident(screen.pid)
            done = 0
            for count, mark in ((steps // 10, "a tenth of the steps"), (steps, f"{steps:,} steps")):
                while done < count:
                    # there and back through the sessions held
                    screen.send(("<" if done // 100 % 2 else ">") * 20)
                    drained(screen, 0.25)
                    done += 20
                screen.burst(quiet=1.0, most=5)
                found[f"internals, after {mark}"] = resident(screen.pid)
    print("| in memory | MB |\n|---|--:|")
    for name, megabytes in found.items():
        print(f"| {name} | {megabytes:.0f} |")


if __name__ == "__main__":
    main()
