"""Add a fund to the user's funds.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cache.facts.fund_entry import with_entry
from cache.facts.funds import load_funds
from tui.state.editing import rewrite

if TYPE_CHECKING:
    from pathlib import Path

    from cache.facts.fund_entry import FundEntry


def add_fund(file: Path, lock: Path, entry: FundEntry) -> str:
    """Add a fund to the user's file; returns the sentence that says so.

    Args:
        file: funds.toml in the config directory; need not exist.
        lock: a file that one process at a time has while it edits.
        entry: the fund.

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
