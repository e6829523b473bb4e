"""Random small markets measured twice: by core, and by packages of other authors.

What goes into a package is worked out here from closes and file values by plain
arithmetic, never read from core. A package that is not installed is skipped.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pytest

from core.answer.snapshot import Basis, Question, Snapshot, take
from core.data.frames import BoolArray, FloatArray, Holdings
from core.data.market import Market
from core.measures.attribution import by_sector
from core.measures.basket import Basket
from core.measures.breadth import EDGES, histogram
from core.measures.contribution import basket
from core.measures.daily import Daily, daily, oscillators
from core.measures.membership import spans
from tests.answers.read import vectors
from tests.market import NAN, holdings, make_market, prices, weekdays

DAYS: Final = weekdays("2025-10-20", "2026-01-30")
START, END = 6, len(DAYS) - 6
LINES: Final = tuple(f"L{i:02}" for i in range(18))
SECTORS: Final = ("Energy", "Financials", "Industrials", "Materials", "Utilities")
SECTOR: Final = {line: SECTORS[i % 5] for i, line in enumerate(LINES)}
COLUMNS: Final = ["from_date", "thru_date", "identifier", "weight", "return"]
SESSIONS: Final = weekdays("2024-09-02", "2026-01-30")

seeds = pytest.mark.parametrize("seed", range(8))
both_bases = pytest.mark.parametrize("basis", ["pr", "tr"])


@dataclass(frozen=True)
class Case:
    """A market of two funds, "S" and "L": closes (T,), without and with dividends, and files."""

    held: Market
    price: dict[str, FloatArray]
    total: dict[str, FloatArray]
    files: dict[str, list[tuple[int, Holdings]]]

    def basket(self, fund: str, basis: str) -> Basket:
        found = basket(self.held, spans(self.held, fund, DAYS[START], DAYS[END], DAYS[END]), basis)
        assert found is not None
        return found

    def take(self, basis: Basis) -> Snapshot:
        return take(self.held, Question("S", "L", f"{DAYS[START]}:{DAYS[END]}", DAYS[END], basis))


def made(seed: int, dated: tuple[int, ...] | None = None, cash: float = 0.0) -> Case:
    """A market; holdings at ``dated`` sessions (random ones without), ``cash`` of each fund idle.

    In odd markets "S" has no Energy and "L" no Utilities. Random files may all be later
    than the window's start, so that weights are carried back.
    """
    rng = np.random.default_rng(seed)
    size = len(DAYS)
    price, total, dividends = {}, {}, []
    for symbol in (*LINES, "S", "L"):
        sd = 0.01 if symbol in "SL" else rng.uniform(0.01, 0.05)
        close = rng.uniform(5, 300) * np.exp(np.cumsum(rng.normal(0.001, sd, size)))
        paid = np.zeros(size)
        paid[rng.choice(np.arange(1, size), 2, replace=False)] = rng.uniform(0.001, 0.02, 2)
        dividends += [(symbol, DAYS[t], float(paid[t] * close[t])) for t in np.nonzero(paid)[0]]
        price[symbol], total[symbol] = close, close * np.cumprod(1 + paid)
    files: dict[str, list[tuple[int, Holdings]]] = {}
    for fund, lacking in (("S", "Energy"), ("L", "Utilities")):
        pool = [s for s in LINES if seed % 2 == 0 or SECTOR[s] != lacking]
        when = dated or sorted(rng.choice(np.arange(1, END), rng.integers(2, 6), replace=False))
        files[fund] = []
        for session in when:
            kept = [s for s in pool if rng.random() < 0.8] or pool
            values = {s: float(rng.lognormal(10, 1)) for s in kept}
            whole = sum(values.values()) / (1 - cash)
            own = holdings(fund, str(DAYS[session]), values, total=whole, sectors=SECTOR)
            files[fund].append((int(session), own))
    closes = prices(DAYS, {s: p.tolist() for s, p in price.items()}, dividends=dividends)
    market = make_market(closes, *(f for own in files.values() for _, f in own))
    return Case(market, price, total, files)


def periods(case: Case, fund: str, basis: str, *, each_day: bool) -> Any:
    """Weight and return of every line in every period, bought and held between files.

    Returns:
        A frame of from_date, thru_date, identifier, weight (sum 1 a period), return.
    """
    import pandas as pd

    level = case.total if basis == "tr" else case.price
    dated = case.files[fund]
    edges = [START, *(t for t, _ in dated if START < t < END), END]
    rows = []
    for first, last in pairwise(edges):
        session, file = next((f for f in reversed(dated) if f[0] <= first), dated[0])
        bought = {
            s: value * case.price[s][first] / case.price[s][session]
            for s, value in zip(file.symbols, file.value.tolist(), strict=True)
        }
        for t, then in pairwise(range(first, last + 1) if each_day else (first, last)):
            now = {s: v * level[s][t] / level[s][first] for s, v in bought.items()}
            whole = sum(now.values())
            rows += [
                (DAYS[t + 1], DAYS[then], s, v / whole, level[s][then] / level[s][t] - 1)
                for s, v in now.items()
            ]
    return pd.DataFrame(rows, columns=COLUMNS)


def prepared(frame: Any) -> Any:
    """The frame as perfattr wants it."""
    import pandas as pd

    dates = {name: pd.to_datetime(frame[name]) for name in ("from_date", "thru_date")}
    return frame.assign(quantity_of_days=1, **dates)


def linked(frame: Any, method: str) -> dict[str, float]:
    """Each line's effect by perfattr, linked against a benchmark of zero return."""
    perfattr = pytest.importorskip("perfattr")
    nothing = frame.drop_duplicates("thru_date").assign(identifier="none", weight=1.0)
    nothing["return"] = 0.0
    how = perfattr.EffectLinkingMethod[method]
    result = perfattr.calculate_attribution(
        prepared(frame), prepared(nothing), effect_linking_method=how
    )
    effects = result.period_detail.groupby("identifier")["linked_total_effect"].sum()
    return dict(effects.drop("none"))


