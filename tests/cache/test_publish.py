"""A published copy: who may read it, what readers write (nothing), what an update leaves."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cache.facts.errors import StoreEmpty, StoreError
from cache.store import owner
from cache.store.owner import MARKER
from cache.store.publish import publish
from cache.store.store import Store
from tests.cache.stores import RAW, bars, dump, files, holdings, rich
from tests.cache.test_owner import as_nobody, as_root
from tests.torture.faulty import CALLS, Failing, instead
from tui.service.published import published_age, published_words

NOW = datetime(2026, 6, 27, 12, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a private store of two generations, and themes of its owner's beside it."""
    home = tmp_path_factory.mktemp("private") / "home"
    store = Store(home / "market")
    store.commit(bars=rich())
    store.commit(holdings=[(holdings(), RAW)])
    (home / "themes.toml").write_text('[mine]\nsymbols = ["NA"]\n')
    return home


@pytest.fixture
def store(private: Path, tmp_path: Path) -> Store:
    """The store in a copy of it."""
    return Store(shutil.copytree(private, tmp_path / "home") / "market")


def out(store: Store, target: Path, group: int | None = None) -> int:
    return publish(store, store.home.parent, target, NOW, group=group).generation


def modes(target: Path) -> dict[str, int]:
    found = {str(p.relative_to(target)): stat.S_IMODE(p.stat().st_mode) for p in target.rglob("*")}
    return {name: mode for name, mode in found.items() if not name.endswith("lock")}


