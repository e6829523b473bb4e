"""A shared copy in an object store: published to a bucket, and read through a local copy.

    ADDRESS/published.json           the pointer: generation, manifest, facts, under its hash
    ADDRESS/objects/HASH.KIND        immutable; a manifest is one of them, and so are the facts

What is published is put object by object, and the pointer last and conditionally: two publishers
cannot mix, and a reader sees one whole generation or the next. A reader's copy is a directory
as `cache.store.publish` makes one: only objects that it lacks come, each is checked against its
name before it is kept, and where the line is down the last whole generation is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cache.facts import regular_files
from cache.facts.errors import StoreBusy, StoreError
from cache.store import disk, head, objects, owner, pack
from cache.store.bucket import UnreachableError
from cache.store.manifest import object_names
from cache.store.mirror import Copy
from cache.store.objects import Damaged
from cache.store.owner import MARKER
from cache.store.publish import FACTS, fact
from cache.store.reading import STRANGE
from core.data.record import record

if TYPE_CHECKING:
    from cache.store.bucket import Bucket
    from cache.store.store import Store

_OBJECTS: Final = "objects"
_MARKET: Final = "market"
_SCHEMA: Final = 1
#: Requests that wait for an answer at a time.
_AT_ONCE: Final = 8


@record(frozen=True, slots=True)
class Uploaded:
    """The result of a publication to a bucket.

    Attributes:
        generation: the generation now published.
        before: the one published until now, None where there was none.
        damage: sentences: which newer generation of the store is damaged, and what is shown.
        objects: how many were put.
        bytes_sent: bytes sent.
        requests: how many were made.
    """

    generation: int
    before: int | None
    damage: tuple[str, ...]
    objects: int
    bytes_sent: int
    requests: int


def upload(store: Store, config: Path, bucket: Bucket, now: datetime) -> Uploaded:
    """Publish the newest whole generation of a store.

    Args:
        store: what is published.
        config: directory of the publisher's themes and funds.
        bucket: the place.
        now: with a time zone.

    Raises:
        StoreEmpty: nothing is stored.
        StoreError: the store is damaged, the place holds something else, or is not reached.
        OvertakenError: somebody else has published meanwhile; what they published stands.
    """
    before = bucket.pointer(MARKER)
    fields = _fields(before.data, bucket.address) if before is not None else None
    sizes = bucket.sizes()
    # the pointer may have come meanwhile: then this publication is overtaken, at its end
    others = [n for n in sizes if n != MARKER and not n.startswith(f"{_OBJECTS}/")]
    if fields is None and others:
        raise StoreError(f"{bucket.address} holds other files; publish under an empty prefix")
    facts = {name: data for name in FACTS if (data := fact(config / name)) is not None}
    while True:
        numbers, newest = store._numbers(), head.read(store.home)
        body, contents = store._newest()
        try:
            manifest = objects.read(store._generations / f"{contents.generation:08d}.json")
            count = _put_all(bucket, sizes, _pieces(store, body, manifest, facts))
        except Damaged as error:
            # the store's writer may have dropped it meanwhile: then there is a newer
            if store._numbers() != numbers:
                continue
            raise StoreError(f"{store.home} is damaged: {error}") from None
        break
    pointer = {
        "schema": _SCHEMA,
        "generation": contents.generation,
        "newest": max(contents.generation, newest, *numbers),
        "at": now.isoformat(timespec="seconds"),
        "manifest": _name(manifest, "json"),
        "facts": {name: _name(data, "toml") for name, data in facts.items()},
    }
    bucket.point(MARKER, pack.seal(pack.to_json(pointer)), before)
    return Uploaded(
        contents.generation,
        None if fields is None else fields["generation"],
        contents.damage,
        count,
        bucket.bytes_sent,
        bucket.requests,
    )


def _pieces(
    store: Store, body: Any, manifest: bytes, facts: Mapping[str, bytes]
) -> Iterator[tuple[str, bytes]]:
    """Every object of a generation, its name first."""
    for name in sorted(object_names(body)):
        yield name, bytes(store._fetch(name))
    yield _name(manifest, "json"), manifest
    for data in facts.values():
        yield _name(data, "toml"), data


def _put_all(bucket: Bucket, sizes: dict[str, int], pieces: Iterable[tuple[str, bytes]]) -> int:
    """Put the objects that are not there in their full size; returns how many."""
    count = 0
    for name, data in pieces:
        path = f"{_OBJECTS}/{name}"
        if sizes.get(path) != len(data):
            bucket.put(path, data)
            sizes[path] = len(data)
            count += 1
    return count


class CopyReader:
    """Updates a reader's copy to what is published, once or again and again.

    Args:
        bucket: where it is published.
        home: the copy: a directory of the reader's own, made where there is none.
        quick: the same place, asked without patience for the pointer while a generation is stored.
    """

    def __init__(self, bucket: Bucket, home: Path, quick: Bucket | None = None) -> None:
        self.home, self._bucket, self._quick = home, bucket, quick or bucket
        #: The pointer that the copy was brought to, and why that failed where it did.
        self._pointer: bytes | None = None
        self._trouble: StoreError | None = None

    def bring(self) -> str:
        """Copy what is published now; without a connection the copy stays as it is.

        A look that finds the pointer of the look before costs one request and reads no file: also
        where what it points to could not be taken, which another publication mends.

        Returns:
            "" where the copy is what is published now, else a sentence on why not, which ends with
            the day and time of what is shown.

        Raises:
            StoreError: nothing is published, or it cannot be reached, is damaged or cannot be
                kept, and no generation is stored here.
        """
        owner.check(self.home, writing=True)
        copy = _LocalCopy(self.home / _MARKET)
        stored = copy.generation() is not None
        try:
            self._take(copy, self._quick if stored else self._bucket)
            return ""
        except StoreError as error:
            mark = _marked(self.home)
            if not stored or mark is None:
                raise
            with suppress(OSError):
                # for the screen, which is drawn over what is said here
                _mark(self.home, {**mark, "failure": str(error)}, self._bucket)
            return (
                f"{error}; shown is the last whole generation here, {mark['generation']},"
                f" published {mark['at']}"
            )

    def _take(self, copy: _LocalCopy, bucket: Bucket) -> None:
        """Copy what the pointer names, unless that was tried already."""
        before, self._pointer = self._pointer, None
        pointer = bucket.pointer(MARKER)
        if pointer is None:
            raise StoreError(f"nothing is published at {self._bucket.address}")
        if pointer.data != before:
            self._trouble = None
            try:
                self._bring(copy, _fields(pointer.data, self._bucket.address))
            except (UnreachableError, StoreBusy):
                raise
            except OSError as error:
                self._trouble = StoreError(f"cannot write to {self.home}: {error.strerror}")
            except StoreError as error:
                self._trouble = error
        self._pointer = pointer.data
        if self._trouble is not None:
            raise self._trouble

    def _bring(self, copy: _LocalCopy, fields: Mapping[str, Any]) -> None:
        copy.take(self._bucket, fields)
        for name in FACTS:
            _bring_fact(self._bucket, fields["facts"].get(name), self.home / name)
        _mark(self.home, {"generation": fields["generation"], "at": fields["at"]}, self._bucket)


def _bring_fact(bucket: Bucket, name: str | None, target: Path) -> None:
    """Bring a file of facts to what is published, or remove it where the publisher has none."""
    if name is None:
        disk.remove(target)
    elif _whole(target, name) is None:
        disk.write(target, _checked(bucket, name))


class _LocalCopy(Copy):
    """A store that is only filled from a bucket."""

    def take(self, bucket: Bucket, fields: Mapping[str, Any]) -> None:
        """Copy the objects of the published generation that are not here, the manifest last."""
        target = self._generations / f"{fields['generation']:08d}.json"
        manifest = _whole(target, fields["manifest"])
        at_hand = manifest is not None
        if manifest is None:
            manifest = _checked(bucket, fields["manifest"])
        try:
            names = sorted(object_names(pack.unseal(manifest) or {}))
        except STRANGE:
            raise StoreError(f"{bucket.address}: its manifest is not one of a store") from None
        lacking = [name for name in names if _whole(self._objects / name, name) is None]
        if at_hand and not lacking and head.read(self.home) == fields["newest"]:
            return
        with self._writing():
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                answers = [pool.submit(_checked, bucket, name) for name in lacking]
                try:
                    for answer, name in zip(answers, lacking, strict=True):
                        self._put(answer.result(), name.rpartition(".")[2])
                finally:
                    # after a failure nobody waits for the others
                    pool.shutdown(wait=False, cancel_futures=True)
            disk.sync(self._objects)
            disk.write(target, manifest)
            ahead = [number for number in self._numbers() if number > fields["generation"]]
            self._settle()
            head.write(self.home, fields["newest"])
            for number in ahead:
                disk.remove(self._generations / f"{number:08d}.json")
            self._settle()


def _whole(path: Path, name: str) -> bytes | None:
    """A file's bytes where they are what its object's name says, else None."""
    try:
        data = objects.read(path)
    except Damaged:
        return None
    return data if sha256(data).hexdigest() == name.partition(".")[0] else None


def _checked(bucket: Bucket, name: str) -> bytes:
    """Return an object's bytes, which have the hash that its name says.

    Raises:
        StoreError: it is missing or damaged.
    """
    data = bucket.get(f"{_OBJECTS}/{name}")
    if data is None:
        raise StoreError(f"{bucket.address} lacks {name}; its owner's next publication mends it")
    if sha256(data).hexdigest() != name.partition(".")[0]:
        raise StoreError(f"{name} in {bucket.address} is damaged: it is not what its name says")
    return data


def _name(data: bytes, kind: str) -> str:
    return f"{sha256(data).hexdigest()}.{kind}"


def _fields(data: bytes, address: str) -> dict[str, Any]:
    """The pointer's fields.

    Raises:
        StoreError: it is damaged, no pointer, or a newer release's.
    """
    try:
        fields: Any = pack.unseal(data)
    except ValueError:
        fields = None
    if not isinstance(fields, dict) or not isinstance(fields.get("generation"), int):
        raise StoreError(f"{MARKER} at {address} is damaged, or is not of this program")
    if fields.get("schema") != _SCHEMA:
        raise StoreError(f"{address} was published by a newer release; install it")
    return fields


def _mark(home: Path, published: Mapping[str, Any], bucket: Bucket) -> None:
    """Write the record of what this copy holds: from where, and why nothing newer came."""
    body = {
        "schema": 1,
        "generation": published["generation"],
        "at": published["at"],
        "address": bucket.address,
        "failure": published.get("failure", ""),
    }
    data = json.dumps(body).encode() + b"\n"
    if regular_files.read_or_none(home / MARKER) != data:
        disk.replace(home / MARKER, data)


def _marked(home: Path) -> dict[str, Any] | None:
    """The record of what this copy holds, None where there is no whole one."""
    try:
        body = json.loads(regular_files.read_or_none(home / MARKER) or b"")
        return body if isinstance(body["at"], str) and isinstance(body["generation"], int) else None
    except (ValueError, KeyError, TypeError):
        return None
