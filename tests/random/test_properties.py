"""What must hold in every market: random small ones, and what may be done to them.

The generator is shared with `test_against_naive`.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.data.frames import Block, Events, Holdings
from tests.examples import examples
from tests.market import NAN
from tests.random.cases import FEATURES, WHOLE, Case, cases, rebuilt, unchanged


@examples(40)
@given(cases())
def test_sums(case: Case) -> None:
    found = case.answer()
    for view in found.indices.values() if found else ():
        growth = np.cumprod([1.0, *(1 + s.basket_return for s in view.segments)])
        pairs = zip(growth[:-1], view.segments, strict=True)
        parts = [g * s.weight_measured * s.basket_return for g, s in pairs]
        assert abs(view.explained - math.fsum(parts)) < 1e-12 * max(1, growth.max())
        if all(s.coverage == 1 for s in view.segments):
            assert abs(view.explained - view.basket_return) < 1e-12 * max(1, growth.max())
        outside = sum(count for _, count in view.breadth.outside)
        assert sum(b.count for b in view.breadth.histogram) + outside == view.lines + view.later
        measured = view.measured + view.later_measured
        assert measured + len(view.left_out) == view.lines + view.later
        assert len(view.contributors) == measured == sum(g.measured for g in view.sectors)
        assert abs(math.fsum(g.contribution for g in view.sectors) - view.explained) < 1e-12
    if found and found.gap_leaders:
        (small, large) = (found.indices[fund] for fund in ("IWM", "SPY"))
        gap = math.fsum(found.gap_leaders.value)
        if all(v.segments[0].measured for v in (small, large)):  # see test_against_naive
            assert gap == pytest.approx(small.basket_return - large.basket_return, abs=1e-12)
    if found and found.bridge and found.spread:
        assert math.fsum(s.value for s in found.bridge) == pytest.approx(
            found.spread.gap, abs=1e-12
        )
        (across,) = (step for step in found.bridge if step.parts)
        assert sum(p.value for p in across.parts) == pytest.approx(across.value, abs=1e-12)


@examples(40)
@given(cases(), st.sampled_from([3.0, 1e3, 1e6]))
def test_the_size_of_a_fund_changes_nothing(case: Case, factor: float) -> None:
    def larger(f: Holdings) -> Holdings:
        return replace(
            f, quantity=f.quantity * factor, value=f.value * factor, total=f.total * factor
        )

    unchanged(case.answer(), rebuilt(case, larger).answer())


@examples(40)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing(case: Case, rng: random.Random) -> None:
    def shuffled(f: Holdings) -> Holdings:
        rows = rng.sample(range(len(f.symbols)), len(f.symbols))
        changed: dict[str, Any] = {n: getattr(f, n)[rows] for n in ("quantity", "price", "value")}
        for name in ("symbols", "names", "sectors"):
            changed[name] = tuple(getattr(f, name)[i] for i in rows)
        return replace(f, **changed)

    unchanged(case.answer(), rebuilt(case, shuffled).answer())


@examples(40)
@given(cases(), st.integers(0, 59), st.sampled_from([2.0, 3.0, 0.25]))
def test_a_split_on_record_changes_nothing(case: Case, day: int, factor: float) -> None:
    sessions = [d for b in case.market.prices.blocks for d in b.sessions.tolist()]
    on = sessions[day % len(sessions)]

    def split(b: Block) -> Block:
        column = np.array([s == "A" for s in b.symbols])
        own = {n: getattr(b, n) for n in ("close", "adj_close")}
        own = {n: v if v is None else np.where(column, v / factor, v) for n, v in own.items()}
        paid, events = b.dividend, b.split
        paid = replace(paid, value=np.where(column[paid.col], paid.value / factor, paid.value))
        if on in b.sessions.tolist():
            here = (b.sessions.tolist().index(on), b.symbols.index("A"), factor)
            held = (events.row, events.col, events.value)
            events = Events(*(np.append(a, v) for a, v in zip(held, here, strict=True)))
        return replace(b, **own, dividend=paid, split=events)

    def after(f: Holdings) -> Holdings:
        mine = np.array([s in ("A", "A0") for s in f.symbols]) & (f.as_of >= on)
        times = np.where(mine, factor, 1.0)
        return replace(f, quantity=f.quantity * times, price=f.price / times)

    # a split tells what no file does where one is older than A's first close: whether A split since
    # that file's price, up to the close or, by its quantities, up to the next file
    closed = [
        d
        for b in case.market.prices.blocks
        for d, price in zip(b.sessions.tolist(), b.close[:, b.symbols.index("A")], strict=True)
        if math.isfinite(price)
    ]
    assume(closed and on > closed[0])
    files = [f.as_of for held in case.market.holdings.values() for f in held if "A" in f.symbols]
    if min(files, default=on) < closed[0]:
        assume(on > min((as_of for as_of in files if as_of >= closed[0]), default=closed[0]))
    # a split on the day of a tenfold move would explain it; A0 is another tape of A
    assume(not any(s.startswith("A: ") and ("jump" in s or "ren" in s) for s in case.story))
    unchanged(case.answer(), rebuilt(case, after, split).answer())


@examples(40)
@given(cases(), st.sampled_from([0.02, 0.5]))
def test_cash_scales_what_is_printed_and_nothing_else(case: Case, cash: float) -> None:
    richer = rebuilt(case, lambda f: replace(f, total=f.total * (1 + cash)))
    unchanged(case.answer(), richer.answer(), 1 / (1 + cash))


@examples(40)
@given(cases(WHOLE, whole=True), st.integers(1, 59))
def test_a_cut_with_drifted_values_changes_nothing(case: Case, day: int) -> None:
    case.question = replace(case.question, basis="pr")
    before = case.answer()
    if before is None:
        return
    level = {
        (s, d): b.close[row, column]
        for b in case.market.prices.blocks
        for column, s in enumerate(b.symbols)
        for row, d in enumerate(b.sessions.tolist())
    }
    start = before.window.start
    inside = [d for d in sorted({d for _, d in level}) if start < d < before.window.end]
    assume(inside)
    on = inside[day % len(inside)]
    drifted = []
    for (f,) in case.market.holdings.values():
        value = f.value * [level[s, on] / level[s, start] for s in f.symbols]
        total = f.total * value.sum() / f.value.sum()
        blank = np.full(len(value), NAN)
        drifted.append(replace(f, as_of=on, value=value, total=total, quantity=blank, price=blank))
    after = rebuilt(case, more=drifted).answer()
    assert after is not None and all(len(v.segments) == 2 for v in after.indices.values())
    unchanged(before, after)


@examples(40)
@given(cases([f for f in FEATURES if f not in ("paid", "both", "adjusted")], paid=False))
def test_without_dividends_total_return_is_price_return(case: Case) -> None:
    both = [replace(case.question, basis=basis) for basis in ("pr", "tr")]
    price, total = (Case(case.market, asked, case.story).answer() for asked in both)
    unchanged(price, total)
