"""A disk that fails: the k-th write, fsync, rename, for every k, once and from then on."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from cache.facts.errors import StoreError
from cache.store.store import Store
from tests.torture import steps
from tests.torture.faulty import CALLS, Failing, instead
from tests.torture.report import Row, judged

NEVER = 10**9


def faults(folder: Path, small: bool) -> Iterator[Row]:
    """A row for a store's first commit, and one for a commit on what is held."""
    errors = (errno.ENOSPC,) if small else (errno.ENOSPC, errno.EIO)
    for name, before in (("a first commit", 0), ("a commit that also removes a generation", 4)):
        yield _failed(folder / str(before), name, before, errors)


def _failed(folder: Path, name: str, before: int, errors: tuple[int, ...]) -> Row:
    model = folder / "model"
    folder.mkdir()
    for step in range(1, before + 1):
        steps.commit(Store(model / "home"), step)
    wrong: list[str] = []
    tried = refused = done = 0
    for call, error, for_ever in product(CALLS, errors, (False, True)):
        counted = Failing(call, NEVER, error, for_ever=False)
        _fresh(model, folder / "counted")
        with instead(counted):
            steps.commit(Store(folder / "counted" / "home"), before + 1)
        for number in range(1, counted.count + 1):
            home = _fresh(model, folder / "tried") / "home"
            tried += 1
            where = f"{call} {number} of {counted.count}, {os.strerror(error)}"
            try:
                with instead(Failing(call, number, error, for_ever=for_ever)):
                    steps.commit(Store(home), before + 1)
                acknowledged, done = before + 1, done + 1
            except StoreError as said:
                acknowledged, refused = before, refused + 1
                if os.strerror(error) not in str(said) or "\n" in str(said):
                    wrong.append(f"{where}: {said}")
            wrong += [f"{where}: {one}" for one in _after(home, acknowledged, before)]
    shutil.rmtree(folder)
    return judged(
        f"a disk that fails or is full in {name}",
        f"the k-th {', '.join(CALLS)} for every k, "
        f"{' and '.join(errno.errorcode[e] for e in errors)}, once and for ever",
        "one sentence; the generation before or the new one, whole; the next commit succeeds",
        f"{tried} failures: {refused} refused, {done} done nevertheless, 0 lost or mixed",
        wrong,
    )


def _fresh(model: Path, place: Path) -> Path:
    """A copy of the model's store, or nothing where the model has none."""
    shutil.rmtree(place, ignore_errors=True)
    if model.exists():
        shutil.copytree(model, place)
    return place


def _after(home: Path, acknowledged: int, before: int) -> list[str]:
    """What is wrong with the store after the failure, and after the disk is well again."""
    wrong = []
    for least in (acknowledged, before + 1):
        _, said = steps.seen(home, least, before + 1)
        wrong += [said] if said else []
        try:
            steps.commit(Store(home), before + 1)
        except StoreError as error:
            wrong.append(f"the next commit failed: {error}")
    if any(path.name.startswith(".") for path in home.glob("*/*")):
        wrong.append("something was left behind")
    return wrong
