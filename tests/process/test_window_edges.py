"""Windows at their edges, through `take` and through the note: the answer, or why there is none."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.answer.snapshot import Question, take
from core.data.errors import UnavailableError
from core.data.frames import dates_of
from core.data.market import Market
from core.measures.spread import Spread
from tests.market import make_market, prices
from tui.cli.dispatch import run

#: Exchange days of the tests: weekdays less the first of January and Thanksgiving 2025.
CLOSED = {f"{year}-01-01" for year in range(2010, 2030)} | {"2025-11-27"}
Note = Callable[..., tuple[int, dict[str, Any] | str]]


def sessions(first: str, last: str) -> list[date]:
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    return [d.item() for d in days[np.is_busday(days)] if str(d) not in CLOSED]


def level(day: date) -> float:
    """A close that says its day: 100 at the start of 2010, a hundredth more each day."""
    return 100 + (day - date(2010, 1, 1)).days / 100


def held(small: Sequence[date], large: Sequence[date]) -> dict[str, dict[date, float]]:
    return {"IWM": {d: level(d) for d in small}, "SPY": dict.fromkeys(large, 50.0)}


def in_core(closes: dict[str, dict[date, float]]) -> Market:
    days = sorted({d for own in closes.values() for d in own})
    table = {s: [own.get(d, float("nan")) for d in days] for s, own in closes.items()}
    market = make_market(prices(days, table))
    calendar = dates_of(sessions("2009-12-31", "2027-12-31"))
    return replace(market, reference=replace(market.reference, sessions=calendar))


@pytest.fixture
def note(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Note:
    """Import closes and write the note: (exit code, its JSON or the sentence on stderr)."""

    def call(closes: dict[str, dict[date, float]], *argv: str) -> tuple[int, Any]:
        rows = [f"{s},{d},{v!r}" for s, own in closes.items() for d, v in own.items()]
        file = tmp_path / "closes.csv"
        file.write_text("\n".join(["symbol,date,close", *rows]) + "\n")
        home = ["--home", str(tmp_path / "home")]
        assert run(["import", "prices", str(file), *home]) in (0, 1)
        capsys.readouterr()
        code = run(["note", "--format", "json", "--basis", "pr", *argv, *home])
        out, err = capsys.readouterr()
        return code, json.loads(out) if out else err

    return call


def spread_of(own: Market, window: str, as_of: str) -> Spread:
    found = take(own, Question(window=window, as_of=date.fromisoformat(as_of), basis="pr")).spread
    assert found is not None
    return found


def test_29_february_is_an_anchor_and_28_february_in_other_years(note: Note) -> None:
    """29 February 2020 is a Saturday: its close is that of the 28th; 2023 and 2021 have none."""
    closes = held(*[sessions("2019-12-30", "2024-04-30")] * 2)
    own = spread_of(in_core(closes), "2024-02-29:2024-04-30", "2024-04-30")
    starts = {y.year: str(y.start) for y in own.same_window.history}
    assert starts == {
        2020: "2020-02-28", 2021: "2021-02-26", 2022: "2022-02-28", 2023: "2023-02-28",
        2024: "2024-02-29",
    }  # fmt: skip
    expected = level(date(2024, 4, 30)) / level(date(2024, 2, 29)) - 1
    assert own.small_return == pytest.approx(expected)
    code, told = note(closes, "--window", "2024-02-29:2024-04-30", "--as-of", "2024-04-30")
    assert code == 1 and isinstance(told, dict)  # no holdings: answered in part
    assert [y["start"] for y in told["spread"]["same_window"]["history"]] == list(starts.values())


def test_a_year_back_from_29_february_is_28_february(note: Note) -> None:
    closes = held(*[sessions("2023-01-02", "2024-02-29")] * 2)
    own = take(in_core(closes), Question(window="1Y", as_of=date(2024, 2, 29), basis="pr"))
    assert (str(own.window.start), str(own.window.end)) == ("2023-02-28", "2024-02-29")
    code, told = note(closes, "--window", "1Y", "--as-of", "2024-02-29")
    assert code == 1 and isinstance(told, dict)
    assert told["question"]["start"] == "2023-02-28"


def test_a_half_day_is_a_full_session(note: Note) -> None:
    """28 November 2025 closed at 13:00: it ends a day, and the next one starts from it."""
    closes = held(*[sessions("2025-11-03", "2025-12-05")] * 2)
    own = in_core(closes)
    for as_of, start, end in (
        ("2025-11-28", "2025-11-26", "2025-11-28"),
        ("2025-12-01", "2025-11-28", "2025-12-01"),
    ):
        window = take(own, Question(window="1D", as_of=date.fromisoformat(as_of))).window
        assert (str(window.start), str(window.end)) == (start, end)
        code, told = note(closes, "--window", "1D", "--as-of", as_of)
        assert code == 1 and isinstance(told, dict)
        assert (told["question"]["start"], told["question"]["end"]) == (start, end)
        expected = level(date.fromisoformat(end)) / level(date.fromisoformat(start)) - 1
        assert told["spread"]["small_return"] == pytest.approx(expected)


def test_a_fund_younger_than_the_window_is_refused_with_its_first_close(note: Note) -> None:
    young = held(sessions("2026-03-02", "2026-06-26"), sessions("2025-01-02", "2026-06-26"))
    words = "window YTD: no close near 2025-12-31; there is none before it"
    with pytest.raises(UnavailableError, match=words):
        take(in_core(young), Question(as_of=date(2026, 6, 26), basis="pr"))
    code, told = note(young, "--window", "YTD", "--as-of", "2026-06-26")
    assert code == 3 and isinstance(told, str)
    assert words in told and told.count("\n") == 1
    assert spread_of(in_core(young), "3M", "2026-06-26").same_window.history[-1].year == 2026


def test_the_same_window_counts_from_the_first_year_with_both_closes(note: Note) -> None:
    """The fund began on 1 July 2019: YTD is first known for 2020, H2 for no year before it."""
    began = held(sessions("2019-07-01", "2026-06-26"), sessions("2012-01-03", "2026-06-26"))
    own = spread_of(in_core(began), "YTD", "2026-06-26")
    assert [y.year for y in own.same_window.history] == list(range(2020, 2027))
    assert own.same_window.first_year == 2020 and not own.same_window.claim
    assert [y.year for y in own.full_years.history] == list(range(2020, 2026))
    code, told = note(began, "--window", "YTD", "--as-of", "2026-06-26")
    assert code == 1 and isinstance(told, dict)
    years = told["spread"]["same_window"]["history"]
    assert [y["year"] for y in years] == list(range(2020, 2027))
    assert told["spread"]["same_window"]["on_record"] is False


def test_a_pair_whose_calendars_differ_is_measured_on_common_closes(note: Note) -> None:
    """SPY lacks the last close of 2025 and IWM that of 26 June: neither stands for the other."""
    days = sessions("2025-12-15", "2026-06-26")
    apart = held(
        [d for d in days if d != date(2026, 6, 26)], [d for d in days if d != date(2025, 12, 31)]
    )
    own = take(in_core(apart), Question(as_of=date(2026, 6, 26), basis="pr"))
    assert (str(own.window.start), str(own.window.end)) == ("2025-12-30", "2026-06-25")
    assert own.spread is not None and len(own.spread.sessions) == len(days) - 13
    expected = level(date(2026, 6, 25)) / level(date(2025, 12, 30)) - 1
    assert own.spread.small_return == pytest.approx(expected)
    code, told = note(apart, "--as-of", "2026-06-26")
    assert code == 1 and isinstance(told, dict)
    assert told["question"]["start"] == "2025-12-30" and told["as_of"] == "2026-06-25"
    assert told["spread"]["small_return"] == pytest.approx(expected)


@pytest.mark.parametrize(("last", "known"), [("2025-12-24", True), ("2025-12-23", False)])
def test_a_close_more_than_seven_days_before_its_anchor_stands_for_nothing(
    note: Note, last: str, known: bool
) -> None:
    """From the 24th to the 31st it is seven days, from the 23rd eight."""
    days = [*sessions("2025-11-03", last), *sessions("2026-01-05", "2026-01-30")]
    closes = held(days, days)
    question = Question(as_of=date(2026, 1, 30), basis="pr")
    if known:
        assert str(take(in_core(closes), question).window.start) == last
    else:
        with pytest.raises(UnavailableError, match="the last one before it is of 2025-12-23"):
            take(in_core(closes), question)
    code, told = note(closes, "--as-of", "2026-01-30")
    if known:
        assert code == 1 and isinstance(told, dict) and told["question"]["start"] == last
    else:
        assert code == 3 and isinstance(told, str)
        assert "no close near 2025-12-31; the last one before it is of 2025-12-23" in told
