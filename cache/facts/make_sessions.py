"""Make the data files of exchange sessions: ``python -m cache.facts.make_sessions [LAST_YEAR]``.

A tool for whoever releases the program: it alone uses exchange_calendars, which costs 0.4 s
to import and starts in 2006 unless asked otherwise. That package knows neither the holidays before
1970 nor the sessions on Saturdays until 1952; pandas_market_calendars has both, from the exchange's
own list of closings, and agrees with it on every session since 1970.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta

from cache.facts.sessions import (
    CLOSE,
    FILE,
    FIRST,
    NEW_YORK,
    OLD_FILE,
    OLD_HEAD,
    usual_days,
)

#: The exchange's rules of our time hold from about this year on, and early closes are listed.
RECENT = date(1987, 1, 1)


def make(last: date, made_on: date) -> str:
    """The text of the data file: sessions from 1987 through ``last``, made on ``made_on``."""
    import exchange_calendars  # type: ignore[import-untyped]
    import pandas as pd

    calendar = exchange_calendars.get_calendar("XNYS", start=str(RECENT), end=str(last))
    open_days = set(calendar.sessions.date)
    rows = [
        (stamp.date(), "closed")
        for stamp in pd.bdate_range(RECENT, last)
        if stamp.date() not in open_days
    ]
    bells = calendar.closes.dt.tz_convert(str(NEW_YORK)).dt.time
    early = bells[bells != CLOSE].items()
    rows += [(stamp.date(), bell.strftime("%H:%M")) for stamp, bell in early]
    head = [
        "# New York Stock Exchange: weekdays without a session, and early closes (New York time)",
        f"# source: exchange_calendars {exchange_calendars.__version__}, calendar XNYS",
        f"# made: {made_on}",
        f"# first: {RECENT}",
        f"# last: {last}",
        "date,closes",
    ]
    return "\n".join([*head, *(f"{day},{what}" for day, what in sorted(rows))]) + "\n"


def make_old(made_on: date) -> str:
    """The text of the data file of 1885 to 1986, made on ``made_on``: days of no session."""
    import pandas_market_calendars

    calendar = pandas_market_calendars.get_calendar("NYSE")
    last = RECENT - timedelta(days=1)
    met = set(calendar.valid_days(FIRST, last).date)
    usual = (FIRST + timedelta(days=at) for at in usual_days(last).nonzero()[0].tolist())
    head = [
        "# New York Stock Exchange: weekdays, and Saturdays to 1952-05-24, without a session",
        f"# source: pandas_market_calendars {pandas_market_calendars.__version__}, calendar NYSE",
        f"# made: {made_on}",
        "date",
    ]
    assert len(head) == OLD_HEAD
    return "\n".join([*head, *(str(day) for day in usual if day not in met)]) + "\n"


def main() -> None:
    """Write both data files, the newer through the end of the year named, else of next year."""
    today = datetime.now(UTC).date()
    year = int(sys.argv[1]) if len(sys.argv) > 1 else today.year + 1
    FILE.write_text(make(date(year, 12, 31), today), "ascii")
    OLD_FILE.write_text(make_old(today), "ascii")
    sys.stdout.write(f"{FILE} now runs through {year}\n")


if __name__ == "__main__":
    main()