def carino(frame: Any) -> dict[str, float]:
    """Each line's effect by attriblink's Carino linking, against a benchmark of zero return."""
    attriblink = pytest.importorskip("attriblink")
    earned = frame.assign(earned=frame["weight"] * frame["return"])
    effects = earned.pivot(index="thru_date", columns="identifier", values="earned").fillna(0.0)
    fund = effects.sum(axis=1)
    return dict(attriblink.link(effects, fund, 0 * fund, strict=True).linked_effects)


def largest_difference(one: dict[str, float], other: dict[str, float]) -> float:
    assert set(one) == set(other)
    return max(abs(one[s] - other[s]) for s in one)


@seeds
@pytest.mark.parametrize(("fund", "basis", "cash"), [("S", "pr", 0.0), ("L", "tr", 0.04)])
def test_contributions_are_frongellos_against_nothing(
    seed: int, fund: str, basis: Basis, cash: float
) -> None:
    case = made(seed, cash=cash)
    # by the day in two markets of three, by the file in the third: the answer is the same
    lines = linked(periods(case, fund, basis, each_day=seed % 3 > 0), "FRONGELLO")
    # cash scales what a line brings, and not the growth before it
    expected = {line: (1 - cash) * effect for line, effect in lines.items()}
    found = case.basket(fund, basis)
    assert len(found.segments) > 1
    assert found.basket_return == pytest.approx(sum(lines.values()), abs=1e-13)
    told = case.take(basis).indices[fund].contributors
    for symbols, got in ((found.symbols, found.contribution), (told.symbols, told.contribution)):
        assert dict(zip(symbols, got, strict=True)) == pytest.approx(expected, abs=1e-13)


