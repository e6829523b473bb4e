"""The store under damage, kills and other writers: never a wrong number, nothing lost."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cache.facts.errors import StoreEmpty, StoreError
from cache.store import objects
from cache.store.store import Store
from tests.cache import store_writer
from tests.cache.stores import RAW, ROOT, bars, closes, dump, files, holdings, manifest, rich


@pytest.fixture(scope="module")
def three_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, str]]:
    """A store of three generations, and what each holds; to be copied."""
    store = Store(tmp_path_factory.mktemp("three"))
    # No later generation touches 2024: all three share its objects.
    days = ["2024-12-31", "2025-12-31"]
    dumps = [
        store.commit(bars=bars(days=days, dividend=np.array([0.1, 0.2]))),
        store.commit(bars=rich(), holdings=[(holdings(), RAW)]),
        store.commit(bars=bars(days=["2026-01-05"]), holdings=[(holdings("SPY"), b"spy")]),
    ]
    return store.home, {held.generation: dump(held) for held in dumps}


@pytest.fixture
def three(three_once: tuple[Path, dict[int, str]], tmp_path: Path) -> tuple[Path, dict[int, str]]:
    """A copy of it."""
    home, dumps = three_once
    return shutil.copytree(home, tmp_path, dirs_exist_ok=True), dumps


def harmed(data: bytes) -> list[bytes]:
    """A file's bytes with one bit flipped here and there, cut short, grown and emptied."""
    places = sorted({0, 7, len(data) // 3, len(data) // 2, len(data) - 2, len(data) - 1})
    flipped = []
    for i, place in enumerate(p for p in places if 0 <= p < len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << (i % 8)
        flipped.append(bytes(changed))
    return [*flipped, data[:-1], data[: len(data) // 2], data + b"\0", b""]


def test_damage_never_brings_a_wrong_number(three: tuple[Path, dict[int, str]]) -> None:
    home, dumps = three
    newer_lost: dict[str, int] = {"older": 0, "error": 0, "untouched": 0}
    for path in sorted((*(home / "objects").iterdir(), *(home / "generations").iterdir())):
        data = path.read_bytes()
        for bad in [*harmed(data), None]:
            path.unlink() if bad is None else path.write_bytes(bad)
            try:
                contents = Store(home).read()
            except StoreError as error:
                assert path.suffix != ".json" or path.parent.name == "objects"
                assert "no generation in" in str(error)
                newer_lost["error"] += 1
                continue
            assert dump(contents) == dumps[contents.generation]
            said = len(contents.damage) == 3 - contents.generation
            # Without its manifest a generation never was.
            assert said or (bad is None and path.parent.name == "generations")
            newer_lost["older" if contents.generation < 3 else "untouched"] += 1
        path.write_bytes(data)
    assert min(newer_lost.values()) >= 10, newer_lost
    assert dump(Store(home).read()) == dumps[3]


def test_the_sentence_about_damage(three: tuple[Path, dict[int, str]]) -> None:
    home, dumps = three
    path = home / "generations" / "00000003.json"
    path.write_bytes(path.read_bytes()[:100])
    contents = Store(home).read()
    assert dump(contents) == dumps[2]
    assert contents.damage == (
        "generation 3 is damaged (generations/00000003.json does not match its own hash); "
        "generation 2 is shown instead",
    )
    assert Store(home).generation() == 3
    # The next commit builds on what is whole, and takes a number nobody has seen.
    after = Store(home).commit(bars=bars("A"))
    assert (after.generation, after.damage) == (4, contents.damage)
    assert Store(home).read().damage == ()


def test_a_renamed_manifest_is_no_generation(three: tuple[Path, dict[int, str]]) -> None:
    home, dumps = three
    data = (home / "generations" / "00000001.json").read_bytes()
    (home / "generations" / "00000007.json").write_bytes(data)
    contents = Store(home).read()
    assert dump(contents) == dumps[3]
    assert "is generation 1, renamed" in contents.damage[0]


def test_a_damaged_object_is_written_anew(three: tuple[Path, dict[int, str]]) -> None:
    home, dumps = three
    newest = manifest(home)["blocks"][-1]["close"]
    path = home / "objects" / newest
    path.write_bytes(b"\0" * 100)
    assert dump(Store(home).read()) == dumps[2]
    Store(home).commit(bars=bars(days=["2026-01-05"]), holdings=[(holdings("SPY"), b"spy")])
    contents = Store(home).read()
    assert (contents.generation, contents.damage) == (4, ())
    assert dump(contents).removeprefix("[4") == dumps[3].removeprefix("[3")


def test_a_lack_of_descriptors_is_no_damage(
    three: tuple[Path, dict[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, dumps = three

    def exhausted(path: Path | str, flags: int) -> int:
        if str(path).endswith(".npy"):
            raise OSError(errno.EMFILE, "Too many open files")
        return os.open(path, flags)

    with monkeypatch.context() as patch:
        patch.setattr(objects, "os", SimpleNamespace(**{**vars(os), "open": exhausted}))
        # Taken for damage, the newest generation would be built over and so lost.
        with pytest.raises(StoreError, match=r"cannot read .*Too many open files"):
            Store(home).commit(bars=bars("A"))
    assert dump(Store(home).read()) == dumps[3]


def test_a_reader_overtaken_by_writers_starts_again(
    three: tuple[Path, dict[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _ = three
    original = objects.FileMemory

    def overtaken(paths: Iterable[Path]) -> objects.FileMemory:
        """Between manifest and objects four commits go by, and the generation with them."""
        monkeypatch.setattr(objects, "FileMemory", original)
        for day in ("2026-01-06", "2026-01-07", "2026-01-08", "2026-01-09"):
            Store(home).commit(bars=bars(days=[day]))
        return original(paths)

    monkeypatch.setattr(objects, "FileMemory", overtaken)
    contents = Store(home).read()
    assert (contents.generation, contents.damage) == (7, ())


# Other processes


def writer(home: Path) -> subprocess.Popen[str]:
    """A process that is ready to write to a store, which it does on `order`."""
    started = subprocess.Popen(
        [sys.executable, store_writer.__file__, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert started.stdout is not None and started.stdout.readline() == "ready\n"
    return started


def order(started: subprocess.Popen[str], symbol: str, count: int) -> int:
    """Have a symbol's first sessions committed; the number of the process that does it."""
    assert started.stdin is not None and started.stdout is not None
    started.stdin.write(f"{symbol} {count}\n")
    started.stdin.flush()
    return int(started.stdout.readline())


@pytest.mark.process
def test_two_writers_and_a_reader_lose_nothing(tmp_path: Path) -> None:
    writers = {symbol: writer(tmp_path) for symbol in ("AAA", "BBB")}
    for symbol, one in writers.items():
        order(one, symbol, 25)
        assert one.stdin is not None
        one.stdin.close()
    store, seen = Store(tmp_path), [0]
    while any(one.poll() is None for one in writers.values()):
        try:
            contents = store.read()
        except StoreEmpty:
            continue
        assert contents.damage == ()
        assert contents.generation >= seen[-1]
        stored = [[*closes(contents.prices, symbol).values()] for symbol in writers]
        assert sum(map(len, stored)) == contents.generation
        assert all(values == list(range(1, len(values) + 1)) for values in stored)
        seen.append(contents.generation)
    for one in writers.values():
        assert one.stdout is not None
        assert one.stdout.read().split() == [*map(str, range(1, 26)), "ended", "0"]
        assert one.wait() == 0
    assert store.read().generation == 50
    assert len(set(seen)) > 5


@pytest.mark.process
def test_a_killed_writer_loses_nothing_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(7)
    held_before = 0
    with writer(tmp_path) as started:
        assert started.stdout is not None
        for _ in range(10):
            child = order(started, "AAA", 8000)
            acknowledged = int(started.stdout.readline())
            time.sleep(chance.uniform(0.0, 0.15))
            os.kill(child, signal.SIGKILL)
            while (said := started.stdout.readline()) != f"ended {-signal.SIGKILL}\n":
                acknowledged = int(said)
            contents = Store(tmp_path).read()
            values = [*closes(contents.prices, "AAA").values()]
            assert values == list(range(1, len(values) + 1))
            assert acknowledged <= len(values) <= acknowledged + 1
            assert contents.damage == ()
            assert len(values) > held_before
            held_before = len(values)
    Store(tmp_path).commit(bars=bars("BBB"))
    assert not [name for name in files(tmp_path) if "/." in name]
