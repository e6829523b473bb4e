"""Random small markets, measured twice: by `core.answer.snapshot` and by `tests.core.naive`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.answer.snapshot import IndexView, Question, take
from core.data.frames import Holdings, LeftOut
from core.data.market import Market
from core.measures.spread import Ranking
from tests.core import naive
from tests.core.naive_daily import series
from tests.examples import examples
from tests.market import NAN, make_market, prices
from tests.random.cases import SECTORS, Case, cases

KINDS = {
    "no prices": naive.NO_PRICES,
    "not fetched": naive.NO_PRICES,
    "no price at start": naive.NO_START,
    "no closes": naive.UNASKED,
    "no close after": naive.NO_LATER,
    "last traded": naive.ENDED,
    "ended": naive.ENDED,
    "quarantined": naive.JUMP,
    "no close at the date of the holdings file": naive.NO_VALUE,
    "only adjusted closes": naive.NO_CLOSES,
    "joined as announced": naive.NO_WEIGHT,
    "left later as announced": naive.NO_WEIGHT,
    "joined": naive.JOINED,
    "no close at both ends": "no reason of its own",
}


def kind(words: str) -> str:
    """What a reason told in words amounts to."""
    found = [start for start in KINDS if words.startswith(start)]
    assert found, words
    return KINDS[max(found, key=len)]


def allowed(reasons: set[str]) -> set[str]:
    """The naive reasons, and words that may be said in their place."""
    more = set()
    if naive.UNASKED in reasons:  # of a line that left before
        more.add("no reason of its own")
    if reasons & {naive.NO_START, naive.NO_CLOSES}:  # closes of other years alone
        more.add(naive.NO_PRICES)
    return reasons | more


def near(got: float | None, want: float | None) -> bool:
    """Equal to 1e-12 (of a number above 1: relatively)."""
    if got is None or want is None:
        return got is want
    return math.isclose(got, want, rel_tol=1e-12, abs_tol=1e-12)


def all_near(got: Iterable[float], want: Iterable[float]) -> bool:
    return all(near(float(a), b) for a, b in zip(got, want, strict=True))


def same_order(got: Sequence[str], want: Sequence[str], amount: Mapping[str, float]) -> bool:
    """Equal, or apart only where two amounts differ by rounding."""
    return sorted(got) == sorted(want) and all(
        a == b or 0 < abs(amount[a] - amount[b]) < 2e-12 for a, b in zip(got, want, strict=True)
    )


def check_index(view: IndexView, want: naive.Index, question: Question) -> None:
    """One index, number by number."""
    assert [(s.start, s.end, s.holdings_as_of, s.older_than) for s in view.segments] == [
        (p.start, p.end, p.file.as_of, p.older_than) for p in want.parts
    ]
    assert view.claims == (view.covered and all(p.leaders for p in want.parts))
    assert view.claims_breadth == (view.covered and all(p.breadth for p in want.parts))
    for part, told in zip(want.parts, view.segments, strict=True):
        assert told.carry.lender == part.lender
        assert (told.lines, told.measured) == (len(part.members), len(part.share)), part.reasons
        assert told.estimated == part.estimated
        assert near(told.weight_measured, part.scale)
        assert near(told.coverage, part.covered) and told.coverage < 1 + 1e-9
        assert near(told.basket_return, part.basket)
    assert near(view.fund_return, want.fund_return)
    assert near(view.basket_return, want.basket_return)
    assert near(view.coverage, min(p.covered for p in want.parts))
    assert view.estimated == any(p.estimated for p in want.parts)
    start = set(want.parts[0].members)
    assert (view.lines, view.measured) == (len(start), len(start & want.unscaled.keys()))
    later = set(want.lines) - start
    assert (view.later, view.later_measured) == (len(later), len(later & want.unscaled.keys()))

    rows = view.contributors
    assert same_order(rows.symbols, want.ranked(), want.contribution)
    assert all_near(rows.weight, map(want.weight, rows.symbols))
    assert all_near(rows.returns, [want.member_return[s] for s in rows.symbols])
    assert all_near(rows.contribution, [want.contribution[s] for s in rows.symbols])
    for told_dates, dates in ((rows.joined, want.joined), (rows.left, want.left)):
        assert {rows.symbols[i]: on for i, on in told_dates.items()} == {
            s: on for s, on in dates.items() if s in want.unscaled
        }
    for i, s in enumerate(rows.symbols):
        said = {w for w in rows.flags.get(i, ()) if w.startswith(("last traded", "stale", "disag"))}
        assert said == want.flags[s], (s, rows.flags.get(i))
    assert {row.symbol for row in view.left_out} == set(want.reasons)
    for row in view.left_out:
        assert kind(row.reason) in allowed(want.reasons[row.symbol]), (row, want.reasons)

    whole = math.fsum(want.contribution.values())
    assert near(view.explained, whole)
    assert near(view.unmeasured, want.basket_return - whole)
    if want.fund_return is not None:
        assert near(view.rest, want.fund_return - want.basket_return)
        assert near(view.unexplained, want.fund_return - whole)
    for group in view.sectors:
        of = [s for s in rows.symbols if group.name == (SECTORS[ord(s[0]) % 4] or "Unclassified")]
        assert group.measured == len(of)
        assert near(group.weight, math.fsum(map(want.weight, of)))
        assert near(group.contribution, math.fsum(want.contribution[s] for s in of))
    check_breadth(view, want, question)
    check_concentration(view, want, question)


def check_breadth(view: IndexView, want: naive.Index, question: Question) -> None:
    told, moments = view.breadth, naive.breadth(want)
    assert told.n == len(want.counted), (told.outside, want.outside)
    assert [b.count for b in told.histogram] == naive.bins(want)
    assert told.up == naive.count(want, lambda r: r > 0)
    assert told.down == naive.count(want, lambda r: r < 0)
    assert told.unchanged == told.n - told.up - told.down
    for rung in told.ladder:
        edge = rung.threshold
        here = naive.count(want, lambda r, e=edge, b=rung.below: r < e if b else r > e)  # type: ignore[misc]
        assert rung.count == here
        assert near(rung.share, here / told.n if told.n else None)
    assert len(told.ladder) == len(question.above) + len(question.below)
    for name in ("equal_weight", "median", "dispersion", "dispersion_cap", "share_up"):
        assert near(getattr(told, name), moments.get(name)), name
    assert near(told.share_outperforming, moments.get("share_outperforming"))
    if moments.get("skew") is not None:
        assert told.skew == pytest.approx(moments["skew"], rel=1e-9, abs=1e-9)
    reasons = [
        allowed(why.union(*(part.reasons.get(s, set()) for part in want.parts)))
        for s, why in want.outside.items()
    ]
    counted: dict[str, int] = {}
    for words, lines in told.outside:
        counted[kind(words)] = counted.get(kind(words), 0) + lines
    assert sum(counted.values()) == len(reasons)
    for code in {*counted, *(r for why in reasons if len(why) == 1 for r in why)}:
        least, most = sum(why == {code} for why in reasons), sum(code in why for why in reasons)
        assert least <= counted.get(code, 0) <= most, (code, told.outside, want.outside)


def hollow(want: naive.Index) -> bool:
    """A segment has no measured line: what the index is without some names is not told then."""
    return not all(part.share for part in want.parts)


def check_concentration(view: IndexView, want: naive.Index, question: Question) -> None:
    told, ranked = view.concentration, view.contributors.symbols
    gains = sorted((c for c in want.unscaled.values() if c > 0), reverse=True)
    gross = math.fsum(gains)
    assert near(told.effective_n, naive.effective(list(want.parts[0].share.values())))
    if gross > 1e-12:  # less is rounding: see test_rounding_is_no_gain
        assert near(told.effective_n_gains, naive.effective(gains))
    assert near(told.effective_n_abs, naive.effective([abs(c) for c in want.unscaled.values()]))
    printed_gains = math.fsum(c for c in want.contribution.values() if c > 0)
    assert near(told.gross_gain, printed_gains)
    assert near(told.gross_loss, math.fsum(c for c in want.contribution.values() if c < 0))
    sums = [math.fsum(gains[:k]) for k in range(1, len(gains) + 1)]
    needed = [k for k, total in enumerate(sums, 1) if total >= gross / 2 - 1e-15]
    assert 0 < gross <= 1e-12 or told.half_of_gain == (needed[0] if gains else None)
    assert all_near(
        told.curve,
        [math.fsum(want.unscaled[s] for s in ranked[: k + 1]) for k in range(len(ranked))],
    )
    net = want.basket_return if want.fund_return is None else want.fund_return
    assert [t.k for t in told.top] == [k for k in (1, 3, 5, 10, 25) if k <= len(ranked)]
    for top in told.top:
        names = ranked[: top.k]
        made = math.fsum(want.unscaled[s] for s in names)
        printed = math.fsum(want.contribution[s] for s in names)
        assert near(top.contribution, printed)
        if not math.isclose(abs(net), 0.01, rel_tol=1e-9):  # at the floor rounding decides
            assert near(top.share_of_net, printed / net if abs(net) > 0.01 else None)
        if gross > 1e-12:
            assert near(top.share_of_gross_gain, made / gross)
        assert near(top.zeroed, want.basket_return - made)
        fund = want.fund_return
        assert near(top.fund_zeroed, None if fund is None else fund - printed)
        assert hollow(want) or near(top.reweighted, want.without(names))
    marked = [s for s in question.without if s in want.unscaled]
    assert (view.without is None) == (not marked)
    if view.without is not None:
        assert sorted(view.without.symbols) == sorted(marked)
        made = math.fsum(want.unscaled[s] for s in marked)
        assert near(view.without.contribution, math.fsum(want.contribution[s] for s in marked))
        assert near(view.without.zeroed, want.basket_return - made)
        assert hollow(want) or near(view.without.reweighted, want.without(marked))


@examples(150)
@given(cases())
def test_the_answer_is_the_naive_one(case: Case) -> None:
    as_naive(case)


@examples(12)
@given(cases(sizes=(200, 340)))
def test_nor_is_it_another_over_a_year(case: Case) -> None:
    as_naive(case)


def stating_no_first_closes(market: Market) -> Market:
    """The same market, its files without quantity and price of lines before their first close.

    Closes from files' own prices have a second way of their own (tests/random/test_files_alone.py).
    """
    first: dict[str, np.datetime64] = {}
    for block in market.prices.blocks:
        for place, symbol in enumerate(block.symbols):
            known = np.isfinite(block.close[:, place])
            if block.adj_close is not None:
                known |= np.isfinite(block.adj_close[:, place])
            if known.any():
                first.setdefault(market.symbol(symbol), block.sessions[int(np.argmax(known))])

    def without(file: Holdings) -> Holdings:
        on, never = np.datetime64(file.as_of), np.datetime64("9999-12-31")
        early = np.array([first.get(market.symbol(s), never) > on for s in file.symbols], bool)
        quantity, price = (np.where(early, NAN, each) for each in (file.quantity, file.price))
        return replace(file, quantity=quantity, price=price)

    files = {fund: tuple(map(without, dated)) for fund, dated in market.holdings.items()}
    return replace(market, holdings=files)


def owing(market: Market) -> Market:
    """The market with money borrowed and a line sold short in every second file."""
    below = (
        LeftOut("USD", "US Dollar", -0.2, "cash, not a stock"),
        LeftOut("SHRT", "Short Works", -0.1, "negative value"),
    )
    files = {
        fund: tuple(
            replace(f, others=below, total=f.total / 1.3) if len(f.symbols) % 2 else f
            for f in dated
        )
        for fund, dated in market.holdings.items()
    }
    return replace(market, holdings=files)


def as_naive(case: Case) -> None:
    """Ask a question of both."""
    case.market = owing(stating_no_first_closes(case.market))
    told, second = case.answer(), naive.Naive(case.market)
    if told is None:
        return
    found = {
        fund: second.index(
            fund, told.window.start, told.window.end, told.as_of, case.question.basis
        )
        for fund in ("IWM", "SPY")
    }
    for fund, want in found.items():
        assert (fund in told.indices) == bool(want.unscaled)
        if want.unscaled:
            check_index(told.indices[fund], want, case.question)
    if len(told.indices) == 2:
        assert told.gap_leaders is not None
        leaders = naive.gap_leaders(found["IWM"], found["SPY"])
        assert sorted(told.gap_leaders.symbols) == sorted(leaders)
        assert all_near(told.gap_leaders.value, [leaders[s] for s in told.gap_leaders.symbols])
        steps = naive.bridge(found["IWM"], found["SPY"])
        assert all_near([step.value for step in told.bridge], steps)


@examples(75)
@given(cases())
def test_the_daily_series_are_the_naive_ones(case: Case) -> None:
    """Members by segment, of the measured lines alone, before the window as within it."""
    case.question = replace(case.question, daily=True)
    case.market = stating_no_first_closes(case.market)
    told, second = case.answer(), naive.Naive(case.market)
    for fund, found in told.daily.items() if told else ():
        start, end = told.window.start, told.window.end
        want, lead = series(second, fund, start, end, told.as_of, case.question.basis)
        line = 0
        assert found.sessions[-1].item() == max(want)
        assert all(not (d.up or d.down or d.same) for on, d in want.items() if on < found.since)
        for place, on in enumerate(found.sessions.tolist()):
            day = want[on]
            if not (day.up or day.down or day.same):
                assert math.isnan(found.advances[place])
            else:
                counts = (found.advances, found.declines, found.unchanged)
                assert [c[place] for c in counts] == [day.up, day.down, day.same]
            line += day.up - day.down
            assert on > lead and found.oscillators.line[place] == line
            if on > start:
                share = found.above[20][place]
                assert near(share, day.above / day.averaged) if day.averaged else math.isnan(share)


def shifted(on: date, years: int) -> date:
    """The same day of an earlier year; 29 February becomes 28 February."""
    leap = on.month == 2 and on.day == 29 and years
    return on.replace(year=on.year - years, day=28 if leap else on.day)


def returned(closes: Mapping[date, float], first: date, last: date) -> float | None:
    """The return between two anchors, None without closes up to seven days before them."""
    near_by = [max((d for d in closes if d <= on), default=date.min) for on in (first, last)]
    if any(on - d > timedelta(days=7) for on, d in zip((first, last), near_by, strict=True)):
        return None
    return closes[near_by[1]] / closes[near_by[0]] - 1


def check_ranking(told: Ranking, gap: float, earlier: Mapping[int, float]) -> None:
    own = [y for y in told.history if y.year in earlier]
    assert all_near([y.gap for y in own], [earlier[y] for y in sorted(earlier)])
    assert (told.rank, told.since, told.ties) == naive.rank(gap, earlier)
    # a year without closes may have been as wide: nothing is claimed since one before it
    reached = range(min(earlier, default=2024) if told.since is None else told.since, 2024)
    claim = len(earlier) >= 10 and all(year in earlier for year in reached)
    assert (told.of, told.claim) == (len(earlier) + 1, claim)
    assert told.on_record == (told.claim and told.since is None)
    below = sum(g < gap for g in earlier.values())
    assert near(told.percentile, below / len(earlier) if earlier else None)


@examples(40)
@given(
    st.lists(st.tuples(*[st.integers(90, 110)] * 4), min_size=2, max_size=15),
    st.sampled_from([("YTD", (6, 26)), ("1M", (2, 29)), ("6M", (8, 30)), ("QTD", (5, 15))]),
    st.sets(st.integers(0, 14), max_size=4),
)
def test_ranks_among_years_are_the_naive_ones(
    years: list[tuple[int, ...]], asked: tuple[str, tuple[int, int]], missing: set[int]
) -> None:
    window, (month, day) = asked
    as_of = date(2024, month, day)
    start = {"YTD": date(2023, 12, 31), "QTD": date(2024, 3, 31)}.get(window)
    start = start or {"1M": date(2024, 1, 29), "6M": date(2024, 2, 29)}[window]
    closes: dict[date, tuple[float, float]] = {}
    for back, (a, b, c, d) in enumerate(years):
        if back and back in missing:
            continue
        for on, levels in ((start, (a, b)), (as_of, (c, d)), (date(2024, 12, 31), (d, a))):
            session = shifted(on, back)
            session -= timedelta(days=max(0, session.weekday() - 4))
            if session <= as_of:
                closes[session] = levels
    days = sorted(closes)
    small, large = ({d: float(closes[d][k]) for d in days} for k in (0, 1))
    lines = {"IWM": list(small.values()), "SPY": list(large.values())}
    market = make_market(prices(days, lines))
    if returned(small, start, as_of) is None or min(days) >= as_of:
        return

    def gap(first: date, last: date) -> float | None:
        one, other = returned(small, first, last), returned(large, first, last)
        return None if one is None or other is None else one - other

    told = take(market, Question(window=window, as_of=as_of, basis="pr")).spread
    own = gap(start, as_of)
    assert told is not None and own is not None and near(told.gap, own)
    same = {as_of.year - k: gap(shifted(start, k), shifted(as_of, k)) for k in range(1, 16)}
    full = {y: gap(date(y - 1, 12, 31), date(y, 12, 31)) for y in range(2005, 2024)}
    check_ranking(told.same_window, own, {y: g for y, g in same.items() if g is not None})
    check_ranking(told.full_years, own, {y: g for y, g in full.items() if g is not None})
