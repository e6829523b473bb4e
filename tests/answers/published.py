"""Figures published for the Russell 2000 and the S&P 500, year to late June 2026, price return.

Typed by hand from the publication: returns in %, contributions in whole bp, most extreme first.
"""

from __future__ import annotations

START = "2025-12-31"
END = "2026-06-26"

#: Russell 2000, largest contributions: ticker, return %, contribution bp.
LEADERS = (
    ("BE", "211.06", 160),
    ("STRL", "165.25", 57),
    ("CRDO", "59.74", 57),
    ("TTMI", "157.38", 46),
    ("SMTC", "101.53", 27),
    ("DOCN", "193.71", 25),
    ("SITM", "89.51", 25),
    ("VIAV", "157.18", 25),
    ("MOD", "89.31", 25),
    ("HUT", "154.30", 24),
)
#: S&P 500, largest drags.
LAGGARDS = (
    ("MSFT", "-21.84", -127),
    ("META", "-13.99", -34),
    ("TSLA", "-13.06", -28),
    ("PLTR", "-34.18", -22),
    ("INTU", "-58.35", -17),
    ("ACN", "-51.49", -14),
    ("ORCL", "-23.89", -14),
    ("CRM", "-39.39", -14),
)

#: Breadth of the Russell 2000: lines measured, and those above a return in %.
MEASURED = 1863
ABOVE = {0: (1209, "64.9"), 10: (995, "53.4"), 25: (636, "34.1"), 100: (102, "5.5")}

#: The three largest together, in bp and in % of the fund's net return.
TOP_THREE_BP = 274
TOP_THREE_OF_NET = "13.7"
LEAVE_THE_INDEX = ("BE", "STRL", "CRDO")

#: Price return of the two funds in %, and how far the large one stays behind in pp.
IWM = "20.0"
SPY = "9.0"
GAP_PP = "11.00"

HYPERSCALERS = (("MSFT", "META", "ORCL"), -175)
SOFTWARE = (("PLTR", "INTU", "ACN", "CRM"), -67)

#: The last full year whose gap was wider than this one.
LAST_WIDER_YEAR = 2003
