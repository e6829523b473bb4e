"""A draft of the next generation: its changes, and how each is undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from cache.facts.errors import StoreError
from cache.store import pack
from cache.store.changed_cells import Layer, difference, dropped, taken_out, without
from cache.store.compression import issuers_file, smaller_file
from cache.store.journal import Entry, Journal, added_to, without_files
from cache.store.layer_bytes import pack_layer, unpack_layer
from cache.store.manifest import FILED
from cache.store.merge import merge
from cache.store.origins import trimmed
from cache.store.rebase import Rebase, rebased
from core.data.frames import Announcement, Holdings, Prices
from core.data.record import record

if TYPE_CHECKING:
    from cache.store.bars import Bars
    from cache.store.pack import Json
    from core.data.industries import IndustryList

Key = tuple[str, date]
Announced = tuple[Announcement, ...]
#: Files of one fund and day that stay below the one that counts.
DEEP: Final = 8
#: Lists of industries: each is read at every start.
LISTS: Final = 50


@record(frozen=True, slots=True)
class Note:
    """A commit's entry in the journal.

    Attributes:
        kind: "prices", "holdings", "changes", "industries", "refresh" or "forget".
        at: when, with a time zone.
        source: a file's name, or whom a refresh asked.
        words: what it brought, in a few words.
        key: equal for commits that belong together, "" for one that stands alone.
    """

    kind: str
    at: datetime
    source: str = ""
    words: str = ""
    key: str = ""


@dataclass(eq=False, slots=True)
class Draft:
    """The store's contents on their way to the next generation.

    Attributes:
        number: the generation that is written if anything changes.
        prices: every bar.
        files: fund and date -> the manifest's entry of its file, older ones in "before".
        rows: fund and date -> the lines of the file that counts.
        announced: changes of membership announced.
        industries: the user's lists of industries, each with its object, oldest first.
        aside: manifest's entries of files that were set aside, with why.
        journal: what was brought, oldest first.
        logged: whether it is noted what each commit changed.
        put: writes an object and returns its name.
        fetch: an object's bytes by its name.
    """

    number: int
    prices: Prices
    files: dict[Key, Json]
    rows: dict[Key, Holdings]
    announced: Announced
    industries: list[tuple[str, IndustryList]]
    aside: list[Json]
    journal: Journal
    logged: bool
    put: Callable[[bytes, str], str]
    fetch: Callable[[str], bytes]

    def bring(
        self,
        note: Note,
        *,
        bars: Bars | None = None,
        rebase: Sequence[Rebase] = (),
        holdings: Sequence[tuple[Holdings, bytes]] = (),
        announce: Callable[[Announced], Announced] | None = None,
        industries: IndustryList | None = None,
    ) -> None:
        """Merge prices, files, announced changes and industries, and note it as one import.

        Raises:
            StoreError: there are too many lists of industries.
        """
        layers, files, before = list[str](), list[tuple[str, str, str]](), self.announced
        for what in ("close", "adj_close"):
            # Apart, so that each cell's factor is that of its symbol.
            chosen = [one for one in rebase if one.what == what]
            after = rebased(self.prices, chosen)
            factors = {one.symbol: one.factor for one in chosen}
            layers += self._difference(self.prices, after, factors)
            self.prices = after
        if bars is not None:
            after = merge(self.prices, bars)
            layers += self._difference(self.prices, after, applied=bars)
            self.prices = after
        for rows, raw in holdings:
            files += self._add_file(rows, raw)
        if announce is not None:
            self.announced = announce(before)
        lists = [] if industries is None else self._add_industries(industries)
        if not self.logged:
            return
        self.journal = added_to(
            self.journal,
            Entry(
                self.number,
                note.at.astimezone(UTC),
                note.kind,
                note.source,
                note.words,
                tuple(layers),
                tuple(files),
                added=tuple(c for c in self.announced if c not in before),
                removed=tuple(c for c in before if c not in self.announced),
                key=note.key,
                industries=tuple(lists),
            ),
        )

    def _layer(self, layer: Layer) -> list[str]:
        return [self.put(pack_layer(layer), "layer")] if layer else []

    def _difference(
        self,
        before: Prices,
        after: Prices,
        factors: Mapping[str, float] = {},
        applied: Bars | None = None,
    ) -> list[str]:
        """Return the layer between two states, where the journal needs one."""
        if not self.logged or before is after:
            return []
        return self._layer(difference(before, after, applied=applied, factors=factors))

    def _add_industries(self, industries: IndustryList) -> list[str]:
        """Add a list over the stored ones; nothing where the last one says the same."""
        if self.industries and self.industries[-1][1].rows == industries.rows:
            return []
        if len(self.industries) >= LISTS:
            raise StoreError(
                f"{LISTS} lists of industries are stored; take one back first: `internals status"
                " --imports` numbers them, `internals forget import ID` does it"
            )
        name = self.put(pack.pack_industries(industries), "json")
        self.industries.append((name, industries))
        return [name]

    # Holdings files

    def _add_file(self, rows: Holdings, raw: bytes) -> list[tuple[str, str, str]]:
        """Add a file over the stored one of its fund and day; nothing where it is the same."""
        key = rows.fund, rows.as_of
        previous = self.files.get(key)
        self.aside = [a for a in self.aside if (a["fund"], a["as_of"]) != (key[0], str(key[1]))]
        if previous is not None and self._raw(previous) == raw:
            stored = self.rows[key]
            if (rows.doubts, rows.whole) != (stored.doubts, stored.whole):
                # the file is the same, and more or less is known against it
                self.files[key], self.rows[key] = {**previous, **self._filed(rows, raw)}, rows
            return []
        entry: Json = {"fund": key[0], "as_of": str(key[1]), **self._filed(rows, raw)}
        if previous is not None:
            below = [{name: previous[name] for name in FILED}, *previous.get("before", ())]
            entry["before"] = below[:DEEP]
        self.files[key], self.rows[key] = entry, rows
        return [(key[0], str(key[1]), entry["raw"])]

    def _filed(self, rows: Holdings, raw: bytes) -> dict[str, str]:
        """Write a file's objects; returns their names."""
        text, numbers = pack.pack_holdings(rows)
        small, kind = smaller_file(raw)
        return {
            "raw": self.put(small, kind),
            "text": self.put(text, "json"),
            "numbers": self.put(numbers, "npy"),
        }

    def _raw(self, entry: Mapping[str, str]) -> bytes:
        """The issuer's file of an entry, however it is stored."""
        return issuers_file(entry["raw"], self.fetch(entry["raw"]))

    def keep_aside(self, rows: Holdings, raw: bytes, why: Sequence[str]) -> None:
        """Set a file aside; an earlier one aside of the same fund and day is dropped."""
        entry: Json = {"fund": rows.fund, "as_of": str(rows.as_of), **self._filed(rows, raw)}
        entry |= {"from": rows.source, "why": list(why)}
        key = entry["fund"], entry["as_of"]
        previous = self.files.get((rows.fund, rows.as_of))
        if previous is not None and self._raw(previous) == raw:
            return
        self.aside = [a for a in self.aside if (a["fund"], a["as_of"]) != key] + [entry]

    def accept(self, funds: Iterable[str], at: datetime) -> None:
        """Use the files of some funds that were set aside."""
        symbols = frozenset(funds)
        for entry in [a for a in self.aside if a["fund"] in symbols]:
            note = Note("holdings", at, entry["from"], "a file that was set aside, accepted")
            self.bring(note, holdings=[(self._read(entry), self._raw(entry))])
            self.aside = [a for a in self.aside if a is not entry]

    def drop_file(self, fund: str, as_of: date) -> None:
        """Drop a fund's file of a day; the one stored before it is used again.

        Raises:
            StoreError: none is stored.
        """
        key = fund, as_of
        if key not in self.files:
            raise StoreError(f"no holdings file of {fund} as of {as_of}")
        dropped_raw = self._out(key, 0)
        if dropped_raw not in self._raws(key):
            self.journal = without_files(self.journal, [(fund, str(as_of), dropped_raw)])

    def _raws(self, key: Key) -> list[str]:
        """Objects of the issuer's bytes of a fund and day, the file in use first."""
        entry = self.files.get(key)
        return [one["raw"] for one in (entry, *entry.get("before", ()))] if entry else []

    def _out(self, key: Key, depth: int) -> str:
        """Remove a file from those of its fund and day; 0 is the one in use."""
        entry = self.files[key]
        stack = [{name: entry[name] for name in FILED}, *entry.get("before", ())]
        dropped_raw: str = stack.pop(depth)["raw"]
        if not stack:
            del self.files[key], self.rows[key]
            return dropped_raw
        file_key: Json = {"fund": key[0], "as_of": str(key[1])}
        self.files[key] = file_key | stack[0] | ({"before": stack[1:]} if stack[1:] else {})
        if depth == 0:
            self.rows[key] = self._read(self.files[key])
        return dropped_raw

    def _read(self, entry: Mapping[str, str]) -> Holdings:
        return pack.unpack_holdings(self.fetch(entry["text"]), self.fetch(entry["numbers"]))

    # Taking back

    def take_back(self, number: int) -> Entry:
        """Undo an import or a refresh without those after it; return its entry.

        Raises:
            StoreError: the journal has no such entry.
        """
        at = next((i for i, entry in enumerate(self.journal) if entry.id == number), None)
        if at is None:
            raise StoreError(
                f"no import {number} is listed; `internals status --imports` lists them"
            )
        entry, later = self.journal[at], self.journal[at + 1 :]
        changed: dict[str, str] = {}
        touched: set[str] = set()
        names = [name for over in later for name in over.layers]
        for layer_name in reversed(entry.layers):
            layer = self._unpacked(layer_name)
            over = [self._unpacked(changed.get(name, name)) for name in names]
            self.prices, rewritten = taken_out(self.prices, layer, over)
            for name, before in zip(names, rewritten, strict=True):
                changed[name] = self.put(pack_layer(before), "layer")
            touched.update(layer.symbols)
        self._settle(touched)
        for file in reversed(entry.files):
            key = file[0], date.fromisoformat(file[1])
            places = [depth for depth, raw in enumerate(self._raws(key)) if raw == file[2]]
            later_count = sum(over.files.count(file) for over in later)
            if later_count < len(places):
                self._out(key, places[later_count])
        for name in entry.industries:
            # of a list brought twice the later one goes with the later import
            later_count = sum(over.industries.count(name) for over in later)
            places = [place for place, (one, _) in enumerate(self.industries) if one == name]
            if later_count < len(places):
                del self.industries[places[len(places) - 1 - later_count]]
        others = tuple(c for c in self.announced if c not in entry.added)
        self.announced = others + tuple(c for c in entry.removed if c not in others)
        self.journal = self.journal[:at] + tuple(
            replace(over, layers=tuple(changed.get(name, name) for name in over.layers))
            for over in later
        )
        return entry

    def _unpacked(self, name: str) -> Layer:
        return unpack_layer(self.fetch(name))

    def _settle(self, symbols: Iterable[str]) -> None:
        """Drop facts of symbols without data, and sources without closes."""
        with_data = {symbol for block in self.prices.blocks for symbol in block.symbols}
        facts: dict[str, Any] = {}
        for name in ("through", "provisional", "source", "fetched_at", "origin", "disputed"):
            values = getattr(self.prices, name)
            without_data = (set(symbols) - with_data) & values.keys()
            if without_data:
                facts[name] = {s: value for s, value in values.items() if s not in without_data}
        self.prices = replace(self.prices, **facts)
        self.prices = replace(self.prices, origin=trimmed(self.prices, set(symbols) & with_data))

    def forget_symbols(self, symbols: Iterable[str]) -> None:
        """Drop every close, event and fact of some symbols, and their cells in the journal."""
        forgotten = frozenset(symbols)
        self.prices = dropped(self.prices, forgotten)
        names = {name for entry in self.journal for name in entry.layers}
        bared = {name: self._layer(without(self._unpacked(name), forgotten)) for name in names}
        entries = (
            replace(e, layers=tuple(new for name in e.layers for new in bared[name]))
            for e in self.journal
        )
        self.journal = tuple(entry for entry in entries if entry)


def note_of(bars: Bars | None, holdings: Sequence[tuple[Holdings, bytes]]) -> Note:
    """Return the journal entry of a commit that gives none."""
    if bars is not None:
        return Note("prices", bars.fetched_at, bars.source)
    times = [one.fetched_at for one, _ in holdings if one.fetched_at]
    at = max(times, default=datetime.now(UTC))
    if holdings:
        return Note("holdings", at, holdings[0][0].source)
    return Note("changes", at)
