"""``internals funds``: every known fund, and adding one of the user's."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from tui.report.values import json_text
from tui.text.formats import cell_width, fit
from tui.text.safe import safe
from tui.text.streams import ANSWERED, write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cache.facts.funds import Fund
    from core.data.frames import Holdings
    from tui.service.service import Desk


def funds(arguments: argparse.Namespace, desk: Desk) -> int:
    """List the funds known, or add one; returns the exit code.

    Raises:
        CacheError: a file of the user's is broken, or the fund cannot be added.
    """
    if arguments.action == "add":
        from cache.facts.fund_entry import FLAGS, FundEntry
        from cache.facts.symbols import yahoo_symbol

        fields = {name: getattr(arguments, name) or "" for name in FLAGS}
        write(f"{desk.add_fund(FundEntry(yahoo_symbol(arguments.symbol), **fields))}\n")
        return ANSWERED
    rows = fund_rows(desk)
    if arguments.format == "json":
        write(json_text({"schema": 1, "funds": rows}), kind="json")
    else:
        write(_text(rows))
    return ANSWERED


def fund_rows(desk: Desk) -> list[dict[str, Any]]:
    """Every fund known, as JSON gives it.

    Raises:
        CacheError: a file of the user's is broken, or the store cannot be read.
    """
    from cache.facts.funds import load_funds

    funds = load_funds(desk.places.config / "funds.toml")
    holdings = desk.store.read_or_empty().holdings
    return [_row(fund, funds, holdings.get(fund.symbol, ())) for fund in funds.values()]


def _row(fund: Fund, funds: Mapping[str, Fund], files: Sequence[Holdings]) -> dict[str, Any]:
    """The known facts of a fund, as JSON gives them."""
    from cache.refresh.file_plan import dated_lenders

    lenders = dated_lenders(funds, fund.symbol)
    return {
        "symbol": fund.symbol,
        "index": fund.index or None,
        "issuer": fund.issuer or None,
        "title": fund.title or None,
        "hosts": sorted(fund.hosts()),
        "dated": fund.dated,
        "history": _history(fund),
        "members_by": lenders[0] if lenders else None,
        "files_held": len(files),
        "first_held": f"{files[0].as_of}" if files else None,
        "last_held": f"{files[-1].as_of}" if files else None,
    }


def _history(fund: Fund) -> str:
    """How far back its issuer's files go, in a few words."""
    if not fund.addresses:
        return "imported by hand"
    return (fund.history or "by date") if fund.dated else "the newest alone"


def _text(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table for a person."""
    table: list[tuple[str, ...]] = [
        ("fund", "follows", "file from", "how far back", "earlier members", "held")
    ]
    for row in rows:
        files = f"{row['files_held']:,}, last {row['last_held']}" if row["files_held"] else "-"
        host = ", ".join(row["hosts"][:1]) or "-"
        by = f"by {row['members_by']}'s files" if row["members_by"] else "-"
        cells = (row["symbol"], row["index"] or "-", host, row["history"], by, files)
        table.append(tuple(map(safe, cells)))
    widths = [max(map(cell_width, column)) for column in zip(*table, strict=True)]
    lines = ["  ".join(map(fit, row, widths)).rstrip() for row in table]
    return "\n".join(lines) + "\n"
