"""Funds that cannot be measured are refused with what can be done; weights are called weights."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import pytest

from cache.facts.errors import SourceError
from cache.sources.holdings.layouts import parse
from cache.sources.holdings.read import FileReading, HoldingsFile
from cache.sources.holdings.report import left_out, report
from core.data.frames import Holdings, LeftOut
from tests.cache.holdings_maker import read

GERMAN = """Fondsposition per,30/Sep/2026

Emittententicker,Name,Anlageklasse,Marktwert,Gewichtung (%),ISIN,Kurs,Standort,Börse,Marktwährung
"SAP","SAP SE","Aktien","60.000,00","60,00","DE0007164600","238,00","Deutschland","Xetra","EUR"
"ALV","ALLIANZ SE","Aktien","39.500,00","39,50","DE0008404005","350,00","Deutschland","Xetra","EUR"
"EUR","EUR CASH","Cash","500,00","0,50","-","100,00","Europäische Union","-","EUR"
"""
BY_ISIN = """Name,ISIN,Country,Currency,Exchange,Type of Security,Weighting
NVIDIA CORP ORD,US67066G1040,United States,USD,NASDAQ,Equity,60%
APPLE INC ORD,US0378331005,United States,USD,NASDAQ,Equity,40%
"""


def refusal(text: str) -> str:
    with pytest.raises(SourceError) as error:
        parse(io.BytesIO(text.encode()), {"fund": "TST"})
    return error.value.reason


def test_a_fund_of_another_market_is_refused_with_why_it_cannot_be_measured() -> None:
    words = refusal(GERMAN)
    assert words.startswith("names no stock that is listed in the United States (the first: SAP SE")
    assert "Frankfurt, EUR)" in words and words.endswith("cannot be measured")
    # one line in New York is measured, and the others are left out by name
    mixed = GERMAN.replace("DE0008404005", "US0378331005").replace('"Xetra","EUR"', '"NYSE","USD"')
    mixed = mixed.replace('"NYSE","USD"', '"Xetra","EUR"', 1)
    fields, _ = parse(io.BytesIO(mixed.encode()), {"fund": "TST"})
    assert fields["symbols"] == ["ALV"]
    assert {name for _, name, _, _ in fields["others"]} == {"SAP SE", "EUR CASH"}


def test_weights_have_the_percent_sign_all_or_none() -> None:
    """0.3 beside 40% is a third of a percent or a third; 0 is 0 either way."""
    rows = "symbol,weight\nA,40%\nB,{}\nC,0\n"
    assert refusal(rows.format("0.3")) == (
        'has weights with a percent sign and without: "40%" in line 2 and "0.3" in line 3;'
        " use one way"
    )
    fields, _ = parse(io.BytesIO(rows.format("60%").encode()), {"fund": "TST"})
    assert fields["symbols"][:2] == ["A", "B"]


def test_a_file_without_tickers_says_what_it_lacks() -> None:
    words = refusal(BY_ISIN)
    assert words.startswith("has no ticker in any row of a stock (the first: NVIDIA CORP ORD)")
    assert "--columns symbol=TITLE" in words
    without_names = refusal("symbol,name,weight\n-,,60%\n,,40%\n")
    assert without_names.startswith("has no ticker in any row of a stock (the first: a row without")
    assert left_out([LeftOut("TCBI", "", 0.01, "no value")]) == ["left out: TCBI 1.00%, no value"]
    head, *rows = BY_ISIN.splitlines()
    named = [f"{head},ticker", f"{rows[0]},NVDA", f"{rows[1]},AAPL"]
    fields, _ = parse(io.BytesIO("\n".join(named).encode()), {"fund": "TST"})
    assert fields["symbols"] == ["NVDA", "AAPL"]


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("ticker,weight\nAAPL,59.95%\nMSFT,40%\n", 0.9995),
        ("ticker,weight\nAAPL,0.6\nMSFT,0.4\n", 1.0),
        ("ticker,market value\nAAPL,59.95\nMSFT,40\n", None),
    ],
)
def test_a_file_of_weights_says_what_they_add_up_to(text: str, weights: float | None) -> None:
    fields, arrays = parse(io.BytesIO(text.encode()), {"fund": "TST"})
    assert fields["weights"] == (None if weights is None else pytest.approx(weights, abs=1e-12))
    blank, none = ("", ""), np.full(2, np.nan)
    rows = Holdings("TST", date(2026, 9, 30), ("AAPL", "MSFT"), blank, blank, none, none,
                    arrays["value"], fields["total"])  # fmt: skip
    reading = FileReading(fields["titles"], (), ".", fields["currency"], fields["weights"], ())
    line = report(HoldingsFile(rows, b"", (), reading))[2]
    if weights is None:
        assert line.endswith("total 99.95")
    else:
        assert line.endswith(f"the weights add up to {100 * weights:.2f} %") and "total" not in line


def test_a_currency_that_nobody_lists_is_never_taken_for_dollars() -> None:
    words = "several currencies (USD, XTS)"
    assert words in refusal("ticker,market value,currency\nAAA,100,XTS\nBBB,50,USD\nCCC,50,USD\n")
    # nor where the file has rates: what one is worth is not known
    rated = "ticker,market value,currency,fx rate\nAAA,100,XTS,2\nBBB,50,USD,1\nCCC,50,USD,1\n"
    assert words in refusal(rated)
    alone = "ticker,market value,currency\nAAA,100,XTS\nBBB,50,XTS\n"
    assert "AAA, listed in XTS" in refusal(alone)


def test_a_row_that_stands_twice_word_for_word_counts_once() -> None:
    """As where a table was pasted twice in part; two lots of one stock are added up."""
    rows = ("AAA,A,100,10,1000", "BBB,B,50,20,1000", "AAA,A,100,10,1000", "BBB,B,25,20,500")
    text = (
        "symbol,name,quantity,price,market value\n"
        + "\n".join(rows)
        + "\n,CASH,,,500\n,CASH,,,500\n"
    )
    fields, arrays = parse(io.BytesIO(text.encode()), {"fund": "TST"})
    assert dict(zip(fields["symbols"], arrays["value"], strict=True)) == {"AAA": 1000, "BBB": 1500}
    assert fields["total"] == 3500
    assert fields["rejected"] == [(4, "", "AAA", "is line 2 once more, and counts once")]


@pytest.mark.parametrize(("exchanged", "told"), [(0, False), (1, False), (6, True)])
def test_weights_that_are_not_those_of_the_values_are_told(exchanged: int, told: bool) -> None:
    """Two lines of twenty, or six, have the weights of one another; none of the others is off."""
    values = [1000.0 * (n + 1) for n in range(20)]
    weights = [100 * value / sum(values) for value in values]
    for n in range(0, 2 * (exchanged // 2), 2):
        weights[n], weights[n + 1] = weights[n + 1], weights[n]
    text = "Fund,Date,Ticker,Name,Market Value,Weight (%)\n" + "".join(
        f"IWM,2026-06-05,QA{chr(65 + n)},Corp {n},{value:.2f},{weight:.2f}\n"
        for n, (value, weight) in enumerate(zip(values, weights, strict=True))
    )
    file = read(text)
    words = "the weights of 6 of 20 rows are not those of their values (QAA: 0.95%, by its value"
    assert any(words in note for note in file.reading.notes) == told
    assert file.holdings.value.tolist() == values
