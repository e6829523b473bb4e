"""Reading the store's files: whatever stands in a file's place, and whatever a read does."""

from __future__ import annotations

import errno
import io
import itertools
import os
import random
import signal
import socket
import stat
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cache.facts.errors import StoreError
from cache.store import objects, pack
from cache.store.objects import Damaged, FileMemory
from cache.store.store import Store
from tests.cache.stores import RAW, bars, dump, holdings, manifest, rich

MIB = 1 << 20
TERABYTES = 5 << 40


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """A read that waits ends the test."""
    signal.alarm(60)
    yield
    signal.alarm(0)


def instead(monkeypatch: pytest.MonkeyPatch, **calls: Callable[..., Any]) -> None:
    """Take the place of calls of the system that reading makes."""
    monkeypatch.setattr(objects, "os", SimpleNamespace(**{**vars(os), **calls}))


def both(path: Path) -> list[bytes]:
    """A file's bytes as read alone and as read among others."""
    return [objects.read(path), bytes(FileMemory([path]).read(path))]


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 7])
def test_files_of_every_size_come_back_as_they_are(tmp_path: Path, size: int) -> None:
    contents = [np.random.default_rng(n).bytes(size) for n in range(3)]
    paths = [tmp_path / str(n) for n in range(3)]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    memory = FileMemory(paths)
    found = [memory.read(path) for path in paths]
    # Only now: none stands where another was written.
    assert [bytes(one) for one in found] == contents == [objects.read(path) for path in paths]
    assert all(isinstance(one, bytes) or one.readonly for one in found)


def test_short_reads_are_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, content = tmp_path / "one", np.random.default_rng(1).bytes(2 * MIB)
    path.write_bytes(content)
    instead(
        monkeypatch,
        read=lambda opened, size: os.read(opened, min(size, 70_001)),
        readv=lambda opened, buffers: os.readv(opened, [buffers[0][:70_001]]),
    )
    assert both(path) == [content] * 2


@pytest.mark.parametrize("after", [0, 5, MIB, MIB + 5, 2 * MIB, 3 * MIB])
def test_a_file_that_changes_its_size_meanwhile_is_what_it_is_now(
    tmp_path: Path, after: int
) -> None:
    path, content = tmp_path / "one", np.random.default_rng(2).bytes(3 * MIB)
    path.write_bytes(content[: 2 * MIB])
    memory = FileMemory([path])
    path.write_bytes(content[:after])
    assert memory.read(path) == content[:after]


def test_a_file_cut_short_while_it_is_read_is_not_made_whole_by_old_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, content = tmp_path / "one", np.random.default_rng(3).bytes(2 * MIB)
    path.write_bytes(content)
    whole = path.stat()
    with monkeypatch.context() as patch:
        # As memory is that held the same file before.
        stale = np.frombuffer(bytearray(content), np.uint8)
        patch.setattr(objects, "np", SimpleNamespace(empty=lambda *_: stale, uint8=np.uint8))
        memory = FileMemory([path])
    path.write_bytes(content[:MIB])
    instead(monkeypatch, fstat=lambda opened: whole)
    assert memory.read(path) == content[:MIB] == objects.read(path)


def test_a_file_that_grows_without_end_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one"
    path.write_bytes(b"x" * 2 * MIB)
    instead(
        monkeypatch,
        read=lambda opened, size: b"y" * min(size, MIB),
        readv=lambda opened, buffers: min(len(buffers[0]), MIB),
    )
    assert [len(content) for content in both(path)] == [2 * MIB] * 2


#: What the disk cannot give is damage; what the system refuses is none.
GIVEN_UP = (errno.EIO, errno.ENOENT, errno.ELOOP, errno.EBADMSG, 117)
REFUSED = (errno.EACCES, errno.EMFILE, errno.ENOMEM, errno.EAGAIN)


def test_a_call_that_fails_is_damage_or_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert os.strerror(117) == "Structure needs cleaning"
    path = tmp_path / "one"
    path.write_bytes(b"x" * 2 * MIB)
    memory = FileMemory([path])

    def failing(number: int) -> Callable[..., None]:
        def fails(*_: object) -> None:
            raise OSError(number, os.strerror(number))

        return fails

    calls, wrong = ("stat", "open", "fstat", "read", "readv"), []
    for call, number in itertools.product(calls, (*GIVEN_UP, *REFUSED)):
        expected = Damaged, f"{tmp_path.name}/one: {os.strerror(number)}"
        if number in REFUSED:
            expected = StoreError, f"cannot read {path}: {os.strerror(number)}"
        read = objects.read if call == "read" else memory.read
        with monkeypatch.context() as patch:
            instead(patch, **{call: failing(number)})
            try:
                read(path)
                raised = None
            except (Damaged, StoreError) as error:
                raised = type(error), str(error)
        if raised != expected:
            wrong.append((call, number, raised))
    assert not wrong


