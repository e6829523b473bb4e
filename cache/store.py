"""What is kept on disk: generations of files that are written once and never changed.

    HOME/objects/HASH.npy|json|raw     content, named by its SHA-256 (measured faster than BLAKE2b)
    HOME/generations/00000012.json     a manifest: the objects of one generation, under its own hash
    HOME/lock                          held by the one process that writes

Writing goes temporary file, fsync, rename, fsync of the directory; the manifest goes last, so
a generation is there whole or not at all. Reading takes no lock and writes nothing: the newest
manifest that verifies counts, each file is opened once and parsed from the bytes that were
hashed. Files take the mode of their directory, 0600 in 0700: an owner who lets a desk read
opens HOME and the two directories in it once.
"""

from __future__ import annotations

import errno
import fcntl
import io
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np

from cache.bars import EVENTS, MATRICES, Bars
from cache.errors import StoreBusy, StoreEmpty, StoreError
from cache.merge import merge
from core.frames import Block, Events, Holdings, LeftOut, Prices

SCHEMA: Final = 1
#: Generations that stay; objects that none of them names are deleted.
KEEP: Final = 3

Json = dict[str, Any]


class _Damaged(Exception):  # noqa: N818  caught here, never shown as an error
    """A file is missing or is not what its name says."""


@dataclass(frozen=True, eq=False, slots=True)
class Held:
    """One generation of the store, whole.

    Attributes:
        generation: its number; 0 before anything was committed.
        prices: every bar held.
        holdings: by fund, ascending by ``as_of``.
        simulated: the demo market, not a real one.
        damage: sentences: which newer generation is damaged and what is shown instead.
    """

    generation: int
    prices: Prices
    holdings: Mapping[str, tuple[Holdings, ...]]
    simulated: bool
    damage: tuple[str, ...] = ()


