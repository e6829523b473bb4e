"""Make the data file of exchange sessions: ``python -m cache.facts.make_sessions [LAST_YEAR]``.

A tool for whoever releases the program: it alone uses exchange_calendars, which costs 0.4 s
to import and starts in 2006 unless told otherwise.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time

from cache.facts.sessions import CLOSE, FILE, NEW_YORK

#: The Russell 2000 has daily closes from September 1987 on; earlier years are not told reliably.
FIRST = date(1987, 1, 1)


def make(last: date, made: date) -> str:
    """The text of the data file: sessions from 1987 through ``last``, made on ``made``."""
    import exchange_calendars  # type: ignore[import-untyped]
    import pandas as pd

    calendar = exchange_calendars.get_calendar("XNYS", start=str(FIRST), end=str(last))
    open_days = {stamp.date() for stamp in calendar.sessions}
    rows = [
        (stamp.date(), "closed")
        for stamp in pd.bdate_range(FIRST, last)
        if stamp.date() not in open_days
    ]
    for stamp, bell in calendar.closes.items():
        local: time = bell.tz_convert(str(NEW_YORK)).time()
        if local != CLOSE:
            rows.append((stamp.date(), local.strftime("%H:%M")))
    head = [
        "# New York Stock Exchange: weekdays without a session, and early closes (New York time)",
        f"# source: exchange_calendars {exchange_calendars.__version__}, calendar XNYS",
        f"# made: {made}",
        f"# first: {FIRST}",
        f"# last: {last}",
        "date,closes",
    ]
    return "\n".join([*head, *(f"{day},{what}" for day, what in sorted(rows))]) + "\n"


def main() -> None:
    """Write the data file through the end of the year named, else of next year."""
    today = datetime.now(UTC).date()
    year = int(sys.argv[1]) if len(sys.argv) > 1 else today.year + 1
    FILE.write_text(make(date(year, 12, 31), today), "ascii")
    sys.stdout.write(f"{FILE} now runs through {year}\n")


if __name__ == "__main__":
    main()
