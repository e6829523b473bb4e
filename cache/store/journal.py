"""The journal of imports and refreshes, by which a wrong import can be undone.

Each entry names the layers of prices that it wrote (`cache.store.changed_cells`), the holdings
files and the announced changes; the files themselves stay with the store's holdings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from cache.store.pack import Json, announcement, to_json
from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import Announcement

#: Entries that stay; what is older cannot be taken back by its number.
MOST: Final = 200


@record(frozen=True, slots=True)
class Entry:
    """One import, or one refresh.

    Attributes:
        id: its number: the first generation that it wrote.
        at: when it was taken, with a time zone.
        kind: "prices", "holdings", "changes", "industries", "refresh" or "forget".
        source: the file's name, or whom a refresh asked.
        words: what it brought, in a few words.
        layers: objects with what it changed of the prices, in the order of writing.
        files: fund, ISO date and the object of the issuer's bytes of each file brought.
        added: announced changes that it brought.
        removed: announced changes that it took away.
        industries: objects of the lists of industries that it brought.
        key: equal for commits that belong together.
    """

    id: int
    at: datetime
    kind: str
    source: str = ""
    words: str = ""
    layers: tuple[str, ...] = ()
    files: tuple[tuple[str, str, str], ...] = ()
    added: tuple[Announcement, ...] = ()
    removed: tuple[Announcement, ...] = ()
    key: str = ""
    industries: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is something to undo."""
        return bool(self.layers or self.files or self.added or self.removed or self.industries)

    def joined(self, more: Entry) -> Entry:
        """This entry with a later commit that belongs to it."""
        return replace(
            self,
            words=more.words or self.words,
            layers=self.layers + more.layers,
            files=self.files + more.files,
            added=self.added + more.added,
            removed=self.removed + more.removed,
            industries=self.industries + more.industries,
        )


Journal = tuple[Entry, ...]


def added_to(journal: Journal, entry: Entry) -> Journal:
    """Return the journal with a commit added; one of the same key joins the last entry."""
    if not entry:
        return journal
    if journal and entry.key and journal[-1].key == entry.key:
        return (*journal[:-1], journal[-1].joined(entry))
    return (*journal, entry)[-MOST:]


def without_files(journal: Journal, files: Iterable[tuple[str, str, str]]) -> Journal:
    """Return the journal without files no longer stored, and without entries left empty."""
    dropped_files = set(files)
    entries = (
        replace(e, files=tuple(f for f in e.files if f not in dropped_files)) for e in journal
    )
    return tuple(entry for entry in entries if entry)


def pack_journal(journal: Journal) -> bytes:
    """The journal as JSON."""
    return to_json([_fields(entry) for entry in journal])


def _fields(entry: Entry) -> Json:
    """An entry's fields by name; `asdict` of 200 entries, which copies each text, takes 20 ms."""
    values: dict[str, Any] = {field.name: getattr(entry, field.name) for field in fields(entry)}
    for name in ("added", "removed"):
        values[name] = [asdict(change) for change in values[name]]
    if not entry.industries:
        # which earlier releases have not
        del values["industries"]
    return values


# a commit reads the journals of the generations that stay, its own among them
@lru_cache(maxsize=4)
def unpack_journal(data: bytes) -> Journal:
    """The journal that `pack_journal` packed."""
    return tuple(map(_entry, json.loads(data)))


def _entry(fields: Json) -> Entry:
    fields["at"] = datetime.fromisoformat(fields["at"])
    for name in ("layers", "industries"):
        fields[name] = tuple(fields.get(name, ()))
    fields["files"] = tuple((fund, when, raw) for fund, when, raw in fields["files"])
    for name in ("added", "removed"):
        fields[name] = tuple(map(announcement, fields[name]))
    return Entry(**fields)
