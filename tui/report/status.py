"""The store's contents, how old they are and how much is missing: as text and as JSON."""

from __future__ import annotations

import math
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from cache.facts.vendors import load_vendors
from cache.sources.holdings.report import left_out
from core.data.record import record
from core.note.phrase import several
from tui.report.last_refresh import Fetched, until_words
from tui.report.values import json_text
from tui.text import formats as f
from tui.text.safe import safe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cache.sources.imported_series import ImportedSeries
    from cache.store.journal import Entry
    from cache.store.store import Contents
    from core.data.frames import LeftOut
    from core.data.market import Market
    from core.data.market_figures import Figures

SCHEMA = 1
#: Symbols named of those that failed for one reason; the JSON names all.
FEW = 12
#: Days of a fund's files named one by one; the JSON has all.
DAYS = 6


@record(frozen=True, slots=True, eq=False)
class StoreState:
    """A store as it is at one moment.

    Attributes:
        contents: the generation read.
        market: what the screen makes of it.
        figures: see `core.data.market_figures`.
        store: the directory it is kept in.
        fetched: what the last refresh brought, and what is missing.
        now: with a time zone; ages are counted from it.
        series: those imported, by name.
    """

    contents: Contents
    market: Market
    figures: Figures
    store: Path
    fetched: Fetched
    now: datetime
    series: Mapping[str, ImportedSeries]


def document(state: StoreState) -> dict[str, Any]:
    """The store's state as plain JSON values."""
    contents, market, fetched = state.contents, state.market, state.fetched
    prices, figures = contents.prices, state.figures
    closes = sum(int(np.isfinite(block.close).sum()) for block in prices.blocks)
    adjusted = [b.adj_close for b in prices.blocks if b.adj_close is not None]
    funds: dict[str, Any] = {}
    for fund in sorted(contents.holdings):
        of_fund = figures["funds"][fund]
        funds[fund] = {
            "closes": of_fund["closes"],
            "holdings": [
                {
                    "as_of": file.as_of.isoformat(),
                    "lines": len(file.symbols),
                    "other_rows": len(file.others),
                    "left_out": [_other(other) for other in file.others],
                    "from": file.source,
                    "fetched_at": file.fetched_at and file.fetched_at.isoformat(),
                }
                for file in contents.holdings[fund]
            ],
            "lines": of_fund["lines"],
            "lines_with_prices": of_fund["lines_with_prices"],
        }
    fetches = prices.fetched_at.values()
    return {
        "schema": SCHEMA,
        "store": str(state.store),
        "generation": contents.generation,
        "simulated": contents.simulated,
        "now": state.now.isoformat(timespec="seconds"),
        "prices": {
            "symbols": figures["symbols"],
            "closes": closes,
            "adjusted_closes": sum(int(np.isfinite(values).sum()) for values in adjusted),
            "first": str(prices.blocks[0].sessions[0]) if prices.blocks else None,
            "last": figures["last"],
            "newest_fetch": max(fetches).isoformat() if fetches else None,
            "oldest_fetch": min(fetches).isoformat() if fetches else None,
            "sources": dict(Counter(map(prices.sources_of, prices.source)).most_common()),
            "provisional": len(prices.provisional),
            "disputed": dict(sorted(prices.disputed.items())),
            "failed": dict(Counter(prices.failures.values()).most_common()),
        },
        "refresh": fetched.to_json(),
        "failures": [
            {
                "reason": group.reason,
                "names": list(group.names),
                "not_before": group.until and group.until.isoformat(timespec="seconds"),
            }
            for group in fetched.groups
        ],
        "funds": funds,
        "damage": list(contents.damage),
        "aside": [
            {"fund": one.fund, "as_of": one.as_of.isoformat(), "from": one.source, "why": one.why}
            for one in contents.aside
        ],
        "announced": _announced(contents),
        "themes": list(market.reference.doubts),
        "industries": [
            {
                "symbols": len(one.symbols),
                "industries": len(set(one.industries)),
                "from": one.source,
                "as_of": one.as_of and one.as_of.isoformat(),
                "imported": one.fetched_at.isoformat(timespec="seconds"),
            }
            for one in contents.industries
        ],
        "series": {
            name: {
                "values": len(one.values),
                "first": str(min(one.values)),
                "last": str(max(one.values)),
                "from": one.source,
            }
            for name, one in state.series.items()
        },
    }


def _other(other: LeftOut) -> dict[str, Any]:
    """A row that an import left out; a weight that is not known is null."""
    weight = None if math.isnan(other.weight) else other.weight
    return {"symbol": other.symbol, "name": other.name, "weight": weight, "reason": other.reason}


def _announced(contents: Contents) -> list[dict[str, Any]]:
    """Stored announced changes, a row for each fund and effective date."""
    counts = Counter((c.fund, c.effective, c.action) for c in contents.announced)
    return [
        {
            "fund": fund,
            "effective": effective.isoformat(),
            "leave": counts[fund, effective, "leave"],
            "join": counts[fund, effective, "join"],
            "from": sorted({c.source for c in contents.announced if c.fund == fund}),
        }
        for fund, effective in sorted({(c.fund, c.effective) for c in contents.announced})
    ]


