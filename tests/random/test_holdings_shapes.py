"""One fund's holdings in any shape a file may have: the plain answer, or a refusal, nothing else.

Columns are renamed and shuffled, rows split over sections, funds, listings and currencies,
numbers and dates written another country's way; the answer is reckoned here from the rows.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cache.facts.errors import SourceError
from cache.sources.holdings.layouts import parse
from tests.examples import examples

TICKERS = ("AAPL", "MSFT", "DG", "ROG", "OR", "XOM", "BEL", "KER")
ABROAD = (
    ("Nyse Euronext - Euronext Paris", "EUR", "France", "FR"),
    ("Tokyo Stock Exchange", "JPY", "Japan", "JP"),
    ("SIX Swiss Exchange", "CHF", "Switzerland", "CH"),
    ("London Stock Exchange", "GBP", "United Kingdom", "GB"),
    ("Nasdaq Omx Nordic", "SEK", "Sweden", "SE"),
)
#: Units of each currency a dollar.
RATES = {"USD": 1.0, "EUR": 0.85, "JPY": 156.5, "CHF": 0.8, "GBP": 0.77, "SEK": 9.5}
TITLES = {
    "symbol": ("Ticker", "Symbol", "StockTicker", "Holding Ticker", "Emittententicker", "TICKER"),
    "name": ("Name", "Security Name", "Company", "Description", "Holdings", "Bezeichnung"),
    "value": ("Market Value", "MarketValue", "Marktwert", "market_value", "Valeur de marché"),
    "weight": ("Weight (%)", "% of Net Assets", "Percent of Assets", "Gewichtung (%)"),
    "quantity": ("Quantity", "Shares", "Shares Held", "Nominale"),
    "price": ("Price", "Kurs", "Market Price"),
    "exchange": ("Exchange", "Börse", "Primary Exchange"),
    "market": ("Market Currency", "Local Currency", "Marktwährung"),
    "currency": ("Currency", "CCY"),
    "fx": ("FX Rate", "Exchange (fx) Rate"),
    "fund": ("Fund", "fund", "ETF_Ticker", "Account", "AccountTicker", "strategy book", "X7"),
    "note": ("Remark", "Beta 3Y", "As Reported"),
}
HEADINGS = ("Energy", "Common Stocks", "Section two", "Continued")


@dataclass(frozen=True)
class Row:
    """A line of a fund: ``home`` is where it is listed, None in the United States."""

    symbol: str
    name: str
    cents: int
    home: tuple[str, str, str, str] | None


CENTS = st.integers(100, 9_999_999)
LISTED_HERE = st.lists(st.sampled_from(TICKERS), min_size=1, unique=True)
LISTED_ABROAD = st.lists(st.tuples(st.sampled_from(TICKERS), st.sampled_from(ABROAD)), max_size=4,
                         unique_by=lambda listed: listed[0])  # fmt: skip
TITLED = {word: st.sampled_from(titles) for word, titles in TITLES.items()}
HEADING = st.sampled_from(HEADINGS)
DELIMITER = st.sampled_from(",;\t")


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """US lines of different tickers, and lines abroad that may bear the same tickers."""
    found = [
        Row(ticker, f"{ticker.title()} works inc", draw(CENTS), None)
        for ticker in draw(LISTED_HERE)
    ]
    for ticker, home in draw(LISTED_ABROAD):
        name = f"Other {ticker.lower()} of {home[2]}"
        found.append(Row(ticker, name, draw(CENTS), home))
    return draw(st.permutations(found))


def written(value: float, comma: bool, thousands: bool, places: int = 2) -> str:
    """A number in one of two notations."""
    text = f"{value:,.{places}f}" if thousands else f"{value:.{places}f}"
    return text.translate(str.maketrans(",.", ".,")) if comma else text


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, dict[str, float], bool]:
    """A file, the weights of its US lines, and whether the file may be refused."""
    lines = draw(rows())
    abroad = any(row.home for row in lines)
    listed = abroad or draw(st.booleans())
    local = draw(st.booleans()) and listed  # prices in the listing's own currency
    rated = draw(st.booleans())
    funds = draw(st.booleans())
    weighed = draw(st.booleans())
    comma, thousands = draw(st.booleans()), draw(st.booleans())
    total = sum(row.cents for row in lines)
    columns = ["symbol", "name", *(["quantity", "price"] if local else ["value"])]
    columns += ["exchange", "currency" if local else "market"] if listed else []
    columns += ["fx"] if local and rated else []
    columns += ["weight"] if weighed else []
    columns += ["fund"] if funds else []
    columns += ["note"] if draw(st.booleans()) else []
    columns = draw(st.permutations(columns))
    titles = {word: draw(TITLED[word]) for word in columns}

    def cells(row: Row, fund: str, whole: int) -> list[str]:
        money = row.home[1] if row.home else "USD"
        rate = RATES[money]
        numbers = {
            "value": row.cents / 100,
            "quantity": row.cents / 100,
            "price": rate,
            "fx": rate,
            "weight": 100 * row.cents / whole,
        }
        texts = {
            "symbol": row.symbol,
            "name": row.name,
            "exchange": row.home[0] if row.home else "New York Stock Exchange Inc.",
            "market": money,
            "currency": money,
            "fund": fund,
            "note": "-",
        }
        return [
            written(numbers[word], comma, thousands, 6 if word == "weight" else 2)
            if word in numbers
            else texts[word]
            for word in columns
        ]

    table = [cells(row, "FND", total) for row in lines]
    if funds:
        others = draw(rows())
        whole = sum(row.cents for row in others)
        table += [cells(row, "OTH", whole) for row in others]
        table = draw(st.permutations(table))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(table)))
        heading = [draw(HEADING)]
        table[at:at] = [[], heading] if draw(st.booleans()) else [[]]
    head = [["Invented fund"], []] if draw(st.booleans()) else []
    foot = [[], ["What stands above is invented, and says nothing."]] if draw(st.booleans()) else []
    out = io.StringIO()
    delimiter = draw(DELIMITER)
    titled = [titles[word] for word in columns]
    csv.writer(out, delimiter=delimiter).writerows([*head, titled, *table, *foot])
    weights = {row.symbol: row.cents / total for row in lines if row.home is None}
    refusable = (
        # values in a currency each, or in one: without weights nothing tells
        (listed and abroad and not weighed and not (local and rated))
        or (listed and funds and not weighed)
    )
    return out.getvalue().encode(), weights, refusable


@examples(300)
@given(files())
def test_the_plain_answer_or_a_refusal(made: tuple[bytes, dict[str, float], bool]) -> None:
    data, weights, refusable = made
    try:
        fields, arrays = parse(io.BytesIO(data), {"fund": "FND"})
    except SourceError:
        assert refusable, data.decode()
        return
    found = dict(zip(fields["symbols"], (arrays["value"] / fields["total"]).tolist(), strict=True))
    # weights are written to a millionth of a percent
    assert found == pytest.approx(weights, rel=1e-3, abs=2e-8), data.decode()
    assert math.isfinite(fields["total"]) and fields["rejected"] == [], data.decode()


def test_the_shapes_are_not_all_refused() -> None:
    """The test above is worth nothing where every file is refused."""
    data = b"Ticker;Name;Marktwert\nAAPL;Apple;1.000,50\nDG;Dollar General;3.001,50\n"
    fields, arrays = parse(io.BytesIO(data), {"fund": "FND"})
    assert arrays["value"].tolist() == [1000.5, 3001.5] and fields["total"] == 4002.0
