"""Every explanation comes to the number it explains, from the same objects."""

from __future__ import annotations

import itertools
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest

from core.answer.snapshot import Question, Snapshot, take
from core.data.errors import MeasureError
from core.data.frames import LeftOut, Theme
from core.data.industries import IndustryList
from core.data.market import Market
from core.explain import index, lines
from core.explain.explanation import Explanation, Term, cut
from core.explain.ground import Ground
from core.explain.measures import MEASURES, explain, measures_help, names
from tests.core import test_snapshot
from tests.core.test_snapshot import DAYS, START, path
from tests.market import holdings, make_market, prices, weekdays

CLOSES = test_snapshot.CLOSES | {"D": path(30, 31)}


@pytest.fixture(scope="module")
def market() -> Market:
    industries = IndustryList(
        ("A", "C"), ("Oil", "Banks"), ("", ""), "own.csv", datetime(2026, 2, 1)
    )
    plain = make_market(
        prices(DAYS, CLOSES, dividends=[("A", date(2026, 1, 20), 0.1), ("IWM", DAYS[9], 0.5)]),
        holdings(
            "IWM", "2025-12-31", {"A": 60, "B": 38, "Z": 1}, total=100, sectors={"B": "Energy"}
        ),
        holdings("IWM", "2026-01-14", {"A": 65, "B": 34}, total=100),
        holdings("SPY", "2026-01-09", {"C": 50, "D": 49}, total=100),
        themes=[Theme("both", ("A", "B"))],
    )
    return replace(plain, industries=(industries,))


@pytest.fixture(scope="module", params=["pr", "tr"])
def snapshot(market: Market, request: pytest.FixtureRequest) -> Snapshot:
    return take(market, Question(basis=request.param))


@pytest.fixture(scope="module")
def marked(market: Market, snapshot: Snapshot) -> Snapshot:
    """The answer with two names left out."""
    return take(market, replace(snapshot.question, without=("A", "D")))


SESSIONS = weekdays("2024-01-01", "2026-01-30")


@pytest.fixture(scope="module")
def year() -> Market:
    """Two years of 24 random lines with volumes, dividends and holes, and two files a fund."""
    rng = np.random.default_rng(5)
    names_of = {"S": [f"S{i}" for i in range(16)], "L": [f"L{i}" for i in range(8)]}
    symbols = ["S", "L", *names_of["S"], *names_of["L"]]
    steps = rng.normal(0.0005, 0.02, (len(SESSIONS), len(symbols)))
    closes = rng.uniform(10, 90, len(symbols)) * np.exp(np.cumsum(steps, axis=0))
    closes[100:103, 4] = closes[:300, 5] = closes[400, 6] = np.nan
    volume = rng.integers(1, 1000, closes.shape).astype(float)
    paid = [(s, SESSIONS[t], 0.3) for s in symbols[:9] for t in (120, 300, 410, 500)]
    table, traded = (dict(zip(symbols, v.T.tolist(), strict=True)) for v in (closes, volume))
    sectors = {s: ("Energy", "Utilities", "")[n % 3] for n, s in enumerate(symbols)}

    def file(fund: str, when: str, skip: int) -> Any:
        kept = names_of[fund][skip:] if skip >= 0 else names_of[fund][:skip]
        counts = {s: float(rng.integers(10, 99)) for s in kept}
        row = SESSIONS.index(date.fromisoformat(when))
        at = {s: float(np.nan_to_num(closes[row, symbols.index(s)], nan=30.0)) for s in kept}
        worth = {s: counts[s] * at[s] for s in kept}
        total = sum(worth.values()) * 1.02
        return holdings(fund, when, worth, total=total, quantity=counts, price=at, sectors=sectors)

    files = [file(f, d, k) for f in "SL" for d, k in (("2025-03-03", -1), ("2025-09-01", 1))]
    return make_market(prices(SESSIONS, table, volume=traded, dividends=paid), *files)


def holds(found: Explanation | None) -> Explanation:
    """The explanation, after what its terms come to was held against its number."""
    assert found is not None
    if found.value is None:
        assert found.computed is None, found.title
    else:
        # RANA and its averages are thousands, returns are fractions
        near = 1e-9 if found.unit == "number" else 1e-13
        assert found.computed == pytest.approx(found.value, abs=near), found.title
    for part in found.parts:
        holds(part)
    return found


def test_a_line_comes_to_its_contribution(market: Market, snapshot: Snapshot) -> None:
    for fund, view in snapshot.indices.items():
        for row, symbol in enumerate(view.contributors.symbols):
            found = holds(lines.line(Ground(market, snapshot, fund), symbol))
            assert found.value == view.contributors.contribution[row]


