"""What the last refresh could not get, found out in a thread: it is told with the market."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cache.facts.errors import CacheError, StoreEmpty, why

if TYPE_CHECKING:
    from datetime import datetime

    from core.data.frames import Prices
    from tui.host.messages import DeskLike
    from tui.report.last_refresh import Fetched


def fetched_later(desk: DeskLike, pair: tuple[str, str], now: datetime) -> Fetched | str:
    """Wait for the market that the first answer is made of, and look up what failed.

    Returns:
        The report, or a sentence why there is none.
    """
    prices: Prices | None = None
    try:
        prices = desk.market().prices
    except StoreEmpty:
        pass  # of an empty store no symbol failed
    except (CacheError, OSError) as error:
        return f"What failed is not known: {why(error)}."
    return desk.fetched(prices, pair, now)
