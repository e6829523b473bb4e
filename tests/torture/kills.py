"""kill -9 at random moments of everything that writes, with readers beside it."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from cache.facts.errors import StoreError
from cache.store import reading
from cache.store.store import KEEP, Store
from tests.torture import steps
from tests.torture.killed import killed
from tests.torture.processes import complete_lines, seen_by, start, watching
from tests.torture.report import Row, judged

#: What is killed -> steps it may take before, kills in full, kills in short.
KILLED = {
    "commit": (6, 50, 1),
    "refresh": (2, 30, 1),
    "import": (3, 30, 1),
    "removal": (6, 30, 0),  # the upgrade's commits remove old generations too
    "first": (2, 40, 1),
    "upgrade": (6, 20, 1),
}
WORDS = {
    "commit": "commits, one after another",
    "refresh": "a refresh in batches of five",
    "import": "`internals import prices`",
    "removal": "removal of old generations (slowed)",
    "first": "the first start in a new directory",
    "upgrade": "a release with the next manifest version",
}


def kills(folder: Path, small: bool) -> Iterator[Row]:
    """A row for each of the things that write."""
    for kind, (most, full, short) in KILLED.items():
        times, readers = (short, 1) if small else (full, 2)
        if times:
            yield _killed(folder / kind, kind, most, times, readers)
    yield killed(folder / "whole", small)


def _killed(home: Path, kind: str, longest: int, times: int, beside: int) -> Row:
    chance = random.Random(kind)
    place = home / "market" if kind == "import" else home
    if kind == "refresh":
        steps.with_files(home, 20)
    if kind == "upgrade":
        for step in (1, 2):
            steps.commit(Store(home), step)
    readers = [] if kind == "first" else watching(place, kind, beside)
    wrong: list[str] = []
    most = inside = seen = 0
    # How long a step takes on this machine at this hour.
    pace = 0.05
    acknowledged, _ = _found(place, kind, 0, 20)
    for number in range(times):
        if kind == "first":
            # Readers of a directory that goes away see it go: a new one each time.
            seen += seen_by(readers, wrong)
            shutil.rmtree(home, ignore_errors=True)
            acknowledged = 0
            readers = watching(place, kind, beside)
        child = start("tests.torture.worker", kind, home, 4000)
        assert child.stdout is not None
        if child.stdout.readline() != "ready\n":
            wrong.append(child.communicate()[1][-300:])
            break
        began, first = time.monotonic(), ""
        if not number:
            while not first.isdigit() and child.poll() is None:
                first = child.stdout.readline().strip()
            pace = time.monotonic() - began
        time.sleep(chance.uniform(0.0, longest * pace))
        if child.poll() is not None:
            wrong.append(child.communicate()[1][-300:] or "it ended by itself")
            break
        child.kill()
        rest = complete_lines(child.communicate()[0])
        lines = [line for line in (first, *rest) if line.isdigit()]
        acknowledged, said = _found(place, kind, int(lines[-1]) if lines else acknowledged)
        wrong += [said] if said else []
        inside += _left_over(place)
        most = max(most, acknowledged)
    seen += seen_by(readers, wrong)
    if kind == "upgrade" and not wrong:
        wrong += _older_release(home)
    looking = "two readers" if beside == 2 else "a reader"
    return judged(
        f"kill -9 of {WORDS[kind]}",
        f"{times} times at a random moment, {looking} beside it",
        "what was acknowledged is held, whole; readers see no mixture, never go back",
        f"0 lost in {times}; {inside} fell into a write; readers saw {seen} generations",
        wrong,
        most > 0,
    )


def _found(place: Path, kind: str, least: int, most: int | None = None) -> tuple[int, str]:
    with patch.object(reading, "SCHEMA", reading.SCHEMA + (kind == "upgrade")):
        return steps.seen(place, least, most, steps.LOOKS.get(kind, steps.step_of))


def _left_over(place: Path) -> bool:
    """Whether the kill left something behind that a finished commit does not."""
    if any(path.name.startswith(".") for path in place.glob("*/*")):
        return True
    return len(list((place / "generations").glob("*.json"))) > KEEP


def _older_release(home: Path) -> list[str]:
    """This release on a store that a newer one has written: it says so and touches nothing."""
    before = sorted((path.name, path.stat().st_mtime_ns) for path in home.rglob("*.*"))
    wrong = []
    for act in (Store.read, lambda store: steps.commit(store, 1)):
        try:
            act(Store(home))
            wrong.append("an older release read it")
        except StoreError as error:
            if "newer release" not in str(error):
                wrong.append(str(error))
    after = sorted((path.name, path.stat().st_mtime_ns) for path in home.rglob("*.*"))
    return wrong + ["an older release changed it"] * (before != after)