def test_a_line_names_the_files_and_dates_of_its_figures(
    market: Market, snapshot: Snapshot
) -> None:
    found = holds(lines.line(Ground(market, snapshot, "IWM"), "A"))
    assert [part.title for part in found.parts] == [
        "2025-12-31 to 2026-01-14",
        "2026-01-14 to 2026-01-30",
    ]
    weight, own = found.parts[0].parts
    terms = {t.name: t for t in weight.terms}
    assert (terms["v"].value, terms["V"].value) == (60, 98)
    assert weight.parts[0].terms[0].source == "test, as of 2025-12-31"
    assert own.terms[0].source == "close of 2025-12-31, test"
    if snapshot.question.basis == "tr":
        paid = [t for t in found.parts[1].parts[1].terms if t.name == "D 2026-01-20"]
        assert [t.value for t in paid] == [0.1] and "ex-date 2026-01-20" in paid[0].source
    carried = holds(lines.line(Ground(market, snapshot, "SPY"), "C"))
    assert carried.parts[0].notes and not carried.parts[1].notes
    value = carried.parts[0].parts[0].parts[0]
    assert value.formula == "value x P0 / Pf"
    assert [t.source for t in value.terms] == [
        "test, as of 2026-01-09",
        "close of 2025-12-31, test",
        "close of 2026-01-09, test",
    ]


def test_what_is_not_measured_says_why(market: Market, snapshot: Snapshot) -> None:
    found = holds(lines.line(Ground(market, snapshot, "IWM"), "Z"))
    assert found.value is None and found.notes == ("no prices",)
    assert lines.line(Ground(market, snapshot, "IWM"), "NOPE") is None


def test_an_index_and_the_gap(market: Market, snapshot: Snapshot) -> None:
    view = snapshot.small
    assert view is not None and snapshot.spread is not None
    found = holds(index.index(Ground(market, snapshot, "IWM")))
    assert found.value == view.fund_return
    assert {t.name: t.value for t in found.terms}["rest"] == view.rest
    assert holds(explain(market, snapshot, "IWM", "gap")[0]).value == snapshot.spread.gap


def test_every_measure_comes_to_its_number(market: Market, marked: Snapshot) -> None:
    grounds: dict[str, Ground] = {}
    for name, fund in itertools.product(MEASURES, ("IWM", "SPY")):
        found = explain(market, marked, fund, name, grounds=grounds)
        for one in found:
            assert one.title and one.formula and (one.terms or one.value is None), name
            holds(one)
        told = name not in ("cuts", "issuer", "theme", "change", "turnover", "since", "followed")
        assert found or not told or (name == "cuts" and fund == "IWM"), (name, fund)


def test_every_measure_of_a_year_comes_to_its_number(year: Market) -> None:
    snapshot = take(year, Question("S", "L", "1Y", SESSIONS[-1], daily=True))
    grounds: dict[str, Ground] = {}
    for name in MEASURES:
        for fund in "SL":
            item = f"{fund}3 {fund}4" if name == "without" else ""
            for one in explain(year, snapshot, fund, name, item, grounds):
                holds(one)
    for name in ("mcclellan", "trin", "above", "highs-lows", "adline", "correlation", "skew"):
        told = explain(year, snapshot, "S", name, grounds=grounds)
        assert all(one.value is not None for one in told), name


def test_what_adds_up_sessions_says_that_another_window_may_count_other_lines(year: Market) -> None:
    """A line without closes about a window's start is counted before it in a longer one alone."""
    before, block, after = year.prices.blocks
    close = block.close.copy()
    close[210:220, block.column["S5"]] = np.nan
    blocks = before, replace(block, close=close), after
    market = replace(year, prices=replace(year.prices, blocks=blocks))
    days = block.sessions.tolist()
    as_of, values = days[240], []
    for start in (days[100], days[218]):
        window = f"{start}:{as_of}"
        snapshot = take(market, Question("S", "L", window, as_of, daily=True))
        for name in ("mcclellan", "zweig_average", "adline"):
            for one in explain(market, snapshot, "S", name):
                holds(one)
                assert any(note.startswith("where closes are missing") for note in one.notes)
        values.append(explain(market, snapshot, "S", "mcclellan")[0].value)
    assert values[0] != values[1]
    assert not any("another window" in n for n in explain(market, snapshot, "S", "rana")[0].notes)