@seeds
def test_carino_agrees_on_the_sum_and_not_on_single_lines(seed: int) -> None:
    # Carino weighs a period by the index's log return in it, so a line's part depends on what
    # the index did after it too; ours weighs it by the growth before it alone
    case = made(seed)
    found = case.basket("S", "pr")
    ours = dict(zip(found.symbols, found.contribution.tolist(), strict=True))
    days, segments = (carino(periods(case, "S", "pr", each_day=d)) for d in (True, False))
    for other in (days, segments):
        assert sum(other.values()) == pytest.approx(sum(ours.values()), abs=1e-12)
        assert largest_difference(other, ours) > 1e-5
    # and on how finely the window is cut, which ours does not
    assert largest_difference(days, segments) > 1e-5


def test_the_linkings_of_the_worked_answer() -> None:
    import pandas as pd

    tv1 = vectors()["contribution_tv1"]
    weights = [tv1["w0"], [0.55 / 1.02, 0.27 / 1.02, 0.20 / 1.02]]
    rows = [
        (DAYS[t], DAYS[t], line, weights[t][i], tv1["daily"][t][i])
        for t in range(2)
        for i, line in enumerate("ABC")
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    for name, found in (
        ("exact_bp", linked(frame, "FRONGELLO")),
        ("menchero_bp", linked(frame, "MENCHERO")),
        ("carino_bp", carino(frame)),
    ):
        assert [found[line] * 1e4 for line in "ABC"] == pytest.approx(tv1[name], abs=1e-6)
        assert sum(found.values()) == pytest.approx(tv1["index_return"], abs=1e-12)


@seeds
def test_sectors_are_brinson_fachlers(seed: int) -> None:
    perfattr = pytest.importorskip("perfattr")
    case = made(seed, dated=(START - 3,))
    sides = []
    for fund in "SL":
        rows = periods(case, fund, "tr", each_day=False)
        rows = rows.assign(identifier=rows["identifier"].map(SECTOR))
        rows["contribution"] = rows["weight"] * rows["return"]
        rows = rows.groupby(["from_date", "thru_date", "identifier"], as_index=False).sum()
        sides.append(prepared(rows.assign(**{"return": rows["contribution"] / rows["weight"]})))
    method = perfattr.AttributionMethod.BRINSON_FACHLER_THREE_EFFECT
    expected = perfattr.calculate_attribution(*sides, method=method).period_detail
    found = {e.name: e for e in by_sector(case.basket("S", "tr"), case.basket("L", "tr"))}
    assert set(found) == set(expected["identifier"])
    one_sided = [e.name for e in found.values() if None in (e.small_return, e.large_return)]
    assert len(found) - len(one_sided) >= 2 and (one_sided or seed % 2 == 0)
    for _, row in expected.iterrows():
        got = found[row["identifier"]]
        assert got.total == pytest.approx(row["total_effect"], abs=1e-14)
        if got.name in one_sided:
            # perfattr gives an empty sector a return of 0, ours that of the other side
            assert got.selection == got.interaction == 0 != row["interaction_effect"]
            continue
        for effect in ("allocation", "selection", "interaction"):
            assert getattr(got, effect) == pytest.approx(row[f"{effect}_effect"], abs=1e-14)


@seeds
@both_bases
def test_moments_and_bins(seed: int, basis: Basis) -> None:
    import pandas as pd

    case = made(seed, dated=(START,))
    level = case.total if basis == "tr" else case.price
    view = case.take(basis).indices
    for fund in "SL":
        file = case.files[fund][0][1]
        returns = [float(level[s][END] / level[s][START] - 1) for s in file.symbols]
        values = file.value.tolist()
        whole = statistics.fmean(returns, weights=values)
        found = view[fund].breadth
        assert found.n == len(returns)
        # pandas corrects for a sample's size, which is taken back
        size = len(returns)
        skew = float(pd.Series(returns).skew()) * (size - 2) / (size * (size - 1)) ** 0.5
        assert found.skew == pytest.approx(skew, abs=1e-12)
        assert found.median == pytest.approx(statistics.median(returns), abs=1e-14)
        assert found.equal_weight == pytest.approx(statistics.fmean(returns), abs=1e-14)
        assert found.dispersion == pytest.approx(statistics.pstdev(returns), abs=1e-14)
        squares = statistics.fmean([(r - whole) ** 2 for r in returns], weights=values)
        assert found.dispersion_cap == pytest.approx(squares**0.5, abs=1e-14)
        # the edges themselves too: each belongs to the bin below it
        for got, values in (found.histogram, returns), (histogram(np.array(EDGES)), [*EDGES]):
            bins = pd.cut(pd.Series(values), [-np.inf, *EDGES, np.inf], right=True)
            assert [b.count for b in got] == bins.value_counts(sort=False).tolist()


@dataclass(frozen=True)
class Tape:
    """Closes of a market on a grid of eighths (so that means are exact), and who is a member."""

    found: Daily
    close: FloatArray
    volume: FloatArray
    member: BoolArray


def tape(seed: int) -> Tape:
    """Some 370 sessions of 14 lines: common moves, unchanged days, holes, a change of members."""
    rng = np.random.default_rng(seed)
    size, lines = len(SESSIONS), LINES[:14]
    steps = rng.choice([-5, -2, 0, 0, 2, 5], (size, 1)) + rng.integers(-3, 4, (size, 14))
    close = np.maximum(rng.integers(2000, 4000, 14) + np.cumsum(steps, axis=0), 40) / 8
    close[:, :3][rng.random((size, 3)) < 0.05] = NAN
    # after four sessions without a close the one before still counts, after five it does not
    close[120:124, 0] = close[130:135, 1] = NAN
    volume: FloatArray = rng.integers(1, 1000, (size, 14)).astype(np.float64)
    volume[rng.random((size, 14)) < 0.02] = NAN
    change = size - int(rng.integers(30, 60))
    # lines without a close near a segment's ends are not measured, and not counted either
    close[[0, change, size - 1]] = np.where(
        np.isfinite(close[[0, change, size - 1]]), close[[0, change, size - 1]], 300.0
    )
    before, after = lines[:12], lines[2:]
    market = make_market(
        prices(
            SESSIONS,
            dict(zip(lines, close.T.tolist(), strict=True)),
            volume=dict(zip(lines, volume.T.tolist(), strict=True)),
        ),
        holdings("S", str(SESSIONS[0]), dict.fromkeys(before, 1.0)),
        holdings("S", str(SESSIONS[change]), dict.fromkeys(after, 1.0)),
    )
    # a file holds the close of its day, so its members count from the next session on
    rows = np.arange(size)[:, None] <= change
    member = np.where(rows, np.isin(lines, before), np.isin(lines, after))
    found = daily(market, "S", (SESSIONS[0], SESSIONS[-1]), SESSIONS[-1], "pr")
    # the first session is the close that the window begins at: nothing is counted on it
    assert found is not None and found.sessions.tolist() == SESSIONS[1:]
    return Tape(found, np.asarray(close, np.float64), volume, member)


def streamed(name: str, mask: BoolArray, *columns: FloatArray | BoolArray) -> FloatArray:
    """(T,) an indicator of wickra over the lines in ``mask``, NaN where there are none."""
    indicator = getattr(pytest.importorskip("wickra"), name)()
    out = np.full(len(mask), NAN)
    for t in np.nonzero(mask.any(axis=1))[0]:
        out[t] = indicator.update(*(column[t, mask[t]].tolist() for column in columns))
    return out


def changes(of: Tape) -> tuple[BoolArray, FloatArray, FloatArray, BoolArray]:
    """(T, N) who is counted, its change since the close before, its volume, and no flags."""
    import pandas as pd

    # the close before may be five sessions old
    last = pd.DataFrame(of.close).ffill(limit=4).shift(1).to_numpy()
    moved = of.close - last
    return of.member & np.isfinite(moved), moved, np.nan_to_num(of.volume), of.close < 0


@seeds
def test_advance_decline_line_mcclellan_and_trin(seed: int) -> None:
    of = tape(seed)
    counted, moved, volume, no = changes(of)
    up, down = counted & (moved > 0), counted & (moved < 0)
    # wickra takes a session without a move for one of no net advances; ours skips it
    assert (up | down)[1:].any(axis=1).all()
    assert of.found.advances.tolist() == up.sum(axis=1)[1:].tolist()
    swings = of.found.oscillators
    for name, got in (
        ("AdvanceDecline", swings.line),
        ("McClellanOscillator", swings.mcclellan),
        ("McClellanSummationIndex", swings.summation),
    ):
        expected = streamed(name, counted, moved, volume, no, no)
        assert got == pytest.approx(expected[1:], abs=1e-8)
    # wickra floors decliners and declining volume at 1 and always answers; ours has none there
    expected = streamed("Trin", counted, moved, volume, no, no)
    both: BoolArray = np.all([(volume * side).any(axis=1) for side in (up, down)], axis=0)
    assert both.sum() > 200 and (~both[1:]).any()
    assert np.isnan(swings.trin[~both[1:]]).all()
    assert swings.trin[both[1:]] == pytest.approx(expected[both], rel=1e-12)


def test_a_session_without_a_move_or_a_decliner_is_where_wickra_differs() -> None:
    change = np.array([[1.0, -1, 2], [0, 0, 0], [1, 1, 0]])
    volume, no = np.full((3, 3), 10.0), np.zeros((3, 3), bool)
    theirs = streamed("McClellanOscillator", ~no, change, volume, no, no)
    trin = streamed("Trin", ~no, change, volume, no, no)
    ours = oscillators(*np.array([[2.0, 0, 2], [1, 0, 0], [20, 0, 20], [10, 0, 0]]))
    # RANA 1000/3, none, 1000: averages 400 and 366 2/3 where the session between is left out
    assert ours.mcclellan == pytest.approx([0, 0, 100 / 3])
    # and 370 and 350 5/6 where it counts as 0
    assert theirs == pytest.approx([0, -50 / 3, 370 + 30 - (300 + 50 + 5 / 6 + 30)], abs=1e-9)
    assert ours.trin == pytest.approx([1, NAN, NAN], nan_ok=True)
    assert trin == pytest.approx([1, 0, (2 / 1) / (20 / 1)])


@seeds
def test_highs_lows_and_averages(seed: int) -> None:
    import pandas as pd

    of = tape(seed)
    close = pd.DataFrame(of.close)
    earlier = close.shift(1).rolling(252)
    top, bottom = earlier.max().to_numpy(), earlier.min().to_numpy()
    known = of.member & np.isfinite(top) & np.isfinite(of.close)
    zero = np.zeros(of.close.shape)
    high, low = of.close > top, of.close < bottom
    expected = streamed("NewHighsNewLows", known, zero, zero, high, low)
    assert np.isfinite(expected).sum() > 100 and np.nanmax(np.abs(expected)) > 0
    assert of.found.highs - of.found.lows == pytest.approx(expected[1:], nan_ok=True)
    for days, got in of.found.above.items():
        # of a line's own closes, however many sessions they span
        means = pd.DataFrame({c: close[c].dropna().rolling(days).mean() for c in close})
        mean = means.reindex(close.index).to_numpy()
        held = of.member & np.isfinite(mean)
        percent = streamed("PercentAboveMa", held, zero, zero, high, low, of.close > mean)
        assert np.isfinite(percent).sum() > 150
        assert got * 100 == pytest.approx(percent[1:], nan_ok=True)
