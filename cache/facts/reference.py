"""Facts from data files: sessions, renames, reconstitutions, spin-offs, themes, issuers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from cache.facts.clean import clean
from cache.facts.datafile import (
    check_keys,
    line_of,
    package_table,
    package_text,
    parse_toml,
    read_toml,
)
from cache.facts.errors import SourceError
from cache.facts.funds import load_funds
from cache.facts.sessions import listed_through, sessions, unforeseen
from cache.facts.symbols import yahoo_symbol
from core.data.frames import Reference, Theme
from core.data.symbol_pattern import valid_symbol

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from pathlib import Path

    from cache.facts.funds import Fund


def doubtful_themes(config_dir: Path, symbols: Container[str]) -> tuple[str, ...]:
    """Return a sentence for each symbol of the user's themes that has no data.

    Args:
        config_dir: the folder that may hold ``themes.toml``.
        symbols: every stored symbol, in any file or with any close.

    Raises:
        SourceError: the file is broken; names file and line.
    """
    path = config_dir / "themes.toml"
    if not path.exists():
        return ()
    document, text = read_toml(path)
    aliases = _aliases()
    sentences = []
    for name, table in document.items():
        for entry in table["symbols"]:
            symbol = yahoo_symbol(entry)
            if symbol in symbols or aliases.get(symbol) in symbols:
                continue
            line = line_of(text, name, entry)
            place = f"{clean(str(path), 200)}, line {line}" if line else clean(str(path), 200)
            sentences.append(
                f'{place}: {symbol} in theme "{clean(name, 40)}" is in no holdings and has no'
                " closes here; correct the ticker or take it out"
            )
    return tuple(sentences)


def load_reference(config_dir: Path | None = None) -> Reference:
    """Every fact that comes from a data file, the user's among them.

    Args:
        config_dir: a folder that may hold the user's ``themes.toml`` and ``funds.toml``;
            neither it nor they need exist.

    Raises:
        SourceError: a user's file is broken; names file and line.
    """
    text = package_text("themes.toml")
    themes = _themes(parse_toml(text, "themes.toml"), text, "themes.toml")
    if config_dir is not None and (path := config_dir / "themes.toml").exists():
        # A user's theme replaces the packaged one of the same name, whatever its case.
        themes |= _themes(*read_toml(path), str(path))
    funds = load_funds(None if config_dir is None else config_dir / "funds.toml")
    return Reference(
        sessions=sessions(),
        listed=listed_through(),
        unforeseen=unforeseen(),
        aliases=_aliases(),
        reconstitutions=_reconstitutions(funds),
        spinoffs=tuple(
            (row["symbol"], date.fromisoformat(row["date"]))
            for row in package_table("spinoffs.csv")
        ),
        themes=tuple(themes.values()),
        issuers={row["symbol"]: row["issuer"] for row in package_table("issuers.csv")},
        indices={fund.symbol: fund.index for fund in funds.values() if fund.index},
        index_levels={row["symbol"]: row["name"] for row in package_table("indices.csv")},
    )


def _aliases() -> dict[str, str]:
    """Old symbol -> new one."""
    return {row["old"]: row["new"] for row in package_table("aliases.csv")}


def _reconstitutions(funds: Mapping[str, Fund]) -> dict[str, tuple[date, ...]]:
    """Fund -> ascending dates, each family's dates given to all its funds.

    Raises:
        SourceError: a user's fund is of a family that has none.
    """
    dates: dict[str, list[date]] = {}
    for row in package_table("reconstitutions.csv"):
        dates.setdefault(row["family"], []).append(date.fromisoformat(row["date"]))
    for fund in funds.values():
        if fund.family and fund.family not in dates:
            raise SourceError(
                f'no reconstitution dates are known of the family "{fund.family}" of'
                f" {fund.symbol}; known are those of {' '.join(dates)}",
                file="funds.toml",
            )
    return {
        fund.symbol: tuple(sorted(dates[fund.family])) for fund in funds.values() if fund.family
    }


def _themes(document: dict[str, Any], text: str, file: str) -> dict[str, Theme]:
    """Case-folded name -> theme."""
    themes: dict[str, Theme] = {}
    for name, table in document.items():
        if not isinstance(table, dict) or not isinstance(table.get("symbols"), list):
            message = f'theme "{clean(name, 40)}" must be a table with symbols = ["MSFT", "META"]'
            raise SourceError(message, file=file, line=line_of(text, name))
        keys = ("symbols", "source", "date")
        check_keys(table, keys, f'theme "{clean(name, 40)}"', file, text, name)
        symbols: dict[str, None] = {}
        for entry in table["symbols"]:
            symbol = yahoo_symbol(entry) if isinstance(entry, str) else ""
            if not valid_symbol(symbol):
                ticker = clean(str(entry), 20)
                message = f'"{ticker}" in theme "{clean(name, 40)}" is no symbol, such as "MSFT"'
                raise SourceError(message, file=file, line=line_of(text, name, str(entry)))
            symbols[symbol] = None
        if not symbols:
            message = f'theme "{clean(name, 40)}" names no symbol'
            raise SourceError(message, file=file, line=line_of(text, name))
        source = ", ".join(str(table[key]) for key in ("source", "date") if key in table)
        label = clean(name, 40)
        themes[label.casefold()] = Theme(label, tuple(symbols), clean(source, 160))
    return themes
