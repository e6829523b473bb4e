"""A market small enough to be checked by hand: two companies, eight sessions of June 2026.

AAPL split 4:1 on the 24th; it paid 1.00 on the 25th on today's shares and 3.00 on the 22nd on the
shares of that day.
"""

from __future__ import annotations

#: Sessions; the 19th of June 2026 is a holiday.
DAYS = [f"2026-06-{day}" for day in ("15", "16", "17", "18", "22", "23", "24", "25")]
#: On today's shares.
CLOSES = {
    "AAPL": [100.0, 101.5, 103.25, 102.0, 104.75, 103.5, 106.0, 107.25],
    "MSFT": [50.0, 50.5, 49.25, 49.75, 51.0, 52.5, 52.25, 53.0],
}
SPLIT, SPLIT_DAY = 4.0, "2026-06-24"
DIVIDENDS = {"2026-06-22": 0.75, "2026-06-25": 1.0}
VOLUME = 1000.0


def traded(ticker: str, day: str) -> float:
    """The close as traded: before the split four times today's."""
    close = CLOSES[ticker][DAYS.index(day)]
    return close * (SPLIT if ticker == "AAPL" and day < SPLIT_DAY else 1)


def total(ticker: str, day: str) -> float:
    """The adjusted close: each dividend makes the closes before it smaller by its part."""
    close = CLOSES[ticker][DAYS.index(day)]
    if ticker == "AAPL":
        for ex, paid in DIVIDENDS.items():
            if day < ex:
                close *= 1 - paid / CLOSES["AAPL"][DAYS.index(ex) - 1]
    return close


def dividend(ticker: str, day: str, *, raw: bool = False) -> float:
    """The dividend of a day, on today's shares or on those of the day."""
    if ticker != "AAPL":
        return 0.0
    paid = DIVIDENDS.get(day, 0.0)
    return paid * SPLIT if raw and day < SPLIT_DAY else paid


def split(ticker: str, day: str) -> float:
    """The split of a day, 0 for none."""
    return SPLIT if ticker == "AAPL" and day == SPLIT_DAY else 0.0
