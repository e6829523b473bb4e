"""How a return, a contribution, a gap and its rank came about.

Read from the objects that made the number: a basket's shares and the closes they were
made from.
"""

from __future__ import annotations

import math
from datetime import date

import numpy as np

from core.basket import Basket
from core.contribution import basket
from core.explanation import Explanation, Term
from core.frames import STALE_SESSIONS, Holdings, day
from core.market import Market
from core.membership import spans
from core.spread import Ranking
from core.views import IndexView, Snapshot


def _closes(market: Market, symbol: str, when: date) -> tuple[float, str]:
    """The close (or adjusted close) of a day and where it came from."""
    series = market.series(symbol)
    assert series is not None
    row = int(np.searchsorted(series.sessions, day(when)))
    kind = "adjusted close" if series.price is None else "close"
    origin = market.prices.source.get(symbol, "unknown source")
    return float(series.stand_in[row]), f"{kind} of {when}, {origin}"


def _return(market: Market, symbol: str, first: date, last: date, basis: str) -> Explanation:
    """A symbol's return between two closes, with the dividends it counts."""
    series = market.series(symbol)
    assert series is not None
    rows = np.searchsorted(series.sessions, [day(first), day(last)])
    level = series.level(basis)
    assert level is not None
    (opened, at_start), (closed, at_end) = (_closes(market, symbol, d) for d in (first, last))
    terms = [Term("P0", opened, "price", at_start), Term("P1", closed, "price", at_end)]
    formula, value = "P1 / P0 - 1", float(level[rows[1]] / level[rows[0]] - 1)
    computed = closed / opened - 1
    if basis == "tr" and series.price is not None and series.has_dividends:
        factor = (level[rows[1]] / level[rows[0]]) / (closed / opened)
        terms.append(
            Term(
                "D",
                factor,
                "ratio",
                f"dividends reinvested from {first} to {last},"
                f" {market.prices.source.get(symbol, 'unknown source')}",
            )
        )
        formula, computed = "P1 / P0 x D - 1", closed / opened * factor - 1
    return Explanation(f"return of {symbol}", value, "percent", formula, computed, tuple(terms))


def _carried(
    market: Market, file: Holdings, symbol: str, start: date, opened: date, value: float
) -> Explanation:
    """How a line's value in the file came to its value at a segment's start."""
    rows = [i for i, followed in enumerate(market.lines(file)) if followed == symbol]
    stated = f"{file.source or 'holdings'}, as of {file.as_of}"
    in_file = math.fsum(file.value[rows])
    title, session = f"v, {symbol} at {opened}", market.session(file.as_of)
    terms = [Term("value", in_file, "money", stated)]
    series = market.series(symbol)
    assert series is not None
    last = int(np.searchsorted(series.sessions, day(session), side="right")) - 1
    near = last >= 0 and (
        market.position(session) - market.position(series.sessions[last].item()) <= STALE_SESSIONS
    )
    if session == start:
        return Explanation(title, value, "money", "value", in_file, tuple(terms))
    price, at_start = _closes(market, symbol, opened)
    if near:
        then, at_file = _closes(market, symbol, series.sessions[last].item())
        terms += [Term("P0", price, "price", at_start), Term("Pf", then, "price", at_file)]
        computed = in_file * price / then
        return Explanation(title, value, "money", "value x P0 / Pf", computed, tuple(terms))
    shares = math.fsum(file.quantity[rows])
    splits = market.split_since(symbol, session)
    terms = [
        Term("q", shares, "count", stated),
        Term("S", splits, "ratio", f"splits on record since {file.as_of}"),
        Term("P0", price, "price", at_start),
    ]
    return Explanation(title, value, "money", "q x S x P0", shares * splits * price, tuple(terms))


def _segment(
    market: Market, found: Basket, file: Holdings, k: int, line: int, growth: float, basis: str
) -> Explanation:
    """What a line brought in one segment: G x w x r."""
    segment, symbol = found.segments[k], found.symbols[line]
    opened, closed = (d[k, line].item() for d in (found.opened, found.closed))
    share, value = float(found.share[k, line]), float(found.values[k, line])
    measured = math.fsum(found.values[k])
    stated = f"{file.source or 'holdings'}, as of {file.as_of}"
    weight = Explanation(
        f"weight of {symbol} at {segment.start}",
        segment.weight_measured * share,
        "percent",
        "m x v / V",
        segment.weight_measured * value / measured,
        (
            Term("m", segment.weight_measured, "percent", f"measured lines' part of {stated}"),
            Term("v", value, "money", f"its value in the file, at the prices of {opened}"),
            Term("V", measured, "money", f"the same over the {segment.measured:,} measured lines"),
        ),
        (_carried(market, file, symbol, segment.start, opened, value),),
    )
    own = _return(market, symbol, opened, closed, basis)
    before = "the basket's growth before the segment"
    terms = (
        Term("G", growth, "ratio", before),
        Term("w", weight.value, "percent"),
        Term("r", own.value, "percent"),
    )
    earned = growth * segment.weight_measured * share * float(found.returns[k, line])
    assert weight.value is not None and own.value is not None
    return Explanation(
        f"{segment.start} to {segment.end}",
        earned,
        "bp",
        "G x w x r",
        growth * weight.value * own.value,
        terms,
        (weight, own),
        ("the weight is estimated: its file is dated later, or adjusted closes carried it",)
        if segment.estimated
        else (),
    )


