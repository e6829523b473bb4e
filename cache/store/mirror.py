"""A copy of a store: its newest whole generation, under its number."""

from __future__ import annotations

from dataclasses import replace

from cache.facts.errors import StoreError
from cache.store import disk, head, objects
from cache.store.manifest import Contents, object_names
from cache.store.objects import Damaged, holds
from cache.store.store import Store


class Copy(Store):
    """A store that is only updated from another."""

    def mirror(self, source: Store) -> Contents:
        """Copy the newest whole generation of another store, under its number.

        What is here already is not written again. A generation of a larger number, left from
        before the other store was put back, goes. Where the other store's newest generation is
        damaged, the head names that one all the same: readers of the copy are told that it is
        missing, as readers of the store are told that it is damaged. One that the copy holds from
        before the damage stays.

        Returns:
            the stored data now, with the other store's damage.

        Raises:
            StoreEmpty: the other store holds nothing.
            StoreBusy, StoreError: as for `commit`.
        """
        with self._writing():
            while True:
                numbers, newest = source._numbers(), head.read(source.home)
                body, contents = source._newest()
                newest = (
                    max(contents.generation, *numbers, newest)
                    if contents.damage
                    else contents.generation
                )
                if contents.damage:
                    # First: a copy cut off after this says what is true.
                    head.write(self.home, newest)
                    if (later := self._newer(contents.generation, newest)) is not None:
                        self._settle()
                        return replace(later, damage=contents.damage)
                path = f"{contents.generation:08d}.json"
                try:
                    manifest = objects.read(source._generations / path)
                    for name in sorted(object_names(body)):
                        self._put(source._fetch(name), name.rpartition(".")[2])
                except Damaged as error:
                    # The other store's writer may have dropped it meanwhile: then there is a newer.
                    if source._numbers() != numbers:
                        continue
                    raise StoreError(f"{source.home} is damaged: {error}") from None
                break
            disk.sync(self._objects)
            target = self._generations / path
            if not holds(target, manifest):
                disk.write(target, manifest)
            ahead = [number for number in self._numbers() if number > contents.generation]
            if ahead or head.read(self.home) > newest:
                self._settle()
                head.write(self.home, newest)
            for number in ahead:
                disk.remove(self._generations / f"{number:08d}.json")
            self._settle()
            return contents

    def _newer(self, generation: int, newest: int) -> Contents | None:
        """Return the copy's contents where the other store has lost that generation."""
        try:
            copied = self._newest()[1]
        except StoreError:
            return None
        return copied if generation < copied.generation <= newest else None