def test_without_memory_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, content = tmp_path / "one", b"x" * 2 * MIB
    path.write_bytes(content)

    def none(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(objects, "np", SimpleNamespace(empty=none, uint8=np.uint8))
        memory = FileMemory([path])
    # Not in one piece, but a file at a time.
    assert memory.read(path) == content
    instead(monkeypatch, read=none)
    with pytest.raises(StoreError, match=f"cannot read {path}: there is not enough memory"):
        memory.read(path)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def _sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, TERABYTES)


KINDS = {
    "a pipe": _pipe,
    "a socket": _socket,
    "a directory": Path.mkdir,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "terabytes of nothing": _sparse,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("looked", [True, False], ids=["as it is", "put there after the look"])
def test_what_is_no_file_of_a_store_is_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, looked: bool
) -> None:
    good, path = tmp_path / "good", tmp_path / "one"
    good.write_bytes(b"x" * 2 * MIB)
    before = good.stat()
    KINDS[kind](path)
    if not looked:
        instead(monkeypatch, stat=lambda found: before)
    memory = FileMemory([path])
    for read in (memory.read, objects.read):
        # A socket cannot be opened at all.
        refused = StoreError if kind == "a socket" and not looked else Damaged
        with pytest.raises(refused, match=f"{tmp_path.name}/one"):
            read(path)


@pytest.mark.skipif(not Path("/proc/kmsg").exists(), reason="Linux has it")
def test_a_file_of_no_size_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("/proc/kmsg")
    try:
        assert both(tmp_path / "one") == [b"", b""]
    except StoreError as error:
        assert "Operation not permitted" in str(error) or "Permission denied" in str(error)


def test_many_files_that_lie_of_their_size_leave_the_generation_before(tmp_path: Path) -> None:
    store = Store(tmp_path)
    before = dump(store.commit(bars=rich()))
    shared = set((tmp_path / "objects").iterdir())
    store.commit(bars=bars("NEW", ("2025-12-30", "2026-01-02")), holdings=[(holdings(), RAW)])
    new = [path for path in (tmp_path / "objects").glob("*.npy") if path not in shared]
    assert len(new) > 3
    for path in new:
        os.truncate(path, 8 * MIB)
    for path in new[:2]:
        os.truncate(path, TERABYTES)
    with pytest.MonkeyPatch.context() as patch:
        # As where each may be, and all together are more than there is memory.
        patch.setattr(objects, "MOST", 2 * TERABYTES)
        assert isinstance(FileMemory(new).read(new[2]), bytes)
    contents = store.read()
    assert dump(contents) == before
    assert "generation 2 is damaged" in contents.damage[0]
    # And a commit puts right what it needs again.
    store.commit(bars=bars("NEW", ("2025-12-30", "2026-01-02")), holdings=[(holdings(), RAW)])
    assert store.read().damage == ()
    assert all(path.stat().st_size < MIB for path in (tmp_path / "objects").glob("*.npy"))


# Bytes that are what their name says, and yet no array of a store


def header(shape: str, *, kind: str = "<f8", columns: str = "False", off: int = 0) -> bytes:
    """A header as the format asks for, whose length may be stated wrong."""
    text = f"{{'descr': '{kind}', 'fortran_order': {columns}, 'shape': {shape}, }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + (len(text) + off).to_bytes(2, "little") + text.encode()


LIES = {
    "shape too large": header("(1000000000000, 5)") + bytes(80),
    "shape too small": header("(1, 2)") + bytes(80),
    "shape without end": header(f"({'9' * 5000},)"),
    "shape below nothing": header("(-1, 3)") + bytes(48),
    "columns first": header("(2, 3)", columns="True") + bytes(48),
    "objects": header("(1,)", kind="|O") + bytes(8),
    "no size of an element": header("(2,)", kind="<U0"),
    "no such kind": header("(2, 3)", kind="<q9") + bytes(48),
    "no Python": header("((((((") + bytes(48),
    "longer than said": header("(2, 3)", off=-8) + bytes(48),
    "shorter than said": header("(2, 3)", off=8) + bytes(48),
    "half a number": header("(2, 3)") + bytes(47),
    "no header": b"\x93NUMPY\x01\x00\xff\xff",
    "nothing": b"",
    "another's": header("(3, 2)") + bytes(48),
    "whole numbers": header("(2, 3)", kind="<i8") + bytes(48),
}


