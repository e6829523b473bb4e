"""Yahoo's newest closes for twenty symbols in one request, where a setting asks for it.

It gives closes alone. One symbol that it does not know spoils its whole batch, which is then halved
until that symbol stands by itself. Nobody here has seen the live service: it is off unless set.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cache.facts.sessions import NEW_YORK
from cache.facts.vendors import SPARK
from cache.refresh.gate import Answer, gate
from cache.sources.yahoo.session import RefusedError, rate_limited, vendor_time

if TYPE_CHECKING:
    from cache.refresh.ask import Ask
    from cache.sources.yahoo.session import Session

#: It reaches back a month: a piece that begins earlier is requested by its chart.
REACH: Final = timedelta(days=26)
#: Batches in a row that returned nothing, after which charts are requested.
IN_A_ROW: Final = 2


def by_spark(asks: Sequence[Ask], now: datetime) -> tuple[list[Ask], list[Ask]]:
    """The asks that closes alone answer, and those that need their charts."""
    first = now.date() - REACH
    alone = [ask for ask in asks if not ask.whole and not ask.events and ask.start >= first]
    closes_alone = set(alone)
    return alone, [ask for ask in asks if ask not in closes_alone]


def spark(
    session: Session,
    address: str,
    asks: Sequence[Ask],
    now: datetime,
    pace: Callable[[], bool],
) -> Iterator[Answer | Ask]:
    """An answer for each ask, or the ask itself where its chart has to be requested.

    Args:
        session: through which Yahoo is asked.
        address: of the request, without its query.
        asks: pieces of the last month.
        now: the time.
        pace: waits for the next place under the rate; False where the asking has ended.

    Raises:
        RefusedError: Yahoo limits requests.
    """
    todo = [list(asks[at : at + SPARK]) for at in range(0, len(asks), SPARK)]
    failures = 0
    while todo:
        batch = todo.pop(0)
        if not pace():
            return
        if failures >= IN_A_ROW:
            yield from batch
            continue
        try:
            series, headers = _batch(session, address, batch)
        except RefusedError as refused:
            if refused.kind == "rate_limited":
                raise
            failures += refused.kind == "try_again"
            if refused.kind == "not_found" and len(batch) > 1:
                half = len(batch) // 2
                todo[:0] = [batch[:half], batch[half:]]
            else:
                yield from batch
            continue
        except Exception:  # its charts will tell what is wrong with the way there
            failures += 1
            yield from batch
            continue
        failures = 0
        for ask in batch:
            one = series.get(ask.symbol)
            answer = None if one is None else _answer(ask, one, headers, now)
            yield ask if answer is None or answer.kind else answer


def _batch(session: Session, address: str, batch: Sequence[Ask]) -> tuple[dict[str, Any], Any]:
    """Symbol -> what Yahoo gives of it, and the headers of the answer."""
    response = session.plain(
        address,
        {"symbols": ",".join(ask.symbol for ask in batch), "range": "1mo", "interval": "1d"},
    )
    status = response.status_code
    if status == 429:
        raise rate_limited(response)
    if status in (400, 404):
        raise RefusedError("not_found", "a symbol of the batch is not known")
    try:
        if status != 200:
            raise ValueError(status)
        results = json.loads(response.content)["spark"]["result"]
        return {one["symbol"]: one["response"][0] for one in results}, response.headers
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        raise RefusedError(
            "try_again", "the answer was not in spark's form", answered_by="nobody"
        ) from None


def _answer(ask: Ask, one: Any, headers: Any, now: datetime) -> Answer | None:
    """The answer of one symbol's closes; None where they cannot be read."""
    try:
        meta = dict(one["meta"])
        closes = one["indicators"]["quote"][0]["close"]
        days: dict[date, float] = {}
        for stamp, close in zip(one["timestamp"], closes, strict=True):
            when = datetime.fromtimestamp(stamp, UTC).astimezone(NEW_YORK).date()
            days[when] = np.nan if close is None else float(close)
    except (KeyError, TypeError, ValueError, IndexError, OverflowError, OSError):
        return None
    # all of the month that comes is compared, not the few sessions asked for alone
    sessions = sorted(when for when in days if when <= ask.end)
    close = np.array([days[when] for when in sessions])
    none = np.zeros(len(sessions))
    if not len(sessions):
        return None
    answer = gate(
        ask,
        np.array(sessions, "datetime64[D]"),
        close,
        np.full(len(sessions), np.nan),
        none,
        none,
        now=now,
        meta=meta,
        vendor_time=vendor_time(headers, meta, sessions[-1]),
    )
    # Of dividends and splits it says nothing, which is not that there are none.
    silent = np.full(len(answer.session), np.nan)
    return replace(answer, dividend=silent, split=silent)
