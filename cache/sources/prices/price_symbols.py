"""Converts the tickers of price files to one spelling, each once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.exchanges import (
    US,
    exchange_place,
    is_known_currency,
    stated_currency,
    suffix_place,
)
from cache.facts.symbols import yahoo_symbol
from core.data.symbol_pattern import valid_symbol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.data.frames import IntArray

#: Position of a line that is not listed in the United States under a US ticker.
FOREIGN: Final = -2

_LETTER: Final = re.compile(r"[A-Za-z]")
_NUMBER: Final = re.compile(r"[-+]?\d*\.?\d*(?:[eE][-+]?\d+)?")


def is_ticker(text: str) -> bool:
    """Whether a cell can be a ticker, and not a number or a blank."""
    text = text.strip()
    if not text or not _LETTER.search(text) or _NUMBER.fullmatch(text):
        return False
    return valid_symbol(yahoo_symbol(text))


class Positions(dict[str, int]):
    """Distinct texts -> their positions, in the order of their first look-ups."""

    def __missing__(self, text: str) -> int:
        return self.setdefault(text, len(self))


class _Texts(dict[str, int]):
    """Text -> the position of its symbol, judged at its first look-up; -1 where it is none."""

    def __init__(self, positions: Positions) -> None:
        super().__init__()
        self._positions = positions

    def __missing__(self, text: str) -> int:
        symbol = yahoo_symbol(text)
        self[text] = self._positions[symbol] if valid_symbol(symbol) else -1
        return self[text]


class Symbols:
    """Maps texts to positions among distinct symbols, each converted once.

    Attributes:
        positions: symbol -> position.
        foreign: ticker of a line that is not listed in the United States -> where it is.
        currencies: codes of the currencies that are stated.
    """

    def __init__(self) -> None:
        self.positions = Positions()
        self.foreign: dict[str, str] = {}
        self.currencies: set[str] = set()
        self._texts = _Texts(self.positions)
        self._listings: dict[tuple[str, str, str], int] = {}

    def code(self, text: str) -> int:
        """Position of a symbol, -1 where the text is none."""
        return self._texts[text]

    def codes(self, texts: Sequence[str]) -> IntArray:
        """(K,) the position of each symbol, -1 where a text is none."""
        return np.fromiter(map(self._texts.__getitem__, texts), np.intp, len(texts))

    def listing(self, text: str, exchange: str, currency: str) -> int:
        """Return the position of a symbol with an exchange and a currency; `FOREIGN` where not US.

        A ticker with the suffix of its exchange names a listing itself, wherever that is.
        """
        key = text, exchange, currency
        position = self._listings.get(key)
        if position is None:
            position = self._listings[key] = self._listing(text, exchange, currency)
        return position

    def _listing(self, text: str, exchange: str, currency: str) -> int:
        place, money = exchange_place(exchange), stated_currency(currency)
        if money:
            self.currencies.add(money)
            if not is_known_currency(money):
                self.foreign[text] = f"in {money}"
                return FOREIGN
        suffix = suffix_place(text.strip().upper())
        if suffix is None or suffix[1].country == US:
            if place is not None and place.country != US:
                self.foreign[text] = f"listed in {place.name}"
                return FOREIGN
            if money not in ("", "USD"):
                self.foreign[text] = f"in {money}"
                return FOREIGN
        return self.code(text)


#: What files are called that say nothing of a ticker.
_GENERIC: Final = re.compile(
    r"adj|adjusted|all|bars|close|closes|compact|csv|data|daily|day|download|"
    r"eod|export|file|final|full|hist|history|historical|historicaldata|index|matrix|members|"
    r"mine|my|new|ohlc|ohlcv|old|out|output|panel|price|prices|quote|quotes|"
    r"raw|result|results|sample|series|splits|stock|stocks|table|test|ticker|"
    r"tickers|time|unadjusted|vendor|weekly|monthly|wide|long|funds|tr",
    re.IGNORECASE,
)
#: Pieces of a longer name that say of which exchange and span the bars are.
_BESIDE: Final = ("US", "USA", "D", "W", "M", "DLY")
_STEM: Final = re.compile(r"\^?[A-Z]{1,5}(?:[.\-/ ][A-Z]{1,2})?")
_COPY: Final = re.compile(r"\s*\(\d+\)$")


def ticker_of_file(name: str) -> str:
    """Return the ticker in a file's name, "" where there is none.

    "AAPL.csv", "brk-b.csv", "aapl.us.txt", "daily_adjusted_IBM.csv" and "AAPL_2025.csv" name
    one; "prices.csv" and "my data.csv" do not.
    """
    stem = _stem(name)
    if _STEM.fullmatch(stem) and not _GENERIC.fullmatch(stem):
        return stem
    pieces = [piece for piece in re.split(r"[_ ,]+|-(?=\d)|(?<=\d)-", stem) if piece]
    pieces = [p for p in pieces if p not in _BESIDE and not p.isdigit()]
    names = [piece for piece in pieces if not _GENERIC.fullmatch(piece)]
    return names[0] if len(names) == 1 and _STEM.fullmatch(names[0]) else ""


def word_of_file(name: str) -> str:
    """Return the whole name of a file that may be a ticker and an ordinary word, else "".

    "ALL.csv" may hold the closes of Allstate, or of all symbols.
    """
    stem = _stem(name)
    return stem if _STEM.fullmatch(stem) and _GENERIC.fullmatch(stem) else ""


def _stem(name: str) -> str:
    """A file's name in capitals without its endings and the number of a copy."""
    stem = name
    for _ in range(2):
        stem, dot, ending = stem.rpartition(".") if "." in stem else (stem, "", "")
        if dot and ending.lower() not in ("gz",):
            break
    return _COPY.sub("", stem).strip().upper()