def test_an_explanation_is_worked_out_anew_and_can_disagree(year: Market) -> None:
    """A snapshot with a wrong number is told so: what the inputs come to does not follow it."""
    snapshot = take(year, Question("S", "L", "1Y", SESSIONS[-1], daily=True))
    view = snapshot.indices["S"]

    def bent(figures: Any) -> Any:
        wrong = {
            field.name: getattr(figures, field.name) + 0.01 * (place + 1)
            for place, field in enumerate(fields(figures))
            if isinstance(getattr(figures, field.name), float)
        }
        return replace(figures, **wrong)

    wrong = replace(view, breadth=bent(view.breadth))
    # what is worked out when it is first read is worked out already
    vars(wrong).update(concentration=bent(view.concentration), correlation=0.5)
    ranks = {n: bent(getattr(snapshot.spread, n)) for n in ("same_window", "full_years")}
    spread = replace(bent(snapshot.spread), **ranks)
    told = replace(snapshot, indices=snapshot.indices | {"S": wrong}, spread=spread)
    of_both: tuple[tuple[Snapshot, dict[str, Ground]], ...] = (snapshot, {}), (told, {})
    for name in (
        "equal", "median", "dispersion", "dispersion-cap", "skew", "outperforming", "equal-cap",
        "effective-n", "gini", "hhi", "correlation", "gap", "geometric",
    ):  # fmt: skip
        right, now = (explain(year, s, "S", name, grounds=g)[0] for s, g in of_both)
        assert right.computed == pytest.approx(right.value, abs=1e-9)
        assert now.computed != pytest.approx(now.value, abs=1e-6), name
        assert now.computed == pytest.approx(right.computed, abs=1e-12), name


def test_an_item_of_a_measure(market: Market, snapshot: Snapshot) -> None:
    assert [e.title for e in explain(market, snapshot, "IWM", "top:1")] == ["top 1 of IWM"]
    assert [e.title for e in explain(market, snapshot, "IWM", "ladder:>10")] == [
        "lines with r > +10 % of IWM"
    ]
    assert (
        explain(market, snapshot, "IWM", "sector", "industrials")[0].title == "Industrials in IWM"
    )
    assert explain(market, snapshot, "IWM", "above:50")[0].title.startswith(
        "members above their 50"
    )
    told = explain(market, snapshot, "IWM", "without", "b,a")
    assert told[0].title == "IWM without B A"
    for name, words in (
        ("nothing", "known are return"),
        ("top:99", "there are 1"),
        ("skew:3", "takes no '3'"),
        ("sector:Tea", "there is no sector 'Tea'; there are Industrials"),
        ("without:NOPE", "IWM has no measured line NOPE"),
        ("without", "no line is marked; name lines of IWM"),
        ("contribution:NOPE", "NOPE is in none of the holdings of IWM"),
    ):
        with pytest.raises(MeasureError, match=words):
            explain(market, snapshot, "IWM", name)
    assert len(measures_help().splitlines()) == len(names().split()) == len(MEASURES)


def test_a_long_list_is_cut_with_a_count_and_still_adds_up() -> None:
    terms = [Term(str(n), float(n), "bp") for n in range(20)]
    kept = cut(terms, 5, both_ends=True)
    assert [t.name for t in kept] == ["0", "1", "2", "… 15 more", "18", "19"]
    assert sum(t.value for t in kept if isinstance(t.value, float)) == 190
    assert cut(terms[:6], 5) == tuple(terms[:6])


def test_dividends_are_listed_payment_by_payment() -> None:
    """Monthly: 0.10 at 10, twelve times; the price stands still, so (1.01)^12 - 1."""
    days = weekdays("2024-12-30", "2025-12-31")
    firsts = [next(d for d in days if (d.year, d.month) == (2025, m)) for m in range(1, 13)]
    flat = [10.0] * len(days)
    own = make_market(
        prices(
            days,
            {"S": flat, "L": flat, "A": flat, "B": flat},
            dividends=[("S", d, 0.1) for d in firsts],
        ),
        holdings("S", "2024-12-31", {"A": 1}),
        holdings("L", "2024-12-31", {"B": 1}),
    )
    snapshot = take(own, Question("S", "L", "2025", days[-1]))
    gap = holds(explain(own, snapshot, "S", "gap")[0])
    terms = gap.parts[0].terms
    assert [t.name for t in terms[3:13]] == [f"D {d}" for d in firsts[:10]]
    assert (terms[13].name, terms[13].value) == ("… 2 more", pytest.approx(0.2))
    assert gap.computed == pytest.approx(1.01**12 - 1, abs=1e-12)


