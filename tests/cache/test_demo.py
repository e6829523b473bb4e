"""The simulated market against the published figures, by an arithmetic of the test's own."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from hashlib import sha256
from itertools import chain, compress, pairwise

import numpy as np
import pytest

from cache.facts.pairs import shipped_pairs
from cache.facts.sessions import sessions
from cache.sources.demo import demo
from cache.store.bars import Bars
from tests.answers import published
from tests.cache.demo_market import Answer, Line, Market

#: The demo's own, and others, which no quick test makes.
SEEDS = (demo.SEED, *(pytest.param(n, marks=pytest.mark.random) for n in (0, 1, 7, 4242)))


@pytest.fixture(scope="module", params=SEEDS)
def market(request: pytest.FixtureRequest) -> Market:
    return Market(request.param)


@pytest.fixture(scope="module")
def small(market: Market) -> Answer:
    return market.answer("IWM", published.START, published.END)


@pytest.fixture(scope="module")
def large(market: Market) -> Answer:
    return market.answer("SPY", published.START, published.END)


def test_what_is_made_is_fit_for_the_store(market: Market) -> None:
    market.bars.check()
    for holdings, _ in market.files:
        holdings.check()
    assert market.seconds < 5


def check_ranked(lines: Mapping[str, Line], expected: tuple[tuple[str, str, int], ...]) -> None:
    sign = 1 if expected[0][2] > 0 else -1
    ranked = sorted(lines, key=lambda s: -sign * lines[s].bp)
    assert tuple(ranked[: len(expected)]) == tuple(symbol for symbol, _, _ in expected)
    for symbol, change, bp in expected:
        assert f"{100 * lines[symbol].change:.2f}" == change, symbol
        assert round(lines[symbol].bp) == bp, symbol
        assert abs(lines[symbol].bp - bp) < 0.45, symbol
    # The next line is none of the published ones and prints as a smaller figure.
    assert sign * lines[ranked[len(expected)]].bp < abs(expected[-1][2]) - 0.5


def test_leaders_of_the_small_index(small: Answer) -> None:
    check_ranked(small.lines, published.LEADERS)


def test_laggards_of_the_large_index(large: Answer) -> None:
    check_ranked(large.lines, published.LAGGARDS)


def test_equal_figures_are_told_apart_clearly(small: Answer, large: Answer) -> None:
    for lines, rows in ((small.lines, published.LEADERS), (large.lines, published.LAGGARDS)):
        size = [abs(lines[symbol].bp) for symbol, _, _ in rows]
        assert all(a - b > 0.15 for a, b in pairwise(size))


def test_breadth_of_the_small_index(small: Answer) -> None:
    assert len(small.first) == published.MEASURED
    changes = [round(line.change, 9) for line in small.first.values()]
    for percent, (count, share) in published.ABOVE.items():
        assert sum(r > percent / 100 for r in changes) == count
        assert f"{100 * count / len(changes):.1f}" == share
    for edge in (0.0, 0.10, 0.25, 1.0):
        assert min(abs(r - edge) for r in changes) > 1e-4


def test_breadth_of_the_large_index_is_plausible(large: Answer) -> None:
    up = sum(line.change > 0 for line in large.first.values())
    assert 490 <= len(large.first) <= 510
    assert 0.5 < up / len(large.first) < 0.6


def test_fund_returns_and_gap(small: Answer, large: Answer) -> None:
    assert f"{100 * small.fund:.1f}" == published.IWM
    assert f"{100 * large.fund:.1f}" == published.SPY
    assert f"{100 * (small.fund - large.fund):.2f}" == published.GAP_PP


def test_sums_as_printed(small: Answer, large: Answer) -> None:
    three = math.fsum(small.lines[symbol].bp for symbol in published.LEAVE_THE_INDEX)
    assert round(three) == published.TOP_THREE_BP
    assert f"{three / small.fund / 100:.1f}" == published.TOP_THREE_OF_NET
    for symbols, bp in (published.HYPERSCALERS, published.SOFTWARE):
        assert round(math.fsum(large.lines[symbol].bp for symbol in symbols)) == bp


@pytest.mark.parametrize(("fund", "coverage"), [("IWM", 0.98), ("SPY", 0.995)])
def test_little_is_left_unexplained(market: Market, fund: str, coverage: float) -> None:
    answer = market.answer(fund, published.START, published.END)
    total = math.fsum(line.bp for line in answer.lines.values())
    assert abs(answer.fund - answer.basket) * 1e4 < 10
    assert abs(1e4 * answer.fund - total) < 40
    assert max(answer.parts) - min(answer.parts) < 1e-9
    assert coverage < answer.parts[0] < 1
    assert 1e4 * answer.basket * answer.parts[0] == pytest.approx(total, abs=1e-3)


@pytest.mark.parametrize("fund", ["IWM", "SPY"])
def test_the_basket_follows_its_fund_day_by_day(market: Market, fund: str) -> None:
    for end in ("2026-01-16", "2026-03-31", "2026-04-14", "2026-06-12", "2026-07-10"):
        answer = market.answer(fund, published.START, end)
        assert abs(answer.fund - answer.basket) * 1e4 < 30, end


def test_no_single_line_weighs_too_much(market: Market) -> None:
    for fund, widest in (("IWM", 0.03), ("SPY", 0.10)):
        for file in market.held(fund):
            assert file.value.max() / file.total < widest
    assert market.held("SPY")[0].value.max() / market.held("SPY")[0].total < 0.08


def test_large_index_has_gainers_with_invented_names(large: Answer) -> None:
    best = sorted(large.lines, key=lambda s: -large.lines[s].bp)[:5]
    assert all(re.fullmatch(r"ZL\d{4}", symbol) for symbol in best)
    assert large.lines[best[0]].bp > 100


def test_until_the_reconstitution_only_unmeasured_lines_join_or_leave(market: Market) -> None:
    for fund in ("IWM", "SPY"):
        *before, after = market.held(fund)
        with_closes = [{s for s in file.symbols if s in market.col} for file in before]
        assert all(symbols == with_closes[0] for symbols in with_closes)
        assert before[0].as_of == date(2025, 12, 31)
        assert after.as_of == date(2026, 6, 26)
    small_files = [set(file.symbols) for file in market.held("IWM")]
    assert all(a != b for a, b in pairwise(small_files))


def test_the_reconstitution_of_the_small_index(market: Market) -> None:
    *_, before, after = market.held("IWM")
    left, joined = (
        set(before.symbols) - set(after.symbols),
        set(after.symbols) - set(before.symbols),
    )
    assert set(published.LEAVE_THE_INDEX) <= left
    named = {symbol for symbol, _, _ in published.LEADERS}
    assert named & left == set(published.LEAVE_THE_INDEX)
    assert 75 <= len(left) <= 95
    assert 85 <= len(joined) <= 95
    # Those with closes have had them for two years.
    fresh = [symbol for symbol in joined if symbol in market.col]
    assert len(fresh) == 90
    assert np.isfinite(market.on("2024-07-10")[[market.col[s] for s in fresh]]).all()
    assert not any(s in market.held("SPY")[0].symbols for s in joined)


def test_stepping_into_july_the_leavers_are_still_contributors(market: Market) -> None:
    answer = market.answer("IWM", published.START, "2026-07-10")
    file = market.held("IWM")[-1]
    for symbol, _, bp in published.LEADERS[:3]:
        assert symbol not in file.symbols
        assert round(answer.lines[symbol].bp) == bp
        assert np.isfinite(market.on("2026-07-10")[market.col[symbol]])


def test_named_lines_keep_their_shares(market: Market) -> None:
    for fund, rows in (("IWM", published.LEADERS), ("SPY", published.LAGGARDS)):
        for symbol, _, _ in rows:
            kept = {
                float(file.quantity[file.symbols.index(symbol)]) for file in market.held(fund)[:-1]
            }
            assert len(kept) == 1, symbol


def test_unnamed_share_changes_are_value_neutral(market: Market) -> None:
    for fund in ("IWM", "SPY"):
        files = market.held(fund)
        for old, new in pairwise(files):
            now = market.on(str(new.as_of)) / market.on(str(old.as_of))
            carried = math.fsum(
                v * now[market.col[s]]
                for s, v in zip(old.symbols, old.value, strict=True)
                if s in market.col
            )
            stands = math.fsum(
                v for s, v in zip(new.symbols, new.value, strict=True) if s in market.col
            )
            assert stands == pytest.approx(carried, rel=1e-7)
        shares = [dict(zip(f.symbols, f.value / f.price, strict=True)) for f in files[:2]]
        assert any(shares[0][s] != shares[1][s] for s in shares[0] if s in shares[1])


def test_closes_stand_on_exchange_sessions_and_nowhere_else(market: Market) -> None:
    every = sessions()

    def between(first: str) -> np.ndarray:
        return every[(every >= np.datetime64(first)) & (every <= np.datetime64("2026-07-10"))]

    assert market.bars.close is not None and not np.isnan(market.bars.close).any()
    funds = {fund for pair in shipped_pairs() for fund in (pair.small, pair.large)}
    first = dict.fromkeys(funds, "2003-01-02") | {"SPY": "2000-01-03", "IWM": "2000-05-26"}
    for symbol, begins in first.items():
        days = market.bars.session[market.rows_of(symbol)]
        assert np.array_equal(days, between(begins)), symbol
    lines = [i for symbol, i in market.col.items() if symbol not in funds]
    assert len(lines) > 2400
    assert np.array_equal(market.days, between("2024-07-10"))
    assert not np.isnan(market.close[:, lines]).any()
    of_lines = np.isin(market.bars.symbol, lines)
    assert market.bars.session[of_lines].min() == np.datetime64("2024-07-10")


def test_no_close_jumps_by_more_than_threefold(market: Market) -> None:
    assert market.bars.close is not None
    # symbol by symbol, in order of session
    same = market.bars.symbol[1:] == market.bars.symbol[:-1]
    assert np.count_nonzero(~same) == len(market.bars.symbols) - 1
    assert (np.diff(market.bars.session)[same] > np.timedelta64(0)).all()
    moves = (market.bars.close[1:] / market.bars.close[:-1])[same]
    assert moves.max() < 3
    assert moves.min() > 1 / 3


def year_gaps(market: Market, *, total: bool) -> dict[int, float]:
    """IWM less SPY in pp by full calendar year, by a day-by-day product of its own."""
    growth: dict[str, dict[int, float]] = {}
    assert market.bars.dividend is not None and market.bars.close is not None
    for fund in ("IWM", "SPY"):
        rows = market.rows_of(fund)
        closes, days = market.bars.close[rows].tolist(), market.bars.session[rows].tolist()
        cash = np.nan_to_num(market.bars.dividend[rows]).tolist()
        years: dict[int, float] = {}
        for (last, close), paid, day in zip(pairwise(closes), cash[1:], days[1:], strict=True):
            step = (close + (paid if total else 0.0)) / last
            years[day.year] = years.get(day.year, 1.0) * step
        growth[fund] = years
    return {year: 100 * (growth["IWM"][year] - growth["SPY"][year]) for year in range(2001, 2026)}


@pytest.mark.parametrize("total", [False, True])
def test_the_last_full_year_with_a_wider_gap(market: Market, total: bool) -> None:
    gaps = year_gaps(market, total=total)
    assert max(y for y, gap in gaps.items() if gap > 11.5) == published.LAST_WIDER_YEAR
    assert max(abs(gap) for y, gap in gaps.items() if y > published.LAST_WIDER_YEAR) < 9.5
    assert all(gaps[year] > 11.5 for year in (2001, 2002, 2003))


def test_same_window_of_earlier_years(market: Market) -> None:
    gaps = {}
    for year in range(2001, 2027):
        start, end = f"{year - 1}-12-31", f"{year}-06-26"
        gaps[year] = market.fund("IWM", start, end) - market.fund("SPY", start, end)
    rank = 1 + sum(gap > gaps[2026] for year, gap in gaps.items() if year != 2026)
    assert rank in (1, 2)


def test_raw_files_hold_the_same_rows(market: Market) -> None:
    for holdings, raw in market.files:
        *rows, cash = csv.DictReader(io.StringIO(raw.decode("ascii")))
        assert list(rows[0]) == [
            "symbol", "name", "sector", "industry", "quantity", "price", "value",
        ]  # fmt: skip
        assert tuple(row["symbol"] for row in rows) == holdings.symbols
        assert tuple(row["name"] for row in rows) == holdings.names
        assert tuple(row["sector"] for row in rows) == holdings.sectors
        assert tuple(row["industry"] for row in rows) == holdings.industries
        # "Simulated Tin Works 0417" is of the Works, a company that exists of none
        for row in rows[:40]:
            trade = row["name"].split(" ", 2)[-1].rpartition(" ")[0]
            assert row["industry"] == (trade if row["name"].startswith("Simulated") else "")
        worth = [float(row["value"]) for row in rows]
        assert worth == holdings.value.tolist()
        for row, value in zip(rows, worth, strict=True):
            # what has no closes has no price either
            priced = row["symbol"] in market.col
            assert (float(row["quantity"]) * float(row["price"]) == value) if priced else True
            assert bool(row["price"]) is priced
        assert cash["symbol"] == "-"
        whole = math.fsum([*worth, float(cash["quantity"]) * float(cash["price"])])
        assert whole == pytest.approx(holdings.total, rel=1e-14)


def test_file_prices_are_as_traded_before_later_splits(market: Market) -> None:
    assert market.bars.split is not None
    seen = 0
    factors: dict[str, list[tuple[str, float]]] = {}
    for row in np.flatnonzero(~np.isnan(market.bars.split)):
        symbol = market.bars.symbols[market.bars.symbol[row]]
        entry = (str(market.bars.session[row]), float(market.bars.split[row]))
        factors.setdefault(symbol, []).append(entry)
    assert 5 <= len(factors) <= 20
    for file, _ in market.files:
        closes = market.on(str(file.as_of)).tolist()
        priced = [symbol in market.col for symbol in file.symbols]
        traded = []
        for symbol in compress(file.symbols, priced):
            later = [f for d, f in factors.get(symbol, []) if d > str(file.as_of)]
            seen += bool(later)
            traded.append(closes[market.col[symbol]] * math.prod(later))
        np.testing.assert_allclose(file.price[priced], traded, rtol=1e-9, equal_nan=False)
    assert market.bars.split[~np.isnan(market.bars.split)].min() >= 2
    assert seen >= 4


def test_many_lines_pay_dividends_and_the_basket_pays_what_the_fund_pays(market: Market) -> None:
    assert market.bars.dividend is not None
    paid = np.flatnonzero(np.nan_to_num(market.bars.dividend) > 0)
    inside = paid[
        (market.bars.session[paid] > np.datetime64(published.START))
        & (market.bars.session[paid] <= np.datetime64(published.END))
    ]
    assert len(np.unique(market.bars.symbol[paid])) > 1000
    opened = market.on(published.START)
    cash: dict[str, float] = {}
    for row in inside:
        symbol = market.bars.symbols[market.bars.symbol[row]]
        col = market.bars.symbol[row]
        cash[symbol] = cash.get(symbol, 0.0) + float(market.bars.dividend[row] / opened[col])
    for fund in ("IWM", "SPY"):
        file = market.held(fund)[0]
        basket = sum(
            v / file.total * cash.get(s, 0.0) for s, v in zip(file.symbols, file.value, strict=True)
        )
        assert 0.004 < basket < 0.008
        assert abs(basket - cash[fund]) < 0.0005


def test_names_are_no_companies(market: Market) -> None:
    real = {s for s, _, _ in (*published.LEADERS, *published.LAGGARDS)}
    pairs = (zip(file.symbols, file.names, strict=True) for file, _ in market.files)
    for symbol, name in set(chain.from_iterable(pairs)):
        assert re.fullmatch(r"[A-Z0-9.-]{1,16}", symbol)
        if symbol not in real:
            assert re.fullmatch(r"Z[SL]\d{4}", symbol)
            assert name.startswith("Simulated ") and name.endswith(symbol[2:])
    assert set(market.bars.symbols) >= real


def test_eleven_sectors_and_a_source_that_says_simulated(market: Market) -> None:
    assert market.bars.source.startswith("simulated market, seed ")
    for file, _ in market.files:
        assert len(set(file.sectors)) == 11
        assert file.source == market.bars.source


def test_lines_without_closes_say_why(market: Market) -> None:
    held = {s for file, _ in market.files for s in file.symbols}
    assert set(market.bars.failures) == held - set(market.bars.symbols)
    assert len(market.held("IWM")[0].symbols) - published.MEASURED == 89


def bytes_of(bars: Bars, *names: str) -> list[np.ndarray]:
    return [np.ascontiguousarray(getattr(bars, name)).view(np.uint8) for name in names]


def hash_of_lines(bars: Bars) -> bytes:
    """Of the closes of lines alone: those of the board's funds are drawn by themselves."""
    assert bars.close is not None
    lines = [i for i, symbol in enumerate(bars.symbols) if symbol.startswith("Z")]
    return sha256(bars.close[np.isin(bars.symbol, lines)]).digest()


@cache
def hash_of_seed(seed: int) -> bytes:
    return hash_of_lines(demo.make(seed)[0])


def test_the_same_seed_makes_the_same_market_and_another_does_not(market: Market) -> None:
    bars, files = demo.make(market.seed)
    names = ("symbol", "session", "close", "volume", "dividend", "split")
    for name, again, first in zip(
        names, bytes_of(bars, *names), bytes_of(market.bars, *names), strict=True
    ):
        assert np.array_equal(again, first), name
    assert bars.symbols == market.bars.symbols
    assert bars.fetched_at == market.bars.fetched_at
    assert [raw for _, raw in files] == [raw for _, raw in market.files]
    other = demo.SEED + 1 if market.seed == demo.SEED else demo.SEED
    assert hash_of_seed(other) != hash_of_lines(bars)


def test_dates(market: Market) -> None:
    assert date(2026, 6, 26) == demo.OPENS_AT
    assert date(2026, 7, 10) == demo.LAST
    bars = market.bars
    assert set(bars.through.values()) == {demo.LAST}
    assert set(bars.through) == set(bars.symbols)
    assert not bars.provisional and not bars.replace
