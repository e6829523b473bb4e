"""A simulated index followed by its files alone, against what its lines really did.

Month by month lines are split (on the month's last day too), issue shares, rise and fall, are
renamed, taken over or go bankrupt, and their tickers come back with another company at once or
later. No close of any line is held. What is measured must be true; what cannot be told is left out.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from core.answer.snapshot import Question, take
from core.data.frames import Holdings, Prices, dates_of
from core.data.market import Market
from tests.market import holdings, make_market, prices

_SPLITS = (2.0, 2.0, 1.5, 3.0, 4.0, 10.0, 0.2, 0.1)


@dataclass(frozen=True)
class Stock:
    """A company: its ticker, name, price, shares in the fund per unit, value path."""

    company: int
    ticker: str
    name: str
    price: float
    shares: float
    worth: float = 1.0


def month_ends(first: int, months: int) -> list[date]:
    """The last weekday of each month."""
    start = np.datetime64(f"{first}-01", "M") + np.arange(1, months + 1)
    days = np.busday_offset(start.astype("datetime64[D]"), -1, roll="forward")
    return [day.item() for day in days]


def simulate(
    seed: int, lines: int, months: int
) -> tuple[Market, list[date], list[dict[str, float]]]:
    """A market of files alone, its month ends, and of each month ticker -> true return.

    A month's returns are of the lines that both its files have; of what else happened nothing
    can be told. A ticker is the one of the earlier file.
    """
    draw = random.Random(seed)
    stocks = [
        Stock(n, f"T{n}", f"Company {n}", draw.uniform(20, 200), draw.uniform(1e5, 9e5))
        for n in range(lines)
    ]
    born, free = lines, list[str]()
    days, files, truth = month_ends(2006, months), list[Holdings](), list[dict[str, float]]()
    scale = 1.0
    for day in days:
        if files:
            scale *= draw.uniform(0.8, 1.3)
            before = {stock.company: stock for stock in stocks}
            changed = []
            for stock in stocks:
                event, moved = draw.random(), float(np.exp(draw.gauss(0.0, 0.09)))
                if event < 0.004:
                    # taken over or bankrupt; another company may take the ticker at once
                    born += 1
                    ticker = stock.ticker if draw.random() < 0.3 else f"T{born}"
                    if draw.random() < 0.3 and free:
                        ticker = free.pop(0)
                    if ticker != stock.ticker:
                        free.append(stock.ticker)
                    price = draw.uniform(20, 200)
                    changed.append(
                        Stock(born, ticker, f"Company {born}", price, draw.uniform(1e5, 9e5))
                    )
                    continue
                if event < 0.010:
                    moved = draw.uniform(0.25, 0.7)  # a crash, or what a spin-off looks like
                stock = replace(stock, price=stock.price * moved, worth=stock.worth * moved)
                if 0.010 <= event < 0.018:
                    factor = draw.choice(_SPLITS)
                    stock = replace(stock, price=stock.price / factor, shares=stock.shares * factor)
                elif event < 0.030 and event >= 0.018:
                    # new shares, not by a number that splits have
                    stock = replace(stock, shares=stock.shares * draw.choice((1.05, 1.3, 1.7, 2.3)))
                elif 0.030 <= event < 0.034:
                    born += 1
                    stock = replace(stock, ticker=f"T{born}")
                if stock.price < 8:
                    factor = 8.0
                    stock = replace(stock, price=stock.price * factor, shares=stock.shares / factor)
                changed.append(stock)
            stocks = changed
            truth.append(
                {
                    before[s.company].ticker: s.worth / before[s.company].worth - 1
                    for s in stocks
                    if s.company in before
                }
            )
        rows = {s.ticker: (round(s.shares * scale), round(s.price, 2)) for s in stocks}
        files.append(
            holdings(
                "IWM", str(day), {t: q * p for t, (q, p) in rows.items()},
                names={s.ticker: s.name for s in stocks},
                quantity={t: float(q) for t, (q, _) in rows.items()},
                price={t: p for t, (_, p) in rows.items()},
            )
        )  # fmt: skip
    flat = [100.0] * len(days)
    closes: Prices = prices(days, {"IWM": flat, "SPY": flat})
    assert len(dates_of(days)) == months
    return make_market(closes, *files), days, truth


@pytest.mark.parametrize("seed", range(4))
def test_what_files_tell_of_a_month_is_true(seed: int) -> None:
    held, days, truth = simulate(seed, lines=50, months=36)
    unmeasured = 0
    for (start, end), real in zip(pairwise(days), truth, strict=True):
        view = take(held, Question(window=f"{start}:{end}", basis="pr")).indices["IWM"]
        lines = view.contributors
        file = next(f for f in held.holdings["IWM"] if f.as_of == start)
        listed = dict(zip(held.lines(file), file.symbols, strict=True))
        measured = {
            listed[s]: r for s, r in zip(lines.symbols, lines.returns.tolist(), strict=True)
        }
        for ticker, value in measured.items():
            # prices are rounded to a cent, of 8 at the least
            assert value == pytest.approx(real[ticker], abs=4e-3), (ticker, start)
        unmeasured += len(real.keys() - measured.keys())
    # what is left out is little: a few splits and issues in a thousand
    assert unmeasured / (50 * 35) < 0.02
