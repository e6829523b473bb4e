"""Start, keys and bytes of the screen beside other programs: ``python -m bench.screen``.

The table it prints is Markdown. Rows of the simulated market: about 2,500 lines, two years.
"""

from __future__ import annotations

import statistics
import sys
import tempfile

from bench.terminal import Burst, Terminal

#: A frame of a program that starts, and not the modes it sets first.
_FRAME = 1500


def opened(argv: list[str], env: dict[str, str] | None = None) -> tuple[Burst, int]:
    """Start a program and let it settle: what came, and how much of it deflated."""
    with Terminal(argv, env=env) as terminal:
        burst = terminal.burst(terminal.started, quiet=0.6, wanted=lambda got: len(got) > _FRAME)
        return burst, terminal.squeezed


def main() -> None:
    """Measure, interleaved, and print."""
    python = sys.executable
    with tempfile.TemporaryDirectory() as home:
        ours = [python, "-m", "tui", "--demo", "--home", home]
        opened([*ours, "status"])
        programs = {
            "bare Textual, four panes": [python, "-m", "bench.bare", "panes"],
            "bare DataTable": [python, "-m", "bench.bare", "table"],
            "internals": ours,
        }
        found: dict[str, list[tuple[Burst, int]]] = {name: [] for name in programs}
        for _ in range(5):
            for name, argv in programs.items():
                found[name].append(opened(argv))
    print("| program | first paint ms | settled ms | bytes | deflated |\n|---|---|---|---|---|")
    for name, runs in found.items():
        first, last = (
            statistics.median(getattr(burst, at) * 1e3 for burst, _ in runs)
            for at in ("first", "last")
        )
        print(f"| {name} | {first:.0f} | {last:.0f} | {runs[0][0].size:,} | {runs[0][1]:,} |")


if __name__ == "__main__":
    main()
