"""One whole snapshot at a time: many readers, a full disk, places that may not be written."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cache.store.store import Store
from tests.torture import steps
from tests.torture.processes import ROOT, mounting, seen_by, start, watching
from tests.torture.report import Row, judged
from tests.torture.worker import READ_AND_WRITE


def sharing(folder: Path, small: bool) -> Iterator[Row]:
    """Readers beside writers, then the three places in which nothing can be written."""
    yield _together(folder / "together", 2 if small else 20, 2, 15 if small else 100)
    yield _mounted(folder / "full", "a full disk", "tmpfs of 256 kB", "No space left on device")
    yield _mounted(folder / "ro", "a read-only mount", "tmpfs, ro", "Read-only file system")
    yield _as_nobody()


def _together(home: Path, readers: int, writers: int, count: int) -> Row:
    steps.commit(Store(home), 1)
    reading = watching(home, "commit", readers)
    writing = [start("tests.torture.worker", "race", home, count) for _ in range(writers)]
    wrong = [one.communicate()[1][-300:] for one in writing if one.wait()]
    seen = seen_by(reading, wrong)
    reached = steps.reached(home)
    if reached != count:
        wrong.append(f"{reached} of {count} steps are held")
    return judged(
        f"{readers} readers while {writers} processes write",
        f"{count} steps, each written by whoever comes first, read without end",
        "each read is one whole generation, none older than the one before",
        f"{seen:,} generations seen, 0 mixed, 0 gone back; {count} held",
        wrong,
        seen > readers,
    )


def _mounted(place: Path, fault: str, how: str, sentence: str) -> Row:
    """Fill a small tmpfs in a mount namespace of its own, or make it read-only."""
    what = (fault, how, "what is held is read; a commit says why not, and takes nothing away")
    place.mkdir()
    done = mounting("tests.torture.worker", "full" if "full" in fault else "ro", place, 0)
    if isinstance(done, str):
        return Row(*what, done, True)
    said = done.stdout.splitlines()
    held = len(said) == 3 and said[0] == said[2] == "step 1"
    held = held and sentence in said[1] and "cannot write to" in said[1]
    figure = f"{said[0]} before and after; {sentence.lower()} said" if held else done.stderr[-300:]
    return Row(*what, figure or "; ".join(said), held)


def _as_nobody() -> Row:
    what = (
        "a directory one may only read",
        "opened 0755 by root, read and written to as nobody",
        "read like one's own; a commit is refused with the owner's name",
    )
    if os.geteuid():
        return Row(*what, "not run: only root may act as another user", True)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        steps.commit(Store(home), 1)
        for path in (home, home / "objects", home / "generations"):
            path.chmod(0o755)
        for path in home.glob("*/*"):
            path.chmod(0o644)
        steps.commit(Store(home), 2)
        command = [sys.executable, "-c", READ_AND_WRITE, str(home), "65534"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
        said = done.stdout.splitlines()
        held = len(said) == 3 and said[0] == said[2] == "step 2" and "belongs to root" in said[1]
        figure = "step 2 before and after; the owner named" if held else f"{said} {done.stderr}"
        return Row(*what, figure, held and steps.reached(home) == 2)