def test_a_copy_reads_as_the_store_and_everyone_may_read_it(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "desk"
    old = os.umask(0o077)
    try:
        assert out(store, target) == 2
    finally:
        os.umask(old)
    copy = Store(target / "market")
    assert dump(copy.read()) == dump(store.read())
    assert copy.raw("IWM", holdings().as_of) == RAW
    assert (target / "themes.toml").read_text() == '[mine]\nsymbols = ["NA"]\n'
    found = modes(target)
    assert {found[n] for n in found if (target / n).is_dir()} == {0o755}
    assert {found[n] for n in found if (target / n).is_file()} == {0o644}
    assert stat.S_IMODE(target.stat().st_mode) == 0o755
    assert stat.S_IMODE(store.home.stat().st_mode) == 0o700
    assert str(tmp_path) not in (target / MARKER).read_text()
    assert published_words(target, NOW).startswith("published 2026-06-27 12:30 UTC, read-only")


@pytest.mark.parametrize("at", ["2026-06-27T12:30:00", "yesterday", 5])
def test_a_publication_whose_time_cannot_be_read_has_no_age(at: object, tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text(json.dumps({"at": at, "failure": "the line is down"}))
    assert published_words(tmp_path, NOW).startswith("published, read-only: its owner's next")
    assert published_age(tmp_path, NOW) == ""


def test_an_update_writes_only_what_is_new_and_drops_what_is_old(
    store: Store, tmp_path: Path
) -> None:
    target = tmp_path / "desk"
    out(store, target)
    before = files(target / "market")
    assert out(store, target) == 2
    assert files(target / "market").items() >= before.items()
    kept = {n for n in before if n.endswith((".npy", ".raw"))}
    for day in ("2026-01-05", "2026-01-06", "2026-01-07"):
        store.commit(bars=bars("NEW", (day,)))
        out(store, target)
    assert dump(Store(target / "market").read()) == dump(store.read())
    after = files(target / "market")
    same = {name for name in kept & after.keys() if after[name] == before[name]}
    assert len(same) > len(kept) / 2
    generations = sorted(n for n in after if n.startswith("generations/"))
    assert generations == [f"generations/0000000{n}.json" for n in (3, 4, 5)]
    (store.home.parent / "themes.toml").unlink()
    out(store, target)
    assert not (target / "themes.toml").exists()


def test_a_store_that_was_put_back_is_what_readers_then_see(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "desk"
    store.commit(bars=bars("NEW", ("2026-01-05",)))
    out(store, target)
    earlier = Store(tmp_path / "again" / "market")
    earlier.commit(bars=bars())
    assert out(earlier, target) == 1
    assert dump(Store(target / "market").read()) == dump(earlier.read())


def damaged(store: Store, number: int) -> None:
    path = store.home / "generations" / f"{number:08d}.json"
    path.write_bytes(path.read_bytes()[:-5])


def test_where_the_newest_generation_is_damaged_readers_are_told_as_the_desk_is(
    store: Store, tmp_path: Path
) -> None:
    older = dump(store.read())
    store.commit(bars=bars("NEW", ("2026-01-05",)))
    damaged(store, 3)
    copy = Store(tmp_path / "desk" / "market")
    for _ in range(2):
        done = publish(store, store.home.parent, tmp_path / "desk", NOW)
        assert (done.generation, done.damage) == (2, store.read().damage)
        assert "generation 3 is damaged" in done.damage[0]
        contents = copy.read()
        assert dump(contents) == older
        assert contents.damage == ("generation 3 is missing; generation 2 is shown instead",)
    # What the next refresh brings is whole, and nothing more is said.
    store.commit(bars=bars("NEW", ("2026-01-06",)))
    done = publish(store, store.home.parent, tmp_path / "desk", NOW)
    assert (done.generation, done.damage, copy.read().damage) == (4, (), ())
    assert dump(copy.read()) == dump(store.read())


def test_a_newest_generation_that_is_missing_is_missing_in_the_copy(
    store: Store, tmp_path: Path
) -> None:
    (store.home / "generations" / "00000002.json").unlink()
    out(store, tmp_path / "desk")
    contents = Store(tmp_path / "desk" / "market").read()
    assert contents.damage == ("generation 2 is missing; generation 1 is shown instead",)


def test_what_was_published_before_the_damage_stays(store: Store, tmp_path: Path) -> None:
    store.commit(bars=bars("NEW", ("2026-01-05",)))
    newest = dump(store.read())
    out(store, tmp_path / "desk")
    damaged(store, 3)
    done = publish(store, store.home.parent, tmp_path / "desk", NOW)
    assert (done.generation, done.before) == (3, 3) and "generation 3" in done.damage[0]
    contents = Store(tmp_path / "desk" / "market").read()
    assert (dump(contents), contents.damage) == (newest, ())


def test_a_store_put_back_and_damaged_takes_the_place_of_what_it_never_was(
    store: Store, tmp_path: Path
) -> None:
    target = tmp_path / "desk"
    for day in ("2026-01-05", "2026-01-06"):
        store.commit(bars=bars("NEW", (day,)))
    out(store, target)
    earlier = Store(tmp_path / "again" / "market")
    first = dump(earlier.commit(bars=bars()))
    earlier.commit(bars=bars("NEW"))
    damaged(earlier, 2)
    assert out(earlier, target) == 1
    contents = Store(target / "market").read()
    assert dump(contents) == first
    assert contents.damage == ("generation 2 is missing; generation 1 is shown instead",)


def test_a_copy_cut_off_says_what_is_true(store: Store, tmp_path: Path) -> None:
    """Whatever call fails, a copy of a damaged store is never taken for its newest."""
    out(store, tmp_path / "desk")
    for day in ("2026-01-05", "2026-01-06"):
        store.commit(bars=bars("NEW", (day,)))
    damaged(store, 4)
    told = 0
    for call in CALLS:
        for at in range(1, 12):
            place, failing = tmp_path / "try", Failing(call, at, errno.ENOSPC, for_ever=True)
            shutil.copytree(tmp_path / "desk", place)
            with instead(failing), suppress(StoreError):
                publish(store, store.home.parent, place, NOW)
            contents = Store(place / "market").read()
            if contents.damage or contents.generation != 2:
                assert contents.damage[0].startswith("generation 4 is missing"), (call, at)
                told += 1
            shutil.rmtree(place)
            if failing.count < at:  # no more calls of that kind: this one was not cut off
                break
    assert told > 10


def test_a_copy_that_was_cut_off_is_made_whole_by_the_next(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "desk"
    out(store, target)
    (target / "market" / "generations" / "00000002.json").unlink()
    objects = sorted((target / "market" / "objects").iterdir())
    objects[0].unlink()
    objects[1].write_bytes(b"half")
    out(store, target)
    assert dump(Store(target / "market").read()) == dump(store.read())


@pytest.mark.parametrize("case", ["other", "file", "inside", "around", "open"])
def test_a_place_that_cannot_be_is_refused_and_left_as_it_was(
    store: Store, tmp_path: Path, case: str
) -> None:
    target = tmp_path / "desk"
    words = {
        "other": "holds other files",
        "file": "is no directory",
        "inside": "are inside one another",
        "around": "are inside one another",
        "open": "may be written by others",
    }[case]
    if case == "other":
        target.mkdir()
        (target / "thesis.doc").write_text("mine")
    elif case == "file":
        target.write_text("mine")
    elif case == "inside":
        target = store.home.parent / "desk"
    elif case == "around":
        target = tmp_path
    else:
        target.mkdir()
        target.chmod(0o777)
    before = files(tmp_path)
    with pytest.raises(StoreError, match=words):
        out(store, target)
    assert files(tmp_path) == before


def test_an_empty_store_publishes_nothing_to_read(tmp_path: Path) -> None:
    target = tmp_path / "desk"
    with pytest.raises(StoreEmpty):
        out(Store(tmp_path / "home" / "market"), target)
    with pytest.raises(StoreEmpty):
        Store(target / "market").read()


def test_for_a_group_alone_and_then_for_everyone(store: Store, tmp_path: Path) -> None:
    target, group = tmp_path / "desk", os.getgid()
    out(store, target, group)
    found = modes(target)
    assert {found[n] for n in found if (target / n).is_dir()} == {0o2750}
    assert {found[n] for n in found if (target / n).is_file()} == {0o640}
    out(store, target)
    assert {m for n, m in modes(target).items() if (target / n).is_file()} == {0o644}
    # the head is among them: readers miss a generation that it names
    (target / "market" / "generations" / "00000002.json").unlink()
    with pytest.raises(StoreError, match="generation 2 is missing"):
        Store(target / "market").read()


def test_a_directory_above_that_shuts_readers_out_is_named(store: Store, tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o700)
    done = publish(store, store.home.parent, shut / "desk", NOW)
    assert done.closed in {shut, *shut.parents}


@pytest.mark.parametrize(("mode", "told"), [(0o2775, True), (0o3775, False), (0o2755, False)])
def test_a_copy_lies_where_a_group_may_write_and_who_could_replace_it_is_told(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, told: bool
) -> None:
    monkeypatch.setattr(owner, "_own_group", lambda status: False)
    desk = tmp_path / "desk"
    desk.mkdir()
    desk.chmod(mode)
    for group in (None, os.getgid(), None):
        done = publish(store, store.home.parent, desk / "copy", NOW, group=group)
        assert done.shared == (desk if told else None)
        assert dump(Store(desk / "copy" / "market").read()) == dump(store.read())
        store.commit(bars=bars("NEW", ("2026-01-05",)))
    assert done.before == 3


def test_a_copy_lies_nowhere_that_everyone_may_write(store: Store, tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    desk.mkdir()
    desk.chmod(0o777)
    with pytest.raises(StoreError, match=r"desk may be written by others \(mode 0777\)"):
        out(store, desk / "copy")
    assert not list(desk.iterdir())


@as_root
@pytest.mark.process
def test_another_user_reads_it_and_writes_nothing(store: Store) -> None:
    with tempfile.TemporaryDirectory() as folder:
        # pytest's own folder lets nobody through
        Path(folder).chmod(0o755)
        target = Path(folder) / "desk"
        out(store, target)
        before = files(target)
        read, wrote = as_nobody(target / "market")
        assert read == "2" and "belongs to root, and only its owner writes to it" in wrote
        assert files(target) == before
