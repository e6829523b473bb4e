"""The store: generations of files that are written once and never changed.

    HOME/objects/HASH.KIND             content, named by its SHA-256 (measured faster than BLAKE2b)
    HOME/generations/00000012.json     a manifest: the objects of one generation, under its hash
    HOME/derived/                      what was worked out from the contents
    HOME/head                          the newest generation's number, written once that lasts
    HOME/lock                          held by the one process that writes

The kinds of objects are npy, json and layer, and bz2 or raw for an issuer's file.
Writing goes temporary file, fsync, rename, fsync of the directory; the manifest goes last, so
a generation is there whole or not at all. Reading takes no lock and writes nothing: the newest
manifest that verifies counts, each file is opened once and parsed from the bytes that were
hashed. Files take the mode of their directory, 0600 in 0700: an owner who lets a desk read
opens HOME and the two directories in it once. What others may write is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from cache.facts.errors import StoreEmpty, StoreError
from cache.store import derived, disk, head, objects, pack, reading
from cache.store.journal import pack_journal
from cache.store.manifest import PARTS, Aside, Contents, aside_of, object_names
from cache.store.objects import Damaged
from cache.store.pack import Json
from cache.store.reading import STRANGE, Announced, StoreReader
from core.data.frames import Holdings, Prices

if TYPE_CHECKING:
    from cache.store.bars import Bars
    from cache.store.draft import Draft, Note
    from cache.store.rebase import Rebase
    from core.data.industries import IndustryList

__all__ = ["Aside", "Contents", "Store"]

#: Generations that stay; objects that none of them names are deleted.
KEEP: Final = 3


class Store(StoreReader):
    """Prices and holdings under one directory, which need not exist yet: read, merged into."""

    def commit(
        self,
        *,
        bars: Bars | None = None,
        rebase: Sequence[Rebase] = (),
        holdings: Sequence[tuple[Holdings, bytes]] = (),
        forget: Sequence[tuple[str, date]] = (),
        announce: Callable[[Announced], Announced] | None = None,
        industries: IndustryList | None = None,
        note: Note | None = None,
    ) -> Contents:
        """Merge into the newest generation, write the next, and return its contents.

        Where nothing changes nothing is written.

        Args:
            bars: prices to merge.
            rebase: older closes to bring onto another basis before that.
            holdings: rows beside the issuer's bytes; equal bytes for a fund and date stored
                already change nothing, other bytes count from then on.
            forget: holdings to drop, by fund and date; they go before new ones come, and what was
                brought of that fund and date before counts again.
            announce: makes of the stored announced changes those to store from now on.
            industries: a list to count before the stored ones.
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
        if industries is not None:
            industries.check()

        from cache.store.draft import note_of

        def bring(draft: Draft) -> None:
            for fund, as_of in forget:
                draft.drop_file(fund, as_of)
            draft.bring(
                note or note_of(bars, holdings),
                bars=bars,
                rebase=rebase,
                holdings=holdings,
                announce=announce,
                industries=industries,
            )

        return self.change(bring)

    def change(self, act: Callable[[Draft], object]) -> Contents:
        """Apply a change to the contents, write the next generation, and return its contents.

        Where nothing changes nothing is written.

        Args:
            act: called under the lock with the newest generation; what it raises ends all of it.

        Raises:
            StoreBusy: another process writes for longer than the time-out.
            StoreError: HOME cannot be written or is of the other kind, or what is to be forgotten
                is not stored. What was stored is stored still; where the disk failed at the very
                end, the new generation may be as well.
        """
        # what writes is loaded by who writes: a screen or a note reads alone
        from cache.store.draft import Draft

        with self._writing():
            try:
                body, before = self._newest()
            except StoreEmpty:
                body = {"blocks": [], "symbols": pack.pack_facts(Prices()), "holdings": []}
                before = Contents(0, Prices(), {}, self.simulated)
            number = max(*self._numbers(), head.read(self.home), 0) + 1
            rows = {(one.fund, one.as_of): one for file in before.holdings.values() for one in file}
            draft = Draft(
                number=number,
                prices=before.prices,
                files=dict(zip(rows, body["holdings"], strict=True)),
                rows=rows,
                announced=before.announced,
                industries=list(zip(body.get("industries", ()), before.industries, strict=True)),
                aside=body.get("aside", []),
                journal=self._whole_journal(body),
                logged=not self.simulated,
                put=self._put,
                fetch=self._fetched,
            )
            act(draft)
            names_of = dict(zip(map(id, before.prices.blocks), body["blocks"], strict=True))
            blocks = [
                names_of.get(id(block))
                or {name: self._put(data, "npy") for name, data in pack.pack_block(block).items()}
                for block in draft.prices.blocks
            ]
            after: Json = {
                "blocks": blocks,
                "symbols": pack.pack_facts(draft.prices),
                "holdings": [draft.files[key] for key in sorted(draft.files)],
            }
            if draft.announced:
                after["announced"] = self._put(pack.pack_announced(draft.announced), "json")
            if draft.industries:
                after["industries"] = [name for name, _ in draft.industries]
            if draft.aside:
                after["aside"] = draft.aside
            if draft.journal:
                after["journal"] = self._put(pack_journal(draft.journal), "json")
            if after == {name: body[name] for name in PARTS if name in body}:
                # Whoever wrote it may have ended, or failed, before its name was sure to last.
                self._settle()
                return before
            disk.sync(self._objects)
            kind: Json = {
                "schema": reading.SCHEMA,
                "generation": number,
                "simulated": self.simulated,
            }
            text = pack.to_json(kind | after)
            disk.write(self._generations / f"{number:08d}.json", pack.seal(text))
            self._settle()
            return Contents(
                number,
                draft.prices,
                pack.by_fund(draft.rows.values()),
                self.simulated,
                before.damage,
                draft.announced,
                aside_of(after),
                tuple(industries for _, industries in draft.industries),
            )

    def _settle(self) -> None:
        """Make the newest generation, and the path down to it, durable."""
        for directory in (self._generations, self.home):
            disk.sync(directory)
        disk.sync_above(self.home)
        newest = max(self._numbers(), default=0)
        if newest > head.read(self.home):
            # Without it all that is lost is that the manifest would be missed.
            with suppress(OSError):
                head.write(self.home, newest)

    # Under the lock

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
            why = f"{error.strerror}; the stored data are not lost"
            raise StoreError(f"cannot write to {self.home}: {why}") from error

    def _put(self, data: bytes, kind: str) -> str:
        """Write content under its hash; a damaged file of that name is replaced."""
        objects.check_size(data)
        name = f"{sha256(data).hexdigest()}.{kind}"
        if not objects.holds(self._objects / name, data):
            disk.write(self._objects / name, data)
        return name

    def _tidy(self) -> None:
        """Drop old generations, then unreferenced objects, then what killed writers left.

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
        derived.tidy(self.home)
        if damaged:
            return
        try:
            layers = {n for body in bodies for e in self._journal(body) for n in e.layers}
        except (Damaged, *STRANGE):
            return
        used = layers | {name for body in bodies for name in object_names(body)}
        for path in (*self._objects.iterdir(), *self._generations.glob(".*")):
            if path.name not in used:
                disk.remove(path)