def test_a_cut_on_the_same_file_is_what_dividends_make_it() -> None:
    """Half and half at 10; A pays 1 on 14 January and stays at 10, B doubles after the cut.

    Bought and held: 1/2 x 1.1 + 1/2 x 2 - 1 = 55 %. Weights read anew on the 14th are half
    and half again: (1 + 5 %) x (1 + 50 %) - 1 = 57.5 %.
    """
    cut_at = date(2026, 1, 14)
    place = DAYS.index(cut_at)
    closes = CLOSES | {
        "A": [10.0] * len(DAYS),
        "B": [10.0] * (place + 1) + [20.0] * (len(DAYS) - place - 1),
    }
    own = make_market(
        prices(DAYS, closes, dividends=[("A", cut_at, 1.0)]),
        holdings("IWM", "2026-01-14", {"A": 50, "B": 50}),
        holdings("SPY", "2025-12-31", {"C": 1}),
    )
    found = holds(explain(own, take(own, Question()), "IWM", "cuts")[0])
    terms = {t.name: t.value for t in found.terms}
    assert terms["with"] == pytest.approx(0.575) and terms["without"] == pytest.approx(0.55)
    assert found.value == pytest.approx(0.025)
    price = holds(explain(own, take(own, Question(basis="pr")), "IWM", "cuts")[0])
    assert price.value == pytest.approx(0, abs=1e-15)
    whole = explain(own, take(own, Question()), "IWM", "return")[0]
    assert found.title in [part.title for part in whole.parts]


def test_a_weight_by_count_comes_from_the_splits_on_record() -> None:
    """No close at the file's date: 100 shares, a 4:1 split later, 6 at the start: 2,400."""
    late = [float("nan")] * START + [6.0] * (len(DAYS) - START)
    counts = {"quantity": {"A": 100, "B": 200}, "price": {"A": 20.0, "B": 10.0}}
    own = make_market(
        prices(DAYS, CLOSES | {"A": late, "B": path(10, 11)}, splits=[("A", DAYS[9], 4.0)]),
        holdings("IWM", "2025-12-29", {"A": 2000, "B": 2000}, **counts),
        holdings("SPY", "2025-12-29", {"C": 1}),
    )
    found = holds(lines.line(Ground(own, take(own, Question(basis="pr")), "IWM"), "A"))
    value = found.parts[0].parts[0].parts[0]
    assert (value.formula, value.computed) == ("q x S x P0", 2400)
    assert [t.value for t in value.terms] == [100, 4, 6]


def test_lines_without_a_name_leave_no_gap_in_the_words() -> None:
    kettle = LeftOut("TCBI", "Kettle", 0.01, "no value")
    others = (kettle, LeftOut("-", "", 0.02, "no ticker"), LeftOut("TCBI", "", 0.01, "no value"))
    files = [("IWM", "2025-12-31", "AB"), ("IWM", "2026-01-14", "AC"), ("SPY", "2026-01-09", "CD")]
    nameless = [
        holdings(fund, day, dict.fromkeys(held, 50), names=dict.fromkeys(held, ""), others=others)
        for fund, day, held in files
    ]
    market = make_market(prices(DAYS, CLOSES), *nameless)
    snapshot = take(market, Question(basis="pr"))
    ground = Ground(market, snapshot, "IWM")
    found = [lines.line(ground, symbol) for symbol in ("A", "-", "TCBI")]
    assert [one.title for one in found if one] == [
        "contribution of A to IWM", "a row without name in IWM", "Kettle (TCBI) in IWM",
    ]  # fmt: skip
    assert [other.label for other in others] == ["Kettle (TCBI)", "a row without name", "TCBI"]
    for name in ("sector", "leader", "change", "top", "issuer", "contribution:A"):
        for one in explain(market, snapshot, "IWM", name):
            for words in (one.title, one.formula, *(term.source for term in one.terms)):
                assert "  " not in words and words == words.strip(" ,"), words
    (industrials,) = explain(market, snapshot, "SPY", "sector")
    assert industrials.terms[0].source.startswith("weight 49.")  # 50 % on 9 January, carried back


def test_an_index_that_is_not_in_the_answer_has_nothing_to_explain() -> None:
    """Without a list of SPY its measures are missing; what the funds' closes give is not."""
    bare = make_market(prices(DAYS, CLOSES), holdings("IWM", "2025-12-31", {"A": 60, "B": 40}))
    snapshot, grounds = take(bare, Question()), dict[str, Ground]()
    for name in MEASURES:
        of_pair = name in ("gap", "geometric", "drawdown", "rank", "full-rank", "since", "z",
                           "percentile", "rolling", "streak", "ratio")  # fmt: skip
        explained = explain(bare, snapshot, "SPY", name, grounds=grounds)
        assert bool(explained) == of_pair, name
