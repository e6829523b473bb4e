"""Names and sectors of lines, as the files of one fund and of others say them on a date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import Holdings, IntArray
    from core.data.market import Market
    from core.data.register import Texts


@record(frozen=True, eq=False, slots=True)
class Coded:
    """Texts by number: many lines have few sectors.

    Attributes:
        texts: each once, A to Z.
        codes: (n,) the place in ``texts`` of each line's.
    """

    texts: tuple[str, ...]
    codes: IntArray

    def of(self, lines: IntArray) -> Coded:
        """Those of some lines."""
        return Coded(self.texts, self.codes[lines])

    def renamed(self, names: Sequence[str]) -> Coded:
        """The same lines under new names, one for each of ``texts``; names may be alike."""
        texts = tuple(sorted(set(names)))
        place = {text: code for code, text in enumerate(texts)}
        return Coded(texts, np.array([place[name] for name in names], np.intp)[self.codes])


def coded(texts: Sequence[str]) -> Coded:
    """(n,) texts by number."""
    names = tuple(sorted(set(texts)))
    place = {name: code for code, name in enumerate(names)}
    return Coded(names, np.fromiter(map(place.__getitem__, texts), np.intp, len(texts)))


@record(frozen=True, eq=False, slots=True)
class Labels:
    """What each line of the register is called; (L,) each.

    Attributes:
        names: "" where no file says.
        sectors: "" where no file says.
        coded_sectors: the sectors by number.
        files: the files asked, the first that says anything counts.
        source: place in ``files`` of the one that gave the sector, -1 where none did.
    """

    names: Texts
    sectors: Texts
    coded_sectors: Coded
    files: tuple[Holdings, ...]
    source: IntArray


def labels_of(market: Market, fund: str, as_of: date, serving: Sequence[Holdings] = ()) -> Labels:
    """Names and sectors for one fund's lines on a date, cached.

    They come from the fund's own newest file on or before the date, then from its older ones,
    then from other funds' likewise, and where none of these says anything from the files that
    serve the answer though they are dated later; a name at last from an announcement.

    Args:
        market: what is held.
        fund: the fund's symbol.
        as_of: the session asked for.
        serving: files that the answer rests on.
    """
    of_fund: list[Holdings] = []
    others: list[Holdings] = []
    for name, files in sorted(market.holdings.items()):
        known = [file for file in files if market.session(file.as_of) <= as_of]
        (of_fund if name == fund else others).extend(reversed(known))
    others.sort(key=lambda file: file.as_of, reverse=True)
    files = tuple(dict.fromkeys((*of_fund, *others, *serving)))
    announced = {
        market.symbol(change.symbol): change.name
        for change in market.announced
        if change.name and (change.announced is None or change.announced <= as_of)
    }
    key = market.register, "labels", files, tuple(announced.items())
    return market.cached(key, lambda: _labels(market, files, announced))


def _labels(market: Market, files: tuple[Holdings, ...], announced: dict[str, str]) -> Labels:
    size = len(market.register)
    names, sectors = (np.full(size, "", object) for _ in range(2))
    source = np.full(size, -1)
    for symbol, name in announced.items():
        names[market.register.number[symbol]] = name
    for place, file in reversed(list(enumerate(files))):
        numbers = market.rows(file)
        for texts, into in ((file.names, names), (file.sectors, sectors)):
            row_texts = np.array(texts, object)
            has_text = row_texts.astype(bool)
            # of a line that a file has twice, the last row counts
            into[numbers[has_text]] = row_texts[has_text]
        source[numbers[has_text]] = place
    return Labels(names, sectors, coded(sectors.tolist()), files, source)
