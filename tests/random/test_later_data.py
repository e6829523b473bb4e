"""The same question has the same answer whatever is held of later days.

Random markets are held twice: as they are, and cut off at the as-of date. What lies after it
(closes, files, announcements) may change nothing of the whole JSON document, unless a file dated
later serves a segment: then the answer is estimated, and names that file.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from core.answer.snapshot import common_sessions, take
from core.data.errors import UnavailableError
from core.data.frames import Block, Events, day
from core.data.market import Market
from core.data.question import BreadthList
from core.measures.membership import spans
from tests.examples import examples
from tests.random.cases import Case, cases, rebuilt
from tui.report.document import document


def block_until(block: Block, as_of: date, later: Mapping[str, float]) -> Block | None:
    """The bars of a block up to a date; None without any.

    Args:
        block: as it is held now.
        as_of: the date.
        later: symbol -> product of its splits after the date, for which closes were not yet
            adjusted then.
    """
    rows = int(np.searchsorted(block.sessions, day(as_of), side="right"))
    if not rows:
        return None

    factor = np.array([later.get(symbol, 1.0) for symbol in block.symbols])

    def events(of: Events, times: np.ndarray) -> Events:
        kept = of.row < rows
        return Events(of.row[kept], of.col[kept], of.value[kept] * times[of.col[kept]])

    def upto(values: np.ndarray | None, times: np.ndarray) -> np.ndarray | None:
        return None if values is None else values[:rows] * times

    close = upto(block.close, factor)
    assert close is not None
    return Block(
        block.sessions[:rows],
        block.symbols,
        close,
        upto(block.adj_close, factor),
        upto(block.volume, np.ones(len(factor))),
        events(block.dividend, factor),
        events(block.split, np.ones(len(factor))),
    )


def until(market: Market, as_of: date) -> Market:
    """What was held on a date: bars, files and announcements up to it."""
    later: dict[str, float] = {}
    for block in market.prices.blocks:
        of = block.split
        for row, column, value in zip(of.row, of.col, of.value, strict=True):
            if block.sessions[row] > day(as_of):
                symbol = block.symbols[column]
                later[symbol] = later.get(symbol, 1.0) * float(value)
    blocks = (block_until(block, as_of, later) for block in market.prices.blocks)
    through = {symbol: min(on, as_of) for symbol, on in market.prices.through.items()}
    kept = {
        fund: tuple(f for f in files if market.session(f.as_of) <= as_of)
        for fund, files in market.holdings.items()
    }
    prices = replace(market.prices, blocks=tuple(b for b in blocks if b), through=through)
    # one that says no day was known all along
    told = tuple(a for a in market.announced if a.announced is None or a.announced <= as_of)
    return Market(
        prices, {fund: files for fund, files in kept.items() if files}, market.reference,
        announced=told,
    )  # fmt: skip


def answered(market: Market, case: Case) -> dict[str, Any] | None:
    """The whole document as other programs read it."""
    try:
        snapshot = take(market, replace(case.question, daily=True))
        # once a later session is held, a window is told as one of the past
        found = document(replace(snapshot, last_session=snapshot.as_of))
    except UnavailableError:
        return None
    return dict(json.loads(json.dumps(found, allow_nan=False)))


def differing(one: object, other: object, path: str = "") -> list[str]:
    """Where two documents differ."""
    if one == other:
        return []
    if isinstance(one, dict) and isinstance(other, dict):
        keys = {*one, *other}
        return [d for k in sorted(keys) for d in differing(one.get(k), other.get(k), f"{path}.{k}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [d for i, (a, b) in pairs for d in differing(a, b, f"{path}[{i}]")]
    if (
        isinstance(one, float)
        and isinstance(other, float)
        and math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    ):
        return []  # closes that were adjusted for a later split are rounded anew
    return [f"{path}: {one} / {other}"]


def appended(case: Case, kind: str, symbols: Sequence[str], since: date) -> Case:
    """The same market where some symbols' bars are of another kind from a day on.

    Args:
        case: the market.
        kind: "closes" come after adjusted ones alone, "bare" has closes without adjusted ones
            after both, "paid" has the first dividends after both, "other company" has none for
            more than 20 sessions and then another's.
        symbols: whose.
        since: the day.
    """

    def block(held: Block) -> Block:
        columns = [i for i, symbol in enumerate(held.symbols) if symbol in symbols]
        late = held.sessions >= day(since)
        close, paid = held.close.copy(), held.dividend
        adjusted = np.full(close.shape, np.nan) if held.adj_close is None else held.adj_close.copy()
        for column in columns:
            known = close[:, column] if kind != "closes" else adjusted[:, column].copy()
            if kind == "other company":
                gap = late & (held.sessions < day(since) + 35)
                close[gap, column] = adjusted[gap, column] = np.nan
                close[late & ~gap, column] *= 7
                adjusted[late & ~gap, column] *= 7
                continue
            known = np.where(np.isfinite(known), known, close[:, column])
            close[:, column] = np.where(late | (kind != "closes"), known, np.nan)
            adjusted[:, column] = np.where(late & (kind == "bare"), np.nan, known * 0.9)
            rows = np.nonzero(late & np.isfinite(known))[0]
            if kind == "paid" and len(rows):
                more = [*paid.row, rows[0]], [*paid.col, column], [*paid.value, known[rows[0]] / 50]
                paid = Events(np.array(more[0]), np.array(more[1]), np.array(more[2]))
        return replace(held, close=close, adj_close=adjusted, dividend=paid)

    return rebuilt(case, block=block)


SOME = st.sets(st.sampled_from(["A", "B", "C", "IWM", "SPY"]), min_size=1, max_size=3)
AFTER = st.sampled_from(["", "", "closes", "bare", "paid", "other company"])


@examples(120)
@given(cases(), st.integers(5, 59), st.booleans(), AFTER, SOME)
def test_later_closes_files_and_announcements_move_nothing(
    case: Case, place: int, in_table: bool, kind: str, symbols: set[str]
) -> None:
    same_answer(case, place, in_table, kind, symbols)


@examples(12)
@given(cases(sizes=(200, 340)), st.integers(60, 339), st.booleans(), AFTER, SOME)
def test_nor_over_a_year(
    case: Case, place: int, in_table: bool, kind: str, symbols: set[str]
) -> None:
    same_answer(case, place, in_table, kind, symbols)


def same_answer(case: Case, place: int, in_table: bool, kind: str, symbols: set[str]) -> None:
    """Ask a question of what was held at the time, and of everything."""
    if not in_table:
        # renames are then told by the files alone
        reference = replace(case.market.reference, aliases={})
        files = {
            fund: tuple(replace(f, names=tuple(f"Line {s[0]}" for s in f.symbols)) for f in dated)
            for fund, dated in case.market.holdings.items()
        }
        case.market = replace(case.market, reference=reference, holdings=files)
    sessions = [d for b in case.market.prices.blocks for d in b.sessions.tolist()]
    asked = case.question.as_of or sessions[min(place, len(sessions) - 1)]
    if kind:
        middle = max(asked, sessions[len(sessions) // 3])
        case = appended(case, kind, sorted(symbols), middle + timedelta(days=place % 7 - 3))
    # a session that both funds have reached, and names that were known by then
    common = common_sessions(case.market, "IWM", "SPY")
    reached = common[common <= day(asked)].tolist()
    assume(reached)
    as_of = reached[-1]
    known = until(case.market, as_of)
    without = tuple(s for s in case.question.without if known.symbol(s) in known.register.number)
    listed: BreadthList = "end" if place % 3 == 0 else "start"
    case.question = replace(case.question, as_of=as_of, without=without, breadth_list=listed)
    before, after = answered(known, case), answered(case.market, case)
    if after is None:
        assert before is None
        return
    ends = [date.fromisoformat(after["question"][end]) for end in ("start", "end")]
    at = date.fromisoformat(after["as_of"])
    late = {
        (fund, part.origin.as_of)
        for fund in ("IWM", "SPY")
        for part in spans(case.market, fund, ends[0], ends[1], at)
        if case.market.session(part.origin.as_of) > at
    }
    if not late:
        assert differing(before, after) == []
    for fund, listed in late:
        if fund in after["indices"]:
            assert after["indices"][fund]["estimated"]
            assert any(w.startswith(f"{fund}: ") and str(listed) in w for w in after["warnings"])
