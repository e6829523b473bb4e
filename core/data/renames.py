"""Lines whose ticker changed: the tickers of one company, and which of them its closes are under.

A rename is stated by the alias table, or found between two files of a fund, or of funds of one
index: a ticker of the earlier one that is gone and one of the later that is new, of one ISIN, of
one CUSIP, or of one name that stands once in each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import compress, count, pairwise
from typing import TYPE_CHECKING, NamedTuple

from core.data.lending import of_one_index

if TYPE_CHECKING:
    from core.data.frames import Holdings


class Rename(NamedTuple):
    """A line of a file that a later file has under another ticker; rows of the two files."""

    before: Holdings
    row: int
    after: Holdings
    new_row: int

    @property
    def known_on(self) -> date:
        """Date of the file that shows it."""
        return self.after.as_of


@dataclass(eq=False, slots=True)
class Company:
    """The tickers of one company.

    Attributes:
        tickers: ticker -> whether the alias table makes it the newer one, and the date of the
            last file of a rename that has it: the largest is its newest ticker.
        since: ticker -> the date of the first file that has it as the new one.
        given_up: tickers that the alias table gives up for another.
        names: names under which files of its renames list it.
        identifiers: likewise.
        key: the ticker that its closes are followed by.
    """

    tickers: dict[str, tuple[bool, date]] = field(default_factory=dict)
    since: dict[str, date] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    identifiers: set[str] = field(default_factory=set)
    key: str = ""

    def means(self, file: Holdings, row: int, ticker: str) -> bool:
        """Whether a row of a file with one of the company's tickers is this company.

        A ticker may be another company's before it came here, and after it was given up:
        then the name or the identifier decides.
        """
        if ticker in self.given_up or file.names[row] in self.names:
            return True
        if file.identifiers and file.identifiers[row] in self.identifiers:
            return True
        start = self.since.get(ticker)
        end = min((d for other, d in self.since.items() if other != ticker), default=date.max)
        if start is None:
            return file.as_of < end
        return file.as_of >= start and (end < start or file.as_of < end)


def renames(
    holdings: Mapping[str, Sequence[Holdings]], indices: Mapping[str, str]
) -> Iterable[Rename]:
    """The renames between consecutive files of a fund, and of the funds of an index.

    The latter since a fund borrows the lists of the others: of files of one date none is earlier.
    """
    symbol_sets = {file: frozenset(file.symbols) for files in holdings.values() for file in files}
    pairs = [pair for files in holdings.values() for pair in pairwise(files)]
    for funds in of_one_index(indices, holdings):
        listed = [(file.as_of, fund, file) for fund in funds for file in holdings[fund]]
        listed.sort(key=lambda one: one[:2])
        for (day, fund, before), (later, other, after) in pairwise(listed):
            if fund != other and day < later:
                pairs.append((before, after))
    for before, after in pairs:
        leaving = symbol_sets[before] - symbol_sets[after]
        joining = symbol_sets[after] - symbol_sets[before]
        if not leaving or not joining:
            continue
        rows, new_rows = (
            list(compress(count(), map(tickers.__contains__, file.symbols)))
            for file, tickers in ((before, leaving), (after, joining))
        )
        for row, new_row in _matched(before, rows, after, new_rows).items():
            yield Rename(before, row, after, new_row)


def _matched(
    before: Holdings, rows: Sequence[int], after: Holdings, new_rows: Sequence[int]
) -> dict[int, int]:
    """Rows of the one file -> rows of the other by ISIN, then CUSIP, then a name that is alone."""
    pairs: dict[int, int] = {}
    kinds = (
        (before.identifiers, after.identifiers, "isin:"),
        (before.identifiers, after.identifiers, "cusip:"),
        (before.names, after.names, ""),
    )
    for texts, new_texts, kind in kinds:
        if not texts or not new_texts:
            continue
        matched_rows = set(pairs.values())
        place = {new_texts[row]: row for row in new_rows if row not in matched_rows}
        for row in rows:
            text = texts[row]
            other = place.get(text) if text and row not in pairs else None
            if other is None or not text.startswith(kind):
                continue
            if texts.count(text) == 1 and new_texts.count(text) == 1:
                pairs[row] = other
    return pairs


def companies(
    renames: Iterable[Rename],
    aliases: Mapping[str, str],
    ticker: Callable[[Holdings, int], str],
    last_close: Callable[[str], date | None],
) -> dict[str, Company]:
    """Ticker -> the company it is, for every ticker that a rename touches.

    Args:
        renames: between files.
        aliases: old ticker -> new one.
        ticker: of a row of a file, distinguished where several companies had it.
        last_close: of a ticker, None where it has no closes.
    """
    of: dict[str, Company] = {}

    def one(*tickers: str) -> Company:
        company = of.get(tickers[0], Company())
        for text in tickers:
            other = of.get(text)
            if other is not None and other is not company:
                for name in ("tickers", "since", "given_up", "names", "identifiers"):
                    getattr(company, name).update(getattr(other, name))
                of.update(dict.fromkeys(other.tickers, company))
            company.tickers.setdefault(text, (False, date.min))
            of[text] = company
        return company

    for old, new in aliases.items():
        company = one(old, new)
        company.tickers[new] = (True, company.tickers[new][1])
        company.given_up.add(old)
    for before, row, after, new_row in renames:
        old, new = ticker(before, row), ticker(after, new_row)
        company = one(old, new)
        for file, place, text in ((before, row, old), (after, new_row, new)):
            newer, last = company.tickers[text]
            company.tickers[text] = newer, max(last, file.as_of)
            company.names.add(file.names[place])
            if file.identifiers and file.identifiers[place]:
                company.identifiers.add(file.identifiers[place])
        company.since[new] = min(after.as_of, company.since.get(new, after.as_of))
    for company in set(of.values()):
        company.key = _key(company, last_close)
    return of


def _key(company: Company, last_close: Callable[[str], date | None]) -> str:
    """The ticker that a company's closes are followed by.

    The one whose closes run latest; of several, or without closes, its newest: one that the
    alias table gives up for another is not.
    """
    ends = {text: last for text in company.tickers if (last := last_close(text)) is not None}
    pool = [text for text in ends if ends[text] == max(ends.values())] or list(company.tickers)
    return max(pool, key=lambda text: (text not in company.given_up, company.tickers[text], text))
