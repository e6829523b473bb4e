"""Parts of a question that the answer could not follow: unknown names, a date not reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from core.data.errors import MissingCloseError, NoSuchNameError
from core.data.frames import Dates, day, pydate
from core.data.windows import Window, exchange_session, resolve

if TYPE_CHECKING:
    from core.answer.views import IndexView
    from core.data.market import Market
    from core.data.question import Question


def check_names(market: Market, question: Question) -> None:
    """Refuse a question that leaves out a name that nobody knows.

    Raises:
        NoSuchNameError: a name stands in no list of members held and has no closes.
    """
    names = [entry.rpartition(":")[2] for entry in question.without]
    if not names:
        return
    lines = market.cached(
        (market.register, "symbols"), lambda: frozenset(market.register.symbols.tolist())
    )
    tickers = {name: market.symbol(name) for name in names}
    unknown = [
        n
        for n, ticker in tickers.items()
        if ticker not in lines and ticker not in market.last_close
    ]
    if unknown:
        verb = "are" if len(unknown) > 1 else "is"
        raise NoSuchNameError(
            f"{' '.join(unknown)} {verb} in no holdings file: name lines of"
            f" {' or '.join(question.funds)} as their holdings files spell them"
        )


def absent_names(
    market: Market, question: Question, indices: Mapping[str, IndexView]
) -> Iterable[str]:
    """A sentence on names left out that are no measured line of the index they are meant for."""
    lacking: dict[str, list[str]] = {}
    for entry in question.without:
        fund, _, name = entry.rpartition(":")
        funds = [fund] if fund else list(question.funds)
        views = [indices[name] for name in funds if name in indices]
        symbol = market.line(name)
        if views and not any(view.without and symbol in view.without.symbols for view in views):
            lacking.setdefault(" or ".join(funds), []).append(name)
    for where, names in lacking.items():
        verb = "are no measured lines" if len(names) > 1 else "is no measured line"
        yield f"{' '.join(names)} {verb} of {where} in this window: nothing is left out of it"


def not_reached(market: Market, question: Question, label: str, sessions: Dates) -> str:
    """Sentence about an as-of date after the last available session; "" where it is not.

    A date without a session of its own, such as a Sunday, stands for the session before it.

    Args:
        market: the available data.
        question: what is asked.
        label: the window's.
        sessions: (T,) ascending sessions that an answer can end on.
    """
    dates: list[tuple[str, date]] = []
    if question.as_of is not None:
        dates.append(("as of", question.as_of))
    if ":" in label:
        end = date.fromisoformat(label.split(":")[1])
        if question.as_of is None or end <= question.as_of:
            dates.append((f"window {label} to", end))
    last, calendar = pydate(sessions[-1]), market.reference.sessions
    for words, when in dates:
        in_calendar = len(calendar) > 0 and day(when) <= calendar[-1]
        between = np.searchsorted(calendar, [day(last), day(when)], side="right")
        if when > last and (not in_calendar or between[1] > between[0]):
            behind, _ = _behind(market, question.funds)
            where = f", where closes of {behind} end" if behind else ""
            return (
                f"{words} {when} was asked, the last session is {last}{where}: refresh"
                " or import closes for a later one"
            )
    return ""


def window_of(
    market: Market, funds: tuple[str, ...], spec: str, as_of: date, sessions: Dates
) -> Window:
    """The window ``spec`` of some funds as of a date; see `core.data.windows.resolve`.

    Raises:
        WindowError, UnavailableError: as there; a close that lacks is told with its fund.
    """
    try:
        return resolve(spec, as_of, sessions, market.reference.sessions)
    except MissingCloseError as error:
        raise error.of(lacking(market, funds, error.lacking)) from None


def lacking(market: Market, funds: Iterable[str], session: date) -> str:
    """The funds without a close on a session: ``IWM and SPY``."""
    names = []
    for fund in dict.fromkeys(funds):
        series = market.series(fund)
        if series is None or not bool((series.sessions == day(session)).any()):
            names.append(fund)
    return " and ".join(names)


def moved_ends(market: Market, question: Question, window: Window, as_of: date) -> list[str]:
    """A sentence on each end of an answer that stands on the close of an earlier session.

    Args:
        market: the available data.
        question: what is asked.
        window: its window.
        as_of: the session of the answer.
    """
    ends = [
        ("as of", question.as_of, "the answer is of", as_of),
        (f"window {window.label} to", window.end_anchor, "it ends on", window.end),
        (f"window {window.label} from", window.anchor, "it starts on", window.start),
    ]
    sentences: dict[date, str] = {}
    for words, asked, moved, close in ends:
        session = None if asked is None else exchange_session(market.reference.sessions, asked)
        if session is not None and close < session and session not in sentences:
            names = lacking(market, question.funds, session)
            sentences[session] = (
                f"{words} {asked}: there is no close of {names} on {session}, {moved} {close},"
                " the session before with closes"
            )
    return [*sentences.values()]


def ends_apart(market: Market, question: Question, end: date) -> str:
    """Say that one fund's closes end before the other's, where that ends the answer; "" elsewhere.

    A date that was requested is answered by what lies before it.
    """
    behind, ahead = _behind(market, question.funds)
    if not behind or question.as_of is not None or market.last_close[behind] != end:
        return ""
    return (
        f"closes of {behind} end on {end}, those of {ahead} on {market.last_close[ahead]}:"
        " the answer ends with the earlier"
    )


def _behind(market: Market, funds: tuple[str, ...]) -> tuple[str, str]:
    """The fund whose closes end first and the other, open sessions apart; empty where none does."""
    ends = {fund: market.last_close[fund] for fund in funds if fund in market.last_close}
    last = max(ends, key=ends.__getitem__, default="")
    first = min(ends, key=ends.__getitem__, default="")
    if not last or ends[first] == ends[last] or market.prices.provisional.get(last) == ends[last]:
        return "", ""
    return first, last
