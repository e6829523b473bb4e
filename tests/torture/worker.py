"""The process that is killed: ``python -m tests.torture.worker KIND HOME COUNT``.

Prints "ready" once it begins, then the number of each step after it was acknowledged. As
``watch`` it reads without end and prints how many generations it saw, or what was wrong.
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from typing import Any

import cache.refresh
from cache import disk, store
from cache.errors import StoreEmpty
from cache.store import Store
from tests.torture import steps


def say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def commits(home: Path, count: int) -> None:
    done = steps.reached(home)
    say("ready")
    for step in range(done + 1, done + count + 1):
        steps.commit(Store(home), step)
        say(step)


def removal(home: Path, count: int) -> None:
    """Commits whose removal of old generations is so slow that most kills fall into it."""
    fast = disk.remove

    def slow(path: Path) -> None:
        time.sleep(0.004)
        fast(path)
        time.sleep(0.004)

    disk.remove = slow
    commits(home, count)


def upgrade(home: Path, count: int) -> None:
    """A release whose manifests are of the next version, on a store of this one's."""
    store.SCHEMA = 2  # type: ignore[misc]
    commits(home, count)


def refreshes(home: Path, count: int) -> None:
    cache.refresh.BATCH = 5  # type: ignore[misc]
    held = Store(home)
    done = steps.refreshed(held.read())
    say("ready")
    for step in range(max(done, 20) + 1, max(done, 20) + count + 1):
        steps.refresh(held, step)
        say(step)


def imports(home: Path, count: int) -> None:
    """The command line's own import, a file a step, parsed in its limited child."""
    from tui.cli import run

    try:
        done = imported(Store(home / "market").read())
    except StoreEmpty:
        home.mkdir(mode=0o700, exist_ok=True)
        done = 0
    say("ready")
    for step in range(done + 1, done + count + 1):
        prices = home / f"{step}.csv"
        rows = [f"{symbol},{steps.DAYS[step - 1]},{step}" for symbol in steps.SYMBOLS]
        prices.write_text("\n".join(["symbol,date,close", *rows]) + "\n")
        if run(["import", "prices", str(prices), "--home", str(home)]):
            raise SystemExit("the import failed")
        say(step)


def watch(home: Path, kind: str) -> None:
    """Read without end: generations never go back, and each is whole."""
    if kind == "upgrade":
        store.SCHEMA = 2  # type: ignore[misc]
    seen, newest, ended = 0, 0, list[int]()
    signal.signal(signal.SIGTERM, lambda number, frame: ended.append(number))
    look: Any = {"refresh": steps.refreshed, "import": imported}.get(kind, steps.step_of)
    say("watching")
    while not ended:
        try:
            held = Store(home).read()
        except StoreEmpty:
            time.sleep(0.001)
            continue
        look(held)
        if held.generation < newest or held.damage:
            raise SystemExit(f"after {newest} came {held.generation}; {held.damage}")
        seen += held.generation > newest
        newest = held.generation
    say(f"seen {seen}")


def imported(held: store.Held) -> int:
    """As `steps.step_of`, without holdings."""
    found = [steps.closes(held, symbol) for symbol in steps.SYMBOLS]
    if any(values != list(range(1, len(found[0]) + 1)) for values in found):
        raise steps.BrokenError(f"closes of generation {held.generation}: {found}")
    return len(found[0])


KINDS = {
    "commit": commits,
    "first": commits,
    "removal": removal,
    "upgrade": upgrade,
    "refresh": refreshes,
    "import": imports,
}

if __name__ == "__main__":
    kind, place, count = sys.argv[1:]
    if kind == "watch":
        watch(Path(place), count)
    else:
        KINDS[kind](Path(place), int(count))
