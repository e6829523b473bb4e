"""Numbers and dates are decided for a whole file, or the file is refused with the flag."""

from __future__ import annotations

import math
from datetime import date

import pytest

from cache.facts.column_titles import column_words, fold, synonyms
from cache.facts.errors import SourceError
from cache.sources.notation import date_order, day, decimal_evidence, decimal_mark, number

EVIDENCE = {
    "1.234,5": ",",
    "7,12": ",",
    "0,123": ",",
    "1.234.567": ",",
    "1 234,5": ",",
    "1,234.5": ".",
    "$600.00": ".",
    "60.00%": ".",
    "(1,234.50)": ".",
    "1'234.5": ".",
    "1,234,567": ".",
    "12345.678": ".",
    "0.125": ".",
    "1,234": "?",
    "-7.125": "?",
    "12": "",
    "1 234": "",
    "Dec 31, 2025": "",
}


def test_what_one_cell_tells() -> None:
    assert {text: decimal_evidence(text) for text in EVIDENCE} == EVIDENCE


def test_one_cell_settles_the_file() -> None:
    assert decimal_mark(["7,125", "6,5", "86,375"]) == ","
    assert decimal_mark(["1,000", "86.375", "12.5"]) == "."
    assert decimal_mark(["1", "2"]) == "."
    with pytest.raises(SourceError, match=r"--decimal \. or --decimal ,"):
        decimal_mark(["7,125", "6,500", "100"])
    assert decimal_mark(["7,125", "6,500"], ",") == ","
    # half and half is no file of one notation; one stray cell among forty is a bad cell
    with pytest.raises(SourceError, match="--decimal"):
        decimal_mark(["7,12", "1.5"])
    assert decimal_mark(["1.5"] * 40 + ["7,12"]) == "."


def test_numbers_in_either_notation() -> None:
    assert number("1.234,5", ",") == 1234.5
    assert number("7,125", ",") == 7.125
    assert number("7,125") == 7125.0
    assert number("(1,234.5)") == -1234.5
    assert number("€ 1'234.5") == 1234.5
    assert number("1\u202f234,50", ",") == 1234.5
    assert number("\u22125%") == -5.0
    assert math.isnan(number("N/A"))
    for text, decimal in (
        ("7,12", "."),
        ("1.5", ","),
        ("nan", "."),
        ("1_000", "."),
        ("1.2.3", ","),
    ):
        with pytest.raises(ValueError):
            number(text, decimal)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-05",
        "20260305",
        "2026/3/5",
        "2026-03-05T16:00:00",
        "Mar 5, 2026",
        "March 5th, 2026",
        "05-Mar-2026",
        "05/Mar/2026",
        "05.Mar.2026",
        "5. März 2026",
        "5 maart 2026",
        "5 mars 2026",
        "5-Mar-26",
    ],
)
def test_days_that_need_no_order(text: str) -> None:
    assert day(text) == date(2026, 3, 5)
    assert date_order([text]) is None


@pytest.mark.parametrize(
    ("text", "month"),
    [("30/Okt/2026", 10), ("1. Dezember 2026", 12), ("2 mei 2026", 5), ("3 août 2026", 8)],
)
def test_months_in_other_languages(text: str, month: int) -> None:
    assert day(text).month == month


def test_one_date_settles_the_order() -> None:
    assert date_order(["03/04/2026", "13/04/2026"]) == "dmy"
    assert date_order(["03/04/2026", "04/13/2026"]) == "mdy"
    assert date_order(["31.12.25"]) == "dmy"
    assert date_order(["04/04/2026"]) is not None, "either order gives the same day"
    with pytest.raises(SourceError) as refused:
        date_order(["03/04/2026", "05/06/2026"])
    reason = refused.value.reason
    assert "3 April 2026 (--dates dmy)" in reason and "4 March 2026 (--dates mdy)" in reason
    assert date_order(["03/04/2026"], "mdy") == "mdy"
    assert date_order(["03/04/2026"], hint="dmy") == "dmy"
    assert date_order(["12/31/2025"], hint="dmy") == "mdy", "what the file shows comes first"
    with pytest.raises(SourceError, match="more than one order"):
        date_order(["13/01/2026", "01/13/2026"])


def test_numeric_days() -> None:
    assert day("03/04/2026", "dmy") == date(2026, 4, 3)
    assert day("03/04/2026", "mdy") == date(2026, 3, 4)
    assert day("26.04.03", "ymd") == date(2026, 4, 3)
    for text in ("03/04/2026", "31/02/2026", "Foo 3, 2026", "12", "2026-13-01"):
        with pytest.raises(ValueError):
            day(text)
    with pytest.raises(ValueError):
        day("31/04/2026", "dmy")


def test_titles_of_columns_mean_one_thing() -> None:
    assert fold(" Weight_(%) ") == fold("weight %") == "weight%"
    for files in ("holdings", "prices"):
        table = synonyms(files)
        assert set(table.values()) == set(column_words(files))
    assert synonyms("holdings")[fold("Shares Held")] == "quantity"
    assert synonyms("prices")[fold("adj_close")] == "adj_close"
