"""How a line's contribution came about: its weight, its return, the growth before, by segment."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from core.data.frames import STALE_SESSIONS, Holdings, day
from core.explain.explanation import Explanation, Term
from core.explain.returns import close_of, return_of

if TYPE_CHECKING:
    from core.data.market import Market
    from core.explain.ground import Ground
    from core.measures.basket import Basket


def _start_value(
    market: Market, file: Holdings, symbol: str, start: date, opened: date, value: float
) -> Explanation:
    """Explain how a line's value in its file is carried to a segment's start."""
    rows = [i for i, ticker in enumerate(market.lines(file)) if ticker == symbol]
    source = f"{file.source or 'holdings'}, as of {file.as_of}"
    in_file = math.fsum(file.value[rows])
    title, session = f"v, {symbol} at {opened}", market.session(file.as_of)
    terms = [Term("value", in_file, "money", source)]
    series = market.series(symbol)
    assert series is not None
    last = int(np.searchsorted(series.sessions, day(session), side="right")) - 1
    near = last >= 0 and (
        market.position(session) - market.position(series.sessions[last].item()) <= STALE_SESSIONS
    )
    if session == start:
        return Explanation(title, value, "money", "value", in_file, tuple(terms))
    price, at_start = close_of(market, symbol, opened)
    if near:
        then, at_file = close_of(market, symbol, series.sessions[last].item())
        terms += [Term("P0", price, "price", at_start), Term("Pf", then, "price", at_file)]
        computed = in_file * price / then
        return Explanation(title, value, "money", "value x P0 / Pf", computed, tuple(terms))
    shares = math.fsum(file.quantity[rows])
    splits = market.split_since(symbol, session)
    terms = [
        Term("q", shares, "count", source),
        Term("S", splits, "ratio", f"splits on record since {file.as_of}"),
        Term("P0", price, "price", at_start),
    ]
    return Explanation(title, value, "money", "q x S x P0", shares * splits * price, tuple(terms))


def _segment(
    market: Market, basket: Basket, file: Holdings, k: int, line: int, growth: float, basis: str
) -> Explanation:
    """Explain a line's contribution in one segment: G x w x r."""
    segment, symbol = basket.segments[k], basket.symbols[line]
    opened, closed = (d[k, line].item() for d in (basket.opened, basket.closed))
    share, value = float(basket.share[k, line]), float(basket.values[k, line])
    measured = math.fsum(basket.values[k])
    source = f"{file.source or 'holdings'}, as of {file.as_of}"
    weight = Explanation(
        f"weight of {symbol} at {segment.start}",
        segment.weight_measured * share,
        "percent",
        "m x v / V",
        segment.weight_measured * value / measured,
        (
            Term("m", segment.weight_measured, "percent", f"measured lines' part of {source}"),
            Term("v", value, "money", f"its value in the file, at the prices of {opened}"),
            Term("V", measured, "money", f"the same over the {segment.measured:,} measured lines"),
        ),
        (_start_value(market, file, symbol, segment.start, opened, value),),
    )
    line_return = return_of(market, symbol, opened, closed, basis)
    before = "the basket's growth before the segment"
    terms = (
        Term("G", growth, "ratio", before),
        Term("w", weight.value, "percent"),
        Term("r", line_return.value, "percent"),
    )
    earned = growth * segment.weight_measured * share * float(basket.returns[k, line])
    assert weight.value is not None and line_return.value is not None
    return Explanation(
        f"{segment.start} to {segment.end}",
        earned,
        "bp",
        "G x w x r",
        growth * weight.value * line_return.value,
        terms,
        (weight, line_return),
        ("the weight is estimated: its file is dated later, or adjusted closes carried it",)
        if segment.estimated
        else (),
    )


def line(ground: Ground, symbol: str) -> Explanation | None:
    """Explain a line's contribution; None where the index has no such line."""
    market, basket = ground.market, ground.basket
    ticker = market.line(symbol)
    others = _others(ground, symbol)
    if ticker not in basket.symbols:
        return others[0] if others else None
    row = basket.symbols.index(ticker)
    title = f"contribution of {ticker} {basket.names[row]} to {ground.fund}".replace("  ", " ")
    if basket.reasons[row]:
        return Explanation(title, None, "bp", "not measured", None, (), (), (basket.reasons[row],))
    other_rows = tuple(f"with it, {o.title}: {', '.join(o.notes)}" for o in others)
    steps, growth = [], 1.0
    for k, part in enumerate(ground.spans):
        if basket.measured[k, row]:
            steps.append(_segment(market, basket, part.file, k, row, growth, ground.basis))
        growth *= 1 + basket.segments[k].basket_return
    terms = tuple(Term(f"c{k}", s.value, "bp", s.title) for k, s in enumerate(steps, start=1))
    return Explanation(
        title,
        float(basket.contribution[row]),
        "bp",
        " + ".join(t.name for t in terms),
        math.fsum(s.computed or 0.0 for s in steps),
        terms,
        tuple(steps),
        (*basket.flags.get(row, ()), *other_rows),
    )


def _others(ground: Ground, symbol: str) -> list[Explanation]:
    """Rows of the index's files under a ticker that are no lines here, each with its reason."""
    ticker = symbol.strip().upper()
    return [
        Explanation(
            f"{other.label} in {ground.fund}",
            None,
            "bp",
            "left out",
            None,
            (Term("weight", None if math.isnan(other.weight) else other.weight, "percent"),),
            (),
            (other.reason,),
        )
        for other in ground.view.others
        if ticker in {other.symbol.upper(), *other.symbol.upper().replace(".", " ").split()[:1]}
    ]
