"""A Snapshot said in sentences, by rule: no claim that the numbers do not carry.

The same-window rank and the comparison with full calendar years are different claims,
and each sentence says which it makes. Below the coverage floor nothing is said about
leaders or breadth.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from core.spread import Ranking, Spread
from core.views import IndexView, Snapshot

_MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
#: "Widest since Y" is said only when Y lies at least this many years back.
_NOTABLE_YEARS: Final = 3
_WINDOW_WORDS: Final = {
    "1D": "over one session",
    "1W": "over one week",
    "MTD": "this month",
    "QTD": "this quarter",
    "YTD": "this year",
    "1M": "over one month",
    "3M": "over three months",
    "6M": "over six months",
    "1Y": "over one year",
    "H1": "in the first half",
    "H2": "in the second half",
}
_BASIS_WORDS: Final = {"tr": "total return", "pr": "price return"}


def spoken(value: date) -> str:
    """26 June 2026."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def window_words(snapshot: Snapshot) -> str:
    """The window as a reader would say it."""
    label = snapshot.window.label
    if ":" in label:
        return f"from {spoken(snapshot.window.start)}"
    return _WINDOW_WORDS.get(label, f"in {label}")


def _pct(x: float) -> str:
    return f"{x * 100:+.2f} %"


def _same_window(ranking: Ranking, kind: str) -> str:
    """What the rank among the same windows carries, or ""."""
    if not ranking.claim:
        return f"too few years for a rank ({ranking.of - 1} earlier)"
    if ranking.on_record:
        record = f"on record ({ranking.of} years, from {ranking.first_year})"
        return f"the widest {kind} for this window {record}"
    last = max(year.year for year in ranking.history)
    place = f"rank {ranking.rank} of {ranking.of} for this window"
    if ranking.ties is not None and ranking.ties == ranking.since:
        return f"it matches {ranking.ties}, {place}"
    if ranking.since is not None and last - ranking.since >= _NOTABLE_YEARS:
        return f"the widest {kind} for this window since {ranking.since}, {place}"
    return place


def _full_years(ranking: Ranking, year: int) -> str:
    """What the comparison with full calendar years carries, or ""."""
    if not ranking.claim:
        return ""
    if ranking.on_record:
        return f"wider than any full year on record (from {ranking.first_year})"
    if ranking.since is not None and year - ranking.since > _NOTABLE_YEARS:
        return f"wider than any full year since {ranking.since}"
    return ""


def _gap(snapshot: Snapshot, spread: Spread) -> str:
    small, large = snapshot.question.small, snapshot.question.large
    points = abs(spread.gap) * 100
    figures = (
        f"({small} {_pct(spread.small_return)}, {large} {_pct(spread.large_return)},"
        f" {_BASIS_WORDS[snapshot.question.basis]} to {spoken(snapshot.window.end)})"
    )
    words = window_words(snapshot)
    if round(points, 2) == 0:
        return f"{small} and {large} are level {words} {figures}"
    verb = "leads" if spread.gap > 0 else "trails"
    return f"{small} {verb} {large} by {points:.2f} pp {words} {figures}"


def headline(snapshot: Snapshot) -> str:
    """One sentence: how wide the gap is, and how rare."""
    before = "SIMULATED: " if snapshot.simulated else ""
    if snapshot.state == "intraday":
        before += "Intraday: "
    spread = snapshot.spread
    if spread is None:
        return f"{before}{'; '.join(snapshot.missing)}."
    kind = "lead" if spread.gap > 0 else "deficit"
    claims = []
    if round(abs(spread.gap) * 100, 2) > 0:
        claims = [
            _same_window(spread.same_window, kind),
            _full_years(spread.full_years, snapshot.window.end.year),
        ]
    said = ", ".join(filter(None, claims[:1])) + "".join(f", and {c}" for c in claims[1:] if c)
    return f"{before}{_gap(snapshot, spread)}{': ' + said if said else ''}."


def leaders_sentence(view: IndexView, count: int = 3) -> str:
    """Who carried an index, or why that is not said."""
    if not view.claims:
        return (
            f"{view.fund}: {view.weight_measured * 100:.1f} % of weight is measured;"
            " nothing is claimed about leaders or breadth."
        )
    top = next((t for t in view.concentration.top if t.k == count), None)
    if top is None:
        return ""
    names = " ".join(view.contributors.symbols[:count])
    share = (
        f", {top.share_of_net * 100:.1f} % of the return"
        if top.share_of_net is not None and top.share_of_net > 0
        else ""
    )
    estimated = " (estimated weights)" if view.estimated else ""
    return (
        f"{view.fund}: {names} brought {top.contribution * 1e4:+.0f} bp together{share};"
        f" without them {_pct(top.zeroed)}{estimated}."
    )


def breadth_sentence(view: IndexView) -> str:
    """How broad an index's window was; "" below the coverage floor."""
    found = view.breadth
    if not view.claims or not found.n or found.share_up is None:
        return ""
    ten = next((r for r in found.ladder if not r.below and r.threshold == 0.10), None)
    above = ""
    if ten is not None and ten.share is not None:
        above = f", {ten.share * 100:.1f} % by more than 10 %"
    share = f"{found.share_up * 100:.1f} %"
    return f"{view.fund}: {found.up:,} of {found.n:,} lines rose ({share}){above}."


def leavers_sentence(snapshot: Snapshot, view: IndexView) -> str:
    """How many of an index's top contributors left inside the two files, or ""."""
    told = snapshot.changes.get(view.fund)
    if told is None or not view.claims:
        return ""
    gone = {c.symbol: c.contribution for c in told.left if c.contribution is not None}
    hit = [s for s in view.contributors.symbols[:3] if s in gone]
    if not hit:
        return ""
    total = sum(gone[s] for s in hit)
    who = {1: "one of its top three contributors", 2: "two of its top three contributors"}
    return (
        f"{view.fund}: {who.get(len(hit), 'all of its top three contributors')} left by"
        f" {spoken(told.to_date)} ({' '.join(hit)}); together {total * 1e4:+.0f} bp."
    )


def sentences(snapshot: Snapshot) -> tuple[str, ...]:
    """The note's prose: headline, leaders, breadth, leavers, in that order."""
    said = [headline(snapshot)]
    for view in snapshot.indices.values():
        said += [leaders_sentence(view), breadth_sentence(view), leavers_sentence(snapshot, view)]
    return tuple(s for s in said if s)


def coverage(view: IndexView) -> str:
    """1,863 of 1,952 lines, 98.4 % of weight."""
    return (
        f"{view.measured:,} of {view.lines:,} lines, {view.weight_measured * 100:.1f} % of weight"
    )