def to_json(state: StoreState) -> str:
    """The state as JSON, one trailing newline."""
    return json_text(document(state))


def to_text(state: StoreState, cost: str) -> str:
    """The state for a person; ``cost`` says what a refresh costs, "" for nothing to say."""
    contents, fetched, now = state.contents, state.fetched, state.now
    fields = document(state)
    prices = fields["prices"]
    lines = [
        f"{'SIMULATED market' if contents.simulated else 'market'} in {fields['store']},"
        f" generation {contents.generation}",
        f"prices     {prices['symbols']:,} symbols, {prices['closes']:,} closes,"
        f" {prices['adjusted_closes']:,} adjusted closes,"
        f" {prices['first'] or '–'} to {prices['last'] or '–'}",
    ]
    if prices["newest_fetch"]:
        newest = datetime.fromisoformat(prices["newest_fetch"])
        lines.append(f"           newest taken {f.ago(newest, now)}")
    lines += [
        f"           {count:,} symbols from {source}" for source, count in prices["sources"].items()
    ]
    sources = {source for runs in contents.prices.origin.values() for _, source in runs}
    sources.update(contents.prices.source.values())
    lines += [
        f"           dividends of older sessions from {vendor.name} are compared by"
        " `internals refresh --full` alone"
        for vendor in load_vendors().values()
        if vendor.per_day and vendor.name in sources
    ]
    disputed = list(prices["disputed"].items())
    lines += [f"           {symbol}: {words}" for symbol, words in disputed[:FEW]]
    if len(disputed) > FEW:
        lines.append(f"           and {len(disputed) - FEW:,} more whose sources differ")
    for group in fetched.groups:
        few = " ".join(group.names[:FEW])
        more = f" and {len(group.names) - FEW:,} more" if len(group.names) > FEW else ""
        lines.append(f"           {len(group.names):,} not fetched: {group.reason}")
        lines.append(f"             {few}{more}; {until_words(group)}")
    if prices["provisional"]:
        lines.append(f"           {prices['provisional']:,} closes are of an unfinished session")
    if fetched.ended is not None:
        first, *rest = fetched.sentences(now)
        lines.append(f"refreshed  {first}")
        lines += [f"           {sentence}" for sentence in rest]
    for fund, fund_state in fields["funds"].items():
        closes = fund_state["closes"]
        dates = [file["as_of"] for file in fund_state["holdings"]]
        lines.append(
            f"{fund:<10} "
            + (
                f"closes {closes['first']} to {closes['last']}"
                if closes
                else "no closes of the fund"
            )
            + f"; {fund_state['lines_with_prices']:,} of {fund_state['lines']:,} lines with prices"
        )
        days = ", ".join(dates)
        if len(dates) > DAYS:
            days = f"{len(dates):,} days, {dates[0]} to {dates[-1]}"
        lines.append(f"           holdings of {days}")
        lines += [f"           {line}" for line in left_out(contents.holdings[fund][-1].others)]
    for row in fields["announced"]:
        words = f"{row['leave']:,} leave, {row['join']:,} join on {row['effective']}"
        lines.append(f"{row['fund']:<10} announced: {words} ({', '.join(row['from'])})")
    for row in fields["industries"]:
        since = f", from {row['as_of']} on" if row["as_of"] else ""
        lines.append(
            f"industries {several(row['symbols'], 'symbol')} in"
            f" {several(row['industries'], 'industry', 'industries')}{since},"
            f" from {row['from']}, imported {row['imported'][:10]}"
        )
    lines += [
        f"series     {name}: {one['values']:,} values, {one['first']} to {one['last']},"
        f" from {one['from']}"
        for name, one in fields["series"].items()
    ]
    lines += [
        f"! holdings {one.fund} of {one.as_of} are set aside, the file {'; '.join(one.why)};"
        " `internals refresh --accept` uses it"
        for one in contents.aside
    ]
    lines += [f"! {sentence}" for sentence in (*contents.damage, *fields["themes"])]
    if cost:
        lines.append(cost)
    return "\n".join(lines) + "\n"


def imports(
    listed: Sequence[Entry], store: Path, generation: int | None, *, kind: Literal["text", "json"]
) -> str:
    """The imports and refreshes that can be taken back, oldest first, one trailing newline."""
    if kind == "json":
        state = {
            "schema": SCHEMA,
            "store": str(store),
            "generation": generation,
            "imports": [
                {
                    "id": entry.id,
                    "at": entry.at.isoformat(),
                    "kind": entry.kind,
                    "from": entry.source,
                    "what": entry.words,
                    "holdings": [{"fund": fund, "as_of": day} for fund, day, _ in entry.files],
                }
                for entry in listed
            ],
        }
        return json_text(state)
    if not listed:
        return "no import is listed\n"
    rows = [
        f"{entry.id:>6}  {entry.at:%Y-%m-%d %H:%M} UTC  {entry.kind:<10}  "
        + "; ".join(filter(None, (safe(entry.source), safe(entry.words))))
        for entry in listed
    ]
    rows.append("taken back by `internals forget import ID`")
    return "\n".join(rows) + "\n"
