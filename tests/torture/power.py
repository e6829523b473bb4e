"""Power cuts: every prefix of the calls to the disk, and a real file system cut off."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cache.facts.errors import StoreError
from cache.store.store import Store
from tests.torture import steps
from tests.torture.faulty import Disk, Recording, instead, put
from tests.torture.processes import mounting
from tests.torture.report import Row, judged

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
                with suppress(StoreError):
                    steps.commit(store, step)
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
            put(place, disk.left(chance, way))
            home = place / "made" / "on the way" / "home"
            if said := _checked(home, acknowledged, states):
                wrong.append(f"after call {at} ({name}, {way}): {said}")
            shutil.rmtree(place)
    return judged(
        "power cut, replayed",
        f"{len(recorded.log)} calls of {STEPS} commits recorded; power lost after each{every},"
        f" {len(ways)} ways: unsynced content old, empty, torn or new, unsynced names old or new",
        "every acknowledged commit is held, whole, and the next commit succeeds",
        f"0 of {states:,} states lost or mixed anything",
        wrong,
    )


def _checked(home: Path, acknowledged: int, states: int) -> str:
    """What is wrong with a store after the power came back, "" for nothing."""
    reached, said = steps.seen(home, acknowledged)
    if said or states % 29:
        return said
    try:
        steps.commit(Store(home), reached + 1)
    except StoreError as error:
        return f"the next commit failed: {error}"[:200]
    return steps.seen(home, reached + 1, reached + 1)[1]


def cut_off(folder: Path, times: int) -> Row:
    """A real ext4 in a file, cut off by its own ioctl, in a mount namespace of its own."""
    what = (
        "power cut, real ext4",
        f"ioctl EXT4_IOC_SHUTDOWN without a log flush, {times} times at a random moment of"
        " commits; unmounted, mounted again (journal replayed)",
        "every acknowledged commit is held, whole",
    )
    done = mounting("tests.torture.ext4", folder, times)
    if isinstance(done, str):
        return Row(*what, done, True)
    if done.returncode:
        return Row(*what, done.stderr[-300:], False)
    found = json.loads(done.stdout)
    said = f"0 of {found['steps']} acknowledged commits lost in {found['cuts']} cuts"
    said += f", {found['inside']} of which left a commit half done"
    return judged(*what, said, found["wrong"])
