"""No printed superlative has a counterexample in the history it names, over random histories."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import event, given
from hypothesis import strategies as st

from core.answer.snapshot import Question, Snapshot, take
from core.data.errors import CoreError
from core.data.market import Market
from core.note.headline import headline
from core.note.story import story
from tests.core import naive_rarity
from tests.examples import examples
from tests.market import CALENDAR, make_market, prices, weekdays
from tests.random.test_against_naive import returned, shifted
from tests.random.test_prose import MONTHS, check_prose

#: The sessions of the markets here.
EXCHANGE = frozenset(CALENDAR.tolist())
DATE = r"(\d{1,2} [A-Z][a-z]+ \d{4})"
WIDEST = re.compile(
    rf"the widest (lead|deficit) (?:in|over) \S+ sessions? (?:since {DATE}|on record)"
)
BEYOND = re.compile(r"wider than ([\d.]+) % of ([\d,]+) ")
USUAL = re.compile(rf"not unusual: ([\d,]+) of ([\d,]+) as wide(?:, the last on {DATE})?")
RUN = rf"its longest such run (?:since one of ([\d,]+) that ended on {DATE}|on record)"
LONGEST = re.compile(rf"beaten \S+ ([\d,]+) (\w+) in a row, {RUN}")
#: The same as the story has it.
EACH = re.compile(rf"beaten \S+ in each of the last ([\d,]+) (\w+), {RUN}")
RATIO = re.compile(rf"the ratio of their closes is the (highest|lowest) (?:since {DATE}|on record)")
#: A superlative of the story, and of one index alone.
TOLD = re.compile(
    rf"the widest (?:one-session )?(lead|deficit) (?:of all|(?:over \S+ sessions )?since {DATE})"
)
FARTHEST = re.compile(
    rf"The widest such (lead|deficit), ([\d.]+) (?:percentage )?points, (?:came|ended) on {DATE}"
)
LARGEST = re.compile(
    r"(?:the|its) largest (?:one-session )?(gain|loss)"
    rf" (?:of all|(?:(?:in|over) \S+ sessions? )?(?:since {DATE}|on record))"
)
CLOSE = re.compile(rf"its close is the (highest|lowest) (?:since {DATE}|on record)")


def day(text: str | None) -> date:
    if text is None:
        return date.min
    number, month, year = text.split()
    return date(int(year), MONTHS.split().index(month) + 1, int(number))


@st.composite
def histories(draw: st.DrawFn) -> tuple[Snapshot, list[date], list[float], list[float]]:
    """Two funds of one to nine years; drifts, ties, jumps at the end, holes; some as-of dates."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    days = weekdays(draw(st.sampled_from(["2017-03-01", "2021-03-01", "2024-11-01"])),
                          "2026-02-27")  # fmt: skip
    coarse = draw(st.sampled_from([4, 2, 3]))
    levels = []
    for width in (0.012, 0.008):
        steps = np.round(rng.normal(0, width, len(days)), coarse)
        tail = draw(st.integers(0, 15))
        if tail:
            steps[-tail:] += draw(st.sampled_from([0.0, 0.003, 0.02, -0.02]))
        levels.append(100 * np.cumprod(1 + steps))
    keep = rng.random(len(days)) > draw(st.sampled_from([0.0, 0.02]))
    if draw(st.booleans()):
        gone = int(rng.integers(5, len(days) - 30))
        keep[gone : gone + 9] = False
    keep[[0, -2, -1]] = True
    days = [d for d, k in zip(days, keep, strict=True) if k]
    small, large = (level[keep].tolist() for level in levels)
    market = make_market(prices(days, {"AAA": small, "BBB": large}))
    window = draw(
        st.sampled_from(["1D", "1D", "1W", "MTD", "1M", "3M", "QTD", "YTD", "1Y", "range"])
    )
    if window == "range":
        first, last = sorted(rng.choice(len(days), 2, replace=False).tolist())
        window = f"{days[first]}:{days[max(last, first + 1)]}"
    as_of = days[-1 - draw(st.sampled_from([0, 0, 1, 7]))]
    try:
        snapshot = take(market, Question("AAA", "BBB", window, as_of, "pr"))
    except CoreError:
        snapshot = take(market, Question("AAA", "BBB", "1D", None, "pr"))
    size = days.index(snapshot.as_of) + 1
    return snapshot, days[:size], small[:size], large[:size]


