"""The known funds: index, issuer, title, addresses of the issuer's holdings files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cache.facts.clean import clean
from cache.facts.datafile import check_keys, line_of, package_text, parse_toml, read_toml
from cache.facts.errors import SourceError
from cache.facts.symbols import valid_symbol

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

_DATED: Final = re.compile(r"(?<=[?&])[^=&?]+=\{date\}&?")
_SAFE: Final = re.compile(r"https://[^\s]+|http://(?:127\.0\.0\.1|localhost)(?::\d+)?/[^\s]*")
_TEXTS: Final = ("index", "issuer", "title", "product", "family")
_KEYS: Final = (*_TEXTS, "addresses", "address")


@dataclass(frozen=True, slots=True)
class Fund:
    """One exchange-traded fund that tracks an index.

    Attributes:
        symbol: in Yahoo's spelling.
        index: the index it follows, as people call it; "" where not known.
        issuer: who issues it.
        title: the fund's name as in the issuer's file.
        addresses: templates of the holdings file's address, tried in order; {date} stands
            for YYYYMMDD where the issuer answers for past dates.
        family: whose reconstitution dates hold for it, "" where none are known.
    """

    symbol: str
    index: str = ""
    issuer: str = ""
    title: str = ""
    addresses: tuple[str, ...] = ()
    family: str = ""

    @property
    def address(self) -> str:
        """The first address template, "" where the file is imported by hand."""
        return self.addresses[0] if self.addresses else ""

    def urls(self, on: date | None = None) -> tuple[str, ...]:
        """Addresses of the file of one day, or of the newest file; empty where there is none.

        Args:
            on: the day asked for; None asks for the newest, and leaves the date out.
        """
        if on is not None:
            stamp = f"{on:%Y%m%d}"
            return tuple(a.replace("{date}", stamp) for a in self.addresses if "{date}" in a)
        newest = (_DATED.sub("", a).rstrip("?&") for a in self.addresses)
        return tuple(a for a in newest if "{date}" not in a)


def load_funds(extra: Path | None = None) -> Mapping[str, Fund]:
    """Every known fund by symbol: the package's, and a user's own file over them.

    Args:
        extra: a TOML file in the shape of the packaged funds.toml; need not exist.

    Raises:
        SourceError: the user's file is broken; names file and line.
    """
    text = package_text("funds.toml")
    document = parse_toml(text, "funds.toml")
    issuers: dict[str, Any] = document["issuers"]
    funds = _funds(document, text, "funds.toml", issuers)
    if extra is not None and extra.exists():
        document, text = read_toml(extra)
        check_keys(document, ("funds", "issuers"), "", str(extra), text)
        issuers |= _tables(document, text, str(extra), "issuers")
        funds |= _funds(document, text, str(extra), issuers)
    return funds


def _tables(document: dict[str, Any], text: str, file: str, kind: str) -> dict[str, Any]:
    tables = document.get(kind, {})
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        raise SourceError(
            f'"{kind}" must be tables, such as [{kind}.NAME]', file=file, line=line_of(text, kind)
        )
    if kind == "issuers":
        for name, table in tables.items():
            head = f"issuers.{name}"
            check_keys(table, ("addresses",), f"[{clean(head, 40)}]", file, text, head)
    return tables


def _funds(
    document: dict[str, Any], text: str, file: str, issuers: Mapping[str, Any]
) -> dict[str, Fund]:
    funds: dict[str, Fund] = {}
    for symbol, table in _tables(document, text, file, "funds").items():
        head = f"funds.{symbol}"
        if not valid_symbol(symbol):
            message = f'"{clean(symbol, 20)}" is no symbol; write it as Yahoo does, such as IWM'
            raise SourceError(message, file=file, line=line_of(text, "funds.", symbol))
        check_keys(table, _KEYS, f"[funds.{symbol}]", file, text, head)
        for key in _TEXTS:
            if not isinstance(table.get(key, ""), str):
                message = f'"{key}" of {symbol} must be a text in quotes'
                raise SourceError(message, file=file, line=line_of(text, head, key))
        given = table.get("addresses", table.get("address"))
        known = issuers.get(table.get("issuer", ""), {}).get("addresses", [])
        addresses = known if given is None else [given] if isinstance(given, str) else given
        if not isinstance(addresses, list) or not all(
            isinstance(a, str) and _SAFE.fullmatch(a) for a in addresses
        ):
            message = f"an address of {symbol} must be a text that starts with https://"
            raise SourceError(message, file=file, line=line_of(text, head, "address"))
        values = {key: clean(table.get(key, ""), 120) for key in _TEXTS}
        product = values.pop("product")
        filled = tuple(
            a.replace("{product}", product)
            .replace("{symbol}", symbol)
            .replace("{lower}", symbol.lower())
            for a in addresses
        )
        funds[symbol] = Fund(symbol, addresses=filled, **values)
    return funds