class Store:
    """Prices and holdings under one directory, which need not exist yet.

    Real and simulated data never share a directory: whichever came first decides.
    """

    def __init__(self, home: Path, *, simulated: bool = False, timeout: float = 30.0) -> None:
        """Nothing on disk is touched; ``timeout`` is the seconds to wait for another writer."""
        self.home = home
        self.simulated = simulated
        self._timeout = timeout
        self._objects = home / "objects"
        self._generations = home / "generations"

    def generation(self) -> int | None:
        """The newest generation's number, None where there is none: one listing, for polling.

        Compare it with its own last answer, not with ``Held.generation``: of a damaged
        generation an older one is shown.
        """
        return next(iter(self._numbers()), None)

    def read(self) -> Held:
        """The newest generation that is whole.

        Raises:
            StoreEmpty: nothing was ever committed.
            StoreError: no generation is whole, or HOME cannot be read or is of the other kind.
        """
        return self._newest()[1]

    def raw(self, fund: str, as_of: date) -> bytes:
        """The issuer's own file behind a fund's holdings, byte for byte, or StoreError."""
        for entry in self._newest()[0]["holdings"]:
            if (entry["fund"], entry["as_of"]) == (fund, str(as_of)):
                try:
                    return self._fetch(entry["raw"])
                except _Damaged as error:
                    raise StoreError(f"the file of {fund} as of {as_of} is lost: {error}") from None
        raise StoreError(f"no holdings of {fund} as of {as_of} are held")

    def commit(
        self,
        *,
        bars: Bars | None = None,
        holdings: Sequence[tuple[Holdings, bytes]] = (),
        forget: Sequence[tuple[str, date]] = (),
    ) -> Held:
        """Merge into the newest generation, write the next, return what is now held.

        Where nothing changes nothing is written.

        Args:
            bars: prices to merge.
            holdings: rows beside the issuer's bytes; equal bytes for a fund and date held
                already change nothing, other bytes replace them.
            forget: holdings to drop, by fund and date; they go before new ones come.

        Raises:
            FrameError: bars or holdings break their rules.
            SourceError: bars hold data that cannot be right.
            StoreBusy: another process writes for longer than the time-out.
            StoreError: HOME cannot be written or is of the other kind, or holdings to forget
                are not held; nothing has changed then.
        """
        if bars is not None:
            bars.check()
        for one, _ in holdings:
            one.check()
        with self._writing():
            try:
                body, held = self._newest()
            except StoreEmpty:
                body = {"blocks": [], "symbols": _described(Prices()), "holdings": []}
                held = Held(0, Prices(), {}, self.simulated)
            prices = held.prices if bars is None else merge(held.prices, bars)
            known = dict(zip(map(id, held.prices.blocks), body["blocks"], strict=True))
            blocks = [known.get(id(block)) or self._put_block(block) for block in prices.blocks]
            rows = {(one.fund, one.as_of): one for file in held.holdings.values() for one in file}
            files = dict(zip(rows, body["holdings"], strict=True))
            for key in forget:
                if key not in files:
                    raise StoreError(f"no holdings of {key[0]} as of {key[1]} are held")
                del files[key], rows[key]
            for one, raw in holdings:
                key, name = (one.fund, one.as_of), self._put(raw, "raw")
                if key not in files or files[key]["raw"] != name:
                    files[key], rows[key] = self._put_holdings(one, name), one
            listed = [files[key] for key in sorted(files)]
            after = {"blocks": blocks, "symbols": _described(prices), "holdings": listed}
            if all(after[name] == body[name] for name in after):
                return held
            number = max(self._numbers(), default=0) + 1
            _sync(self._objects)
            head: Json = {"schema": SCHEMA, "generation": number, "simulated": self.simulated}
            self._write(self._generations / f"{number:08d}.json", _sealed(_json(head | after)))
            _sync(self._generations)
            return Held(number, prices, _by_fund(rows.values()), self.simulated, held.damage)

    # Reading

    def _numbers(self) -> list[int]:
        """Numbers of the manifests on disk, newest first."""
        try:
            names = [path.name for path in self._generations.iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"cannot read {self._generations}: {error.strerror}") from error
        return sorted((int(n[:8]) for n in names if re.fullmatch(r"\d{8}\.json", n)), reverse=True)

    def _newest(self) -> tuple[Json, Held]:
        while True:
            numbers, damage = self._numbers(), list[str]()
            if not numbers:
                raise StoreEmpty(f"{self.home} holds no data yet")
            for number in numbers:
                try:
                    body = self._manifest(number)
                    prices = self._prices(body)
                    rows = [self._holdings(entry) for entry in body["holdings"]]
                except _Damaged as error:
                    # A writer may have dropped this generation while it was being read.
                    if self._numbers() != numbers:
                        break
                    damage.append(f"generation {number} is damaged ({error})")
                else:
                    told = tuple(f"{d}; generation {number} is shown instead" for d in damage)
                    return body, Held(number, prices, _by_fund(rows), self.simulated, told)
            else:
                raise StoreError(
                    f"no generation in {self.home} is whole: {'; '.join(damage)}; "
                    "restore a copy of this directory, or move it away and start anew"
                )

    def _manifest(self, number: int) -> Json:
        path = self._generations / f"{number:08d}.json"
        data = _opened_once(path)
        text = data[len(_sealed(b"")) - 2 : -2]
        if data != _sealed(text):
            raise _Damaged(f"generations/{path.name} does not match its own hash")
        body: Json = json.loads(text)
        if body["schema"] > SCHEMA:
            raise StoreError(f"{self.home} was written by a newer release of this program")
        if body["generation"] != number:
            raise _Damaged(f"generations/{path.name} is generation {body['generation']}, renamed")
        if body["simulated"] != self.simulated:
            there, here = ("simulated", "real") if body["simulated"] else ("real", "simulated")
            raise StoreError(f"{self.home} holds {there} data; {here} data needs its own directory")
        return body

    def _fetch(self, name: str) -> bytes:
        data = _opened_once(self._objects / name)
        if sha256(data).hexdigest() != name.partition(".")[0]:
            raise _Damaged(f"objects/{name} does not match its hash")
        return data

    def _prices(self, body: Json) -> Prices:
        facts: Json = {
            field: {symbol: _FACTS[field](text) for text, names in groups for symbol in names}
            for field, groups in body["symbols"].items()
        }
        return Prices(tuple(self._block(entry) for entry in body["blocks"]), **facts)

    def _block(self, entry: Json) -> Block:
        parts = {field: _array(self._fetch(name)) for field, name in entry.items()}
        for field in EVENTS:
            if field in parts:
                row, col = parts[field][:, :2].T.astype(np.intp)
                parts[field] = Events(row, col, parts[field][:, 2].copy())
        return Block(**{**parts, "symbols": tuple(parts["symbols"].tolist())})

    def _holdings(self, entry: Json) -> Holdings:
        text: Json = json.loads(self._fetch(entry["text"]))
        text |= {name: tuple(text[name]) for name in _TEXTS}
        text["others"] = tuple(LeftOut(*other) for other in text["others"])
        text["as_of"] = date.fromisoformat(text["as_of"])
        text["fetched_at"] = text["fetched_at"] and datetime.fromisoformat(text["fetched_at"])
        numbers = _array(self._fetch(entry["numbers"]))
        return Holdings(**text, **dict(zip(_NUMBERS, numbers, strict=True)))

    # Writing, under the lock

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            for path in (self.home, self._objects, self._generations):
                if not path.is_dir():
                    path.mkdir(0o700, parents=True, exist_ok=True)
                    _sync(path.parent)
            with os.fdopen(os.open(self.home / "lock", os.O_RDWR | os.O_CREAT, 0o600)) as file:
                self._acquire(file.fileno())
                try:
                    yield
                finally:
                    with suppress(OSError, StoreError, _Damaged):
                        self._tidy()
        except OSError as error:
            why = f"{error.strerror}; what was held is unchanged"
            raise StoreError(f"cannot write to {self.home}: {why}") from error

    def _acquire(self, lock: int) -> None:
        deadline = time.monotonic() + self._timeout
        while True:
            with suppress(BlockingIOError):
                return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if time.monotonic() >= deadline:
                raise StoreBusy(f"another process is writing to {self.home}; try again later")
            time.sleep(0.02)

    def _put_block(self, block: Block) -> Json:
        parts: dict[str, Any] = {"sessions": block.sessions, "symbols": np.array(block.symbols)}
        parts |= {name: getattr(block, name) for name in MATRICES}
        for name in EVENTS:
            events: Events = getattr(block, name)
            if len(events):
                parts[name] = np.stack([events.row, events.col, events.value], axis=1)
        kept = {name: array for name, array in parts.items() if array is not None}
        return {name: self._put(_npy(array), "npy") for name, array in kept.items()}

    def _put_holdings(self, rows: Holdings, raw: str) -> Json:
        names = [field.name for field in fields(rows) if field.name not in _NUMBERS]
        text: Json = {name: getattr(rows, name) for name in names}
        text["others"] = [astuple(other) for other in rows.others]
        numbers = np.stack([getattr(rows, name) for name in _NUMBERS], dtype=np.float64)
        entry = {"fund": rows.fund, "as_of": str(rows.as_of), "raw": raw}
        entry["text"] = self._put(_json(text), "json")
        entry["numbers"] = self._put(_npy(numbers), "npy")
        return entry

    def _put(self, data: bytes, kind: str) -> str:
        """Write content under its hash; a damaged file of that name is replaced."""
        name = f"{sha256(data).hexdigest()}.{kind}"
        path = self._objects / name
        if not path.is_file() or path.read_bytes() != data:
            self._write(path, data)
        return name

    def _write(self, path: Path, data: bytes) -> None:
        # One writer at a time: the name is free, or left over from one that was killed.
        temporary = path.with_name(f".{path.name}")
        with temporary.open("wb") as file:
            os.fchmod(file.fileno(), path.parent.stat().st_mode & 0o666)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

    def _tidy(self) -> None:
        """Drop old generations, then what no other names, then what killed writers left.

        While one of the kept manifests is damaged no object goes: nobody can say which it needs.
        """
        numbers = self._numbers()
        # Manifests first: a reader that misses an object finds the listing changed, and retries.
        for number in numbers[KEEP:]:
            (self._generations / f"{number:08d}.json").unlink()
        bodies = [self._manifest(number) for number in numbers[:KEEP]]
        entries = [entry for body in bodies for entry in (*body["blocks"], *body["holdings"])]
        used = {name for entry in entries for name in entry.values()}
        for path in (*self._objects.iterdir(), *self._generations.glob(".*")):
            if path.name not in used:
                path.unlink()