@examples(50)
@given(histories())
def test_no_superlative_has_a_counterexample(
    history: tuple[Snapshot, list[date], list[float], list[float]],
) -> None:
    snapshot, days, small, large = history
    told = headline(snapshot)
    window = snapshot.window
    size = days.index(window.end) - days.index(window.start)
    stretches = naive_rarity.gaps(days, small, large, size, EXCHANGE)
    now = next((gap for _, end, gap in stretches if end == window.end), None)
    if now is None:
        assert "stretches" not in told and "sessions from" not in told
        return
    side = -1 if now < 0 else 1
    wide = [(s, e) for s, e, gap in stretches if round(side * gap, 4) >= round(side * now, 4)]
    if match := WIDEST.search(told):
        event("widest")
        assert match[1] == ("lead" if side > 0 else "deficit")
        since = day(match[2])
        # no other stretch since then, overlapping or later, is as wide; the one named is
        assert [end for _, end in wide if end > since] == [window.end]
        assert match[2] is None or since in [end for _, end in wide]
        assert len(stretches) >= 250 and (window.end - since).days >= 365
    if match := BEYOND.search(told):
        event("beyond")
        below = sum(side * gap < side * now for _, _, gap in stretches) / len(stretches)
        assert abs(float(match[1]) - 100 * below) <= 0.051 and below > 0.95
        assert int(match[2].replace(",", "")) == len(stretches)
    if match := USUAL.search(told):
        event("usual")
        assert (int(match[1].replace(",", "")), int(match[2].replace(",", ""))) == (
            len(wide), len(stretches),
        )  # fmt: skip
        ended = [end for _, end in wide if end <= window.start]
        assert (day(match[3]) if match[3] else None) == max(ended, default=None)
        assert sum(side * gap < side * now for _, _, gap in stretches) / len(stretches) <= 0.95
    for match in LONGEST.finditer(told):
        event("longest")
        _check_longest(match, days, small, large)
    if match := RATIO.search(told):
        event("ratio")
        ratios = [s / b for s, b in zip(small, large, strict=True)]
        last = naive_rarity.since(days, ratios, high=match[1] == "highest")
        assert (last or date.min) == day(match[2])


def _check_longest(
    match: re.Match[str], days: list[date], small: list[float], large: list[float]
) -> None:
    """A run that is told lasts to the last session, and the one it names is the last as long."""
    runs = naive_rarity.streaks(days, small, large, match[2].rstrip("s"), EXCHANGE)
    length, _, _, sign = runs[-1]
    assert int(match[1]) == length and sign in (1, -1)
    # a run that may be longer is not told
    assert len(runs) == 1 or runs[-2][3] != 2
    as_long = [run for run in runs[:-1] if run[3] == sign and run[0] >= length]
    if match[4] is None:
        assert not as_long
    else:
        assert (as_long[-1][0], as_long[-1][2]) == (int(match[3]), day(match[4]))


@examples(35)
@given(histories())
def test_nor_has_one_of_the_story_or_of_one_index_alone(
    history: tuple[Snapshot, list[date], list[float], list[float]],
) -> None:
    snapshot, days, small, large = history
    window = snapshot.window
    size = days.index(window.end) - days.index(window.start)
    stretches = naive_rarity.gaps(days, small, large, size, EXCHANGE)
    now = next((gap for _, end, gap in stretches if end == window.end), None)
    text = " ".join(str(sentence) for paragraph in story(snapshot) for sentence in paragraph)
    for match in TOLD.finditer(text):
        event("story")
        assert now is not None
        side = 1 if match[1] == "lead" else -1
        ends = [e for _, e, g in stretches if round(side * g, 4) >= round(side * now, 4)]
        assert [end for end in ends if end > day(match[2])] == [window.end]
    for match in EACH.finditer(text):
        event("each")
        _check_longest(match, days, small, large)
    if match := FARTHEST.search(text):
        event("farthest")
        side = 1 if match[1] == "lead" else -1
        most = max(side * gap for _, _, gap in stretches)
        assert abs(float(match[2]) - 100 * most) <= 0.5 * 10 ** -len(match[2].partition(".")[2])
        (at,) = (gap for _, end, gap in stretches if end == day(match[3]))
        assert round(side * at, 4) == round(most, 4)
    alone = take(snapshot_market(history), replace(snapshot.question, large="AAA", alone=True))
    flat = [1.0] * len(days)
    told = " ".join([headline(alone), *(str(s) for paragraph in story(alone) for s in paragraph)])
    returns = naive_rarity.gaps(days, small, flat, size, EXCHANGE)
    for match in LARGEST.finditer(told):
        event("alone")
        gain = next(gap for _, end, gap in returns if end == window.end)
        side = 1 if match[1] == "gain" else -1
        ends = [e for _, e, g in returns if round(side * g, 4) >= round(side * gain, 4)]
        assert [end for end in ends if end > day(match[2])] == [window.end]
    if match := CLOSE.search(told):
        event("close")
        last = naive_rarity.since(days, small, high=match[1] == "highest")
        assert (last or date.min) == day(match[2])


def snapshot_market(
    history: tuple[Snapshot, list[date], list[float], list[float]],
) -> Market:
    """The market of a history, up to its as-of date."""
    _, days, small, large = history
    return make_market(prices(days, {"AAA": small, "BBB": large}))


@examples(25)
@given(histories())
def test_every_number_of_it_stands_in_the_json(
    history: tuple[Snapshot, list[date], list[float], list[float]],
) -> None:
    assert check_prose(history[0])


