"""Sources of prices: name, cost of their requests, and where their keys are."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from cache.facts.clean import clean
from cache.facts.datafile import check_keys, line_of, package_text, parse_toml, read_toml
from cache.facts.errors import SourceError
from cache.facts.funds import safe_address, wrong_headers
from core.data.record import record

if TYPE_CHECKING:
    from pathlib import Path

_WHOLE: Final = ("overlap", "per_symbol", "per_day", "per_range", "batch", "first", "years")
_KEYS: Final = (
    "name", "address", "paths", "keys", "secrets", "per_minute", "agent", "headers", *_WHOLE
)  # fmt: skip
#: A path below an address: words parted by slashes, with names in braces that are filled in.
_PATH: Final = re.compile(r"(?!/)(?:[A-Za-z0-9._/-]|\{[a-z]+\})+")
_FILLED: Final = re.compile(r"\{([a-z]+)\}")
#: Bars of one page, where many symbols share a request.
PAGE: Final = 10_000
#: Symbols of one request for Yahoo's newest closes.
SPARK: Final = 20
#: Requests a second where a vendor's table says nothing: what Yahoo has been seen to bear.
RATE: Final = 4.0


@record(frozen=True, slots=True)
class AskGroup:
    """Asks that are requested together.

    Attributes:
        symbols: how many.
        sessions: that the longest of them spans.
        bars: that they span, all together.
        far: they reach far back, as whole histories do: their events are requested by name.
    """

    symbols: int
    sessions: int
    bars: int
    far: bool


@record(frozen=True, slots=True)
class Vendor:
    """A source of prices: its name, its address, and what its requests cost.

    Attributes:
        key: as a setting names it, such as "massive".
        name: as closes name their source, such as "Massive".
        address: where its answers are, without a trailing slash.
        keys, secrets: variables of the environment that may hold the key and its secret.
        rate: requests a second that the smallest plan bears.
        overlap: sessions before the last close that are requested again; 0 where a session of the
            whole market is one answer.
        per_symbol: requests of one symbol's history.
        per_day: requests of a session of the whole market, 0 where each symbol is requested.
        per_range: requests of the splits and dividends of some sessions.
        batch: symbols of one request, 0 where each has its own.
        first: requests before the first symbol.
        closes_alone: symbols of one request for the newest closes without their events; 0 where
            there is no such request, or it is not set.
        years: how far back it goes, 0 for as far as is wanted.
        agent: User-Agent, "" for the usual one.
        headers: further headers of a request.
        paths: of its requests below the address, by name.
    """

    key: str
    name: str
    address: str = ""
    keys: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    rate: float = RATE
    overlap: int = 0
    per_symbol: int = 0
    per_day: int = 0
    per_range: int = 0
    batch: int = 0
    first: int = 0
    closes_alone: int = 0
    years: int = 0
    agent: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    paths: tuple[tuple[str, str], ...] = ()

    def path(self, request: str, **parts: object) -> str:
        """The path of a kind of request, with its placeholders filled in."""
        return dict(self.paths)[request].format(**parts)

    @property
    def by_turns(self) -> bool:
        """Whether a few symbols' histories cost little more than their newest sessions do.

        They are one request each in any case, or many share a request.
        """
        return not self.per_day and (self.per_symbol == 1 or self.batch > 0)

    def by_days(self, sessions: int, symbols: int) -> bool:
        """Whether some sessions of the market cost no more than so many symbols' histories."""
        days = sessions * self.per_day + self.per_range
        return self.per_day > 0 and days <= symbols * self.per_symbol

    def requests(self, groups: Sequence[AskGroup], alone: int = 0) -> int:
        """Requests of a plan, where nothing fails.

        Args:
            groups: the asks, those that are requested together.
            alone: how many of them need no events.
        """
        if not groups:
            return 0
        count = self.first + (math.ceil(alone / self.closes_alone) if self.closes_alone else 0)
        for group in groups:
            if self.batch:
                batches = math.ceil(group.symbols / self.batch)
                pages = max(batches, math.ceil(group.bars / PAGE))
                count += pages + self.per_range * (batches if group.far else 1)
            elif self.by_days(group.sessions, group.symbols):
                count += group.sessions * self.per_day + self.per_range
            else:
                count += self.per_symbol * group.symbols
        return count - (alone * self.per_symbol if self.closes_alone else 0)


YAHOO: Final = Vendor(
    "yahoo",
    "Yahoo",
    address="https://query2.finance.yahoo.com",
    overlap=7,
    per_symbol=1,
    first=2,
    paths=(("chart", "v8/finance/chart/{symbol}"), ("spark", "v7/finance/spark")),
)


