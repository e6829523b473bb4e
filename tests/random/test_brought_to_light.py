"""What random markets brought to light: each the smallest market that shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from core.answer.snapshot import Question, Snapshot, take
from core.data.frames import Announcement, Holdings
from tests.core import naive
from tests.core.naive_daily import series
from tests.market import NAN, holdings, make_market, prices, weekdays
from tests.random.test_against_naive import kind

DAYS = weekdays("2026-01-05", "2026-02-13")
FLAT = [10.0] * len(DAYS)


def asked(
    closes: Mapping[str, Sequence[float]],
    *files: Holdings,
    first: int = 5,
    last: int = 25,
    **how: Any,
) -> Snapshot:
    """The answer over DAYS[first] to DAYS[last], in price, of funds that stand still."""
    splits, through = how.pop("splits", ()), how.pop("through", {})
    tapes = {"IWM": FLAT, "SPY": FLAT, "A": FLAT, **closes}
    spoken = dict.fromkeys(tapes, DAYS[-1]) | through
    market = make_market(prices(DAYS, tapes, splits=splits, through=spoken), *files, **how)
    return take(market, Question(window=f"{DAYS[first]}:{DAYS[last]}", basis="pr"))


def iwm(day: int, values: Mapping[str, float] | None = None, fund: str = "IWM") -> Holdings:
    return holdings(fund, str(DAYS[day]), values or {"A": 50, "B": 50})


def gone(first: int, until: int = len(DAYS), after: float = 10.0) -> list[float]:
    """Closes of 10 without those from one day up to another."""
    return [NAN if first <= i < until else 10 if i < first else after for i in range(len(DAYS))]


def words(found: Snapshot) -> tuple[str, str]:
    """Why B is left out, and why it stands outside breadth's count."""
    view = found.indices["IWM"]
    assert view.breadth.outside[0][1] == 1
    return kind(view.left_out[0].reason), kind(view.breadth.outside[0][0])


def test_words_a_line_nobody_asked_for_has_not_ended() -> None:
    """Closes and the vendor's answer both stop at the window's start."""
    found = asked({"B": gone(6)}, iwm(5), through={"B": DAYS[5]})
    assert words(found) == (naive.UNASKED, naive.UNASKED)


def test_words_a_line_without_a_close_for_a_day_has_not_ended() -> None:
    found = asked({"B": gone(6, 7)}, iwm(5), last=6)
    assert naive.ENDED not in words(found)


def test_words_a_line_that_ended_and_then_left_has_ended() -> None:
    """Last close two sessions before the file that no longer has it."""
    found = asked({"B": gone(11)}, iwm(5), iwm(12, {"A": 50}))
    view = found.indices["IWM"]
    assert view.contributors.flags[1] == (f"last traded {DAYS[10]}",)
    assert view.breadth.outside == (("ended", 1),)


def test_a_jump_on_the_way_from_the_file_is_quarantined() -> None:
    """File of day 0, fifteenfold on day 5, window from day 10: the weight is fifteenfold too."""
    view = asked({"B": [1.0] * 5 + [15.0] * 25}, iwm(0), first=10).indices["IWM"]
    assert view.contributors.symbols == ("A",)


def test_a_split_on_a_day_without_a_close_is_on_record() -> None:
    found = asked({"B": gone(9, 10, after=120.0)}, iwm(5), splits=[("B", DAYS[9], 12.0)])
    assert found.indices["IWM"].measured == 2


def test_membership_is_end_dated_by_a_file_of_the_reconstitution_itself() -> None:
    found = asked({}, iwm(12, {"A": 50}), reconstitutions={"IWM": (DAYS[12],)})
    assert any("membership is end-dated" in said for said in found.warnings)


def test_gap_leaders_after_a_start_without_measured_lines() -> None:
    """B's closes begin on day 12: nothing is measured before the second file."""
    late = {"B": [NAN] * 12 + [10.0] * 10 + [12.0] * 8, "C": [10.0] * 20 + [11.0] * 10}
    found = asked(late, iwm(5, {"B": 50}), iwm(15, {"B": 50}), iwm(5, {"A": 50, "C": 50}, "SPY"))
    gap = found.indices["IWM"].basket_return - found.indices["SPY"].basket_return
    assert gap == pytest.approx(0.2 - 0.05)
    assert found.gap_leaders is not None and found.gap_leaders.value.sum() == pytest.approx(gap)


def test_rounding_is_no_gain() -> None:
    """B ends where it began, A fell: over two segments B's contribution is 1e-17."""
    tapes = {"A": [10.0] * 8 + [9.7] * 4 + [9.4] * 18, "B": [3.6] * 10 + [3.7] * 5 + [3.6] * 15}
    found = asked(tapes, iwm(5), iwm(11, {"A": 48.5, "B": 50 * 3.7 / 3.6}))
    few = found.indices["IWM"].concentration
    assert (few.effective_n_gains, few.half_of_gain) == (None, None), few


@pytest.mark.parametrize(
    ("jump", "joins", "first", "up"),
    [(10, 15, 5, 0), (5, 12, 10, 1), (5, 8, 10, 1), (5, 3, 10, 1)],
    ids=["in the window", "before it", "before the window, joined since", "a member before it"],
)
def test_a_jump_keeps_a_joiner_out_of_the_windows_daily_breadth_alone(
    jump: int, joins: int, first: int, up: int
) -> None:
    """J moves fifteenfold, and from 15 to 16 on day 20; A and B stand still.

    The file of day 0 says nothing of J's weight that a move before the window could spoil.
    """
    size = len(DAYS)
    joining = [1.0] * jump + [15.0] * (20 - jump) + [16.0] * (size - 20)
    tapes = {"IWM": FLAT, "SPY": FLAT, "A": FLAT, "B": FLAT, "J": joining}
    market = make_market(prices(DAYS, tapes), iwm(0), iwm(0, fund="SPY"))
    market = replace(market, announced=(Announcement("IWM", "J", "join", DAYS[joins]),))
    window = f"{DAYS[first]}:{DAYS[25]}"
    answer = take(market, Question(window=window, basis="pr", daily=True))
    found = answer.daily["IWM"]
    row = found.sessions.tolist().index(DAYS[20])
    assert (found.advances[row], found.unchanged[row], found.members[row]) == (up, 2, 2 + up)
    second = naive.Naive(market)
    want, _ = series(second, "IWM", DAYS[first], DAYS[25], answer.as_of, "pr")
    assert (want[DAYS[20]].up, want[DAYS[20]].same) == (up, 2)
