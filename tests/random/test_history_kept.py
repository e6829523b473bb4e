"""What is kept of a history, and joined with what is new, is what would be worked out of all."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from core.answer.history import kept_points, month_points
from core.answer.point_batches import Batches
from core.answer.scalar import Scalar
from core.answer.snapshot import final_sessions
from core.answer.table import find
from core.answer.window_figures import Figures
from core.data.frames import FloatArray, Holdings
from core.data.market import Market
from core.data.question import Question
from tests.market import NAN, holdings, make_market, prices, weekdays

DAYS = weekdays("2020-06-01", "2021-03-31")
LINES = [f"L{n}" for n in range(10)]
WINDOW_ROWS = ("share_up", "median", "top3_share", "top3_weight", "basket_return", "fund_return")
DAILY_ROWS = ("advances", "share_above_20", "new_highs", "mcclellan", "rana")


def rows_of(names: Sequence[str]) -> list[Scalar]:
    rows = [find(name) for name in names]
    assert None not in rows
    return [row for row in rows if row is not None]


class World:
    """Closes, files and events, of which a market holds what came up to a session."""

    def __init__(self, seed: int) -> None:
        draw = random.Random(seed)
        steps = np.random.default_rng(seed).normal(0, 0.02, (len(DAYS), len(LINES) + 2))
        path = 50 * np.exp(np.cumsum(steps, axis=0))
        self.closes = {name: path[:, n].tolist() for n, name in enumerate(["IWM", "SPY", *LINES])}
        first = draw.randrange(30, 60)
        self.closes["L1"][:first] = [NAN] * first
        self.closes["L2"][150:] = [NAN] * (len(DAYS) - 150)
        self.splits: list[tuple[str, date, float]] = []
        self.paid = [(draw.choice(LINES[3:]), DAYS[draw.randrange(5, 180)], 0.4) for _ in range(5)]
        self.ends = [n for n in range(len(DAYS) - 1) if DAYS[n].month != DAYS[n + 1].month]
        self.files = [self.file(n, draw.sample(LINES, 8)) for n in self.ends]

    def market(self, until: int, files: int) -> Market:
        """The market of the first sessions and files."""
        days = DAYS[:until]
        closes = {name: values[:until] for name, values in self.closes.items()}
        paid = [one for one in sorted(set(self.paid), key=str) if one[1] <= days[-1]]
        return make_market(
            prices(days, closes, dividends=paid, splits=self.splits), *self.files[:files]
        )

    def file(self, at: int, members: Sequence[str]) -> Holdings:
        price = {name: self.closes[name][at] for name in members}
        price = {name: 30.0 if np.isnan(value) else value for name, value in price.items()}
        worth = {name: 1000.0 * (place + 1) * price[name] for place, name in enumerate(price)}
        return holdings("IWM", str(DAYS[at]), worth, total=1.01 * sum(worth.values()))


def points(market: Market, window: str, names: Sequence[str], kept: Batches) -> Batches:
    question, sessions = Question(window=window, basis="tr"), final_sessions(market, "IWM", "SPY")
    return kept_points(market, question, "IWM", rows_of(names), sessions, "session", kept)


def same(one: Batches, other: Batches) -> None:
    assert list(one) == list(other)
    for label, batch in one.items():
        assert [place[:2] for place in batch.places] == [p[:2] for p in other[label].places]
        covered = [place.coverage or 0.0 for place in other[label].places]
        assert [place.coverage or 0.0 for place in batch.places] == pytest.approx(covered, abs=1e-9)
        for key, values in batch.values.items():
            for (value, why), (want, reason) in zip(values, other[label].values[key], strict=True):
                assert why == reason, (label, key)
                assert value == (None if want is None else pytest.approx(want, abs=1e-9)), key


def remade(before: Batches, after: Batches) -> list[str]:
    return [label for label, batch in after.items() if batch is not before.get(label)]


@pytest.mark.parametrize(
    ("seed", "window", "names"),
    [
        (1, "YTD", WINDOW_ROWS),
        (2, "1M", WINDOW_ROWS),
        (3, "1D", WINDOW_ROWS),
        (4, "MTD", DAILY_ROWS),
    ],
)
def test_what_is_new_joins_what_is_kept(seed: int, window: str, names: Sequence[str]) -> None:
    world = World(seed)
    until, files = len(DAYS) - 30, 7
    held = world.market(until, files)
    first = points(held, window, names, {})
    assert len(first) > 1

    # nothing new: all is kept
    again = points(world.market(until, files), window, names, first)
    assert remade(first, again) == []
    # a session more: of windows one month, of sessions one year
    later = points(world.market(until + 1, files), window, names, again)
    same(later, points(world.market(until + 1, files), window, names, {}))
    assert len(remade(again, later)) == 1
    # and a file more: nothing before its own session
    longer = points(world.market(until + 1, files + 1), window, names, later)
    same(longer, points(world.market(until + 1, files + 1), window, names, {}))
    at = str(DAYS[world.ends[files]])
    assert all(label >= at[: len(label)] for label in remade(later, longer))
    # another measure is worked out beside those that are kept
    wider = points(world.market(until + 1, files + 1), window, (*names[1:], *names[:1]), longer)
    assert remade(longer, wider) == []


@pytest.mark.parametrize("window", ["1D", "1M", "YTD", "H2"])
@pytest.mark.parametrize("names", [WINDOW_ROWS, DAILY_ROWS])
def test_the_months_out_of_the_sessions_are_those_worked_out_alone(
    window: str, names: Sequence[str]
) -> None:
    world, question = World(8), Question(window=window, basis="tr")
    # a line without closes about the year's end is counted where the counting begins later
    for n, session in enumerate(DAYS):
        if date(2020, 12, 10) < session < date(2021, 1, 12):
            world.closes["L5"][n] = NAN
    world.files = [file for file in world.files if file.as_of != date(2020, 12, 31)]
    market = world.market(len(DAYS) - 9, 7)
    sessions, daily = final_sessions(market, "IWM", "SPY"), names is DAILY_ROWS
    by_month = kept_points(market, question, "IWM", rows_of(names), sessions, "month", {})
    of_all = points(market, window, names, {})
    picked = month_points(market, question, "IWM", sessions, of_all, {}, daily=daily)
    same(picked, by_month)
    # so that a later question by month finds them valid
    assert [batch.fingerprint for batch in picked.values()] == [
        batch.fingerprint for batch in by_month.values()
    ]


def test_a_measure_that_is_kept_is_not_worked_out_beside_one_that_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A correlation takes a whole answer: asked with another measure, of the new month alone."""
    months: set[str] = set()

    def correlation(several: Figures) -> FloatArray:
        months.update(f"{one.window.end:%Y-%m}" for one in several.windows)
        return np.full(len(several.windows), 0.5)

    monkeypatch.setattr(Figures, "correlation", property(correlation))
    world = World(7)
    first = points(world.market(len(DAYS) - 30, 7), "1M", ["average_correlation"], {})
    assert months == set(first) and len(first) > 3
    months.clear()
    market, names = world.market(len(DAYS) - 29, 7), ["average_correlation", "median"]
    both = points(market, "1M", names, first)
    assert months == {list(both)[-1]}
    same(both, points(market, "1M", names, {}))


