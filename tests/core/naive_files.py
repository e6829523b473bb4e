"""Prices of files as closes, told a second time: which are believed, line by line."""

from __future__ import annotations

import math
import statistics
from datetime import date
from typing import TYPE_CHECKING

from core.data.frames import Holdings

if TYPE_CHECKING:
    from tests.core.naive import Naive, Tape

FRESH = 5  # exchange sessions


def stand_in(naive: Naive) -> None:
    """A file's price is the close of its session where none is held, but one just before is.

    Splits since are taken out of it. One that lies as far as a split from the close before
    may be on another basis or a misprint, and is not used unless the next close is like it;
    nor is one beside which the line's value over its quantity is another price.
    """
    rows = {d for block in naive.market.prices.blocks for d in block.sessions.tolist()}
    found: dict[tuple[str, date], tuple[date, float]] = {}
    for file in (file for files in naive.market.holdings.values() for file in files):
        dated = naive.session(file.as_of)
        for row, listed in enumerate(file.symbols):
            symbol = naive.follow(listed)
            tape, price = naive.tapes[symbol], float(file.price[row])
            base = naive.fresh(symbol, dated)
            if dated not in rows or base is None or base == dated or not price > 0:
                continue
            price /= math.prod(factor for on, factor in tape.split.items() if on > dated)
            step = max(price / tape.price[base], tape.price[base] / price)
            large = round(step, 12) >= 1.455
            if step > 10 or (large and lonely(naive, tape, base, dated, price)):
                continue
            if misprinted(file, row):
                continue
            found.setdefault((symbol, dated), (base, price))
    for (symbol, dated), (base, price) in found.items():
        tape = naive.tapes[symbol]
        if base in tape.adjusted:
            tape.adjusted[dated] = price * tape.adjusted[base] / tape.price[base]
        if base in tape.close:
            tape.close[dated] = price


def to_measure(file: Holdings) -> float:
    """What a file holds above zero, and what it has sold short, by its size.

    Its total is lessened by what it owes and by what it is short of.
    """
    amount = file.total
    for row in file.others:
        if row.weight < 0:
            owed = row.weight * file.total
            amount -= owed if "not a stock" in row.reason else 2 * owed
    return amount


def misprinted(file: Holdings, row: int) -> bool:
    """Whether a line's price lies over 2 % off its value over its quantity, roundings apart.

    Not of a file of weights, nor where that is so of more than one and a twentieth of the lines.
    """
    if file.total < 1000:
        return False
    priced = [i for i, p in enumerate(file.price.tolist()) if p > 0 and file.quantity[i] > 0]
    ratio = {i: float(file.price[i] * file.quantity[i] / file.value[i]) for i in priced}
    if len(ratio) < 3 or row not in ratio:
        return False
    usual = statistics.median(ratio.values())

    def off(i: int) -> bool:
        slack = 0.006 / file.price[i] + 1 / file.value[i] + 0.5 / file.quantity[i]
        return bool(abs(ratio[i] / usual - 1) > 0.02 + slack)

    return off(row) and sum(map(off, ratio)) <= max(1, 0.05 * len(file.symbols))


def lonely(naive: Naive, tape: Tape, base: date, dated: date, price: float) -> bool:
    """Whether the next close of the year is nearer to the close before than to the price."""
    block = next(b for b in naive.market.prices.blocks if b.year == dated.year)
    days = [d for d in block.sessions.tolist() if d > dated][:FRESH]
    after = next((tape.price[d] for d in days if d in tape.price), None)
    if after is None:
        return True
    return abs(math.log(after / price)) >= abs(math.log(after / tape.price[base]))
