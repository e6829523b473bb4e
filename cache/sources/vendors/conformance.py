"""Check whether a price source follows the protocol: for plug-ins, and for the built-in ones.

    python -m cache.sources.vendors.conformance NAME [SYMBOL ...]

asks the source of that entry point for a few symbols and says what is wrong, a line each. In a test
of the plug-in's own, `check` does the same with whatever the source is made to answer.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.sessions import last_final, last_session, sessions
from cache.refresh.ask import Ask
from core.data.frames import day

if TYPE_CHECKING:
    from cache.refresh.gate import Answer
    from cache.refresh.sources import PriceSource

#: Days of history that are requested.
_DAYS: Final = 120
#: Closes of a piece and of the whole that are the same.
_SAME: Final = 1e-6
#: A symbol that no vendor knows.
UNKNOWN: Final = "ZZZZZZ9"


def check(
    make: Callable[[], PriceSource],
    symbols: Sequence[str],
    now: datetime,
    *,
    secrets: Sequence[str] = (),
) -> list[str]:
    """What is wrong with a source, a sentence each; empty where it keeps to the protocol.

    Args:
        make: gives a fresh source.
        symbols: a few that it knows, in Yahoo's spelling.
        now: the time, with its time zone.
        secrets: keys, which may stand in nothing that it says.
    """
    wrong: list[str] = []
    final, start = last_final(now), now.date() - timedelta(days=_DAYS)
    source = make()
    asks = [Ask(symbol, start, now.date(), whole=True) for symbol in (*symbols, UNKNOWN)]
    answers = list(source.fetch(asks, now=now))
    wrong += _complete(asks, answers)
    by_symbol = {answer.ask.symbol: answer for answer in answers}
    for symbol in symbols:
        if (answer := by_symbol.get(symbol)) is not None:
            wrong += _sound(answer, start, final, now)
    unknown = by_symbol.get(UNKNOWN)
    if unknown is not None and unknown.kind != "not_found":
        wrong.append(f"{UNKNOWN}, which nobody knows, is answered {unknown.kind or 'with bars'!r}")
    if not isinstance(source.name, str) or not source.name:
        wrong.append("it has no name")
    if not isinstance(source.requests, int) or source.requests < 0:
        wrong.append("it does not count its requests")
    if source.unreachable or source.limited_until is not None:
        wrong.append("it says that it was unreachable or limited, and has answered")
    wrong += _pieces(make(), symbols, by_symbol, final, now)
    wrong += _stops(make(), asks, now)
    texts = [source.name, repr(source), *(answer.reason for answer in answers)]
    if any(secret and secret in text for secret in secrets for text in texts):
        wrong.append("its messages contain the key")
    return wrong


def _complete(asks: Sequence[Ask], answers: Sequence[Answer]) -> list[str]:
    """Faults where an ask is not answered exactly once."""
    answered = [answer.ask for answer in answers]
    wrong = [
        f"{ask.symbol} is answered {count} times, not once"
        for ask in asks
        if (count := answered.count(ask)) != 1
    ]
    if len(answered) > len(asks):
        wrong.append("it answers requests that nobody made")
    return wrong


def _sound(answer: Answer, start: date, final: date, now: datetime) -> list[str]:
    """Faults in the bars of one answer that the gate would not let through."""
    symbol = answer.ask.symbol
    if answer.kind:
        return [f"{symbol} brought nothing: {answer.reason}"]
    wrong = []
    days, close = answer.session, answer.close
    if days.dtype != np.dtype("datetime64[D]"):
        return [f"sessions of {symbol} are {days.dtype}, not datetime64[D]"]
    if len({len(days), *(len(getattr(answer, n)) for n in ("close", "volume", "dividend"))}) > 1:
        return [f"the fields of {symbol} differ in length"]
    if (np.diff(days.astype(np.int64)) <= 0).any():
        wrong.append(f"sessions of {symbol} are not ascending")
    if not np.isin(days, sessions()).all():
        wrong.append(f"{symbol} has bars on days without a session")
    if len(days) and (days[0] < day(start) or days[-1] > day(last_session(now))):
        wrong.append(f"{symbol} has bars outside the days that were asked for")
    priced = close[~np.isnan(close)]
    if not len(priced) or (priced <= 0).any() or np.isinf(priced).any():
        wrong.append(f"closes of {symbol} are not positive numbers")
    if answer.through is None:
        wrong.append(f"{symbol} does not say up to which session it answers")
    unfinished = len(days) and days[-1] > day(final)
    if unfinished and answer.provisional is None:
        wrong.append(f"the bar of {symbol} of an open session is not marked")
    return wrong


def _pieces(
    source: PriceSource,
    symbols: Sequence[str],
    whole: dict[str, Answer],
    final: date,
    now: datetime,
) -> list[str]:
    """Faults where the last sessions, requested alone, differ from those of the whole history."""
    calendar = sessions()
    start = calendar[int(np.searchsorted(calendar, day(final))) - 3].item()
    asks = [Ask(symbol, start, now.date(), whole=False) for symbol in symbols]
    wrong = []
    for answer in source.fetch(asks, now=now):
        full = whole.get(answer.ask.symbol)
        if answer.kind or full is None or full.kind:
            continue
        common, mine, theirs = np.intersect1d(answer.session, full.session, return_indices=True)
        both = ~np.isnan(answer.close[mine]) & ~np.isnan(full.close[theirs])
        off = np.abs(answer.close[mine][both] / full.close[theirs][both] - 1) > _SAME
        if off.any():
            wrong.append(
                f"{answer.ask.symbol} has another close on {common[both][off][0]} as a piece"
            )
        if not both.any():
            wrong.append(f"{answer.ask.symbol} has no close as a piece")
    return wrong


def _stops(source: PriceSource, asks: Sequence[Ask], now: datetime) -> list[str]:
    """Faults where a source goes on although a stop was set before."""
    stop = threading.Event()
    stop.set()
    answers = list(source.fetch(list(asks), now=now, stop=stop))
    return ["it goes on after it was stopped"] if len(answers) == len(asks) > 1 else []


def main(argv: Sequence[str]) -> int:
    """Try the source of an entry point; 0 where it keeps to the protocol, 1 where not."""
    from cache.facts.errors import SourceError
    from cache.facts.vendors import load_vendors, plugin_vendor
    from cache.sources.vendors.registry import SourceSettings, price_source

    if not argv:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    vendor = load_vendors().get(argv[0]) or plugin_vendor(argv[0])
    with tempfile.TemporaryDirectory() as folder:
        settings = SourceSettings(vendor, Path(folder), vendor.rate)
        try:
            wrong = check(
                lambda: price_source(settings), argv[1:] or ("SPY", "MSFT"), datetime.now(UTC)
            )
        except SourceError as error:
            wrong = [f"{error}"]
    sys.stdout.write("".join(f"{line}\n" for line in wrong or ["it keeps to the protocol"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