def line(market: Market, snapshot: Snapshot, fund: str, symbol: str) -> Explanation | None:
    """How a line's contribution came about; None where the index has no such line."""
    window, basis = snapshot.window, snapshot.question.basis
    parts = spans(market, fund, window.start, window.end, snapshot.as_of)
    found = basket(market, parts, basis) if parts else None
    followed = market.symbol(symbol)
    if found is None or followed not in found.symbols:
        return None
    row = found.symbols.index(followed)
    title = f"contribution of {followed} {found.names[row]} to {fund}".replace("  ", " ")
    if found.reasons[row]:
        return Explanation(title, None, "bp", "not measured", None, (), (), (found.reasons[row],))
    steps, growth = [], 1.0
    for k, part in enumerate(parts):
        if found.measured[k, row]:
            steps.append(_segment(market, found, part.file, k, row, growth, basis))
        growth *= 1 + found.segments[k].basket_return
    terms = tuple(Term(f"c{k}", s.value, "bp", s.title) for k, s in enumerate(steps, start=1))
    return Explanation(
        title,
        float(found.contribution[row]),
        "bp",
        " + ".join(t.name for t in terms),
        math.fsum(s.computed or 0.0 for s in steps),
        terms,
        tuple(steps),
        found.flags.get(row, ()),
    )


def index(market: Market, snapshot: Snapshot, fund: str) -> Explanation | None:
    """How an index's return came apart: contributions, what is not measured, the rest."""
    view = snapshot.indices.get(fund)
    if view is None:
        return None
    parts = []
    if view.fund_return is not None:
        ends = snapshot.window.start, snapshot.window.end
        parts.append(_return(market, fund, *ends, snapshot.question.basis))
    parts.append(_basket_return(view))
    known = view.fund_return is not None
    terms = [
        Term("contributions", view.explained, "bp", f"sum over {view.measured:,} measured lines"),
        Term("unmeasured", view.unmeasured, "bp", "basket return less the contributions"),
    ]
    if known:
        terms.append(Term("rest", view.rest, "bp", "fund return less basket return"))
    return Explanation(
        f"return of {fund}",
        view.fund_return if known else view.basket_return,
        "percent",
        " + ".join(term.name for term in terms),
        view.explained + view.unmeasured + (view.rest or 0.0),
        tuple(terms),
        tuple(parts),
        (
            f"{view.measured:,} of {view.lines:,} lines are measured,"
            f" {view.weight_measured * 100:.1f} % of weight at the least",
        ),
    )


def _basket_return(view: IndexView) -> Explanation:
    terms = tuple(
        Term(
            f"B{k}",
            segment.basket_return,
            "percent",
            f"{segment.start} to {segment.end}, {segment.measured:,} lines,"
            f" holdings of {segment.holdings_as_of}" + (", estimated" if segment.estimated else ""),
        )
        for k, segment in enumerate(view.segments, start=1)
    )
    return Explanation(
        f"basket of {view.fund}",
        view.basket_return,
        "percent",
        " x ".join(f"(1 + {term.name})" for term in terms) + " - 1",
        math.prod(1 + s.basket_return for s in view.segments) - 1,
        terms,
    )


def gap(market: Market, snapshot: Snapshot) -> Explanation | None:
    """How the gap came about, and its two ranks; None where a fund's closes are missing."""
    found = snapshot.spread
    if found is None:
        return None
    ends = snapshot.window.start, snapshot.window.end
    question = snapshot.question
    sides = tuple(
        _return(market, fund, *ends, question.basis) for fund in (question.small, question.large)
    )
    return Explanation(
        f"gap of {question.small} over {question.large}",
        found.gap,
        "pp",
        "R small - R large",
        (sides[0].computed or 0.0) - (sides[1].computed or 0.0),
        (
            Term("R small", found.small_return, "percent", sides[0].title),
            Term("R large", found.large_return, "percent", sides[1].title),
        ),
        (
            *sides,
            rank("rank among the same windows", found.same_window),
            rank("rank among full calendar years", found.full_years),
        ),
    )


def rank(title: str, found: Ranking) -> Explanation:
    """How a rank came about: 1 + the earlier years that are wider on the same side."""
    side = -1.0 if found.gap < 0 else 1.0
    own = found.history[-1] if len(found.history) == found.of else None
    earlier = [year for year in found.history if year is not own]
    wider = [y for y in earlier if round(side * y.gap, 4) > round(side * found.gap, 4)]
    terms = [Term("gap", found.gap, "pp", "this window")]
    terms += [Term(str(y.year), y.gap, "pp", f"{y.start} to {y.end}") for y in earlier]
    notes = [f"{len(earlier)} earlier years; a tie is equality at 0.01 pp"]
    if not found.claim:
        notes.append("fewer than ten earlier years carry no claim")
    return Explanation(
        title,
        float(found.rank),
        "count",
        "1 + years that are wider" + (f": {' '.join(str(y.year) for y in wider)}" if wider else ""),
        1.0 + len(wider),
        tuple(terms),
        notes=tuple(notes),
    )