@pytest.mark.parametrize("names", [WINDOW_ROWS, DAILY_ROWS])
def test_a_split_keeps_and_a_correction_makes_anew(names: Sequence[str]) -> None:
    world = World(5)
    until = len(DAYS) - 5
    held = world.market(until, 7)
    first = points(held, "1M", names, {})
    # the vendor re-bases every earlier close of a line that is split
    at = until
    world.closes["L4"][:at] = [value / 3 for value in world.closes["L4"][:at]]
    world.splits = [("L4", DAYS[at], 3.0)]
    world.paid = [(s, d, 0.4 / 3 if s == "L4" else 0.4) for s, d, _ in world.paid]
    split = points(world.market(until + 1, 7), "1M", names, first)
    same(split, points(world.market(until + 1, 7), "1M", names, {}))
    assert len(remade(first, split)) == 1
    # a close of long ago that is another one: what rests on it, and nothing before
    world.closes["L4"][170] *= 1.2
    mended = points(world.market(until + 1, 7), "1M", names, split)
    same(mended, points(world.market(until + 1, 7), "1M", names, {}))
    label = f"{DAYS[170]:%Y-%m}" if names is WINDOW_ROWS else f"{DAYS[170]:%Y}"
    assert label in remade(split, mended)
    earlier = [one for one in mended if one < label]
    assert earlier and not set(earlier) & set(remade(split, mended))


def test_a_file_that_states_other_numbers_is_another_one() -> None:
    world = World(6)
    held = world.market(len(DAYS), 9)
    first = points(held, "1M", WINDOW_ROWS, {})
    lists = list(held.holdings["IWM"])
    lists[4] = replace(lists[4], value=lists[4].value[::-1].copy())
    other = make_market(held.prices, *lists)
    after = points(other, "1M", WINDOW_ROWS, first)
    same(after, points(other, "1M", WINDOW_ROWS, {}))
    assert 1 <= len(remade(first, after)) <= 3
