"""Countries of exchanges, vendors' suffixes and currencies, as files spell them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from cache.facts.clean import clean
from cache.facts.datafile import package_table
from core.data.record import record

#: The country code of a listing that is priced under its US ticker.
US: Final = "US"
#: The country code of an exchange that is none: the line is not listed.
NONE: Final = "none"
_CODE: Final = re.compile(r"[A-Z]{3}")
_WORDS: Final = re.compile(r"[^\W_]+")
#: How a column of currencies says nothing.
_NOTHING: Final = re.compile(
    r"[-–—.\s]*|#?n[./]?[av]\.?(?: #?n/a)?|k\.a\.|nan|nil|none|null|\\n", re.IGNORECASE
)
#: What stands between a currency's code and its name.
_PARTS: Final = re.compile(r"\s*[()\[\]/|:;,]\s*|\s[-–]\s")


@record(frozen=True, slots=True)
class ExchangePlace:
    """Where a line is listed.

    Attributes:
        country: ISO code, `US`, or `NONE` where the file says it is not listed.
        name: the place for a person, such as "Paris".
    """

    country: str
    name: str


@cache
def exchange_place(text: str) -> ExchangePlace | None:
    """The place of an exchange by its name, its market identifier code or a vendor's code.

    Of the known words in a name the longest decide: "Nyse Euronext - Euronext Paris" is in
    Paris. None where no word of it is known, or the cell is empty.
    """
    codes, names = _exchanges()
    if place := codes.get(text.strip().upper()):
        return place
    words = f" {_spaced(text)} "
    return next((place for name, place in names if f" {name} " in words), None)


def suffix_place(text: str) -> tuple[str, ExchangePlace, str] | None:
    """A ticker without a vendor's suffix, the suffix's place, and Yahoo's suffix for it.

    Args:
        text: in capitals, such as "AAPL US", "SAP.DE" or "NASDAQ:AAPL".

    Returns:
        None where it ends in no known suffix: "BRK.B" is a class of shares.
    """
    if text.isalnum():
        return None
    bare = text.removesuffix(" EQUITY").strip()
    before, colon, after = bare.partition(":")
    if colon:
        if entry := _suffixes().get(f" {after}"):
            return before, *entry
        place = exchange_place(before)
        return None if place is None else (after, place, "")
    at = max(bare.rfind("."), bare.rfind(" "))
    entry = _suffixes().get(bare[at:]) if at > 0 else None
    return None if entry is None else (bare[:at].strip(), *entry)


@cache
def country_code(text: str) -> str:
    """The ISO code of a country by its code or name; "" where it is not known."""
    countries = _countries()
    code = text.strip().upper()
    if code in countries:
        return code
    folded = text.strip().lower()
    return next((c for c, (_, names) in countries.items() if folded in names), "")


def lists_directly(code: str) -> bool:
    """Whether companies of a country list ordinary shares in the United States themselves."""
    return _countries().get(code, (False, ()))[0]


@cache
def currencies() -> dict[str, float]:
    """ISO code of a currency -> about how many US dollars a unit is worth."""
    return {row["code"]: float(row["usd"]) for row in package_table("currencies.csv")}


@cache
def currency_names() -> frozenset[str]:
    """Names of currencies in small letters, such as "us dollar"."""
    rows = package_table("currencies.csv")
    return frozenset(name for row in rows for name in row["names"].split("|"))


@cache
def currency_code(text: str) -> str:
    """The code of a currency by its code, name or sign, "" where it is none; pence are GBX."""
    code = text.strip()
    if code in {"GBp", "GBx", "GBpence"}:
        return "GBX"
    if code.upper() in currencies():
        return code.upper()
    return _spellings().get(_plain(code), "")


@cache
def stated_currency(text: str) -> str:
    """Read a cell of a column of currencies: a code, "" where the cell is empty.

    Any other words are a currency all the same, whose worth is not known: an amount in it is never
    taken for dollars. They are returned in quotation marks, three capitals as they are.
    """
    words = clean(text, 40)
    if _NOTHING.fullmatch(words):
        return ""
    # "US Dollar (USD)" and "USD - US Dollar" say the same twice, "EUR/USD" says two things
    codes = {currency_code(part) for part in _PARTS.split(words) if part}
    code = currency_code(words) or (codes.pop() if len(codes) == 1 else "")
    return code or (words if _CODE.fullmatch(words) else f'"{words}"')


def foreign_sign(text: str) -> str:
    """The sign of a currency other than the dollar in a title or beside a number, "" for none."""
    if text.isascii():
        return ""
    return next((c for c in text if unicodedata.category(c) == "Sc" and c != "$"), "")


def is_known_currency(stated: str) -> bool:
    """Whether what `stated_currency` returned is a currency whose worth is known."""
    return stated in currencies()


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").split())


@cache
def _spellings() -> dict[str, str]:
    """Names of currencies, in the plural too, and signs -> the code."""
    spellings: dict[str, str] = {}
    for row in package_table("currencies.csv"):
        for name in filter(None, map(_plain, f"{row['names']}|{row['also']}".split("|"))):
            spellings[name] = row["code"]
            if name.isascii() and name[-1].isalpha():
                spellings[f"{name}s"] = row["code"]
    return spellings


def _spaced(text: str) -> str:
    return " ".join(_WORDS.findall(text.lower()))


@cache
def _exchanges() -> tuple[dict[str, ExchangePlace], list[tuple[str, ExchangePlace]]]:
    """Codes, matched whole, and words, the longest first."""
    codes: dict[str, ExchangePlace] = {}
    names: list[tuple[str, ExchangePlace]] = []
    for row in package_table("exchanges.csv"):
        place = ExchangePlace(row["country"], row["place"])
        if row["words"].isupper():
            codes[row["words"]] = place
        else:
            names.append((_spaced(row["words"]), place))
    return codes, sorted(names, key=lambda entry: -len(entry[0]))


@cache
def _suffixes() -> dict[str, tuple[ExchangePlace, str]]:
    """A suffix such as ".DE" or " GY" -> its place and how Yahoo writes it."""
    return {
        (row["style"] or " ") + row["suffix"]: (
            ExchangePlace(row["country"], row["place"]),
            row["yahoo"],
        )
        for row in package_table("suffixes.csv")
    }


@cache
def _countries() -> dict[str, tuple[bool, tuple[str, ...]]]:
    return {
        row["code"]: (row["direct"] == "yes", tuple(row["names"].split("|")))
        for row in package_table("countries.csv")
    }
