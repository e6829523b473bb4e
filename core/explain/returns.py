"""How a symbol's return came about: two closes, and every dividend between them."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from core.data.dividends import unbelievable
from core.data.frames import day
from core.explain.explanation import Explanation, Term, cut

if TYPE_CHECKING:
    from core.data.market import Market


def close_of(market: Market, symbol: str, when: date) -> tuple[float, str]:
    """The close (or adjusted close) of a day and where it came from."""
    series = market.series(symbol)
    assert series is not None
    row = int(np.searchsorted(series.sessions, day(when)))
    kind = "adjusted close" if series.price is None else "close"
    if symbol in market.line_tickers.on_files(when):
        origin = "the price its holdings file states"
    else:
        origin = market.prices.source_of(symbol, when) or "unknown source"
    return float(series.stand_in[row]), f"{kind} of {when}, {origin}"


def payments(
    market: Market, symbol: str, first: date, last: date
) -> list[tuple[date, float, date, float]]:
    """Dividends that count between two closes: ex-date, cash, the close it counts at, its price.

    A dividend of a day without a close counts at the next close; a doubtful one does not count.
    """
    series = market.series(symbol)
    if series is None or series.price is None:
        return []
    dividends = []
    for block in market.bars:
        if symbol not in block.column or not first.year <= block.year <= last.year:
            continue
        places = np.nonzero(block.dividend.col == block.column[symbol])[0]
        for place in places[np.argsort(block.dividend.row[places])].tolist():
            ex = block.sessions[block.dividend.row[place]]
            row = int(np.searchsorted(series.sessions, ex))
            if row < len(series.sessions) and first < series.sessions[row].item() <= last:
                counted = series.sessions[row].item()
                cash, after = float(block.dividend.value[place]), float(series.price[row])
                earlier = int(np.searchsorted(series.sessions, ex)) - 1
                before = float(series.price[earlier]) if earlier >= 0 else math.nan
                if unbelievable(cash, before, after):
                    continue
                dividends.append((ex.item(), cash, counted, after))
    return dividends


def return_of(market: Market, symbol: str, first: date, last: date, basis: str) -> Explanation:
    """A symbol's return between two closes, with the dividends it counts, payment by payment."""
    series = market.series(symbol)
    assert series is not None
    rows = np.searchsorted(series.sessions, [day(first), day(last)])
    level = series.level(basis)
    assert level is not None
    (opened, at_start), (closed, at_end) = (close_of(market, symbol, d) for d in (first, last))
    terms = [Term("P0", opened, "price", at_start), Term("P1", closed, "price", at_end)]
    formula, value = "P1 / P0 - 1", float(level[rows[1]] / level[rows[0]] - 1)
    computed = closed / opened - 1
    dividends = payments(market, symbol, first, last) if basis == "tr" else []
    origin = market.prices.sources_of(symbol, first, last) or "unknown source"
    if dividends:
        at_close: dict[tuple[date, float], float] = defaultdict(float)
        for _, cash, counted, price in dividends:
            at_close[counted, price] += cash
        factor = math.prod(1 + cash / price for (_, price), cash in at_close.items())
        computed = closed / opened * factor - 1
        formula = "P1 / P0 x F - 1"
        terms.append(Term("F", factor, "ratio", "product of (1 + D / P) over the dividends"))
        terms += cut(
            Term(f"D {ex}", cash, "price", f"ex-date {ex}, at P {price:,.4f}, {origin}")
            for ex, cash, _, price in dividends
        )
    elif basis == "tr" and series.price is not None and series.dividends_from is not None:
        factor = (level[rows[1]] / level[rows[0]]) / (closed / opened)
        formula, computed = "P1 / P0 x F - 1", closed / opened * factor - 1
        if factor != 1:
            words = f"dividends inside adjusted closes, {first} to {last}, {origin}"
            terms.append(Term("F", float(factor), "ratio", words))
        else:
            formula = "P1 / P0 - 1"
    return Explanation(f"return of {symbol}", value, "percent", formula, computed, tuple(terms))
