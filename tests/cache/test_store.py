"""The store: what comes back, what is written, who may read it."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import resource
import signal
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from cache.facts.errors import StoreBusy, StoreEmpty, StoreError
from cache.facts.sessions import sessions
from cache.store.store import Store
from core.data.errors import FrameError
from tests.cache.stores import NAN, NOW, RAW, ROOT, bars, dump, files, holdings, manifest, rich


def test_nothing_is_there_before_the_first_commit(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    assert store.generation() is None
    with pytest.raises(StoreEmpty, match=r"home holds no data yet: `internals refresh` fetches"):
        store.read()
    assert store.commit().generation == 0
    assert store.generation() is None


def test_round_trip_bit_for_bit(tmp_path: Path) -> None:
    written = Store(tmp_path / "new" / "home").commit(bars=rich(), holdings=[(holdings(), RAW)])
    store = Store(tmp_path / "new" / "home")
    contents = store.read()
    assert dump(contents) == dump(written)
    assert store.generation() == contents.generation == 1
    assert contents.damage == ()
    old, new = contents.prices.blocks
    assert old.symbols == ("BRK-B", "NA")
    np.testing.assert_array_equal(old.close, [[1.7e308, 1 / 3], [NAN, 0.30000000000000004]])
    np.testing.assert_array_equal(old.adj_close, [[NAN, NAN], [3.3, NAN]])
    np.testing.assert_array_equal(old.volume, [[NAN, 0.0], [NAN, 1e9]])
    np.testing.assert_array_equal(new.close, [[7.0, 5e-324]])
    assert (new.adj_close, new.volume) == (None, None)
    assert (old.split.row.tolist(), old.split.col.tolist(), old.split.value.tolist()) == (
        *([0], [1]),
        [1.5],
    )
    assert (new.dividend.row.tolist(), new.dividend.value.tolist()) == ([0], [0.25])
    assert contents.prices.through == {
        "NA": date(2026, 1, 5),
        "BRK-B": date(2026, 1, 2),
        "TRUE": date(2026, 1, 2),
    }
    assert contents.prices.provisional == {"BRK-B": date(2026, 1, 2)}
    assert set(contents.prices.source.values()) == {"a “source”\nof two lines"}
    assert set(contents.prices.fetched_at.values()) == {NOW}
    assert contents.prices.failures == {"XYZ": "not found at Yahoo"}
    ((rows,),) = contents.holdings.values()
    assert (rows.names, rows.sectors) == (("Bloom Énergie", "株式会社 “X”"), ("Industrials", ""))
    np.testing.assert_array_equal([rows.quantity, rows.price], [[1 / 3, NAN], [NAN, 2.5]])
    np.testing.assert_array_equal(rows.value, [1e9, 0.1])
    assert (rows.total, rows.fetched_at, rows.as_of) == (1.5e9, NOW, date(2026, 1, 21))
    assert [other.reason for other in rows.others] == ["cash", "no stock"]
    assert np.isnan(rows.others[0].weight)
    assert store.raw("IWM", date(2026, 1, 21)) == RAW


def test_the_same_twice_is_one_generation(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = store.commit(bars=rich(), holdings=[(holdings(), RAW)])
    before = files(tmp_path)
    again = Store(tmp_path).commit(bars=rich(), holdings=[(holdings(), RAW)])
    assert dump(again) == dump(first)
    assert files(tmp_path) == before


def test_an_old_year_is_not_written_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.commit(bars=bars())
    before = files(tmp_path)
    old = manifest(tmp_path)["blocks"][0]
    store.commit(bars=bars(days=["2026-01-05"]))
    after = files(tmp_path)
    assert manifest(tmp_path)["blocks"][0] == old
    for name in old.values():
        assert after[f"objects/{name}"] == before[f"objects/{name}"]


def test_holdings_are_kept_by_fund_and_date(tmp_path: Path) -> None:
    store = Store(tmp_path)
    may, january = date(2026, 5, 5), date(2026, 1, 21)
    store.commit(holdings=[(holdings(as_of=may), b"may"), (holdings("SPY"), b"spy")])
    contents = store.commit(holdings=[(holdings(), b"january")])
    assert {fund: [one.as_of for one in rows] for fund, rows in contents.holdings.items()} == {
        "IWM": [january, may],
        "SPY": [january],
    }
    # Other bytes of the same fund and date replace; equal bytes change nothing.
    after = store.commit(holdings=[(holdings(first="STRL"), b"corrected")])
    assert after.holdings["IWM"][0].symbols == ("STRL", "NA")
    assert store.raw("IWM", january) == b"corrected"
    assert store.commit(holdings=[(holdings(), b"corrected")]).generation == after.generation
    with pytest.raises(FrameError):
        store.commit(holdings=[(holdings(first="NA"), b"twice NA")])
    assert dump(store.read()) == dump(after)


def test_forget_takes_an_import_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    wrong = (holdings(as_of=date(2026, 2, 2)), b"a wrong file")
    before = store.commit(bars=bars(), holdings=[(holdings(), b"right"), wrong])
    contents = store.commit(forget=[("IWM", date(2026, 2, 2))])
    assert contents.generation == before.generation + 1
    assert [one.as_of for one in contents.holdings["IWM"]] == [date(2026, 1, 21)]
    assert len(contents.prices.blocks) == 2
    with pytest.raises(StoreError, match="no holdings file of IWM as of 2026-02-02"):
        store.commit(forget=[("IWM", date(2026, 2, 2))])
    with pytest.raises(StoreError, match="no holdings file of IWM as of 2026-02-02"):
        store.raw("IWM", date(2026, 2, 2))
    assert store.commit(forget=[("IWM", date(2026, 1, 21))]).holdings == {}
    store.commit(bars=bars("A"))
    store.commit(bars=bars("B"))
    kept = [path.read_bytes() for path in (tmp_path / "objects").iterdir()]
    assert b"a wrong file" not in kept


def test_three_generations_stay_and_nothing_else(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for day in ("2026-01-02", "2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08"):
        store.commit(bars=bars(days=[day]))
    (tmp_path / "objects" / ".left-by-a-killed-writer").touch()
    (tmp_path / "generations" / ".00000009.json").touch()
    store.commit()
    manifests = sorted((tmp_path / "generations").iterdir())
    assert [p.name for p in manifests] == ["00000003.json", "00000004.json", "00000005.json"]
    bodies = [json.loads(p.read_text())["manifest"] for p in manifests]
    named = {name for body in bodies for entry in body["blocks"] for name in entry.values()}
    # the lists of imports, and what the five commits changed, so that each can be taken back
    lists = {body["journal"] for body in bodies}
    layers = {name for entry in store.journal() for name in entry.layers}
    assert len(lists) == 3 and len(layers) == 5
    assert {p.name for p in (tmp_path / "objects").iterdir()} == named | lists | layers


def test_real_and_simulated_never_share_a_home(tmp_path: Path) -> None:
    demo = Store(tmp_path, simulated=True).commit(bars=bars())
    assert demo.simulated
    before = files(tmp_path)
    for act in (Store.read, lambda store: store.commit(bars=bars("A"))):
        with pytest.raises(StoreError, match="holds simulated data; real data needs its own"):
            act(Store(tmp_path))
    assert files(tmp_path) == before
    Store(tmp_path / "other").commit(bars=bars())
    with pytest.raises(StoreError, match="holds real data; simulated data needs its own"):
        Store(tmp_path / "other", simulated=True).read()


def test_private_files_in_private_directories(tmp_path: Path) -> None:
    home = tmp_path / "home"
    mask = os.umask(0)
    try:
        Store(home).commit(bars=bars(), holdings=[(holdings(), RAW)])
    finally:
        os.umask(mask)
    for path in (home, *home.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    # An owner who opens the directories to a desk need not do so again after each refresh.
    for path in (home, home / "objects", home / "generations"):
        path.chmod(0o750)
    Store(home).commit(bars=bars("A"))
    assert stat.S_IMODE(max((home / "generations").iterdir()).stat().st_mode) == 0o640


WATCH = """
import os, sys
from pathlib import Path
from cache.store.store import Store
seen = []
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
def watch(event, args):
    if event == "open" and args[2] & WRITES: seen.append((event, str(args[0])))
    if event.partition(".")[0] in ("fcntl",) or event in (
        "os.mkdir", "os.rename", "os.remove", "os.chmod", "os.truncate"): seen.append((event,))
