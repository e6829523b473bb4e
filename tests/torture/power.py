"""Power cuts: every prefix of the calls to the disk, and a real file system cut off."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from cache.facts.errors import StoreEmpty, StoreError
from cache.store.store import Store
from tests.torture import steps
from tests.torture.faulty import Disk, Recording, instead
from tests.torture.processes import ROOT
from tests.torture.report import Row

STEPS = 6
#: A step whose last fsync fails once, so that the commit after it finds nothing to change.
UNSURE = 5


def power(folder: Path, small: bool) -> Iterator[Row]:
    """Replayed prefixes, then the ioctl that cuts a mounted ext4 off."""
    yield replayed(folder, *((1, 3) if small else (8, 1)))
    yield cut_off(folder, 3 if small else 100)


def record(top: Path) -> Recording:
    """Six steps in a directory that has to be made, with the older ones removed again."""
    disk = Recording(top)
    with instead(disk):
        for step in range(1, STEPS + 1):
            store = Store(top / "made" / "on the way" / "home")
            if step == UNSURE:
                disk.fail_next("fsync", "generations")
                try:
                    steps.commit(store, step)
                except StoreError:
                    steps.commit(store, step)
            else:
                steps.commit(store, step)
            disk.acknowledge(step)
    return disk


def replayed(folder: Path, samples: int, stride: int) -> Row:
    """Prefixes of what was recorded, every ``stride``-th, cut off in several ways."""
    (folder / "recorded").mkdir()
    recorded = record(folder / "recorded")
    disk, acknowledged, states = Disk(), 0, 0
    wrong: list[str] = []
    chance = random.Random(11)
    every = f" {stride}rd" if stride > 1 else ""
    ways = ["lost", "names"] + ["any"] * samples
    for at, (name, path, more) in enumerate(recorded.log):
        if name == "step":
            acknowledged = more
        else:
            disk.apply(name, path, more)
        for way in ways if at % stride == 0 else ():
            states += 1
            place = folder / "cut"
            place.mkdir()
            disk.crash(place, chance, way)
            home = place / "made" / "on the way" / "home"
            if said := _checked(home, acknowledged, states):
                wrong.append(f"after call {at} ({name}, {way}): {said}")
            shutil.rmtree(place)
    return Row(
        "power cut, replayed",
        f"{len(recorded.log)} calls of {STEPS} commits recorded; power lost after each{every},"
        f" {len(ways)} ways: unsynced content old, empty, torn or new, unsynced names old or new",
        "every acknowledged commit is held, whole, and the next commit succeeds",
        "; ".join(wrong[:3]) or f"0 of {states:,} states lost or mixed anything",
        not wrong,
    )


def _checked(home: Path, acknowledged: int, states: int) -> str:
    """What is wrong with a store after the power came back, "" for nothing."""
    try:
        held = Store(home).read()
        reached = steps.step_of(held)
    except StoreEmpty:
        reached = 0
    except (StoreError, steps.BrokenError) as error:
        return str(error)[:200]
    if reached and held.damage:
        return f"said though nothing is lost: {held.damage}"
    if not acknowledged <= reached <= acknowledged + 1:
        return f"{acknowledged} acknowledged, {reached} held"
    if states % 29 == 0:
        try:
            steps.commit(Store(home), reached + 1)
            if steps.reached(home) != reached + 1:
                return "the next commit was lost"
        except StoreError as error:
            return f"the next commit failed: {error}"[:200]
    return ""


def cut_off(folder: Path, times: int) -> Row:
    """A real ext4 in a file, cut off by its own ioctl, in a mount namespace of its own."""
    what = (
        "power cut, real ext4",
        f"ioctl EXT4_IOC_SHUTDOWN without a log flush, {times} times at a random moment of"
        " commits; unmounted, mounted again (journal replayed)",
        "every acknowledged commit is held, whole",
    )
    command = ["unshare", "-m", "--propagation", "private", sys.executable]
    command += ["-m", "tests.torture.ext4", str(folder), str(times)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
        found = json.loads(done.stdout)
    except (OSError, ValueError):
        return Row(*what, "not run: this machine allows no mount", True)
    said = f"0 of {found['steps']} acknowledged commits lost in {found['cuts']} cuts"
    said += f", {found['inside']} of which left a commit half done"
    return Row(*what, "; ".join(found["wrong"][:3]) or said, not found["wrong"])
