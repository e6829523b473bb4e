"""No printed superlative has a counterexample in the history it names, over random histories."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import numpy as np
from hypothesis import event, given
from hypothesis import strategies as st

from core.answer.snapshot import Question, Snapshot, take
from core.data.errors import CoreError
from core.data.market import Market
from core.note.note import headline
from core.note.story import story
from tests.core import build, naive_rarity
from tests.examples import examples
from tests.random.test_prose import MONTHS, check_prose

DATE = r"(\d{1,2} [A-Z][a-z]+ \d{4})"
WIDEST = re.compile(
    rf"the widest (lead|deficit) (?:in|over) \S+ sessions? (?:since {DATE}|on record)"
)
BEYOND = re.compile(r"wider than ([\d.]+) % of ([\d,]+) ")
USUAL = re.compile(rf"not unusual: ([\d,]+) of ([\d,]+) as wide(?:, the last on {DATE})?")
LONGEST = re.compile(rf"beaten \S+ ([\d,]+) (\w+) in a row, its longest such run (?:since one of"
                     rf" ([\d,]+) that ended on {DATE}|on record)")  # fmt: skip
RATIO = re.compile(rf"the ratio of their closes is the (highest|lowest) (?:since {DATE}|on record)")


#: A superlative of the story, and of one index alone.
TOLD = re.compile(rf"the widest (lead|deficit) (?:of all|of its length since {DATE})")
LARGEST = re.compile(
    rf"(?:the|its) largest (gain|loss) (?:(?:in|over) \S+ sessions? (?:since {DATE}|on record)"
    rf"|of all|of its length since {DATE})"
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
    days = build.weekdays(draw(st.sampled_from(["2017-03-01", "2021-03-01", "2024-11-01"])),
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
    keep[[0, -1]] = True
    days = [d for d, k in zip(days, keep, strict=True) if k]
    small, large = (level[keep].tolist() for level in levels)
    held = build.market(build.prices(days, {"AAA": small, "BBB": large}))
    window = draw(
        st.sampled_from(["1D", "1D", "1W", "MTD", "1M", "3M", "QTD", "YTD", "1Y", "range"])
    )
    if window == "range":
        first, last = sorted(rng.choice(len(days), 2, replace=False).tolist())
        window = f"{days[first]}:{days[max(last, first + 1)]}"
    as_of = days[-1 - draw(st.sampled_from([0, 0, 1, 7]))]
    try:
        snapshot = take(held, Question("AAA", "BBB", window, as_of, "pr"))
    except CoreError:
        snapshot = take(held, Question("AAA", "BBB", "1D", None, "pr"))
    size = days.index(snapshot.as_of) + 1
    return snapshot, days[:size], small[:size], large[:size]


@examples(60)
@given(histories())
def test_no_superlative_has_a_counterexample(
    history: tuple[Snapshot, list[date], list[float], list[float]],
) -> None:
    snapshot, days, small, large = history
    told = headline(snapshot)
    window = snapshot.window
    size = days.index(window.end) - days.index(window.start)
    stretches = naive_rarity.gaps(days, small, large, size)
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
    if match := LONGEST.search(told):
        event("longest")
        runs = naive_rarity.streaks(days, small, large, match[2].rstrip("s"))
        length, _, _, sign = runs[-1]
        assert int(match[1]) == length and sign
        as_long = [run for run in runs[:-1] if run[3] == sign and run[0] >= length]
        if match[4] is None:
            assert not as_long
        else:
            assert (as_long[-1][0], as_long[-1][2]) == (int(match[3]), day(match[4]))
    if match := RATIO.search(told):
        event("ratio")
        ratios = [s / b for s, b in zip(small, large, strict=True)]
        last = naive_rarity.since(days, ratios, high=match[1] == "highest")
        assert (last or date.min) == day(match[2])


@examples(35)
@given(histories())
def test_nor_has_one_of_the_story_or_of_one_index_alone(
    history: tuple[Snapshot, list[date], list[float], list[float]],
) -> None:
    snapshot, days, small, large = history
    window = snapshot.window
    size = days.index(window.end) - days.index(window.start)
    stretches = naive_rarity.gaps(days, small, large, size)
    now = next((gap for _, end, gap in stretches if end == window.end), None)
    text = " ".join(str(sentence) for paragraph in story(snapshot) for sentence in paragraph)
    for match in TOLD.finditer(text):
        event("story")
        assert now is not None
        side = 1 if match[1] == "lead" else -1
        ends = [e for _, e, g in stretches if round(side * g, 4) >= round(side * now, 4)]
        assert [end for end in ends if end > day(match[2])] == [window.end]
    alone = take(snapshot_market(history), replace(snapshot.question, large="AAA", alone=True))
    flat = [1.0] * len(days)
    told = " ".join([headline(alone), *(str(s) for paragraph in story(alone) for s in paragraph)])
    returns = naive_rarity.gaps(days, small, flat, size)
    for match in LARGEST.finditer(told):
        event("alone")
        gain = next(gap for _, end, gap in returns if end == window.end)
        side = 1 if match[1] == "gain" else -1
        ends = [e for _, e, g in returns if round(side * g, 4) >= round(side * gain, 4)]
        assert [end for end in ends if end > day(match[2] or match[3])] == [window.end]
    if match := CLOSE.search(told):
        event("close")
        last = naive_rarity.since(days, small, high=match[1] == "highest")
        assert (last or date.min) == day(match[2])


def snapshot_market(
    history: tuple[Snapshot, list[date], list[float], list[float]],
) -> Market:
    """The market of a history, up to its as-of date."""
    _, days, small, large = history
    return build.market(build.prices(days, {"AAA": small, "BBB": large}))


@examples(25)
@given(histories())
def test_every_number_of_it_stands_in_the_json(
    history: tuple[Snapshot, list[date], list[float], list[float]],
) -> None:
    assert check_prose(history[0])
