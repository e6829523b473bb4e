"""A session of the exchange of which a fund has no close: nothing passes for fewer sessions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from core.answer.board import Pair, board
from core.answer.contributions import side_by_side
from core.answer.history import windows_of
from core.answer.rarity_values import streak as streak_alert
from core.answer.snapshot import Question, common_sessions, take
from core.data.errors import UnavailableError
from core.data.frames import dates_of
from core.data.market import Market
from core.data.windows import resolve
from core.explain.measures import explain
from core.measures.streaks import streak
from tests.market import CALENDAR, NAN, make_market, prices, weekdays
from tests.random.test_prose import check_prose
from tui.report.document import document

#: A Friday; the Thursday before it is the session that IWM lacks.
END, LACKING = date(2026, 6, 26), date(2026, 6, 25)
DAYS = weekdays("2023-01-02", str(END))


def funds(*lacking: str, of: tuple[str, ...] = ("IWM",)) -> Market:
    """IWM rises by 1 % a session, SPY stays; some sessions lack the closes of some funds."""
    small = [100 * 1.01**n for n in range(len(DAYS))]
    table = {"IWM": small, "SPY": [50.0] * len(DAYS), "DIA": [50.0] * len(DAYS)}
    for fund in of:
        table[fund] = [
            NAN if str(d) in lacking else v for d, v in zip(DAYS, table[fund], strict=True)
        ]
    return make_market(prices(DAYS, table))


def asked(market: Market, window: str, as_of: date | None = None) -> Question:
    return Question("IWM", "SPY", window, as_of, "pr")


@pytest.mark.parametrize("of", [("IWM",), ("SPY",), ("IWM", "SPY")])
def test_one_session_without_the_close_before_it_is_no_answer(of: tuple[str, ...]) -> None:
    market = funds(str(LACKING), of=of)
    with pytest.raises(UnavailableError) as refused:
        take(market, asked(market, "1D"))
    assert str(refused.value) == (
        f"window 1D: no close of {' and '.join(of)} on 2026-06-25, a session of the exchange:"
        " refresh or import it, or ask for 2026-06-24:2026-06-26"
    )
    # two sessions are answered as two: 1.01 squared
    both = take(market, asked(market, "2026-06-24:2026-06-26")).spread
    assert both is not None and both.gap == pytest.approx(0.0201)
    # with the close, and for a session whose own two closes are there, it is one
    for whole, as_of in ((funds(), END), (market, date(2026, 6, 24))):
        one = take(whole, asked(whole, "1D", as_of)).spread
        assert one is not None and one.gap == pytest.approx(0.01)


def test_a_hole_of_weeks_is_no_session_either() -> None:
    market = funds(*map(str, weekdays("2026-06-04", "2026-06-25")))
    with pytest.raises(UnavailableError, match=r"of IWM on 2026-06-25.* 2026-06-03:2026-06-26"):
        take(market, asked(market, "1D"))


def test_a_saturday_of_old_is_a_session_only_where_it_has_a_close() -> None:
    # the exchange met from Monday to Saturday
    calendar = np.arange(np.datetime64("1940-03-04"), np.datetime64("1940-03-17"))
    calendar = calendar[calendar != np.datetime64("1940-03-10")]
    monday = date(1940, 3, 11)
    without = calendar[np.is_busday(calendar)]
    assert resolve("1D", monday, without, calendar).start == date(1940, 3, 8)
    assert resolve("1D", monday, calendar, calendar).start == date(1940, 3, 9)
    with pytest.raises(UnavailableError, match="in common on 1940-03-08"):
        resolve("1D", monday, without[without != np.datetime64("1940-03-08")], calendar)


def test_the_board_shows_no_session_and_no_run_and_says_why() -> None:
    market = funds(str(LACKING))
    rows = board(market, [Pair("IWM", "SPY"), Pair("DIA", "SPY")], "pr").rows
    lacking, whole = rows
    assert lacking.gaps["1D"] is None and whole.gaps["1D"] == 0
    assert lacking.gaps["1W"] == pytest.approx(1.01**5 - 1)
    assert lacking.missing == (
        "window 1D: no close of IWM on 2026-06-25, a session of the exchange: refresh or import"
        " it, or ask for 2026-06-24:2026-06-26"
    )
    assert whole.missing == ""
    # who was ahead on the last session is not known, and 1M lies over the missing close
    assert lacking.run is None and "streak" not in lacking.new
    assert lacking.percentile("1M") is None and lacking.ranks["1M"] is None
    assert board(funds(), [Pair("IWM", "SPY")], "pr").rows[0].run == len(DAYS) - 1


def test_windows_side_by_side_and_histories_leave_it_out() -> None:
    market = funds(str(LACKING))
    columns = {c.label: c for c in side_by_side(market, take(market, asked(market, "1W")))}
    assert columns["1D"].window is None and "no close of IWM" in columns["1D"].missing[0]
    sessions = common_sessions(market, "IWM", "SPY")
    windows = windows_of(asked(market, "1D"), sessions[:-1], "session", CALENDAR)
    assert (windows[-1].start, windows[-1].end) == (date(2026, 6, 23), date(2026, 6, 24))
    assert len(windows) == len(sessions) - 2
    later = funds("2026-06-23")
    ends = [
        w.end
        for w in windows_of(
            asked(later, "1D"), common_sessions(later, "IWM", "SPY"), "session", CALENDAR
        )
    ]
    # of the session after the missing close there is none
    assert ends[-3:] == [date(2026, 6, 22), date(2026, 6, 25), END]


def test_a_stretch_over_it_is_left_out_of_the_sample_and_has_no_rank() -> None:
    market = funds("2026-06-11")
    count = len(DAYS) - 1
    week = take(market, asked(market, "1W")).spread
    assert week is not None and week.rolling is not None
    # of the stretches of five sessions, those that end on one of the five after the missing close
    assert (week.rolling.of, week.rolling.over_holes) == (count - 5 - 5, 5)
    day = take(market, asked(market, "1D")).spread
    assert day is not None and day.rolling is not None
    assert (day.rolling.of, day.rolling.over_holes) == (count - 1 - 1, 1)
    month = take(market, asked(market, "1M"))
    assert month.spread is not None and month.spread.rolling is None
    assert "no rank, closes are missing inside the window" in check_prose(month)[0]
    # the return itself is known: 22 sessions of the exchange
    assert month.spread.gap == pytest.approx(1.01**23 - 1)


def test_a_run_that_begins_after_a_missing_close_is_marked() -> None:
    market = funds("2026-06-23")
    snapshot = take(market, asked(market, "1W"))
    assert snapshot.spread is not None
    run = snapshot.spread.history.session_streak
    # Thursday and Friday; of Wednesday it is not known
    assert (run.length, run.start, run.after_hole) == (2, LACKING, True)
    assert not run.claim and run.standing is None
    assert streak_alert(snapshot, "IWM", "") is None
    assert not any(state.kind == "streak" for state in snapshot.spread.history.states)
    assert "sessions in a row" not in " ".join(check_prose(snapshot))
    told = document(snapshot)["spread"]["streaks"][0]
    assert (told["length"], told["after_hole"]) == (2, True)
    whole = take(funds(), asked(market, "1W"))
    assert document(whole)["spread"]["streaks"][0]["after_hole"] is False
    assert streak_alert(whole, "IWM", "") == len(DAYS) - 1


def test_weeks_and_months_count_by_the_closes_at_their_ends() -> None:
    # five weeks, from Monday 1 June to Friday 3 July 2026
    days = weekdays("2026-06-01", "2026-07-03")

    def weeks(*lacking: str) -> tuple[int, bool]:
        kept = [d for d in days if str(d) not in lacking]
        level = np.array([100 * 1.01 ** days.index(d) for d in kept])
        found = streak(dates_of(kept), level, None, "week", CALENDAR)
        return found.length, found.after_hole

    assert weeks() == (4, False)
    # a Wednesday changes no week's return
    assert weeks("2026-06-17") == (4, False)
    # a Friday leaves its week and the one after without one
    assert weeks("2026-06-12") == (2, True)
    # the week's last close is of Thursday, and nobody knows whether it fell on Friday
    assert weeks("2026-06-26") == (0, True)


def test_an_end_on_an_earlier_close_is_said() -> None:
    market = funds("2026-03-20")
    snapshot = take(market, asked(market, "1W", date(2026, 3, 20)))
    said = (
        "as of 2026-03-20: there is no close of IWM on 2026-03-20, the answer is of 2026-03-19,"
        " the session before with closes"
    )
    assert snapshot.as_of == date(2026, 3, 19)
    assert snapshot.remarks == (said,)
    assert said in document(snapshot)["warnings"]
    # a Sunday stands for its Friday, also where that has no close
    for day, expected in ((date(2026, 3, 22), 1), (date(2026, 4, 5), 0)):
        assert len(take(market, asked(market, "1W", day)).remarks) == expected
    # a window that begins or ends there
    for window, words in (
        ("2026-03-02:2026-03-20", "to 2026-03-20: there is no close of IWM on 2026-03-20,"
         " it ends on 2026-03-19"),
        ("2026-03-20:2026-03-31", "from 2026-03-20: there is no close of IWM on 2026-03-20,"
         " it starts on 2026-03-19"),
    ):  # fmt: skip
        (remark,) = take(market, asked(market, window)).remarks
        assert remark.startswith(f"window {window} {words}")
    assert take(market, asked(market, "1M")).remarks == ()


def test_what_changed_since_the_session_before_is_not_told_without_its_close() -> None:
    from tests.tui import markets

    held = markets.small_market()
    last = take(held, markets.QUESTION)
    assert dict(last.before)
    blocks = []
    for block in held.prices.blocks:
        close = block.close.copy()
        close[block.sessions == np.datetime64(LACKING), block.column["IWM"]] = NAN
        blocks.append(replace(block, close=close))
    lacking = replace(held, prices=replace(held.prices, blocks=tuple(blocks)))
    assert not dict(take(lacking, markets.QUESTION).before)


@pytest.mark.parametrize("name", ["rolling", "streak", "followed"])
def test_explanations_over_missing_closes_come_to_the_numbers(name: str) -> None:
    rng = np.random.default_rng(7)
    walks = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, (2, len(DAYS))), axis=1))
    walks[0, -4:] *= [1.05, 1.06, 1.07, 1.08]
    small = walks[0].tolist()
    for at in (60, 200, 201, 333, 500, 700):
        small[at] = NAN
    market = make_market(prices(DAYS, {"IWM": small, "SPY": walks[1].tolist()}))
    snapshot = take(market, asked(market, "1W"))
    assert snapshot.spread is not None and snapshot.spread.history.states
    told = explain(market, snapshot, "IWM", name)
    assert told
    for one in told:
        assert one.value is None or one.computed == pytest.approx(one.value, rel=1e-9), one.title
    if name == "rolling":
        (left_out,) = {note for one in told for note in one.notes if "left out" in note}
        # five stretches over each of five holes, one of them of two sessions
        assert left_out.startswith("25 stretches")
    if name == "followed":
        states = snapshot.spread.history.states
        rows = [row for state in states for row in state.followed.horizons if row.of == "gap"]
        bases = [term.value for one in told for term in one.terms if term.name == "base"]
        assert bases == pytest.approx([row.base.median for row in rows])
        # 21 sessions ahead of each close, but over five holes
        closes = len(DAYS) - 6
        assert rows[0].horizon == 21 and rows[0].base.n == closes - 21 - 5 * 21
