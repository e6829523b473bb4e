"""``internals forget``: undo a wrong import, by its number or by its contents."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from cache.facts.errors import StoreError
from cache.store.draft import Note
from tui.state.config import as_date
from tui.text.streams import ANSWERED, BAD_INPUT, say, write

if TYPE_CHECKING:
    from tui.service.service import Desk


def forget(arguments: argparse.Namespace, desk: Desk) -> int:
    """Take something out of the store, print a sentence about it, and return the exit code."""
    if desk.simulated:
        return say(
            "the demo market is made from a seed: nothing of it can be taken back", BAD_INPUT
        )
    if arguments.kind == "prices":
        return _forget_prices(desk, [symbol.upper() for symbol in arguments.symbols])
    if arguments.kind == "import":
        return _forget_import(desk, arguments.id)
    if arguments.kind == "series":
        return _forget_series(desk, arguments.measure)
    fund: str = arguments.fund.upper()
    when = as_date(arguments.date) if arguments.date is not None else None
    if arguments.kind == "changes":
        return _forget_changes(desk, fund, when)
    return _forget_holdings(desk, fund, when)


def _forget_holdings(desk: Desk, fund: str, when: date | None) -> int:
    files = desk.store.read().holdings.get(fund, ())
    if when is None or all(file.as_of != when for file in files):
        dates = ", ".join(str(file.as_of) for file in files) or "none"
        return say(f"no holdings file of {fund} as of {when}; there are {dates}", BAD_INPUT)
    after = desk.store.commit(forget=[(fund, when)]).holdings.get(fund, ())
    below = next((file for file in after if file.as_of == when), None)
    again = f"; the earlier file from {below.source} counts again" if below else ""
    write(f"holdings of {fund} as of {when} are forgotten{again}\n")
    return ANSWERED


def _forget_prices(desk: Desk, symbols: Sequence[str]) -> int:
    """Drop everything stored of some symbols; an unknown one ends it."""
    blocks = desk.store.read().prices.blocks
    stored = {symbol for block in blocks for symbol in block.symbols}
    if missing := [symbol for symbol in symbols if symbol not in stored]:
        return say(f"no prices of {', '.join(missing)}; nothing was changed", BAD_INPUT)
    desk.store.change(lambda draft: draft.forget_symbols(symbols))
    write(f"prices of {', '.join(dict.fromkeys(symbols))} are forgotten\n")
    return ANSWERED


def _forget_series(desk: Desk, measure: str) -> int:
    from cache.sources.imported_series import FILE, store_series, stored_series
    from tui.state.editing import editing

    config = desk.places.config
    with editing(config / FILE, desk.places.config_lock):
        stored = stored_series(config)
        if measure not in stored:
            names = ", ".join(stored) or "none"
            return say(f"no series {measure}; there are {names}", BAD_INPUT)
        store_series(config, {name: one for name, one in stored.items() if name != measure})
    write(f"the series {measure} is forgotten\n")
    return ANSWERED


def _forget_import(desk: Desk, number: int) -> int:
    entry = next((one for one in desk.store.journal() if one.id == number), None)
    if entry is None:
        return say(
            f"no import {number} is listed; `internals status --imports` lists them", BAD_INPUT
        )
    try:
        desk.store.change(lambda draft: draft.take_back(number))
    except StoreError as error:
        return say(f"{error}", BAD_INPUT)
    what = f"{entry.kind} from {entry.source}" if entry.source else entry.kind
    write(f"import {number} ({what}, {entry.at:%Y-%m-%d %H:%M} UTC) is taken back\n")
    return ANSWERED


def _forget_changes(desk: Desk, fund: str, when: date | None) -> int:
    from cache.sources.holdings.announced import forgetting

    changes = [c for c in desk.store.read().announced if c.fund == fund]
    matching = [c for c in changes if when in (None, c.effective)]
    if not matching:
        dates = ", ".join(sorted({str(c.effective) for c in changes})) or "none"
        of_day = f" for {when}" if when else ""
        return say(f"no changes of {fund} are announced{of_day}; there are {dates}", BAD_INPUT)
    desk.store.commit(
        announce=forgetting(fund, when), note=Note("forget", datetime.now(UTC), words=fund)
    )
    one = len(matching) == 1
    write(
        f"{len(matching):,} announced change{'' if one else 's'} of {fund}"
        f" {'is' if one else 'are'} forgotten\n"
    )
    return ANSWERED