def load_vendors(extra: Path | None = None) -> Mapping[str, Vendor]:
    """Every known vendor by its key: the package's, and a user's funds.toml over them, if any.

    Raises:
        SourceError: its tables of vendors are broken; names file and line.
    """
    tables = parse_toml(package_text("vendors.toml"), "vendors.toml")
    if extra is not None and extra.exists():
        document, text = read_toml(extra)
        vendors = document.get("vendors", {})
        for name, table in vendors.items() if isinstance(vendors, dict) else [("vendors", vendors)]:
            packaged = tables.get(name, {})
            paths = packaged.get("paths", {})
            _check(name, table, paths, text, str(extra))
            paths = {**paths, **table.get("paths", {})}
            tables[name] = {"name": name, **packaged, **table, "paths": paths}
    return {key: _vendor(key, table) for key, table in tables.items()}


@cache
def fetched_names() -> frozenset[str]:
    """Names of the sources whose closes a refresh fetches; any other is a user's file."""
    return frozenset(vendor.name for vendor in load_vendors().values())


def plugin_vendor(key: str) -> Vendor:
    """The terms of a plug-in's vendor that states none: one request a symbol."""
    return Vendor(key, key, per_symbol=1, overlap=7)


def _check(name: str, table: object, paths: Mapping[str, str], text: str, file: str) -> None:
    """Raise SourceError where a user's table of a vendor cannot be used."""
    head = f"vendors.{name}"

    def wrong(key: str, words: str) -> SourceError:
        reason = f'"{key}" of {clean(name, 30)} must be {words}'
        return SourceError(reason, file=file, line=line_of(text, head, key))

    if not isinstance(table, dict):
        reason = '"vendors" must be tables, such as [vendors.massive]'
        raise SourceError(reason, file=file, line=line_of(text, "vendors"))
    check_keys(table, _KEYS, f"[{clean(head, 40)}]", file, text, head)
    for key, value in table.items():
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if key == "address" and not safe_address(value):
            raise wrong(key, "a text that starts with https://")
        if key == "paths":
            _check_paths(name, value, paths, text, file)
        if key in ("name", "agent") and not isinstance(value, str):
            raise wrong(key, "a text in quotes")
        if key in ("keys", "secrets") and not (
            isinstance(value, list) and all(isinstance(one, str) and one for one in value)
        ):
            raise wrong(key, 'names of variables, such as ["MASSIVE_API_KEY"]')
        if key == "headers" and wrong_headers(value):
            raise wrong(key, 'texts, such as { Accept = "application/json" }')
        if key == "per_minute" and not (number and 0 < value <= 100_000):
            raise wrong(key, "a number above 0")
        if key in _WHOLE and not (number and isinstance(value, int) and 0 <= value <= 10_000):
            raise wrong(key, "a whole number from 0 to 10,000")


def _check_paths(
    name: str, paths: object, defaults: Mapping[str, str], text: str, file: str
) -> None:
    """Raise SourceError where a path is of no request, or lacks what is filled in."""
    head = f"vendors.{name}.paths"
    if not isinstance(paths, dict):
        reason = f'[{clean(head, 40)}] must be a table of paths, such as day = "v2/days"'
        raise SourceError(reason, file=file, line=line_of(text, f"vendors.{name}", "paths"))
    check_keys(paths, tuple(defaults), f"[{clean(head, 40)}]", file, text, head)
    for request, path in paths.items():
        braces = sorted(_FILLED.findall(defaults[request]))
        right = isinstance(path, str) and _PATH.fullmatch(path) and ".." not in path
        if not right or sorted(_FILLED.findall(path)) != braces:
            reason = (
                f'"{request}" of {clean(name, 30)} must be a path below its address with the same'
                f' names in braces, such as "{defaults[request]}"'
            )
            raise SourceError(reason, file=file, line=line_of(text, head, request))


def _vendor(key: str, table: Mapping[str, Any]) -> Vendor:
    vendor = Vendor(
        key,
        clean(table["name"], 40),
        address=table.get("address", "").rstrip("/"),
        keys=tuple(table.get("keys", ())),
        secrets=tuple(table.get("secrets", ())),
        agent=table.get("agent", ""),
        headers=tuple(table.get("headers", {}).items()),
        paths=tuple(table.get("paths", {}).items()),
        **{name: table[name] for name in _WHOLE if name in table},
    )
    if "per_minute" in table:
        vendor = replace(vendor, rate=table["per_minute"] / 60)
    return vendor
