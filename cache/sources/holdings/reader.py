"""Any issuer's table of holdings made into lines: header, sections, footer, sums.

The header is found by the table of synonyms, wherever it stands; rows after a blank row or
a heading are read on; what is no row of the table is reported, never dropped in silence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cache.facts.clean import clean
from cache.facts.column_titles import column_words
from cache.facts.errors import Rejected, SourceError
from cache.facts.exchanges import foreign_sign, stated_currency
from cache.sources.holdings import cash
from cache.sources.holdings.holdings_table import (
    BadCell,
    HoldingsTable,
    Meanings,
    is_header,
    is_other_header,
)
from cache.sources.holdings.lines import Line, Sheet, identifier, known_sector, sedol
from cache.sources.holdings.preamble import read_preamble, stated_day
from cache.sources.notation import date_order, day, decimal_mark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from cache.sources.holdings.rows import Row
    from cache.sources.notation import Order

#: A lone cell longer than this is a sentence, not a row cut short.
_SENTENCE: Final = 60
#: The longest ticker of any vendor, with its suffix.
_TICKER: Final = 30
#: Of the tickers of a later section at most this part may stand in an earlier one.
_REPEATED: Final = 0.2
#: Digits and what stands beside them: a number, good or bad.
_DIGITS: Final = re.compile(r"[^\w]*\d[^A-Za-z]*")
#: A heading that names a fund.
_FUND: Final = re.compile(r"\b(etf|fund|trust|ucits|portfolio|ticker)\b", re.IGNORECASE)
#: Titles of columns that may tell funds apart.
_FUNDS: Final = re.compile(
    r"fund|etf|portfolio|account|strateg|book|sleeve|mandate|product|basket|model|client|depot"
    r"|konto|fonds",
    re.IGNORECASE,
)
#: What issuers write for none.
_DASHES: Final = "-\u2013\u2014"
_CODE: Final = re.compile(r"[0-9A-Z]{7,12}")
#: Orders of a date of numbers that can be taken for one another.
_UNSURE: Final[tuple[Order, ...]] = ("dmy", "mdy")


class HoldingsParser:
    """One file being read.

    Attributes:
        sheet: what was read so far.
    """

    def __init__(
        self, rows: Sequence[Row], header: int, table: HoldingsTable, meanings: Meanings
    ) -> None:
        self.sheet = Sheet()
        self._rows = rows
        self._header = header
        self._table = table
        self._meanings = meanings
        self._order: Order | None = None
        self._kind = self._sector = ""
        self._headings: list[str] = []
        self._before = 0
        self._places: dict[str, int] = {}
        self._sections: list[list[str]] = [[]]
        #: Whether with a percent sign -> the first such weight and its line.
        self._signed: dict[bool, tuple[int, str]] = {}

    def read(self, args: Mapping[str, Any]) -> Sheet:
        """Read every row.

        Args:
            args: ``dates``, ``decimal`` as the user gave them or None; ``as_of``, an ISO date
                or None.

        Raises:
            SourceError: the notation is ambiguous, or the file holds two of what must be one.
        """
        table, sheet = self._table, self.sheet
        if not table.has("symbol"):
            self._symbol_in_identifier()
        if not table.has("fund"):
            self._fund_column(args.get("fund"))
        head = read_preamble(self._rows[: self._header])
        body = self._rows[self._header + 1 :]
        amounts = [self._column(word, body) for word in table.numbers if word != "weight"]
        sheet.decimal = table.decimal = decimal_mark(
            (cell for column in amounts for cell in column),
            args.get("decimal"),
            self._column("weight", body) if table.has("weight") else (),
        )
        self._check_signs(body)
        self._settle_order(head, body, args)
        sheet.fund, sheet.title = head.fund, head.title
        self._place()
        blank = False
        for place, row in enumerate(body):
            filled = [cell for cell in row.cells if cell]
            if not filled:
                blank = True
                continue
            self._row(row, filled, after_blank=blank, last=place == len(body) - 1)
            blank = False
        self._check_sections()
        self._settle_percent()
        self._settle_sectors()
        sheet.as_of = stated_day(head, self._order)
        self._tell()
        return sheet

    def _place(self) -> None:
        """Look up where a line's cells stand; -1 where no column holds them."""
        self._places = {
            word: self._table.columns.get(word, -1) for word in column_words("holdings")
        }

    def _column(self, word: str, body: Sequence[Row]) -> list[str]:
        """The cells of a column, those of short rows left out."""
        at = self._table.columns[word]
        return [row.cells[at] for row in body if len(row.cells) > at]

    def _symbol_in_identifier(self) -> None:
        """Use the identifiers as tickers where they are tickers: First Trust titles them so."""
        table = self._table
        if not table.has("identifier"):
            return
        cells = [table.text(row, "identifier").upper() for row in self._rows[self._header + 1 :]]
        cells = [cell for cell in cells if cell.strip("-")]
        codes = sum(_CODE.fullmatch(c) is not None and any(map(str.isdigit, c)) for c in cells)
        if cells and codes < len(cells) / 2:
            table.columns["symbol"] = table.columns.pop("identifier")

    def _fund_column(self, fund: str | None) -> None:
        """Use a column of another title as the column of funds.

        It names the fund that was requested in some row, or its title speaks of funds and it
        says several.
        """
        table = self._table
        for place in table.unread:
            rows = [row.cells[place : place + 1] for row in self._rows[self._header + 1 :]]
            cells = {cell[0] for cell in rows if cell and cell[0].strip("- ")}
            lists_fund = fund is not None and fund.casefold() in {c.casefold() for c in cells}
            several = len(cells) > 1 and not any(_DIGITS.fullmatch(cell) for cell in cells)
            if lists_fund or (several and _FUNDS.search(table.titles[place])):
                table.unread.remove(place)
                table.columns["fund"] = place
                return

    def _check_signs(self, body: Sequence[Row]) -> None:
        """Refuse values beside signs of several currencies, which would be added up as one.

        Raises:
            SourceError: names the column and the signs.
        """
        table = self._table
        word = next((w for w in ("base_value", "value", "price") if table.has(w)), "")
        column = self._column(word, body) if word else []
        amounts = filter(_DIGITS.fullmatch, column)
        signs = {foreign_sign(cell) or "$" * ("$" in cell) for cell in amounts} - {""}
        if len(signs) > 1:
            listed = " and ".join(sorted(signs))
            reason = f"holds amounts in several currencies ({listed}); write them in one"
            raise SourceError(reason, column=table.title(word))
        if foreign := signs - {"$"}:
            table.currency = table.currency or stated_currency(foreign.pop())

    def _settle_order(self, head: Any, body: Sequence[Row], args: Mapping[str, Any]) -> None:
        """Find the order of the file's dates, if need be by the date that the user gave."""
        table = self._table
        words = [word for word in ("date", "maturity") if table.has(word)]
        texts = {table.text(row, word) for row in body for word in words}
        texts.update(text for *_, text in head.dates)
        texts.update(head.others)
        usual: Order | None = "dmy" if table.decimal == "," else None
        if user_date := args.get("as_of"):
            days = [text for *_, text in head.dates] + [table.text(r, "date") for r in body[:1]]
            for text in days:
                fits = [order for order in _UNSURE if _reads(text, order, user_date)]
                usual = fits[0] if len(fits) == 1 else usual
        self._order = date_order(texts, args.get("dates"), usual)

    def _row(self, row: Row, filled: list[str], *, after_blank: bool, last: bool) -> None:
        """Process one row that is not blank: a header, a heading, prose, a sum, or a line."""
        table = self._table
        symbol, name = table.text(row, "symbol"), table.text(row, "name")
        if len(filled) == 1:
            cut = not after_blank and _ticker(filled[0]) and filled[0].isupper()
            if not (cut and last):
                self._heading(filled[0])
                return
        elif not self._numbers(row):
            if is_header(row, self._meanings):
                self._section(row)
                return
            if is_other_header(row, self._meanings):
                titles = ", ".join(clean(cell, 30) for cell in filled[:4])
                reason = f"a table of something else begins here ({titles}); import without it"
                raise SourceError(reason, line=row.line)
            if self._prose(row, symbol, name):
                self._remark(filled[0])
                return
        if cash.is_total(symbol, name):
            self._remark(name or symbol)
            return
        try:
            table.check_width(row)
            self.sheet.lines.append(self._line(row, symbol, name))
            self._sections[-1].append(symbol)
            self._before = len(self._headings)
        except BadCell as bad:
            symbol_text = clean(symbol, 20)
            rejected = Rejected(row.line, clean(bad.column, 40), symbol_text, bad.reason)
            self.sheet.rejected.append(rejected)

    def _numbers(self, row: Row) -> bool:
        """Whether a row has a number, or what should be one, where numbers stand."""
        table = self._table
        return any(_DIGITS.fullmatch(table.text(row, word)) for word in table.numbers)

    def _prose(self, row: Row, symbol: str, name: str) -> bool:
        """Whether a row without numbers is a sentence with commas, and no line of the table."""
        if symbol.strip("- "):
            return not _ticker(symbol)
        cells = [self._table.text(row, word) for word in self._table.numbers]
        return len(name) > _SENTENCE or not name.strip("- ") or any(map(_worded, cells))

    def _section(self, row: Row) -> None:
        """Process a further header: its titles apply to the rows below.

        Raises:
            SourceError: it is that of another fund, or misses a column that must be there.
        """
        between = self._headings[self._before :]
        if fund_heading := next((text for text in between if _FUND.search(text)), None):
            reason = (
                f'the table of another fund begins here ("{fund_heading}"); import each by itself'
            )
            raise SourceError(reason, line=row.line)
        later = HoldingsTable(row, self._meanings)
        later.decimal = self._table.decimal
        for word in ("symbol", "fund"):
            if self._table.has(word) and not later.has(word):
                reason = f"a second table without the column {self._table.title(word)} begins here"
                raise SourceError(f"{reason}; import it by itself", line=row.line)
        self._table = later
        self._place()
        self._sections.append([])
        self._sector = ""

    def _heading(self, text: str) -> None:
        """Process a row of one cell: a heading, or a sentence."""
        if len(text) <= _SENTENCE:
            sector = known_sector(text)
            self._sector = sector or self._sector
            kind = cash.no_stock(text, "", has_class=True)
            if not sector:
                self._kind = text if kind and cash.no_stock("", text, has_class=False) else ""
        self._remark(text)

    def _remark(self, text: str) -> None:
        if len(self._headings) < 40:
            self._headings.append(clean(text, 40))

    def _line(self, row: Row, symbol: str, name: str) -> Line:
        table, number = self._table, self._table.number
        # the cell of a column that there is not is the last one
        cells, at = [*row.cells, ""], self._places
        stated = ""
        if (text := cells[at["date"]]).strip("-"):
            try:
                stated = day(text, self._order).isoformat()
            except ValueError:
                reason = f'"{clean(text, 30)}" is no date, such as 2026-01-21'
                raise BadCell(table.title("date"), reason) from None
        kind = cash.no_stock(
            cells[at["asset_class"]], cells[at["kind"]], has_class=table.has("asset_class")
        )
        weight = cells[at["weight"]]
        share = number(weight, "weight")
        if share:
            self._signed.setdefault(weight.endswith("%"), (row.line, weight))
        value = "base_value" if table.has("base_value") else "value"
        amounts = {cells[at[word]] for word in ("quantity", "price", value)} - {""}
        return Line(
            row.line,
            symbol,
            name,
            cells[at["sector"]] if table.has("sector") else self._sector,
            kind or self._kind,
            cells[at["exchange"]],
            cells[at["location"]],
            stated_currency(cells[at["currency"]]),
            stated_currency(cells[at["market_currency"]]),
            number(cells[at["quantity"]], "quantity"),
            number(cells[at["price"]], "price"),
            number(cells[at[value]], value),
            share,
            number(cells[at["fx"]], "fx"),
            identifier(cells[at["isin"]], cells[at["cusip"]], cells[at["identifier"]]),
            sedol(cells[at["sedol"]]),
            cells[at["industry"]],
            cells[at["fund"]] or cells[at["fund_name"]],
            stated,
            tuple(row.cells[place] for place in table.unread if place < len(row.cells)),
            bool(amounts) and not any(text.strip(_DASHES) for text in amounts),
        )

    def _settle_sectors(self) -> None:
        """Read a column of industries as one of sectors where it holds nothing else."""
        table, lines = self._table, self.sheet.lines
        stated = {line.industry for line in lines if line.industry.strip("- ")}
        if table.has("sector") or not stated or not all(map(known_sector, stated)):
            return
        table.columns["sector"] = table.columns.pop("industry")
        for line in lines:
            line.sector, line.industry = line.industry, ""

    def _settle_percent(self) -> None:
        """Read weights as percentages where they have the sign; raise where some have not."""
        if len(self._signed) > 1:
            places = " and ".join(
                f'"{text}" in line {line}' for line, text in self._signed.values()
            )
            raise SourceError(f"has weights with a percent sign and without: {places}; use one way")
        self.sheet.percent = True if True in self._signed else None

    def _check_sections(self) -> None:
        """Refuse a second fund's table below the first, which would be merged.

        Raises:
            SourceError: a section repeats the lines of those before it.
        """
        earlier: set[str] = set()
        for symbols in self._sections:
            lines = {symbol for symbol in symbols if symbol.strip("- ")}
            if len(lines) > 1 and len(lines & earlier) > _REPEATED * len(lines):
                raise SourceError(
                    "holds several tables of the same lines; import one fund and day at a time"
                )
            earlier |= lines

    def _tell(self) -> None:
        """Record the meaning of each column."""
        sheet, table = self.sheet, self._table
        read = {word: table.titles[place] for word, place in table.columns.items()}
        unread = [*table.unread, *table.second]
        for word in ("notional", "notional_weight", "maturity", "figi", "fund_name"):
            if word in read and (word != "fund_name" or "fund" in read):
                unread.append(table.columns[word])
                del read[word]
        if "base_value" in read and "value" in read:
            unread.append(table.columns["value"])
            del read["value"]
        sheet.titles = read
        sheet.unknown = [clean(table.titles[place], 40) for place in table.unread]
        sheet.unread = [clean(table.titles[place], 40) for place in sorted(unread)]
        sheet.single = "base_value" in read or bool(table.currency)
        sheet.currency = table.currency
        if sheet.percent is None and "weight" in read:
            title = read["weight"].lower()
            sheet.percent = True if "%" in title or "percent" in title else None
        if self._headings:
            headings = ", ".join(f'"{text}"' for text in self._headings[:3])
            more = f" and {len(self._headings) - 3} more" if len(self._headings) > 3 else ""
            sheet.notes.append(f"passed over as headings, sums or remarks: {headings}{more}")


def _reads(text: str, order: Order, user_date: str) -> bool:
    """Whether a text can be the date that the user gave."""
    try:
        return day(text, order).isoformat() == user_date
    except ValueError:
        return False


def _ticker(text: str) -> bool:
    """Whether a text may be a ticker, good or bad, and is no sentence."""
    return len(text) <= _TICKER and (text == text.upper() or " " not in text)


def _worded(text: str) -> bool:
    """Whether a cell holds words where a number should be."""
    return any(map(str.isalpha, text)) and " " in text
