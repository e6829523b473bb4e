"""The history of a measure: points, what counts, rank and since, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from core.answer.history import History, histories, ranks_of, windows_of
from core.answer.measure_rank import NOTED, MeasureRank
from core.answer.point_batches import Place
from core.answer.snapshot import Snapshot, final_sessions, take
from core.answer.table import find
from core.data.errors import MeasureError
from core.data.market import Market
from core.data.question import Question
from core.note.history_words import history_sentence
from core.note.measure_words import history_sentences
from tests.market import NAN, holdings, make_market, prices, weekdays
from tui.report.document import document
from tui.report.document_index import index_document

#: Of four lines, how many rose in each year from 2001 on.
ROSE = (3, 2, 4, 1, 2, 3, 0, 4, 3, 2, 2, 1)
DAYS = weekdays("2000-12-29", "2012-12-31")
ENDS = [date(2000, 12, 29), *(max(d for d in DAYS if d.year == y) for y in range(2001, 2013))]


@cache
def twelve_years(missing: int | None = None, untold: int | None = None) -> Market:
    """Each line stands still all year and moves on its last session; files at each year's end.

    ``missing``: a year without closes of A; ``untold``: one at whose start the file does not tell
    the fund's total.
    """
    closes = {name: [10.0] for name in "ABCD"}
    for day in DAYS[1:]:
        at = ENDS.index(day) if day in ENDS else 0
        for place, name in enumerate("ABCD"):
            last = closes[name][-1]
            step = 1.0 if not at else 1.1 if place < ROSE[at - 1] else 0.9
            closes[name].append(last * step)
    for row, day in enumerate(DAYS):
        if day.year == missing:
            closes["A"][row] = NAN
    flat = [10.0] * len(DAYS)
    files = [holdings("IWM", str(end), dict.fromkeys("ABCD", 25.0)) for end in ENDS]
    files = [replace(file, whole=file.as_of.year + 1 != untold) for file in files]
    held = prices(DAYS, {**closes, "IWM": flat, "SPY": flat})
    return make_market(held, *files, holdings("SPY", str(ENDS[0]), {"A": 1.0}))


@cache
def year_to_date() -> Snapshot:
    """The answer as of the last session."""
    return take(twelve_years(), Question(window="YTD", basis="pr", daily=True))


def share_up(market: Market, **how: object) -> list[float | None]:
    question = Question(window="YTD", basis="pr", **how)  # type: ignore[arg-type]
    row = find("share_up")
    assert row is not None
    sessions = final_sessions(market, "IWM", "SPY")
    [one] = histories(market, question, "IWM", [row], sessions, "year")
    return [point.value for point in one.points]


def test_a_point_a_year_and_the_rank_of_the_last() -> None:
    held, row = twelve_years(), find("share_up")
    assert row is not None
    sessions = final_sessions(held, "IWM", "SPY")
    question = Question(window="YTD", basis="pr")
    [one] = histories(held, question, "IWM", [row], sessions, "year")
    assert [p.value for p in one.points] == [rose / 4 for rose in ROSE]
    assert [p.end for p in one.points] == ENDS[1:]
    rank = one.rank
    assert rank is not None and rank.claim and rank.side == -1
    # lower was 2007 alone; as low before it 2004, but 2007 is the latest as low
    assert (rank.rank, rank.of, rank.since, rank.first) == (2, 12, ENDS[7], ENDS[1])
    assert history_sentence(one, "25.0 %") == (
        f"IWM, share of lines up YTD to 2012-12-31: 25.0 %, the lowest since {ENDS[7]}, rank 2 of"
        " 12 (12 of 12 points count, from 2001, coverage at least 100.0 %)."
    )


def test_the_ranks_of_an_answer_are_those_of_its_histories() -> None:
    market, snapshot = twelve_years(), year_to_date()
    ranks = ranks_of(market, snapshot)
    rank = ranks["IWM"]["share_up"]
    assert (rank.rank, rank.of, rank.since, rank.coverage) == (2, 12, ENDS[7], 1.0)
    # lines down: three of four, the most but for 2007, when all four fell
    assert (ranks["IWM"]["lines_down"].side, ranks["IWM"]["lines_down"].rank) == (1, 2)
    assert "summation" not in ranks["IWM"] and "share_up" not in ranks.get("SPY", {})
    told = index_document(replace(snapshot, measure_ranks=ranks), snapshot.indices["IWM"])
    assert told["measures"]["share_up"]["history"] == {
        "rank": 2, "of": 12, "every": "year", "side": "low", "since": str(ENDS[7]), "from": 2001,
        "coverage": 1.0, "file_price_weight": 0.0, "claim": True, "estimated": 0,
    }  # fmt: skip
    # an answer of the first year has no other to be ranked among
    early = take(market, Question(window="YTD", basis="pr", as_of=ENDS[1]))
    assert not ranks_of(market, early).get("IWM")


def test_a_month_is_ranked_among_the_months() -> None:
    market = twelve_years()
    snapshot = take(market, Question(window="MTD", basis="pr", daily=True))
    ranks = ranks_of(market, snapshot, ["share_up", "average_correlation", "advances"])["IWM"]
    rank = ranks["share_up"]
    # nothing moves but in Decembers; of eleven earlier ones nine had two of four up or more
    assert (rank.every, rank.rank, rank.of, rank.side) == ("month", 10, 144, 1)
    assert rank.since == ENDS[11]
    assert all(one.every == "year" for name, one in ranks.items() if name != "share_up")
    far = replace(rank, since=ENDS[4])
    [sentence] = history_sentences(replace(snapshot, measure_ranks={"IWM": {"share_up": far}}))
    assert f"{sentence}" == (
        "IWM: share of lines up at 25.0 %, the highest since 31 December 2004, rank 10 of 144 such"
        " windows, one a month, from 2001 on with at least 100.0 % of weight measured, 96 of them"
        # a year-end list is over 100 days old from April's end on: eight of twelve months
        " estimated."
    )
    # a month that is not over is ranked among the same days of other years
    begun = take(market, Question(window="MTD", basis="pr", as_of=date(2012, 12, 20)))
    assert ranks_of(market, begun, ["share_up"])["IWM"]["share_up"].every == "year"


def test_the_note_tells_the_three_rarest_ranks_and_on_what_they_rest() -> None:
    snapshot = year_to_date()
    ranks = ranks_of(twelve_years(), snapshot, NOTED)
    assert set(ranks["IWM"]) <= set(NOTED)
    prose = document(replace(snapshot, measure_ranks=ranks))["prose"]
    ranked = [one for one in prose if " such windows from " in one["sentence"]]
    assert 1 <= len(ranked) <= 3
    [share_up] = [one for one in ranked if "share of lines up" in one["sentence"]]
    assert share_up["sentence"] == (
        "IWM: share of lines up at 25.0 %, the lowest since 31 December 2007, rank 2 of 12 such"
        " windows from 2001 on with at least 100.0 % of weight measured."
    )
    path = "indices.IWM.measures.share_up"
    assert [(n["path"], n["value"]) for n in share_up["numbers"]] == [
        (f"{path}.value", 0.25), (f"{path}.history.since", "2007-12-31"),
        (f"{path}.history.rank", 2), (f"{path}.history.of", 12), (f"{path}.history.from", 2001),
        (f"{path}.history.coverage", 1.0),
    ]  # fmt: skip
    # without ranks nothing is told, nor a year later than five years after the last as low
    assert not history_sentences(snapshot)
    near = replace(ranks["IWM"]["share_up"], since=date(2008, 1, 2))
    assert not history_sentences(replace(snapshot, measure_ranks={"IWM": {"share_up": near}}))
    young = replace(ranks["IWM"]["share_up"], since=None, claim=False)
    assert not history_sentences(replace(snapshot, measure_ranks={"IWM": {"share_up": young}}))


def test_later_data_move_no_point() -> None:
    market = twelve_years()
    assert share_up(market, as_of=ENDS[8]) == [rose / 4 for rose in ROSE[:8]]


def test_a_point_with_too_little_weight_measured_does_not_count() -> None:
    """A has no closes in 2007: a quarter of the weight in 2007, and in 2008 by its start."""
    held, row = twelve_years(2007), find("share_up")
    assert row is not None
    sessions = final_sessions(held, "IWM", "SPY")
    [one] = histories(held, Question(window="YTD", basis="pr"), "IWM", [row], sessions, "year")
    counting = [p.end.year for p in one.points if p.counts]
    assert counting == [y for y in range(2001, 2013) if y not in (2007, 2008)]
    [bad] = [p for p in one.points if p.end.year == 2007]
    assert bad.coverage == pytest.approx(0.75) and "75.0 % of weight" in bad.why
    # without 2007 the latest year as low is 2004
    assert one.rank is not None
    assert (one.rank.rank, one.rank.of, one.rank.since) == (1, 10, ENDS[4])


def test_a_point_on_a_file_that_does_not_tell_its_total_does_not_count() -> None:
    held, row = twelve_years(untold=2007), find("share_up")
    assert row is not None
    sessions = final_sessions(held, "IWM", "SPY")
    [one] = histories(held, Question(window="YTD", basis="pr"), "IWM", [row], sessions, "year")
    [bad] = [point for point in one.points if not point.counts]
    assert (bad.end.year, bad.coverage) == (2007, None)
    assert bad.why == "what part of weight is measured is not known"


def test_a_daily_measure_is_that_of_each_session() -> None:
    held, row = twelve_years(), find("advances")
    assert row is not None
    sessions = final_sessions(held, "IWM", "SPY")
    question = Question(window="YTD", basis="pr", as_of=ENDS[3])
    [one] = histories(held, question, "IWM", [row], sessions, "year")
    assert [p.value for p in one.points] == [float(rose) for rose in ROSE[:3]]
    for name, reason in (
        ("advance_decline_line", "where its sum begins"),
        ("drawdown_median", "every close inside each window"),
    ):
        row = find(name)
        assert row is not None
        with pytest.raises(MeasureError, match=reason):
            histories(held, question, "IWM", [row], sessions, "year")


def test_windows_by_month_and_session() -> None:
    sessions = np.array(DAYS, "datetime64[D]")
    question = Question(window="MTD", as_of=date(2001, 4, 10))
    ends = [w.end for w in windows_of(question, sessions, "month")]
    assert ends == [date(2001, 1, 31), date(2001, 2, 28), date(2001, 3, 30), date(2001, 4, 10)]
    by_session = windows_of(replace(question, window="1D"), sessions, "session")
    assert all(a.end == b.start for a, b in pairwise(by_session))
    with pytest.raises(MeasureError, match="--every year"):
        windows_of(replace(question, window="2000-12-29:2001-03-30"), sessions, "month")


def test_ties_and_short_histories() -> None:
    row = find("median")
    assert row is not None

    def rank_of(*values: float) -> MeasureRank | None:
        years = range(2000, 2000 + len(values))
        places = (Place(date(year, 1, 3), date(year, 12, 29), 1.0, 0.0) for year in years)
        counting = tuple((value, "") for value in values)
        return History("IWM", row, "YTD", "year", tuple(places), counting).rank

    rank = rank_of(0.3, 0.9, 0.5, 0.90001)
    assert rank is not None and not rank.claim
    # equal at four decimals
    assert (rank.side, rank.rank, rank.since) == (1, 1, date(2001, 12, 29))
    assert rank_of(0.5) is None
    on_record = rank_of(*np.linspace(0, 1, 12).tolist())
    assert on_record is not None and on_record.claim
    assert (on_record.rank, on_record.since) == (1, None)


#: Month ends of closes that do not move much, and the one list that speaks for them.
MONTH_ENDS = weekdays("2019-12-02", "2020-05-29")
LISTED = "2020-02-14"


def one_list(adjusted: bool = False) -> Market:
    closes = {name: [10.0 + n % 7 for n in range(len(MONTH_ENDS))] for name in "ABCD"}
    funds = {fund: [10.0] * len(MONTH_ENDS) for fund in ("IWM", "SPY")}
    held = prices(MONTH_ENDS, funds if adjusted else {**closes, **funds},
                  adjusted=closes if adjusted else None)  # fmt: skip
    return make_market(held, holdings("IWM", LISTED, dict.fromkeys("ABCD", 25.0)))


def by_month(market: Market, *names: str, basis: str = "pr") -> tuple[History, ...]:
    question = Question(window="MTD", basis=basis)  # type: ignore[arg-type]
    rows = [row for row in map(find, names) if row is not None]
    sessions = final_sessions(market, "IWM", "SPY")
    return histories(market, question, "IWM", rows, sessions, "month")


def test_a_point_on_a_list_of_a_later_day_is_estimated() -> None:
    top, closes, advances = by_month(one_list(), "share_up", "return", "advances")
    marks = {str(p.start): p.estimated for p in top.points}
    # January and February begin before the list's day, the others after it
    assert marks == {
        "2019-12-31": True, "2020-01-31": True, "2020-02-28": False, "2020-03-31": False,
        "2020-04-30": False,
    }  # fmt: skip
    assert all(p.counts and p.coverage == 1.0 for p in top.points)
    # the fund's own return rests on no list
    assert not any(p.estimated for p in closes.points)
    # on a session it is the list of that day: January's last lies before it, February's behind it
    of_sessions = {str(p.end): p.estimated for p in advances.points}
    assert of_sessions["2020-01-31"] is True and of_sessions["2020-02-28"] is False
    assert top.rank is not None and top.rank.estimated == 2
    assert "5 of 5 points count, from 2020, coverage at least 100.0 %, 2 of them estimated" in (
        history_sentence(top, "50 %")
    )


def test_a_point_on_an_old_list_or_on_adjusted_closes_is_estimated() -> None:
    # 14 February to 24 May is 100 days, so that June's list is too old
    days = weekdays("2019-12-02", "2020-07-31")
    table = {name: [10.0] * len(days) for name in ("IWM", "SPY", "A")}
    market = make_market(prices(days, table), holdings("IWM", LISTED, {"A": 1.0}))
    (old,) = by_month(market, "lines_up")
    marks = [(str(p.start), p.estimated) for p in old.points]
    assert marks[-3:] == [("2020-04-30", False), ("2020-05-29", True), ("2020-06-30", True)]
    (carried,) = by_month(one_list(adjusted=True), "share_up", basis="tr")
    assert [p.estimated for p in carried.points] == [True] * 5


def test_the_note_says_how_many_of_its_windows_are_estimated() -> None:
    snapshot = year_to_date()
    ranks = {"IWM": {**ranks_of(twelve_years(), snapshot)["IWM"]}}
    ranks["IWM"]["share_up"] = replace(ranks["IWM"]["share_up"], estimated=3)
    (told,) = [
        str(sentence)
        for sentence in history_sentences(replace(snapshot, measure_ranks=ranks))
        if "share of lines up" in str(sentence)
    ]
    assert told.endswith("of weight measured, 3 of them estimated.")