home = Path(sys.argv[1])
sys.addaudithook(watch)
held = Store(home).read()
Store(home).generation()
Store(home).raw("IWM", held.holdings["IWM"][0].as_of)
print(held.generation, seen)
"""


@pytest.mark.process
def test_reading_writes_nothing_and_takes_no_lock(tmp_path: Path) -> None:
    Store(tmp_path).commit(bars=bars(), holdings=[(holdings(), RAW)])
    folders = (tmp_path / "objects", tmp_path / "generations", tmp_path)
    for path in folders:
        path.chmod(0o500)
    try:
        command = [sys.executable, "-c", WATCH, str(tmp_path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    finally:
        for path in reversed(folders):
            path.chmod(0o700)
    assert done.stdout.strip() == "1 []"


def test_no_room_leaves_what_was_held(tmp_path: Path) -> None:
    before = dump(Store(tmp_path).commit(bars=bars()))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, limits[1]))
        with pytest.raises(StoreError, match=r"cannot write to .*; the stored data are not lost"):
            Store(tmp_path).commit(bars=bars(days=sessions()[-600:]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert dump(Store(tmp_path).read()) == before
    assert not [name for name in files(tmp_path) if "/." in name]
    with pytest.raises(StoreError, match="cannot write to"):
        (tmp_path / "file").touch()
        Store(tmp_path / "file").commit(bars=bars())


def test_a_second_writer_waits_and_then_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path, timeout=0.1)
    contents = store.commit(bars=bars())
    with (tmp_path / "lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(StoreBusy, match="another process is writing to"):
            store.commit(bars=bars("A"))
        assert dump(store.read()) == dump(contents)
    assert store.commit(bars=bars("A")).generation == 2


def test_what_is_named_is_already_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store(tmp_path).commit()
    steps: list[tuple[str, str]] = []
    fsync, move = os.fsync, os.replace

    def synced(descriptor: int) -> None:
        steps.append(("sync", Path(f"/proc/self/fd/{descriptor}").readlink().name))
        fsync(descriptor)

    def moved(source: Path, target: Path) -> None:
        steps.append(("move", source.name))
        move(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", moved)
    Store(tmp_path).commit(bars=bars(), holdings=[(holdings(), RAW)])
    moves = [name for step, name in steps if step == "move"]
    assert moves[-2:] == [".00000001.json", ".head"]
    assert len(moves) > 6
    for name in moves:
        assert steps.index(("sync", name)) < steps.index(("move", name))
    # The objects' names last before the manifest is written, the manifest's before the answer,
    # and so does the way down to them, from where their disk begins.
    device = tmp_path.stat().st_dev
    way = itertools.takewhile(lambda path: path.stat().st_dev == device, tmp_path.parents)
    at = steps.index(("sync", ".00000001.json"))
    assert steps[at - 1 :] == [
        ("sync", "objects"),
        ("sync", ".00000001.json"),
        ("move", ".00000001.json"),
        *[("sync", path.name) for path in (tmp_path / "generations", tmp_path, *way)],
        # Only then is it named: a head never goes before what it names.
        *[("sync", ".head"), ("move", ".head"), ("sync", tmp_path.name)],
    ]
