"""What is kept on disk: generations of files that are written once and never changed.

    HOME/objects/HASH.npy|json|raw     content, named by its SHA-256 (measured faster than BLAKE2b)
    HOME/generations/00000012.json     a manifest: the objects of one generation, under its own hash
    HOME/head                          the newest generation's number, written once that lasts
    HOME/lock                          held by the one process that writes

Writing goes temporary file, fsync, rename, fsync of the directory; the manifest goes last, so
a generation is there whole or not at all. Reading takes no lock and writes nothing: the newest
manifest that verifies counts, each file is opened once and parsed from the bytes that were
hashed. Files take the mode of their directory, 0600 in 0700: an owner who lets a desk read
opens HOME and the two directories in it once. What others may write is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from cache.facts.errors import StoreEmpty, StoreError
from cache.store import disk, head, objects, owner, pack
from cache.store.directory_guard import DirectoryGuard
from cache.store.draft import Draft, Note, note_of
from cache.store.journal import Journal, pack_journal, unpack_journal
from cache.store.manifest import PARTS, Aside, Held, aside_of, named, unknown
from cache.store.objects import Damaged
from cache.store.pack import Json
from core.data.frames import Announcement, Block, Holdings, Prices

if TYPE_CHECKING:
    from cache.store.bars import Bars
    from cache.store.rebase import Rebase

__all__ = ["Aside", "Held", "Store"]

SCHEMA: Final = 2
#: Generations that stay; objects that none of them names are deleted.
KEEP: Final = 3

Announced = tuple[Announcement, ...]
Bytes = TypeVar("Bytes", bytes, "bytes | memoryview")
#: What reading raises where bytes that match their hash are not such as this release writes.
_STRANGE: Final = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


class Store:
    """Prices and holdings under one directory, which need not exist yet.

    Real and simulated data never share a directory: whichever came first decides.
    """

    def __init__(self, home: Path, *, simulated: bool = False, timeout: float = 30.0) -> None:
        """Nothing on disk is touched; ``timeout`` is the seconds to wait for another writer."""
        self.home = home
        self.simulated = simulated
        self._timeout = timeout
        self.guard = DirectoryGuard(home)
        self._objects = home / "objects"
        self._generations = home / "generations"

    def generation(self) -> int | None:
        """The newest generation's number, None where there is none: one listing, for polling.

        Compare it with its own last answer, not with ``Held.generation``: of a damaged
        generation an older one is shown.
        """
        return next(iter(self._numbers()), None)

    def identity(self) -> str | None:
        """What tells the newest generation from one of another store put in this place too.

        Its number and its manifest's own hash, None where there is none: for polling.
        """
        number = self.generation()
        if number is None:
            return None
        return f"{number} {objects.beginning(self._generations / f'{number:08d}.json').hex()}"

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
                except Damaged as error:
                    raise StoreError(f"the file of {fund} as of {as_of} is lost: {error}") from None
        raise StoreError(f"no holdings of {fund} as of {as_of} are held")

    def commit(
        self,
        *,
        bars: Bars | None = None,
        rebase: Sequence[Rebase] = (),
        holdings: Sequence[tuple[Holdings, bytes]] = (),
        forget: Sequence[tuple[str, date]] = (),
        announce: Callable[[Announced], Announced] | None = None,
        note: Note | None = None,
    ) -> Held:
        """Merge into the newest generation, write the next, return what is now held.

        Where nothing changes nothing is written.

        Args:
            bars: prices to merge.
            rebase: older closes to bring onto another basis before that.
            holdings: rows beside the issuer's bytes; equal bytes for a fund and date held
                already change nothing, other bytes count from then on.
            forget: holdings to drop, by fund and date; they go before new ones come, and what was
                brought of that fund and date before counts again.
            announce: makes of the announced changes held those to hold from now on.
            note: what this is, for the list of imports; made of the rest unless given.

        Raises:
            FrameError: bars or holdings break their rules.
            SourceError: bars hold data that cannot be right.
            StoreBusy, StoreError: as for `change`.
        """
        if bars is not None:
            bars.check()
        for one, _ in holdings:
            one.check()

        def bring(draft: Draft) -> None:
            for fund, as_of in forget:
                draft.drop_file(fund, as_of)
            draft.bring(
                note or note_of(bars, holdings),
                bars=bars,
                rebase=rebase,
                holdings=holdings,
                announce=announce,
            )

        return self.change(bring)

    def change(self, act: Callable[[Draft], object]) -> Held:
        """Let something change what is held, write the next generation, return what is now held.

        Where nothing changes nothing is written.

        Args:
            act: called under the lock with the newest generation; what it raises ends all of it.

        Raises:
            StoreBusy: another process writes for longer than the time-out.
            StoreError: HOME cannot be written or is of the other kind, or what is to be forgotten
                is not held. What was held is held still; where the disk failed at the very
                end, the new generation may be as well.
        """
        with self._writing():
            try:
                body, before = self._newest()
            except StoreEmpty:
                body = {"blocks": [], "symbols": pack.pack_facts(Prices()), "holdings": []}
                before = Held(0, Prices(), {}, self.simulated)
            number = max(*self._numbers(), head.read(self.home), 0) + 1
            rows = {(one.fund, one.as_of): one for file in before.holdings.values() for one in file}
            draft = Draft(
                number=number,
                prices=before.prices,
                files=dict(zip(rows, body["holdings"], strict=True)),
                rows=rows,
                announced=before.announced,
                aside=body.get("aside", []),
                journal=self._journal(body) if self._whole(body) else (),
                logged=not self.simulated,
                put=self._put,
                fetch=self._fetched,
            )
            act(draft)
            known = dict(zip(map(id, before.prices.blocks), body["blocks"], strict=True))
            after: Json = {
                "blocks": [known.get(id(b)) or self._put_block(b) for b in draft.prices.blocks],
                "symbols": pack.pack_facts(draft.prices),
                "holdings": [draft.files[key] for key in sorted(draft.files)],
            }
            if draft.announced:
                after["announced"] = self._put(pack.pack_announced(draft.announced), "json")
            if draft.aside:
                after["aside"] = draft.aside
            if draft.journal:
                after["journal"] = self._put(pack_journal(draft.journal), "json")
            if after == {name: body[name] for name in PARTS if name in body}:
                # Whoever wrote it may have ended, or failed, before its name was sure to last.
                self._settle()
                return before
            disk.sync(self._objects)
            kind: Json = {"schema": SCHEMA, "generation": number, "simulated": self.simulated}
            text = pack.to_json(kind | after)
            disk.write(self._generations / f"{number:08d}.json", pack.seal(text))
            self._settle()
            return Held(
                number,
                draft.prices,
                pack.by_fund(draft.rows.values()),
                self.simulated,
                before.damage,
                draft.announced,
                aside_of(after),
            )

    def journal(self) -> Journal:
        """What was brought, oldest first; as far back as it is kept.

        Raises:
            StoreEmpty, StoreError: as for `read`; or the list is damaged.
        """
        try:
            return self._journal(self._newest()[0])
        except Damaged as error:
            raise StoreError(f"the list of imports is lost: {error}") from None

    def _settle(self) -> None:
        """Make the newest generation last, and the way down to it, whoever made that."""
        for directory in (self._generations, self.home):
            disk.sync(directory)
        disk.sync_above(self.home)
        newest = max(self._numbers(), default=0)
        if newest > head.read(self.home):
            # Without it all that is lost is that the manifest would be missed.
            with suppress(OSError):
                head.write(self.home, newest)

    # Reading

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

    def _newest(self) -> tuple[Json, Held]:
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
                raise StoreEmpty(f"{self.home} holds no data yet")
            for number in numbers:
                try:
                    body = self._manifest(number)
                    prices = self._prices(body)
                    rows = [self._holdings(entry) for entry in body["holdings"]]
                    announced = self._announced(body)
                except Damaged as error:
                    # A writer may have dropped this generation while it was being read.
                    if self._numbers() != numbers:
                        break
                    damage.append(f"generation {number} is damaged ({error})")
                except _STRANGE as error:
                    # No damage: the next commit would build on an older one, and this be lost.
                    raise StoreError(
                        f"generation {number} in {self.home} is whole, but not such as this release"
                        f" writes ({error}); read it with the release that wrote it, or restore a"
                        " copy of this directory"
                    ) from error
                else:
                    sentences = tuple(f"{d}; generation {number} is shown instead" for d in damage)
                    holdings, aside = pack.by_fund(rows), aside_of(body)
                    kind = self.simulated
                    return body, Held(number, prices, holdings, kind, sentences, announced, aside)
            else:
                raise StoreError(
                    f"no generation in {self.home} is whole: {'; '.join(damage)}; "
                    "restore a copy of this directory, or move it away and start anew"
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
            there, here = ("simulated", "real") if body["simulated"] else ("real", "simulated")
            raise StoreError(f"{self.home} holds {there} data; {here} data needs its own directory")
        return body

    def _fetch(self, name: str) -> bytes:
        return self._checked(name, objects.read(self._objects / name))

    @staticmethod
    def _checked(name: str, data: Bytes) -> Bytes:
        if sha256(data).hexdigest() != name.partition(".")[0]:
            raise Damaged(f"objects/{name} does not match its hash")
        return data

    def _prices(self, body: Json) -> Prices:
        names = chain.from_iterable(entry.values() for entry in body["blocks"])
        paths = {name: self._objects / name for name in names}
        room = objects.Room(paths.values())

        def block(entry: Json) -> Block:
            read = {field: (name, room.read(paths[name])) for field, name in entry.items()}
            return pack.unpack_block({field: self._checked(*part) for field, part in read.items()})

        return pack.unpack_prices(map(block, body["blocks"]), body["symbols"])

    def _holdings(self, entry: Json) -> Holdings:
        return pack.unpack_holdings(self._fetch(entry["text"]), self._fetch(entry["numbers"]))

    def _journal(self, body: Json) -> Journal:
        name = body.get("journal")
        return () if name is None else unpack_journal(self._fetch(name))

    def _whole(self, body: Json) -> bool:
        """Whether the list of imports, and all that it needs, is undamaged."""
        try:
            journal = self._journal(body)
        except (Damaged, *_STRANGE):
            return False
        return all((self._objects / name).exists() for e in journal for name in e.layers)

    def _fetched(self, name: str) -> bytes:
        try:
            return self._fetch(name)
        except Damaged as error:
            raise StoreError(f"what was held before is lost: {error}") from None

    def _announced(self, body: Json) -> Announced:
        # generations of earlier releases have none
        name = body.get("announced")
        return () if name is None else pack.unpack_announced(self._fetch(name))

    # Writing, under the lock

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._check(writing=True)
        self.guard.check()
        try:
            for path in (self.home, self._objects, self._generations):
                disk.make(path)
            with disk.locked(self.home / "lock", self._timeout):
                self.guard.check()
                try:
                    yield
                finally:
                    with suppress(OSError, StoreError, Damaged):
                        self._tidy()
        except OSError as error:
            why = f"{error.strerror}; what was held is not lost"
            raise StoreError(f"cannot write to {self.home}: {why}") from error

    def _check(self, *, writing: bool) -> None:
        for path in (self.home, self._objects, self._generations):
            owner.check(path, writing=writing)

    def _put_block(self, block: Block) -> Json:
        return {name: self._put(data, "npy") for name, data in pack.pack_block(block).items()}

    def _put(self, data: bytes, kind: str) -> str:
        """Write content under its hash; a damaged file of that name is replaced."""
        if len(data) > objects.MOST:
            raise StoreError(f"{len(data):,} bytes in one piece are more than a store takes")
        name = f"{sha256(data).hexdigest()}.{kind}"
        if not objects.holds(self._objects / name, data):
            disk.write(self._objects / name, data)
        return name

    def _tidy(self) -> None:
        """Drop old generations, then what no other names, then what killed writers left.

        While one among the kept manifests is damaged, or the newest missing, no object goes: nobody
        can say which it needs. It counts for none of the generations that stay.
        """
        numbers, bodies = self._numbers(), list[Json]()
        damaged = head.read(self.home) > max(numbers, default=0)
        while numbers and len(bodies) < KEEP:
            try:
                bodies.append(self._manifest(numbers.pop(0)))
            except Damaged:
                damaged = True
        # Only now: of a newer release's store nothing is touched.
        head.tidy(self.home)
        # Manifests first: a reader that misses an object finds the listing changed, and retries.
        for number in numbers:
            disk.remove(self._generations / f"{number:08d}.json")
        if damaged:
            return
        try:
            layers = {n for body in bodies for e in self._journal(body) for n in e.layers}
        except (Damaged, *_STRANGE):
            return
        used = layers | {name for body in bodies for name in named(body)}
        for path in (*self._objects.iterdir(), *self._generations.glob(".*")):
            if path.name not in used:
                disk.remove(path)