#: What the headline and the story say of the same window of other years, and of full years.
SAME = re.compile(
    r"the widest (lead|deficit) for this (?:window on record \((\d+) years, from (\d{4})\)"
    r"|(?:part of a year|calendar year) in (\d+) years of records"
    r"|(?:window|part of a year|calendar year) since (\d{4}))"
)
FULL = re.compile(
    r"(?:wider than (any) full year|a wider (?:lead|deficit) than in any full year)"
    r" (?:on record \(from (\d{4})\)|since (\d{4}))"
)
RANK = re.compile(r"rank (\d+) (?:of (\d+) for this window|among the same part of (\d+) years)")


def friday_of(on: date) -> date:
    """The Friday before a day of a weekend; any other day itself."""
    return on - timedelta(days=max(0, on.weekday() - 4))


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Market, Question]:
    """Two funds: three closes of each of some years, every close of the last one.

    The levels lie on a coarse grid, so that years tie; the second fund stands still.
    """
    as_of = draw(st.sampled_from([date(2025, 12, 31), date(2025, 7, 15), date(2024, 8, 30)]))
    labels = ["YTD", "H1", "QTD", str(as_of.year)]
    ends = {as_of.replace(month=6, day=30), as_of, as_of.replace(month=12, day=31)}
    level = st.integers(90, 110)
    closes: dict[date, float] = {}
    for back in range(draw(st.integers(8, 26)), 0, -1):
        whole = draw(st.integers(0, 9)) > 0
        for end in sorted(shifted(one, back) for one in ends) if whole else ():
            closes[friday_of(end)] = float(draw(level))
    begin = float(draw(level))
    days = weekdays(str(friday_of(date(as_of.year - 1, 12, 31))), str(as_of))
    middle, last = (begin + draw(st.integers(-1, 1)) * draw(st.integers(0, 20)) for _ in range(2))
    half = date(as_of.year, 6, 30)
    stops = [(days[0], begin), (half, middle), (as_of, last)]
    for (one, low), (other, high) in pairwise(stops):
        inside = [d for d in days if one <= d <= other]
        closes |= dict(zip(inside, np.linspace(low, high, len(inside)).tolist(), strict=True))
    sessions = sorted(closes)
    small = [closes[d] for d in sessions]
    market = make_market(prices(sessions, {"AAA": small, "BBB": [100.0] * len(small)}))
    return market, Question("AAA", "BBB", draw(st.sampled_from(labels)), as_of, "pr")


@examples(40)
@given(calendars())
def test_no_superlative_of_years_has_a_counterexample(case: tuple[Market, Question]) -> None:
    held, question = case
    snapshot = take(held, question)
    window, now = snapshot.window, snapshot.window.end.year
    closes = {
        d: price
        for block in held.prices.blocks
        for d, price in zip(block.sessions.tolist(), block.close[:, 0].tolist(), strict=True)
    }

    def gap(first: date, last: date) -> float | None:
        # the second fund stands still
        return returned(closes, first, last)

    own = gap(window.anchor, window.end_anchor)
    assert own is not None
    side, wide = -1 if own < 0 else 1, round(abs(own), 4)
    same = {y: gap(shifted(window.anchor, now - y), shifted(window.end_anchor, now - y))
            for y in range(now - 30, now)}  # fmt: skip
    full = {y: gap(date(y - 1, 12, 31), date(y, 12, 31)) for y in range(now - 30, now)}
    same_side, every_side = (
        {y: round(side * g, 4) for y, g in gaps.items() if g is not None} for gaps in (same, full)
    )
    told = " ".join([headline(snapshot), *(str(s) for part in story(snapshot) for s in part)])
    for match in SAME.finditer(told):
        event("same window")
        assert "calendar year" not in match[0] or window.end == date(now, 12, 31)
        assert match[1] == ("lead" if own > 0 else "deficit") and len(same_side) >= 10
        since = int(match[5]) if match[5] else None
        assert max((y for y, g in same_side.items() if g >= wide), default=None) == since
        assert set(range(since or min(same_side), now)) <= set(same_side)
        if since is None:
            assert int(match[2] or match[4]) == len(same_side) + 1
            assert match[3] is None or int(match[3]) == min(same_side)
        else:
            assert same_side[since] > wide and now - since >= 3
    for match in RANK.finditer(told):
        event("rank")
        above = sum(g > wide for g in same_side.values())
        of = len(same_side) + 1
        assert (int(match[1]), int(match[2] or match[3])) == (above + 1, of)
    for match in FULL.finditer(told):
        event("full years")
        first = int(match[2] or match[3])
        years = [y for y in every_side if y >= first]
        assert len(every_side) >= 10 and (match[2] or now - first > 3)
        # each year between has closes
        assert set(range(first, now)) <= set(every_side)
        # the year named is the last that was as wide; or the first of all, and none was
        assert match[2] is None or first == min(every_side)
        assert all(every_side[y] < wide for y in years if match[2] or y > first)
        if match[1]:  # any full year, whichever fund it was that led
            assert all(abs(every_side[y]) < wide for y in years if match[2] or y > first)
