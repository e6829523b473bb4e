"""Another directory in a store's place, and a store of a release that knows more."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cache.facts.errors import StoreError
from cache.refresh.progress import Progress
from cache.store import pack
from cache.store.store import Store
from tests.cache.lookalike import Lookalike
from tests.cache.stores import files
from tests.process.test_refresh import run, small
from tests.torture import steps

__all__ = ["small"]


def filled(home: Path, *numbers: int) -> Store:
    store = Store(home)
    for step in numbers:
        steps.commit(store, step)
    return store


def test_two_stores_of_one_number_are_told_apart(tmp_path: Path) -> None:
    one, other = filled(tmp_path / "one", 1, 2), filled(tmp_path / "other", 3, 4)
    assert one.generation() == other.generation() == 2
    assert one.identity() != other.identity()
    assert Store(tmp_path / "none").identity() is None
    # the same data in another place is the same
    shutil.copytree(tmp_path / "one", tmp_path / "copy")
    assert Store(tmp_path / "copy").identity() == one.identity()
    before = one.identity()
    shutil.rmtree(tmp_path / "one")
    assert one.identity() is None
    (tmp_path / "other").rename(tmp_path / "one")
    assert one.identity() not in (None, before)
    # a pipe in the manifest's place keeps nobody waiting
    manifest = next((tmp_path / "one" / "generations").glob("*2.json"))
    manifest.unlink()
    os.mkfifo(manifest)
    assert one.identity() not in (None, before)


def gone(home: Path) -> None:
    shutil.rmtree(home)


def moved(home: Path) -> None:
    home.rename(home.with_name("moved"))


def replaced(home: Path) -> None:
    home.rename(home.with_name("moved"))
    filled(home, 1)


def replaced_by_a_file(home: Path) -> None:
    home.rename(home.with_name("moved"))
    home.write_text("x")


@pytest.mark.parametrize("stage", ["holdings", "prices"])
@pytest.mark.parametrize("act", [gone, moved, replaced, replaced_by_a_file])
def test_a_refresh_ends_where_its_home_goes_away(
    act: Callable[[Path], None],
    stage: str,
    small: Lookalike,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Store(tmp_path / "home" / "market")
    acted: list[dict[str, tuple[int, int]]] = []

    def report(progress: Progress) -> None:
        if progress.stage == stage and progress.done and not acted:
            act(store.home)
            acted.append(files(tmp_path / "home"))

    with pytest.raises(StoreError, match=r"market was removed or replaced meanwhile"):
        run(store, small, monkeypatch, report=report)
    # nothing is made anew in its place, and another store there stays as it is
    assert acted and files(tmp_path / "home") == acted[0]


def rewritten(store: Store, change: Callable[[pack.Json], object]) -> Path:
    """The newest manifest changed, under its own hash, as another release would write it."""
    path = max((store.home / "generations").glob("*.json"))
    body = pack.unseal(path.read_bytes())
    assert body is not None
    change(body)
    path.write_bytes(pack.seal(pack.to_json(body)))
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(schema=body["schema"] + 1),
        lambda body: body.update(membership="0" * 64 + ".json"),
        lambda body: body["symbols"].update(currency=[["EUR", ["A"]]]),
        lambda body: body["blocks"][0].update(opens=body["blocks"][0]["close"]),
    ],
)
def test_what_a_newer_release_added_is_never_lost_by_an_older_one(
    change: Callable[[pack.Json], object], tmp_path: Path
) -> None:
    store = filled(tmp_path, 1, 2)
    path = rewritten(store, change)
    before, said = path.read_bytes(), json.loads(path.read_bytes())["manifest"]
    kept = {name: one for name, one in files(tmp_path).items() if name.startswith("objects")}
    for act in (store.read, lambda: steps.commit(store, 3), store.journal):
        with pytest.raises(StoreError, match=r"newer release|not such as this release"):
            act()
    assert path.read_bytes() == before and json.loads(before)["manifest"] == said
    assert kept == {n: one for n, one in files(tmp_path).items() if n.startswith("objects")}
    assert store.generation() == 2
