"""Recognises rows of a holdings file that are cash, by whole name or asset class."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from cache.facts.datafile import package_text, parse_toml
from cache.facts.exchanges import currencies, currency_names

_NAME: Final = "cash.toml"

#: How a sum's name begins.
_SUM: Final = re.compile(r"\W*(tot|grand|sub|fund|port|net|sum|gesamt)", re.IGNORECASE)
_BREAKS: Final = re.compile(r"[\s/()\[\],:;*_-]+")
#: Asset classes and types that are no stock, in any issuer's words.
_KINDS: Final = re.compile(
    r"\b(cash|currency|currencies|forex|fx|money markets?|mmf|stif|collateral|futures?|ifut"
    r"|options?|swaps?|forwards?|fxfwd|index|indices|warrants?|rights?|bonds?|notes?|treasur\w+"
    r"|bills?|t-bills?|fixed income|repo\w*|derivatives?|reserves|deposits?|commodit\w+|loans?"
    r"|barmittel|geldmarkt\w*|anleihen?|renten|derivate|termingeschäfte|devisen|liquidités"
    r"|obligations?|contanten|obligaties|geldmarkt|sicherheiten|cu|sw|tb)\b",
    re.IGNORECASE,
)
#: What issuers call stocks.
_STOCKS: Final = re.compile(
    r"\b(equit(y|ies)|stocks?|common|ordinary|shares?|adrs?|gdrs?|reits?|depositary|depository"
    r"|receipts?|com|dr|drny|eq|cs|mlp|partnership|units?|preferred|preference|aktien?|actions?"
    r"|aandelen|azioni|acciones|nvdr|tracking stk|eqty)\b",
    re.IGNORECASE,
)


def is_cash(symbol: str, name: str) -> bool:
    """Whether a row is cash by its whole name, whatever its ticker.

    "Cash", "US Dollar", "EUR CASH" and "Net Other Assets / Cash" are; Pathward (CASH) and
    FirstCash are companies. Where the row has no name the ticker is all there is.
    """
    if not name.strip("- ") or name.strip().upper() == symbol.strip().upper():
        return symbol.strip(" -$").upper() in _words("tickers")
    folded = name.lower().lstrip(" (")
    if _BREAKS.split(folded, maxsplit=1)[0] not in _all_words():
        return False
    first = _BREAKS.sub(" ", folded).split()
    if not _all_words().issuperset(first):
        return False
    bare = " ".join(first)
    if bare in _words("whole"):
        return True
    unread, currency = f" {bare} ", False
    for currency_name in sorted(currency_names(), key=len, reverse=True):
        for spelled in (f" {currency_name} ", f" {currency_name}s "):
            if spelled in unread:
                unread, currency = unread.replace(spelled, " "), True
    words = unread.split()
    codes = {word for word in words if word.upper() in currencies()}
    cash_words = _words("cash") | _words("beside") | codes
    if any(word not in cash_words for word in words):
        return False
    # "Net Fund" and "Other" are nothing
    return currency or bool(codes) or bool(set(words) & _words("cash"))


def is_total(symbol: str, name: str) -> bool:
    """Whether a row is the table's sum, which would count the fund twice."""
    text = name.strip("- ") or symbol.strip("- ")
    if not _SUM.match(text):
        return False
    folded = " ".join(re.sub(r"[^\w ]", " ", text.lower()).split())
    return folded in _words("totals")


@cache
def no_stock(asset_class: str, kind: str, *, has_class: bool) -> str:
    """The asset class or type that makes a row no stock, as given; "" for a stock.

    A swap repeats a held ticker with asset class Equity, so the type is asked too. A class
    that is not known to be stocks counts as none: left out by name it does no harm.

    Args:
        asset_class: the cell of the asset class.
        kind: the cell of the type.
        has_class: whether the table has a column of asset classes.
    """
    if kind and _KINDS.search(kind) and not _STOCKS.search(kind):
        return asset_class if _KINDS.search(asset_class) else kind
    if not has_class:
        return ""
    if _KINDS.search(asset_class) and not _STOCKS.search(asset_class):
        return asset_class
    if _STOCKS.search(asset_class):
        return ""
    return asset_class.strip("- ") or "no asset class"


@cache
def _all_words() -> frozenset[str]:
    """Every word that a name of cash can have."""
    money = {word for name in currency_names() for word in name.split()}
    return frozenset(
        _words("cash")
        | _words("beside")
        | {code.lower() for code in currencies()}
        | money
        | {f"{word}s" for word in money}
    )


@cache
def _words(kind: str) -> frozenset[str]:
    words: list[str] = parse_toml(package_text(_NAME), _NAME)[kind]
    return frozenset(words)
