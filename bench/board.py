"""The board beside bare Textual: ``python -m bench.board [TIMES]``.

Prints Markdown. A home of made-up closes of the board's funds alone, 26 years of them, no lines; a
terminal in true colour. The shipped pairs, and 40: those and more of the same funds. A start is
measured in a terminal of 160 by 45, a key in the sizes named, from the press to the last byte of
its answer.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np

from bench.screen import KEYS, opened, pressed
from bench.terminal import Burst, Terminal, drained
from cache.facts.pairs import board_funds, board_pairs
from cache.facts.sessions import sessions
from cache.store.bars import Bars
from cache.store.store import Store
from tui.state.config import FILE
from tui.state.places import places

#: Pairs of the longer board.
MANY: Final = 40
_FIRST, _LAST = np.datetime64("2000-01-03"), np.datetime64("2026-06-26")
_SHOWN: Final = "▸".encode()
#: Columns and rows in which keys are pressed.
SIZES: Final = ((120, 36), (200, 60))
#: What a frame begins with.
_FRAME: Final = b"\x1b[?2026h"
#: Presses of a key that is held, and seconds between two.
_HELD: Final = 60
_REPEAT: Final = 1 / 30


def fill(home: Path, watched: list[tuple[str, str]]) -> None:
    """Make a home whose screen opens with the board, of the shipped pairs and these."""
    where = places(home, demo=False)
    funds = board_funds(watched)
    days = sessions()
    days = days[(days >= _FIRST) & (days <= _LAST)]
    steps = np.random.default_rng(1).normal(0.0003, 0.01, (len(funds), len(days)))
    bars = Bars(
        symbols=funds,
        symbol=np.repeat(np.arange(len(funds)), len(days)),
        session=np.tile(days, len(funds)),
        close=(100 * np.exp(steps.cumsum(axis=1))).ravel(),
        source="made up",
        fetched_at=datetime.now(UTC),
    )
    Store(where.store).commit(bars=bars)
    names = ", ".join(f'"{small}:{large}"' for small, large in watched)
    where.settings.mkdir(parents=True, exist_ok=True)
    text = f'open = "board"\nbasis = "pr"\npairs = [{names}]\n'
    (where.settings / FILE).write_text(text, encoding="utf-8")


def more_pairs(count: int) -> list[tuple[str, str]]:
    """Pairs of shipped funds that are not shipped, as many as make a board of so many."""
    shipped = {frozenset((pair.small, pair.large)) for pair in board_pairs(())}
    others = [pair for pair in combinations(board_funds(()), 2) if frozenset(pair) not in shipped]
    return others[: count - len(shipped)]


def keys(home: Path, size: tuple[int, int], times: int) -> list[tuple[str, str, str, str]]:
    """Key, median and worst milliseconds, and median bytes, on a board that is calm."""
    with Terminal([sys.executable, "-m", "tui", "--home", str(home)], size=size) as terminal:
        terminal.burst(terminal.started, quiet=2.5)
        rows = []
        for name in ("arrow", "time step"):
            bursts = pressed(terminal, KEYS[name][0], times, status=size[1] - 1)
            sent = statistics.median(burst.answer for burst in bursts)
            rows.append((name, *figures([burst.answered * 1e3 for burst in bursts], sent)))
        drained(terminal, 1.0)
        return [*rows, held(terminal)]


def figures(spent: list[float], sent: float) -> tuple[str, str, str]:
    """Median and worst milliseconds, and bytes, as text."""
    return f"{statistics.median(spent):.0f}", f"{max(spent):.0f}", f"{sent:,.0f}"


def held(terminal: Terminal) -> tuple[str, str, str, str]:
    """The same of a step that is held: milliseconds between two frames, bytes a press."""
    gaps, size, last = list[float](), 0, 0.0
    for _ in range(_HELD):
        end = time.perf_counter() + _REPEAT
        terminal.send(KEYS["time step"][0][0])
        while (left := end - time.perf_counter()) > 0:
            data = terminal.read(left)
            size += len(data)
            if _FRAME in data:
                now = time.perf_counter()
                gaps += [(now - last) * 1e3] if last else []
                last = now
    return f"time step held, {1 / _REPEAT:.0f} a second", *figures(gaps, size / _HELD)


def main() -> None:
    """Measure and print."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    bare = [sys.executable, "-m", "bench.bare", "panes"]
    with tempfile.TemporaryDirectory() as folder:
        homes = {len(board_pairs(())): Path(folder, "shipped"), MANY: Path(folder, "many")}
        for count, home in homes.items():
            fill(home, more_pairs(count) or [("IWM", "SPY")])
        starts: dict[str, list[Burst]] = {}
        for _ in range(times):
            starts.setdefault("bare Textual, four panes", []).append(opened(bare, {})[0])
            for count, home in homes.items():
                argv = [sys.executable, "-m", "tui", "--home", str(home)]
                starts.setdefault(f"{count} pairs", []).append(opened(argv, {}, _SHOWN)[0])
        answers = [
            (count, size, row)
            for count, home in homes.items()
            for size in SIZES
            for row in keys(home, size, 5 * times)
        ]
    base = statistics.median(burst.first for burst in starts["bare Textual, four panes"])
    cpu = statistics.median(burst.cpu for burst in starts["bare Textual, four panes"])
    print("| start | ms | x bare | in processor time | beyond 1.3 of bare, ms |")
    print("|---|--:|--:|--:|--:|")
    for name, bursts in starts.items():
        first = statistics.median(burst.first for burst in bursts)
        used = statistics.median(burst.cpu for burst in bursts)
        print(
            f"| {name} | {first * 1e3:.0f} | {first / base:.2f} | {used / cpu:.2f}"
            f" | {first * 1e3 - 1300 * base:.0f} |"
        )
    print("\n| pairs | terminal | key | median ms | worst ms | bytes |\n|--:|---|---|--:|--:|--:|")
    for count, (columns, lines), row in answers:
        print(f"| {count} | {columns}x{lines} | {' | '.join(row)} |")


if __name__ == "__main__":
    main()
