"""The known funds: index, issuer, title, addresses of the issuer's holdings files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from cache.facts.clean import clean
from cache.facts.datafile import check_keys, line_of, package_text, parse_toml, read_toml
from cache.facts.errors import SourceError
from core.data.record import record
from core.data.symbol_pattern import valid_symbol

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

_DATE: Final = re.compile(r"\{date(?::([^{}]*))?\}")
_DATED: Final = re.compile(r"(?<=[?&])[^=&?]+=\{date(?::[^{}]*)?\}&?")
_SAFE: Final = re.compile(r"https://[^\s]+|http://(?:127\.0\.0\.1|localhost)(?::\d+)?(?:/[^\s]*)?")
#: Marks of trade in a title.
_MARKS: Final = re.compile(r"[\u00ae\u2122]|\((?:R|TM)\)", re.IGNORECASE)
#: What a header's name may be, and what its value: printable, on one line.
_HEADER: Final = re.compile(r"[A-Za-z0-9-]{1,40}")
_PRINTABLE: Final = re.compile(r"[\x20-\x7e]{0,300}")
_TEXTS: Final = ("index", "issuer", "title", "product", "family")
#: What an issuer's table holds, and a fund's may in its place.
_WAYS: Final = ("addresses", "agent", "headers", "retry", "page", "history")
_KEYS: Final = (*_TEXTS, *_WAYS, "address")
#: Tables of the file that others read.
OTHER_TABLES: Final = ("vendors",)


@record(frozen=True, slots=True)
class Fund:
    """One exchange-traded fund that tracks an index.

    Attributes:
        symbol: in Yahoo's spelling.
        index: the index it follows, as people call it; "" where not known.
        issuer: who issues it.
        title: the fund's name as in the issuer's file.
        addresses: templates of the holdings file's address, tried in order; {date} stands
            for YYYYMMDD, and {date:%d-%m-%Y} for another form, where the issuer answers for
            past dates; {start} for the first row of a page.
        family: whose reconstitution dates hold for it, "" where none are known.
        agent: the User-Agent that its issuer answers, "" for the usual one.
        headers: further headers of a request.
        retry: seconds after which a refusal is asked once more, 0 for never.
        page: rows of a page, 0 where the file comes whole.
        history: how far back the issuer answers, a few words; "" for the newest file alone.
    """

    symbol: str
    index: str = ""
    issuer: str = ""
    title: str = ""
    addresses: tuple[str, ...] = ()
    family: str = ""
    agent: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    retry: float = 0.0
    page: int = 0
    history: str = ""

    @property
    def address(self) -> str:
        """The first address template, "" where the file is imported by hand."""
        return self.addresses[0] if self.addresses else ""

    @property
    def dated(self) -> bool:
        """Whether its issuer answers for past dates."""
        return any(_DATE.search(a) for a in self.addresses)

    def urls(self, on: date | None = None) -> tuple[str, ...]:
        """Addresses of the file of one day, or of the newest file; empty where there is none.

        Args:
            on: the day asked for; None asks for the newest, and leaves the date out.
        """
        if on is not None:
            return tuple(
                _DATE.sub(lambda form: on.strftime(form[1] or "%Y%m%d"), a)
                for a in self.addresses
                if _DATE.search(a)
            )
        newest = (_DATED.sub("", a).rstrip("?&") for a in self.addresses)
        return tuple(a for a in newest if not _DATE.search(a))

    def hosts(self, on: date | None = None) -> frozenset[str]:
        """The hosts of those addresses."""
        return frozenset(urlsplit(url).hostname or "" for url in self.urls(on))


def plain_title(title: str) -> str:
    """A fund's title without case, marks and its issuer's brand before it, to compare by."""
    bare = _MARKS.sub("", title).casefold().removeprefix("state street ")
    return " ".join(bare.split())


def load_funds(extra: Path | None = None) -> Mapping[str, Fund]:
    """Every known fund by symbol: the package's, and a user's file over them, key by key.

    Args:
        extra: a TOML file in the shape of the packaged funds.toml; need not exist.

    Raises:
        SourceError: the user's file is broken; names file and line.
    """
    if extra is None or not extra.exists():
        return dict(_packaged_funds())
    issuers, tables = _packaged()
    document, text = read_toml(extra)
    user_issuers, user_funds = checked_tables(document, text, str(extra))
    return _funds(_over(issuers, user_issuers), _over(tables, user_funds))


@cache
def _packaged_funds() -> Mapping[str, Fund]:
    """The package's funds, made once: a refresh looks them up for each file that it reads."""
    return _funds(*_packaged())


@cache
def _packaged() -> tuple[dict[str, Any], dict[str, Any]]:
    """The tables of the package's issuers and of its funds, not to be changed."""
    document = parse_toml(package_text("funds.toml"), "funds.toml")
    return document["issuers"], document["funds"]


