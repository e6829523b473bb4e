"""Every point of a history is what the answer to its own window says."""

from __future__ import annotations

import random

import numpy as np
import pytest

from core.answer.history import windows_of
from core.answer.index import index_of
from core.answer.snapshot import final_sessions
from core.answer.table import ROWS
from core.answer.window_figures import Figures, figures
from core.data.frames import Holdings
from core.data.market import Market
from core.data.question import Question
from core.measures.concentration import largest
from core.measures.membership import spans
from tests.market import NAN, holdings, make_market, prices, weekdays
from tests.random.test_files_alone import simulate

DAYS = weekdays("2019-11-01", "2021-03-31")


def with_closes(seed: int) -> Market:
    """Lines that begin, end, pause, split and pay; a file every few weeks, not of every month."""
    draw, lines = random.Random(seed), [f"L{n}" for n in range(12)]
    steps = np.random.default_rng(seed).normal(0, 0.02, (len(DAYS), len(lines) + 2))
    path = 50 * np.exp(np.cumsum(steps, axis=0))
    closes = {name: path[:, place].tolist() for place, name in enumerate(["IWM", "SPY", *lines])}
    for name in lines[:6]:
        first, size = draw.randrange(len(DAYS)), draw.choice((3, 30, len(DAYS)))
        gap = slice(0, first) if draw.random() < 0.3 else slice(first, first + size)
        closes[name][gap] = [NAN] * len(closes[name][gap])
    closes["L7"][200:] = [value / 30 for value in closes["L7"][200:]]
    files: list[Holdings] = []
    at = 0
    while at < len(DAYS):
        some = draw.sample(lines, 9)
        worth = {name: draw.uniform(1e5, 9e5) for name in some}
        price = {name: closes[name][at] * draw.choice((1, 1, 1, 1.5)) for name in some}
        files.append(
            holdings(
                "IWM", str(DAYS[at]), worth, total=1.02 * sum(worth.values()),
                quantity={name: worth[name] / price[name] for name in some}, price=price,
            )
        )  # fmt: skip
        at += draw.choice((4, 21, 60))
    paid = [(draw.choice(lines[6:]), DAYS[draw.randrange(5, len(DAYS))], 0.4) for _ in range(6)]
    split = [("L8", DAYS[150], 2.0)]
    held = prices(DAYS, closes, dividends=sorted(set(paid), key=str), splits=split)
    return make_market(held, *files, reconstitutions={"IWM": (DAYS[100],)})


@pytest.mark.parametrize(
    ("market", "window", "every", "basis"),
    [
        *((with_closes(seed), window, "session", basis) for seed, window, basis in (
            (1, "YTD", "tr"), (2, "1M", "pr"), (3, "1D", "tr"), (4, "3M", "tr"))),
        (simulate(7, 40, 30)[0], "YTD", "month", "pr"),
        (simulate(8, 40, 30)[0], "MTD", "month", "pr"),
    ],
)  # fmt: skip
def test_the_figures_are_those_of_the_whole_answer(
    market: Market, window: str, every: str, basis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # blocks of a few windows, so that many begin inside a list's months
    monkeypatch.setattr("core.measures.sweep._CELLS", 100)
    question = Question(window=window, basis=basis)  # type: ignore[arg-type]
    windows = windows_of(question, final_sessions(market, "IWM", "SPY"), every)  # type: ignore[arg-type]
    numbers: list[dict[str, float] | None] = []
    for some, told in figures(market, question, "IWM", windows, windows[-1].end):
        if isinstance(told, str):
            numbers += [None] * len(some)
            continue
        named = {
            name: getattr(told, name)
            for name in (
                "covered",
                "estimated",
                "claims",
                "claims_breadth",
                "coverage",
                "file_price_weight",
            )
        }
        rows = {row.key: row.value(told, None) for row in ROWS if not row.daily}  # type: ignore[arg-type]
        columns = {key: np.full(len(some), of_row, float) for key, of_row in (named | rows).items()}
        for place in range(len(some)):
            numbers.append({key: column[place] for key, column in columns.items()})
    compared = 0
    for one, told_of in list(zip(windows, numbers, strict=True))[::7]:
        parts = spans(market, "IWM", one.start, one.end, windows[-1].end)
        answer = index_of(market, question, "IWM", one, parts)
        if isinstance(answer, str):
            assert told_of is None
            continue
        view = answer[0]
        assert told_of is not None, one
        for name in ("covered", "claims", "claims_breadth", "estimated"):
            assert told_of[name] == getattr(view, name), (one, name)
        for name in ("coverage", "file_price_weight"):
            assert told_of[name] == pytest.approx(getattr(view, name), abs=1e-12), name
        for row in ROWS:
            if not row.daily:
                value, want = told_of[row.key], row.value(view, None)
                if want is None:
                    assert np.isnan(value), row.key
                else:
                    assert value == pytest.approx(want, rel=1e-9, abs=1e-12), row.key
                compared += 1
    assert compared > 80


@pytest.mark.parametrize("seed", range(3))
def test_the_first_of_every_window_are_those_of_its_order(seed: int) -> None:
    draw = np.random.default_rng(seed)
    contribution, weight = draw.integers(-3, 4, (40, 12)) / 100, draw.integers(1, 3, (40, 12)) / 9
    measured, numbers = draw.random((40, 12)) < 0.8, draw.permutation(12)
    first = largest(contribution, weight, numbers, measured, 5)
    for window, ranked in enumerate(first.tolist()):
        lines = np.flatnonzero(measured[window]).tolist()
        by_hand = sorted(
            lines, key=lambda n: (-contribution[window, n], -weight[window, n], numbers[n])
        )
        assert ranked[: len(lines)] == by_hand[:5]


def test_a_line_that_a_file_has_twice_is_one_line() -> None:
    days = weekdays("2020-05-29", "2020-06-30")
    closes = {name: [10.0] * len(days) for name in ("IWM", "SPY", "A", "B")}
    closes["B"][-1] = 12.0
    file = holdings("IWM", str(days[0]), {"A": 1.0, "B": 1.0, "A.OLD": 2.0})
    market = make_market(prices(days, closes), file, aliases={"A.OLD": "A"})
    (window,) = windows_of(
        Question(window="1M", as_of=days[-1]),
        np.array([days[0], days[-1]], "datetime64[D]"),
        "session",
    )
    ((_, view),) = figures(market, Question(basis="pr"), "IWM", [window], days[-1])
    assert isinstance(view, Figures)
    assert view.basket_return == pytest.approx(0.05)
    assert view.lines == [2]
    assert view.concentration.effective_n == pytest.approx(1 / (0.75**2 + 0.25**2))
