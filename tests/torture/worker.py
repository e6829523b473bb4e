"""The process that is killed: ``python -m tests.torture.worker KIND HOME COUNT``.

Prints "ready" once it begins, then the number of each step after it was acknowledged. As
``watch`` it reads without end and prints how many generations it saw, or what was wrong.
"""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cache.facts.errors import StoreEmpty, StoreError
from cache.refresh import batch
from cache.store import disk, reading
from cache.store.store import Store
from tests.torture import steps
from tests.torture.processes import NO_MOUNT


def say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def say_each(done: int, count: int, act: Callable[[int], object]) -> None:
    """Bring steps after those that are done, and say each once it was acknowledged."""
    say("ready")
    for step in range(done + 1, done + count + 1):
        act(step)
        say(step)


def commits(home: Path, count: int) -> None:
    say_each(steps.reached(home), count, lambda step: steps.commit(Store(home), step))


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
    reading.SCHEMA = reading.SCHEMA + 1  # type: ignore[misc]
    commits(home, count)


def refreshes(home: Path, count: int) -> None:
    batch.BATCH = 5  # type: ignore[misc]
    held = Store(home)
    done = max(steps.refreshed(held.read()), 20)
    say_each(done, count, lambda step: steps.refresh(held, step))


def imports(home: Path, count: int) -> None:
    """The command line's own import, a file a step, parsed in its limited child."""
    from tui.cli.dispatch import run

    def bring(step: int) -> None:
        prices = home / f"{step}.csv"
        rows = [f"{symbol},{steps.DAYS[step - 1]},{100 + step}" for symbol in steps.SYMBOLS]
        prices.write_text("\n".join(["symbol,date,close", *rows]) + "\n")
        if run(["import", "prices", str(prices), "--home", str(home)]):
            raise SystemExit("the import failed")

    home.mkdir(mode=0o700, exist_ok=True)
    try:
        done = steps.imported(Store(home / "market").read())
    except StoreEmpty:
        done = 0
    say_each(done, count, bring)


def watch(home: Path, kind: str) -> None:
    """Read without end: generations never go back, and each is whole."""
    if kind == "upgrade":
        reading.SCHEMA = reading.SCHEMA + 1  # type: ignore[misc]
    seen, newest, ended = 0, 0, list[int]()
    signal.signal(signal.SIGTERM, lambda number, frame: ended.append(number))
    look = steps.LOOKS.get(kind, steps.step_of)
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
        # read as often as there is something to see, and leave the writer a processor
        time.sleep(0.01)
    say(f"seen {seen}")


def race(home: Path, count: int) -> None:
    """Commit steps up to ``count``, each by whoever comes first to its turn."""
    held = Store(home)
    with (home.parent / "turn").open("w") as turn:
        while True:
            fcntl.flock(turn, fcntl.LOCK_EX)
            done = steps.reached(home)
            if done < count:
                steps.commit(held, done + 1)
            fcntl.flock(turn, fcntl.LOCK_UN)
            if done >= count:
                return


def mount(place: Path, options: str) -> None:
    """Put an empty file system of memory onto a directory."""
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place]).returncode:
        raise SystemExit(NO_MOUNT)


def fill_up(place: Path) -> None:
    """Leave no byte of room on a file system."""
    with suppress(OSError), (place / "fill").open("wb", buffering=0) as file:
        while True:
            file.write(b"0" * 4096)


def full(place: Path, _: int) -> None:
    """On a file system with no room left: what is read, and what a commit says."""
    mount(place, "size=256k")
    home = place / "home"
    steps.commit(Store(home), 1)
    fill_up(place)
    _read_and_write(home)


def ro(place: Path, _: int) -> None:
    """The same on one that is mounted read-only."""
    mount(place, "size=1m")
    home = place / "home"
    steps.commit(Store(home), 1)
    subprocess.run(["mount", "-o", "remount,ro", place], check=True)
    _read_and_write(home)


def _read_and_write(home: Path) -> None:
    """Three lines: what is held, why nothing can be written, what is held then."""
    say(f"step {steps.reached(home)}")
    try:
        steps.commit(Store(home), 2)
        say("it was written")
    except StoreError as error:
        say(error)
    say(f"step {steps.reached(home)}")


#: As another user: the modules are loaded before, as they may lie where that one may not look.
READ_AND_WRITE = """
import os, sys
from pathlib import Path
from cache.facts.sessions import sessions
from tests.torture import worker
sessions()
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
worker._read_and_write(Path(sys.argv[1]))
"""
KINDS = {
    "race": race,
    "full": full,
    "ro": ro,
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