def _funds(issuers: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, Fund]:
    """Symbol -> the fund of its table."""
    return {symbol: _fund(symbol, table, issuers) for symbol, table in tables.items()}


def checked_tables(
    document: dict[str, Any], text: str, file: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The issuers and the funds of a user's file, each table checked.

    Raises:
        SourceError: an entry cannot be used; names it and its line.
    """
    check_keys(document, ("funds", "issuers", *OTHER_TABLES), "", file, text)
    issuers = _checked(document, text, file, "issuers", _WAYS)
    return issuers, _checked(document, text, file, "funds", _KEYS)


def issuers_known(user_file: Mapping[str, Any]) -> dict[str, list[str]]:
    """Issuer -> templates of its addresses, the package's and those of a user's document."""
    tables = _over(_packaged()[0], user_file.get("issuers", {}))
    return {name: table.get("addresses", []) for name, table in tables.items()}


def _over(base: dict[str, Any], user: dict[str, Any]) -> dict[str, Any]:
    """Tables with the keys that a user gives in place of the package's."""
    result = dict(base)
    for name, table in user.items():
        before = dict(base.get(name, {}))
        if "address" in table or "addresses" in table:
            before.pop("address", None)
            before.pop("addresses", None)
        result[name] = before | table
    return result


def _checked(
    document: dict[str, Any], text: str, file: str, kind: str, keys: tuple[str, ...]
) -> dict[str, Any]:
    """The tables of one kind in a user's file.

    Raises:
        SourceError: one cannot be used; names it and its line.
    """
    tables = document.get(kind, {})
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        raise SourceError(
            f'"{kind}" must be tables, such as [{kind}.NAME]', file=file, line=line_of(text, kind)
        )
    for name, table in tables.items():
        if kind == "funds" and not valid_symbol(name):
            message = f'"{clean(name, 20)}" is no symbol; write it as Yahoo does, such as IWM'
            raise SourceError(message, file=file, line=line_of(text, "funds.", name))
        head = f"{kind}.{name}"
        check_keys(table, keys, f"[{clean(head, 40)}]", file, text, head)
        for key, value in table.items():
            if wrong := _wrong(key, value):
                message = wrong.replace("{name}", clean(name, 20))
                raise SourceError(message, file=file, line=line_of(text, head, key))
    return tables


def safe_address(value: object) -> bool:
    """Whether requests may go to an address: https, or on this machine."""
    return isinstance(value, str) and _SAFE.fullmatch(value) is not None


def wrong_headers(value: object) -> bool:
    """Whether something is no table of headers, each printable and on one line."""
    return not isinstance(value, dict) or not all(
        _HEADER.fullmatch(k) and isinstance(v, str) and _PRINTABLE.fullmatch(v)
        for k, v in value.items()
    )


def _wrong(key: str, value: object) -> str:
    """Why an entry cannot be used, "" where it can."""
    if key in ("address", "addresses"):
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(map(safe_address, listed)):
            return "an address of {name} must be a text that starts with https://"
    elif key == "headers":
        if wrong_headers(value):
            return 'the headers of {name} must be texts, such as { Accept = "text/csv" }'
    elif key in ("retry", "page"):
        whole = key == "retry" or isinstance(value, int)
        number = isinstance(value, (int, float)) and not isinstance(value, bool) and whole
        if not number or not 0 <= value <= 10_000:  # type: ignore[operator]
            return f'"{key}" of {{name}} must be a number from 0 to 10,000'
    elif not isinstance(value, str) or (key == "agent" and not _PRINTABLE.fullmatch(value)):
        return f'"{key}" of {{name}} must be a text in quotes'
    return ""


def _fund(symbol: str, table: Mapping[str, Any], issuers: Mapping[str, Any]) -> Fund:
    """A fund by its table and its issuer's."""
    ways = {**issuers.get(table.get("issuer", ""), {}), **table}
    own_addresses = table.get("addresses", table.get("address"))
    addresses = ways.get("addresses", []) if own_addresses is None else own_addresses
    product = clean(table.get("product", ""), 120)
    filled = tuple(
        a.replace("{product}", product)
        .replace("{symbol}", symbol)
        .replace("{lower}", symbol.lower())
        for a in ([addresses] if isinstance(addresses, str) else addresses)
    )
    texts = {key: clean(table.get(key, ""), 120) for key in _TEXTS if key != "product"}
    return Fund(
        symbol,
        addresses=filled,
        **texts,
        agent=ways.get("agent", ""),
        headers=tuple(ways.get("headers", {}).items()),
        retry=float(ways.get("retry", 0.0)),
        page=int(ways.get("page", 0)),
        history=clean(ways.get("history", ""), 120),
    )
