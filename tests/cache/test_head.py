"""A newest manifest that was taken away is missed, and nothing else ever is."""

from __future__ import annotations

import errno
import os
import random
import shutil
from pathlib import Path

import pytest

from cache.facts.errors import StoreEmpty, StoreError
from cache.store import head, reading
from cache.store.mirror import Copy
from cache.store.store import Store
from tests.torture import steps
from tests.torture.faulty import CALLS, Disk, Failing, Recording, instead, put

TOLD = "generation 3 is missing; generation 2 is shown instead"


def filled(home: Path, count: int = 3) -> Store:
    for step in range(1, count + 1):
        steps.commit(Store(home), step)
    return Store(home)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return filled(tmp_path_factory.mktemp("three"))


@pytest.fixture
def store(three: Store, tmp_path: Path) -> Store:
    """A copy of a store after three steps."""
    return Store(shutil.copytree(three.home, tmp_path, dirs_exist_ok=True))


def manifest(home: Path, number: int) -> Path:
    return home / "generations" / f"{number:08d}.json"


def test_a_deleted_newest_manifest_is_told_until_the_next_commit(
    store: Store, tmp_path: Path
) -> None:
    manifest(tmp_path, 3).unlink()
    for _ in range(2):
        contents = Store(tmp_path).read()
        assert (contents.generation, contents.damage) == (2, (TOLD,))
    kept = sorted((tmp_path / "objects").iterdir())
    # A commit that finds nothing to change mends nothing, and takes nothing the manifest needs.
    store.commit(bars=steps.bars(2, 2))
    assert Store(tmp_path).read().damage == (TOLD,)
    assert sorted((tmp_path / "objects").iterdir()) == kept
    # The number is not given twice: whoever polls sees another.
    contents = store.commit(bars=steps.bars(3, 3), holdings=[steps.holdings(3)])
    assert (contents.generation, contents.damage) == (4, (TOLD,))
    contents = Store(tmp_path).read()
    assert (contents.generation, contents.damage, steps.step_of(contents)) == (4, (), 3)


def test_with_no_manifest_left_a_store_is_not_empty(store: Store, tmp_path: Path) -> None:
    for path in (tmp_path / "generations").iterdir():
        path.unlink()
    for act in (Store.read, lambda one: steps.commit(one, 1)):
        with pytest.raises(StoreError, match="generation 3 is missing") as told:
            act(store)
        assert "restore a copy" in str(told.value) and not isinstance(told.value, StoreEmpty)


@pytest.mark.parametrize(
    "how", ["none", "empty", "flipped", "directory", "zero", "pipe", "another's"]
)
def test_without_its_head_a_store_is_read_and_nothing_said(
    store: Store, tmp_path: Path, how: str
) -> None:
    path = tmp_path / head.NAME
    good = path.read_bytes()
    path.unlink()
    if how == "directory":
        path.mkdir()
    elif how == "zero":
        path.symlink_to("/dev/zero")
    elif how == "pipe":
        os.mkfifo(path)
    elif how != "none":
        changed = {"empty": b"", "flipped": good.replace(b'":3}', b'":9}'), "another's": b"{}"}
        path.write_bytes(changed[how])
    contents = Store(tmp_path).read()
    assert (contents.generation, contents.damage) == (3, ())
    steps.commit(store, 4)
    assert Store(tmp_path).read().damage == ()
    assert head.read(tmp_path) == (0 if how == "directory" else 4)


def test_a_disk_that_fails_under_the_head_refuses_no_commit(tmp_path: Path) -> None:
    store = filled(tmp_path, 1)
    for number, call in enumerate(CALLS[:4], start=2):
        counted = Failing(call, 10**9, errno.EIO, for_ever=False)
        shutil.copytree(tmp_path, tmp_path / "try", ignore=lambda *_: {"try"})
        with instead(counted):
            steps.commit(Store(tmp_path / "try"), number)
        shutil.rmtree(tmp_path / "try")
        # The head's own calls come last.
        last = counted.count - (call == "open")
        with instead(Failing(call, last, errno.EIO, for_ever=False)):
            steps.commit(store, number)
        assert steps.step_of(store.read()) == number and not store.read().damage


def test_a_commit_between_the_two_looks_of_a_reader_is_no_loss(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = head.read
    waiting = [4, 5, 6, 7]

    def looked(home: Path) -> int:
        found = look(home)
        if waiting:
            with monkeypatch.context() as inner:
                inner.setattr(head, "read", look)
                steps.commit(Store(tmp_path), waiting.pop(0))
        return found

    monkeypatch.setattr(head, "read", looked)
    contents = store.read()
    assert (contents.generation, contents.damage) == (4, ())


def test_a_copy_that_goes_back_is_never_said_to_lack_anything(tmp_path: Path) -> None:
    top = tmp_path / "recorded"
    (top / "home").mkdir(parents=True)
    old, new = filled(tmp_path / "old", 2), filled(tmp_path / "new", 4)
    recorded = Recording(top)
    with instead(recorded):
        for source in (new, old, new):
            assert Copy(top / "home").mirror(source).generation == source.generation()
    chance, disk, cuts, seen = random.Random(3), Disk(), 0, list[dict[str, bytes | None]]()
    disk.apply("mkdir", ("home",), None)
    # what was synced changes with a sync alone, and names change with all but a write
    ways = {"fsync": ("lost", "names", "any"), "write": ("any",)}
    for name, path, more in recorded.log:
        disk.apply(name, path, more)
        for way in ways.get(name, ("names", "any")):
            state = disk.left(chance, way)
            if state in seen:
                continue
            seen.append(state)
            place = tmp_path / "cut"
            place.mkdir()
            put(place, state)
            try:
                contents = Store(place / "home").read()
                assert not contents.damage and steps.step_of(contents) in (2, 4), (name, path, way)
                cuts += 1
            except StoreEmpty:
                pass
            shutil.rmtree(place)
    assert cuts > 50


def test_what_a_killed_writer_left_goes_but_not_from_a_newer_releases_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / ".head"
    for schema, stays in ((reading.SCHEMA + 1, True), (reading.SCHEMA, False)):
        with monkeypatch.context() as newer:
            newer.setattr(reading, "SCHEMA", schema)
            if stays:
                filled(tmp_path, 2)
        left.write_bytes(b"half")
        try:
            steps.commit(Store(tmp_path), 3)
        except StoreError as error:
            assert "newer release" in str(error) and left.exists() is stays
            shutil.rmtree(tmp_path / "generations")
            (tmp_path / "head").unlink()
        else:
            assert not left.exists() and not stays
