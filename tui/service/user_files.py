"""Edit the user's lists: funds.toml and themes.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cache.facts.fund_entry import with_entry
from cache.facts.funds import load_funds
from cache.facts.own_groups import with_group, without_group
from tui.state.editing import rewrite

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cache.facts.fund_entry import FundEntry


def add_fund(file: Path, lock: Path, entry: FundEntry) -> str:
    """Add a fund to the user's file, which need not exist; returns the sentence that says so.

    Raises:
        SourceError: the entry cannot be used, or the file is broken.
        CacheError: another process does not let go of the file.
        OSError: the file cannot be written.
    """
    rewrite(file, lock, lambda before: with_entry(before, file, entry))
    fund = load_funds(file)[entry.symbol]
    follows = f", which follows the {fund.index}," if fund.index else ""
    if not fund.addresses:
        how = f"its file is imported: internals import holdings FILE --fund {fund.symbol}"
    else:
        how = f"a refresh of a pair with it asks {', '.join(sorted(fund.hosts()))}"
    return f"{fund.symbol}{follows} is in {file}; {how}"


def keep_group(file: Path, lock: Path, name: str, symbols: Sequence[str]) -> str:
    """Keep a group in the user's file, or take it out where it has no names; returns the words.

    Raises:
        SourceError: the group cannot be kept, or the file is broken.
        CacheError: another process does not let go of it.
        OSError: the file cannot be written.
    """

    def changed(before: str) -> str:
        if symbols:
            return with_group(before, file, name, symbols)
        return without_group(before, file, name)

    rewrite(file, lock, changed)
    return f"{'kept' if symbols else 'no longer'} in {file.name}"
