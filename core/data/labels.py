"""Names, sectors and industries of lines, as files say them on a date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from core.data.frames import distinct
from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import Holdings, IntArray
    from core.data.industries import IndustryList
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
        """The texts of some lines."""
        return Coded(self.texts, self.codes[lines])


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
        industries: "" where no file says, one spelling for each whatever the case.
        coded_sectors: the sectors by number.
        coded_industries: the industries by number.
        files: the files asked, the first that says anything counts; then the user's lists.
        sector_source: place in ``files`` of the one that gave the sector, -1 where none did.
        industry_source: the same of the industry.
    """

    names: Texts
    sectors: Texts
    industries: Texts
    coded_sectors: Coded
    coded_industries: Coded
    files: tuple[Holdings | IndustryList, ...]
    sector_source: IntArray
    industry_source: IntArray

    def industry_sources(self, numbers: IntArray) -> Coded:
        """The source and date of each line's industry; "" where none is stated."""
        places = self.industry_source[numbers]
        different = distinct(places)
        texts = [_dated(self.files[place]) if place >= 0 else "" for place in different.tolist()]
        return coded(texts).of(different.searchsorted(places))


def _dated(file: Holdings | IndustryList) -> str:
    """The day a file is of, or on which it was imported, and its name."""
    if file.as_of is not None:
        return f"{file.as_of}, {file.source}"
    return f"imported {file.fetched_at:%Y-%m-%d}, {file.source}"


def labels_of(market: Market, fund: str, as_of: date, serving: Sequence[Holdings] = ()) -> Labels:
    """Names, sectors and industries for one fund's lines on a date, cached.

    They come from the fund's newest file on or before the date, then from its older ones,
    then from other funds' likewise, and where none of these says anything from the files that
    serve the answer though they are dated later; a name at last from an announcement. The
    user's lists come before every file for an industry, and after them for a sector.

    Args:
        market: the available data.
        fund: the fund's symbol.
        as_of: the session asked for.
        serving: files that the answer depends on.
    """
    of_fund: list[Holdings] = []
    others: list[Holdings] = []
    for name, files in sorted(market.holdings.items()):
        of_date = [file for file in files if market.session(file.as_of) <= as_of]
        (of_fund if name == fund else others).extend(reversed(of_date))
    others.sort(key=lambda file: file.as_of, reverse=True)
    files = tuple(dict.fromkeys((*of_fund, *others, *serving)))
    user_lists = tuple(
        one for one in reversed(market.industries) if one.as_of is None or one.as_of <= as_of
    )
    announced = {
        market.symbol(change.symbol): change.name
        for change in market.announced
        if change.name and (change.announced is None or change.announced <= as_of)
    }
    key = market.register, "labels", files, user_lists, tuple(announced.items())
    return market.cached(key, lambda: _labels(market, files, user_lists, announced))


def _labels(
    market: Market,
    files: tuple[Holdings, ...],
    user_lists: tuple[IndustryList, ...],
    announced: dict[str, str],
) -> Labels:
    size = len(market.register)
    names, sectors, industries = (np.full(size, "", object) for _ in range(3))
    sector_source, industry_source = np.full((2, size), -1)
    for symbol, name in announced.items():
        names[market.register.number[symbol]] = name
    list_rows = [(len(files) + k, one, *_rows_of(market, one)) for k, one in enumerate(user_lists)]
    # what is written last counts
    list_rows.reverse()
    for place, one, numbers, rows in list_rows:
        sector_source[_write(sectors, numbers, [one.sectors[row] for row in rows])] = place
    for place, file in reversed(list(enumerate(files))):
        numbers = market.rows(file)
        _write(names, numbers, file.names)
        sector_source[_write(sectors, numbers, file.sectors)] = place
        if file.industries:
            industry_source[_write(industries, numbers, file.industries)] = place
    for place, one, numbers, rows in list_rows:
        industry_source[_write(industries, numbers, [one.industries[row] for row in rows])] = place
    _unite_spellings(industries)
    coded_sectors, coded_industries = coded(sectors.tolist()), coded(industries.tolist())
    return Labels(
        names, sectors, industries, coded_sectors, coded_industries, (*files, *user_lists),
        sector_source, industry_source,
    )  # fmt: skip


def _rows_of(market: Market, user_list: IndustryList) -> tuple[IntArray, list[int]]:
    """Numbers of the lines that a list names, and the row of each; others are of no file."""
    number = market.register.number
    row_of = {
        market.line(symbol): row for row, symbol in reversed(list(enumerate(user_list.symbols)))
    }
    rows = {number[line]: row for line, row in row_of.items() if line in number}
    return np.fromiter(rows, np.intp, len(rows)), list(rows.values())


def _write(texts: Texts, numbers: IntArray, row_texts: Sequence[str]) -> IntArray:
    """Write the texts of a file's rows, none for an empty one; returns the lines written."""
    new = np.array(row_texts, object)
    has_text = new.astype(bool)
    # of a line that a file has twice, the last row counts
    written: IntArray = numbers[has_text]
    texts[written] = new[has_text]
    return written


def _unite_spellings(texts: Texts) -> None:
    """Give texts that differ in case alone one spelling, that of most lines."""
    by_text = Counter(texts.tolist())
    spellings: dict[str, list[str]] = {}
    for text in by_text:
        spellings.setdefault(text.casefold(), []).append(text)
    for several in spellings.values():
        if len(several) > 1:
            # of equally many lines the first one's counts
            usual = max(several, key=by_text.__getitem__)
            for text in several:
                texts[texts == text] = usual