#: Columns of holdings, and what is known of each symbol with its way back from text.
_TEXTS: Final = ("symbols", "names", "sectors", "identifiers")
_NUMBERS: Final = ("quantity", "price", "value")
_FACTS: Final[Mapping[str, Callable[[str], Any]]] = {
    **dict.fromkeys(("through", "provisional"), date.fromisoformat),
    **dict.fromkeys(("source", "failures"), str),
    "fetched_at": datetime.fromisoformat,
}


def _sealed(text: bytes) -> bytes:
    """A manifest around its own hash: ``text`` settles every byte of the file."""
    return b'{"sha256":"%s","manifest":%s}\n' % (sha256(text).hexdigest().encode(), text)


def _opened_once(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        # Only the disk itself can damage a generation: not a lack of rights or of descriptors.
        if error.errno in (errno.ENOENT, errno.EIO):
            raise _Damaged(f"{path.parent.name}/{path.name}: {error.strerror}") from error
        raise StoreError(f"cannot read {path}: {error.strerror}") from error


def _sync(directory: Path) -> None:
    """Make renames in a directory last through a power cut."""
    opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _json(value: Json) -> bytes:
    return json.dumps(value, separators=(",", ":"), default=str).encode("ascii")


def _npy(array: np.ndarray[Any, Any]) -> bytes:
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(array), allow_pickle=False)
    return file.getvalue()


def _array(data: bytes) -> Any:
    """A read-only view of a .npy file's bytes: nothing is copied, nothing unpickled."""
    file = io.BytesIO(data)
    np.lib.format.read_magic(file)
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    return np.frombuffer(data, dtype, offset=file.tell()).reshape(shape)


def _by_fund(rows: Iterable[Holdings]) -> dict[str, tuple[Holdings, ...]]:
    result: dict[str, tuple[Holdings, ...]] = {}
    for one in sorted(rows, key=lambda one: (one.fund, one.as_of)):
        result[one.fund] = (*result.get(one.fund, ()), one)
    return result


def _described(prices: Prices) -> dict[str, list[list[Any]]]:
    """What is known of each symbol, grouped by equal values: [[value, [symbols]], ...]."""
    result: dict[str, list[list[Any]]] = {}
    for field in _FACTS:
        groups: dict[str, list[str]] = {}
        for symbol, value in sorted(getattr(prices, field).items()):
            groups.setdefault(str(value), []).append(symbol)
        result[field] = [[text, groups[text]] for text in sorted(groups)]
    return result
