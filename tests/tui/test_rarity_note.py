"""How rare the gap is, as the note, its JSON, its tables and its alerts tell it, on real closes."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date

import pytest

from cache.facts.sessions import sessions
from core.answer.alerts import parse, value
from core.answer.snapshot import Question, Snapshot, take
from core.data.market import Market
from core.explain.measures import explain
from core.note.headline import headline
from tests.answers.read import REAL
from tests.market import NAN, make_market, prices
from tests.random.test_prose import check_prose
from tui.report.document import document
from tui.report.parts import part

pytestmark = pytest.mark.skipif(not REAL.exists(), reason="the real files are not on this machine")
END = date(2026, 6, 26)


@pytest.fixture(scope="module")
def market() -> Market:
    return real_market()


def real_market() -> Market:
    closes: dict[str, dict[date, tuple[float, float]]] = {"IWM": {}, "SPY": {}}
    with (REAL / "funds_daily.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["date"])
            closes[row["symbol"]][day] = float(row["close"]), float(row["adj_close"])
    days = sorted(closes["SPY"])
    nothing = (NAN, NAN)
    tables = [
        {s: [by_day.get(d, nothing)[k] for d in days] for s, by_day in closes.items()}
        for k in (0, 1)
    ]
    market = make_market(prices(days, tables[0], adjusted=tables[1]))
    return replace(market, reference=replace(market.reference, sessions=sessions()))


def asked(market: Market, window: str, as_of: date = END) -> Snapshot:
    return take(market, Question(window=window, as_of=as_of))


def test_a_day_is_not_called_rare_when_hundreds_were_as_wide(market: Market) -> None:
    told = headline(asked(market, "1D"))
    assert "IWM leads SPY by 1.03 pp over one session" in told
    assert (
        "not unusual: 401 of 6,558 as wide, the last on 22 June 2026"
        " (all sessions from 26 May 2000)" in told
    )
    assert "widest" not in told
    # the closes' ratio, 0.4113 that day, was last as high on 26 July 2024
    assert told.endswith("; the ratio of their closes is the highest since 26 July 2024.")


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ("1W", "wider than 98.7 % of 6,554 overlapping stretches of 5 sessions from 26 May 2000:"
               " 84 leads as wide, the last on 27 May 2026"),
        ("3M", "wider than 95.2 % of 6,496 overlapping stretches of 63 sessions from 26 May 2000:"
               " 314 leads as wide, the last on 24 February 2026"),
        ("YTD", "the widest lead for this window on record (26 years, from 2001), and wider than"
                " any full year since 2003."),
    ],
)  # fmt: skip
def test_each_window_is_compared_with_what_is_like_it(
    market: Market, window: str, words: str
) -> None:
    assert words in headline(asked(market, window))


def test_a_young_year_is_set_beside_stretches_first_and_years_second(market: Market) -> None:
    told = headline(asked(market, "YTD", date(2026, 1, 22)))
    rolling, years = told.index("stretches of 14 sessions"), told.index("for this window")
    assert rolling < years
    assert "full year" not in told
    assert "IWM has beaten SPY 14 sessions in a row, its longest such run on record" in told


def test_a_wider_stretch_later_takes_the_superlative_away(market: Market) -> None:
    # the widest day of all, seen from a day later and from 2026; 11 October 2000 was narrower
    then = headline(
        take(market, Question(window="2008-10-09:2008-10-10", as_of=date(2008, 10, 13)))
    )
    assert "the widest lead in one session on record" in then
    week = Question(window="2008-10-06:2008-10-10", as_of=END)
    assert "the widest" not in headline(take(market, week))


def test_the_json_and_its_tables(market: Market) -> None:
    told = document(asked(market, "1W"))
    rolling = told["spread"]["rolling"]
    expected = {
        "sessions": 5, "of": 6554, "as_wide": 84, "last": "2026-05-27",
        "last_overlapping": "2026-05-27",
    }  # fmt: skip
    assert {name: rolling[name] for name in expected} == expected
    assert round(rolling["percentile"], 4) == 0.9875 and round(rolling["z"], 2) == 2.53
    assert rolling["record"]["end"] == "2024-07-17"
    assert round(rolling["record"]["gap_pp"], 2) == 10.06
    streaks = told["spread"]["streaks"]
    assert [(s["of"], s["unit"]) for s in streaks[:4]] == [
        ("gap", "session"), ("gap", "week"), ("gap", "month"), ("small", "session"),
    ]  # fmt: skip
    assert streaks[0]["last_as_long"]["end"] == "2026-01-22"
    ratio = told["spread"]["ratio"]
    assert (ratio["basis"], ratio["high_since"], ratio["low_since"]) == ("pr", "2024-07-26", None)
    assert ratio["high"]["date"] == "2011-04-05" and ratio["total_return"]["basis"] == "tr"
    followed = told["spread"]["followed"]
    assert {row["horizon"] for row in followed} == {21, 63, 126, 252}
    assert {row["of"] for row in followed} == {"gap", "small", "large"}
    for row in followed:
        assert (row["median_pp"] is None) == (row["n"] < 10)
        assert len(row["episodes"]) == row["n"] and row["base"]["n"] == 6559 - row["horizon"]
    for name, rows in (("rolling", 1), ("streaks", 9), ("ratio", 2), ("followed", len(followed))):
        assert len(part(told, name).rows) == rows, name


@pytest.mark.parametrize("as_of", [END, date(2026, 1, 22), date(2009, 3, 9), date(2000, 6, 30)])
def test_every_number_said_stands_in_the_json(market: Market, as_of: date) -> None:
    for window in ("1D", "1W", "3M", "YTD"):
        try:
            snapshot = asked(market, window, as_of)
        except Exception as error:  # the window reaches before the first close
            assert "no close" in str(error) or "no session" in str(error)
            continue
        assert check_prose(snapshot)


def test_alerts_on_rarity(market: Market) -> None:
    day, start = asked(market, "1D"), asked(market, "1W", date(2026, 1, 22))

    def told(text: str, snapshot: Snapshot) -> float | None:
        return value(parse(text, Question(window=snapshot.question.window)), snapshot)

    assert told("gap percentile > 99", day) == pytest.approx(93.96, abs=0.005)
    assert told("streak >= 10", day) == 7
    assert told("ratio high since > 1y", day) == pytest.approx(700 / 365.25)
    assert told("ratio low since > 1 y", day) == 0
    # an alert is judged on the last session alone
    assert told("streak >= 10", start) is None


@pytest.mark.parametrize("name", ["rolling", "streak", "ratio", "followed"])
def test_explanations_come_to_the_numbers(market: Market, name: str) -> None:
    told = explain(market, asked(market, "1W"), "IWM", name)
    assert told
    for one in told:
        assert (one.value is None) == (one.computed is None)
        if one.value is not None:
            assert one.computed == pytest.approx(one.value, abs=1e-9), one.title
