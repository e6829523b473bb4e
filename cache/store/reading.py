"""Read a store as `cache.store.store` lays it out: the newest complete generation."""

from __future__ import annotations

import os
import re
from datetime import date
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from cache.facts.errors import StoreEmpty, StoreError
from cache.store import head, objects, owner, pack
from cache.store.compression import issuers_file
from cache.store.directory_guard import DirectoryGuard
from cache.store.journal import Journal, unpack_journal
from cache.store.manifest import Contents, aside_of, unknown
from cache.store.objects import Damaged
from core.data.frames import Announcement, Block, Holdings, Prices

if TYPE_CHECKING:
    from cache.store.pack import Json

#: The version of what a manifest holds.
SCHEMA: Final = 3

Announced = tuple[Announcement, ...]
Bytes = TypeVar("Bytes", bytes, "bytes | memoryview")
#: What reading raises where bytes that match their hash are not such as this release writes.
STRANGE: Final = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


class StoreReader:
    """The contents of one directory, which need not exist yet.

    Real and simulated data never share a directory: whichever came first decides.
    """

    def __init__(self, home: Path, *, simulated: bool = False, timeout: float = 30.0) -> None:
        """Open nothing on disk yet; ``timeout`` is the seconds to wait for another writer."""
        self.home = home
        self.simulated = simulated
        self._timeout = timeout
        self.guard = DirectoryGuard(home)
        self._objects = home / "objects"
        self._generations = home / "generations"

    def generation(self) -> int | None:
        """The newest generation's number, None where there is none: one listing, for polling.

        Compare it with its last answer, not with ``Contents.generation``: of a damaged
        generation an older one is shown.
        """
        return next(iter(self._numbers()), None)

    def identity(self) -> str | None:
        """Return what identifies the newest generation, also against another store in this place.

        Its number and its manifest's hash, None where there is none: for polling.
        """
        number = self.generation()
        if number is None:
            return None
        return f"{number} {objects.beginning(self._generations / f'{number:08d}.json').hex()}"

    def read(self) -> Contents:
        """Return the newest generation that is whole.

        Raises:
            StoreEmpty: nothing was ever committed.
            StoreError: no generation is whole, or HOME cannot be read or is of the other kind.
        """
        return self._newest()[1]

    def read_or_empty(self) -> Contents:
        """Return what `read` does, without bars and files where nothing was ever committed."""
        try:
            return self.read()
        except StoreEmpty:
            return Contents(0, Prices(), {}, self.simulated)

    def raw(self, fund: str, as_of: date) -> bytes:
        """Return the issuer's file behind a fund's holdings, byte for byte."""
        for entry in self._newest()[0]["holdings"]:
            if (entry["fund"], entry["as_of"]) == (fund, str(as_of)):
                try:
                    return issuers_file(entry["raw"], self._fetch(entry["raw"]))
                except (Damaged, ValueError) as error:
                    raise StoreError(f"the file of {fund} as of {as_of} is lost: {error}") from None
        raise StoreError(f"no holdings file of {fund} as of {as_of}")

    def journal(self) -> Journal:
        """Return the journal, oldest entry first, as far back as it is stored.

        Raises:
            StoreEmpty, StoreError: as for `read`; or the list is damaged.
        """
        try:
            return self._journal(self._newest()[0])
        except Damaged as error:
            raise StoreError(f"the list of imports is lost: {error}") from None

    def _numbers(self) -> list[int]:
        """Numbers of the manifests on disk, newest first."""
        try:
            names = [path.name for path in self._generations.iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"cannot read {self._generations}: {error.strerror}") from error
        numbers = (int(name[:8]) for name in names if re.fullmatch(r"[0-9]{8}\.json", name))
        return sorted(numbers, reverse=True)

    def _newest(self) -> tuple[Json, Contents]:
        self._check(writing=False)
        while True:
            # Before the listing: a commit between the two only adds to that.
            first = head.read(self.home)
            numbers, damage = self._numbers(), list[str]()
            if first > max(numbers, default=0):
                if head.read(self.home) != first:
                    continue  # a published copy went back
                damage.append(f"generation {first} is missing")
            elif not numbers:
                raise StoreEmpty(
                    f"{self.home} holds no data yet: `internals refresh` fetches,"
                    " `internals import` takes your files, `internals --demo` shows"
                )
            for number in numbers:
                try:
                    body = self._manifest(number)
                    prices = self._prices(body)
                    rows = [self._holdings(entry) for entry in body["holdings"]]
                    announced = self._announced(body)
                    industries = tuple(
                        pack.unpack_industries(self._fetch(name))
                        for name in body.get("industries", ())
                    )
                except Damaged as error:
                    # A writer may have dropped this generation while it was being read.
                    if self._numbers() != numbers:
                        break
                    damage.append(f"generation {number} is damaged ({error})")
                except STRANGE as error:
                    # No damage: the next commit would build on an older one, and this be lost.
                    raise StoreError(
                        f"generation {number} in {self.home} is whole, but not such as this release"
                        f" writes ({error}); read it with the release that wrote it, or restore a"
                        " copy of this directory"
                    ) from error
                else:
                    sentences = tuple(f"{d}; generation {number} is shown instead" for d in damage)
                    holdings, aside = pack.by_fund(rows), aside_of(body)
                    return body, Contents(
                        number,
                        prices,
                        holdings,
                        self.simulated,
                        sentences,
                        announced,
                        aside,
                        industries,
                    )
            else:
                raise StoreError(
                    f"no generation in {self.home} is whole: {'; '.join(damage)}; "
                    "restore a copy of this directory, or move it away and start again"
                )

    def _manifest(self, number: int) -> Json:
        path = self._generations / f"{number:08d}.json"
        body = pack.unseal(objects.read(path))
        if body is None:
            raise Damaged(f"generations/{path.name} does not match its own hash")
        if body["schema"] > SCHEMA or unknown(body):
            raise StoreError(f"{self.home} was written by a newer release of this program")
        if body["generation"] != number:
            raise Damaged(f"generations/{path.name} is generation {body['generation']}, renamed")
        if body["simulated"] != self.simulated:
            stored_kind, wanted_kind = (
                ("simulated", "real") if body["simulated"] else ("real", "simulated")
            )
            raise StoreError(
                f"{self.home} holds {stored_kind} data; {wanted_kind} data needs its own directory"
            )
        return body

    def _fetch(self, name: str) -> bytes:
        return self._checked(name, objects.read(self._path(name)))

    def _path(self, name: str) -> str:
        """The path of an object as text: making a `Path` takes a sixth of the time of a read."""
        return f"{self._objects}{os.sep}{name}"

    @staticmethod
    def _checked(name: str, data: Bytes) -> Bytes:
        if sha256(data).hexdigest() != name.partition(".")[0]:
            raise Damaged(f"objects/{name} does not match its hash")
        return data

    def _prices(self, body: Json) -> Prices:
        names = chain.from_iterable(entry.values() for entry in body["blocks"])
        paths = {name: self._path(name) for name in names}
        memory = objects.FileMemory(paths.values())

        def block(entry: Json) -> Block:
            read = {field: (name, memory.read(paths[name])) for field, name in entry.items()}
            return pack.unpack_block({field: self._checked(*part) for field, part in read.items()})

        return pack.unpack_prices(map(block, body["blocks"]), body["symbols"])

    def _holdings(self, entry: Json) -> Holdings:
        return pack.unpack_holdings(self._fetch(entry["text"]), self._fetch(entry["numbers"]))

    def _journal(self, body: Json) -> Journal:
        name = body.get("journal")
        return () if name is None else unpack_journal(self._fetch(name))

    def _whole_journal(self, body: Json) -> Journal:
        """The list of imports; an empty one where it, or a layer that it needs, is lost."""
        try:
            journal = self._journal(body)
        except (Damaged, *STRANGE):
            return ()
        names = {path.name for path in self._objects.iterdir()} if journal else ()
        return journal if all(name in names for e in journal for name in e.layers) else ()

    def _fetched(self, name: str) -> bytes:
        try:
            return self._fetch(name)
        except Damaged as error:
            raise StoreError(f"the data stored before are lost: {error}") from None

    def _announced(self, body: Json) -> Announced:
        # generations of earlier releases have none
        name = body.get("announced")
        return () if name is None else pack.unpack_announced(self._fetch(name))

    def _check(self, *, writing: bool) -> None:
        for path in (self.home, self._objects, self._generations):
            owner.check(path, writing=writing)
