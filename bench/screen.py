"""Start, keys and bytes of the screen beside other programs: ``python -m bench.screen [TIMES]``.

Prints Markdown. The market is the simulated one: about 2,500 lines, two years, a warm store; a
terminal of 160 by 45 in true colour. Every figure of a table is of one run, interleaved.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bench.terminal import SIZE, Burst, Terminal, rows_of

PYTHON: Final = sys.executable
#: A frame of a program that starts, and not the modes it sets first.
_FRAME: Final = 1500
#: The status line, where a refresh reports: no answer to a key.
_STATUS: Final = SIZE[1] - 1
#: What is measured -> keys of internals, keys of the bare table; each pair is pressed in turn.
KEYS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "arrow": (("j", "k"), ("\x1b[B", "\x1b[A")),
    "sort": (("sb", "sr"), ("s", "s")),
    "filter": (("/tech\r", "\x1b\x1b"), ("f", "f")),
    "window": (("[", "]"), ()),
    "time step": (("<", ">"), ()),
    "pane": (("\t", "\x1b[Z"), ("\t", "\x1b[Z")),
}


def opened(argv: list[str], env: Mapping[str, str], numbers: bytes = b"") -> tuple[Burst, int]:
    """Start a program and let it settle: what came, and how much of it deflated.

    Args:
        argv: the program.
        env: variables.
        numbers: what is on the screen with its true numbers; any frame where empty.
    """
    with Terminal(argv, env=env) as terminal:
        burst = terminal.burst(
            terminal.started,
            quiet=0.6,
            wanted=lambda got: numbers in got if numbers else len(got) > _FRAME,
        )
        return burst, terminal.squeezed


def starts(home: str, times: int) -> dict[str, list[tuple[Burst, int]]]:
    """Starts of every program, interleaved."""
    ours = [PYTHON, "-m", "tui", "--demo", "--home", home]
    programs: dict[str, tuple[list[str], dict[str, str], bytes]] = {
        "bare Textual, four panes": ([PYTHON, "-m", "bench.bare", "panes"], {}, b""),
        "bare Textual, DataTable": ([PYTHON, "-m", "bench.bare", "table"], {}, b""),
        "bare Textual, line API": ([PYTHON, "-m", "bench.bare", "lines"], {}, b""),
        "internals, first paint": (ours, {}, b""),
        "internals, headline and spread": (ours, {}, b"as of"),
        "internals, every pane": (ours, {}, b"IWM return"),
        "internals, wire = plain": (ours, {"INTERNALS_WIRE": "plain"}, b"IWM return"),
        **{one: ([one], {}, b"") for one in ("htop", "btop") if shutil.which(one)},
    }
    found: dict[str, list[tuple[Burst, int]]] = {name: [] for name in programs}
    for _ in range(times):
        for name, (argv, env, numbers) in programs.items():
            found[name].append(opened(argv, env, numbers))
    return found


def pressed(
    terminal: Terminal, keys: tuple[str, ...], times: int, status: int = _STATUS
) -> list[Burst]:
    """Press keys in turn; every press with its answer.

    Args:
        terminal: where they are pressed.
        keys: pressed one after the other.
        times: presses.
        status: row of the status line, of which no change is an answer.
    """
    found = []
    for n in range(times):
        key = keys[n % len(keys)]
        burst = terminal.press(
            key, quiet=0.12, wanted=lambda got: bool(rows_of(got) - {status}), settle=False
        )
        if not burst.answer:
            raise SystemExit(f"{key!r} was not answered: what was measured is no answer to it")
        found.append(burst)
    return found


def keys(home: str, times: int) -> dict[str, dict[str, list[Burst]]]:
    """What every key brings: internals with a refresh under way, and the bare tables."""
    found: dict[str, dict[str, list[Burst]]] = {name: {} for name in KEYS}
    with (
        Terminal([PYTHON, "-m", "bench.busy", home]) as ours,
        Terminal([PYTHON, "-m", "bench.bare", "table"]) as table,
    ):
        for terminal in (ours, table):
            terminal.burst(terminal.started, quiet=2.5)
        ours.press("r2")
        for name, (own, bare) in KEYS.items():
            found[name]["internals"] = pressed(ours, own, times)
            if bare:
                found[name]["DataTable"] = pressed(table, bare, times)
    return found


def cells(bursts: list[Burst]) -> tuple[str, str, str]:
    """Median and worst milliseconds to an answer, and its median bytes; "" without any press."""
    if not bursts:
        return "", "", ""
    times = [burst.first * 1e3 for burst in bursts]
    size = statistics.median(burst.answer for burst in bursts)
    return f"{statistics.median(times):.0f}", f"{max(times):.0f}", f"{size:,.0f}"


def main() -> None:
    """Measure and print."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as home:
        where = [PYTHON, "-m", "tui", "--demo", "--home", str(Path(home)), "status"]
        subprocess.run(where, check=True, capture_output=True)
        started, answered = starts(home, min(max(times // 5, 3), 20)), keys(home, times)
    base = statistics.median(b.first for b, _ in started["bare Textual, four panes"])
    cpu = statistics.median(b.cpu for b, _ in started["bare Textual, four panes"])
    print("| start | ms | x bare | in processor time | bytes until settled | deflated |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, runs in started.items():
        first = statistics.median(burst.first for burst, _ in runs)
        used = statistics.median(burst.cpu for burst, _ in runs)
        size, squeezed = (
            statistics.median(n) for n in zip(*((b.size, z) for b, z in runs), strict=True)
        )
        print(
            f"| {name} | {first * 1e3:.0f} | {first / base:.2f} | {used / cpu:.2f} | {size:,.0f}"
            f" | {squeezed:,.0f} |"
        )
    print()
    print(
        "| key, refresh under way | median ms | worst ms | bytes | DataTable ms | worst | bytes |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, each in answered.items():
        row = (*cells(each["internals"]), *cells(each.get("DataTable", [])))
        print(f"| {name} | {' | '.join(row)} |")


if __name__ == "__main__":
    main()