def forged(home: Path, field: str, data: bytes) -> None:
    """Put other bytes into the newest generation, every hash put right."""
    name = f"{sha256(data).hexdigest()}.npy"
    (home / "objects" / name).write_bytes(data)
    body = manifest(home)
    body["blocks"][-1][field] = name
    path = max((home / "generations").iterdir())
    path.write_bytes(pack.seal(pack.to_json(body)))


def test_a_header_that_lies_is_refused_and_nothing_built_over_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.commit(bars=bars("A"))
    store.commit(bars=bars("B", ("2026-01-02", "2026-01-05")))
    store.commit(bars=bars("C", ("2026-01-02", "2026-01-05")))
    assert store.read().prices.blocks[-1].close.shape == (2, 3)
    generations = tmp_path / "generations"
    newest = (generations / "00000003.json").read_bytes()
    said, built_over = {lie: list[str]() for lie in LIES}, list[str]()
    for lie, data in LIES.items():
        forged(tmp_path, "close", data)
        before = {path.name: path.read_bytes() for path in generations.iterdir()}
        for act in (Store.read, lambda one: one.commit(bars=bars("D"))):
            try:
                act(store)
            except StoreError as error:
                said[lie].append(str(error))
        if {path.name: path.read_bytes() for path in generations.iterdir()} != before:
            built_over.append(lie)
        (generations / "00000003.json").write_bytes(newest)
    assert not built_over
    words = f"generation 3 in {tmp_path} is whole, but not such"
    taken = [lie for lie in LIES if [one.startswith(words) for one in said[lie]] != [True] * 2]
    assert not taken


def test_an_event_outside_its_block_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.commit(bars=rich())
    there = np.array([[0.0, 0.0, 0.5]])
    for event in ([5.0, 0.0, 1.0], [0.0, -1.0, 1.0], [np.nan, 0.0, 1.0]):
        forged(tmp_path, "dividend", pack.npy_bytes(np.vstack([there, [event]])))
        with pytest.raises(StoreError, match="is whole, but not such as this release writes"):
            store.read()
    forged(tmp_path, "dividend", pack.npy_bytes(there))
    assert store.read().prices.blocks[-1].dividend.value.tolist() == [0.5]


@pytest.mark.filterwarnings("ignore:Reading:UserWarning")
@pytest.mark.parametrize(
    "array",
    [
        np.zeros(0),
        np.zeros((0, 5)),
        np.zeros((5, 0)),
        np.array([], "<U1"),
        np.array(["", "NA"]),
        np.array([], "<M8[D]"),
        np.array(["2026-01-02"], "<M8[D]"),
        np.arange(6.0).reshape(2, 3),
        np.arange(6.0).reshape(2, 3).T,
    ],
)
def test_headers_are_read_as_numpy_reads_them(array: Any) -> None:
    data, chance = pack.npy_bytes(array), random.Random(4)
    _same(pack.npy_array(data), np.load(io.BytesIO(data)))
    read = 0
    for _ in range(2000):
        changed = bytearray(data)
        for _ in range(chance.randrange(1, 4)):
            changed[chance.randrange(8, len(data))] = chance.choice(b"0123456789(), <|fiUMT'\n\x80")
        try:
            found = pack.npy_array(bytes(changed))
        except (ValueError, TypeError):
            continue
        _same(found, np.load(io.BytesIO(changed)))
        read += 1
    assert read


def _same(found: Any, meant: Any) -> None:
    assert (found.shape, found.dtype) == (meant.shape, meant.dtype)
    assert found.tobytes() == meant.tobytes()


def test_what_is_too_large_to_read_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    before = dump(store.commit(bars=bars()))
    monkeypatch.setattr(objects, "MOST", 1000)
    with pytest.raises(StoreError, match=r"1,001 bytes in one piece are more than a store takes"):
        store.commit(holdings=[(holdings(), bytes(1001))])
    assert dump(store.read()) == before
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
