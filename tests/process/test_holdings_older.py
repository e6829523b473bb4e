"""iShares' files of 2006 to 2016: asset class "Other" for stocks, no sectors, cross listings."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from cache.sources.holdings.read import read_holdings

NOW = datetime(2026, 6, 26, 21, 30, tzinfo=UTC)
HEAD = (
    'iShares Core S&P 500 ETF\nFund Holdings as of,"Sep 29, 2006"\nInception Date,"May 15, 2000"\n'
    'Shares Outstanding,"1,000.00"\nStock,"-"\nBond,"-"\nCash,"-"\nOther,"-"\n\u00a0\n'
    "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Shares,Price,Location,"
    "Exchange,Currency,FX Rate,Accrual Date\n"
)
ROW = '"{}","{}","-","{}","{}","{}","{}","{}","{}","{}","{}","USD","1.00","-"\n'


def lines(*rows: tuple[str, str, str, str, str]) -> bytes:
    text = HEAD
    for ticker, name, kind, value, shares in rows:
        price = f"{float(value.replace(',', '')) / float(shares.replace(',', '')):.2f}"
        place = ("-", "-") if ticker.startswith("0R") else ("United States", "NASDAQ")
        text += ROW.format(ticker, name, kind, value, "10.00", value, shares, price, *place)
    return text.encode()


STOCKS = [
    ("XOM", "EXXON MOBIL CORP", "Other", "600,000.00", "10,000.00"),
    ("GE", "GENERAL ELECTRIC CO", "Other", "300,000.00", "8,000.00"),
    ("0R01", "CITIGROUP INC", "Other", "50,000.00", "1,000.00"),
]
CASH = ("USD", "USD CASH", "Cash and/or Derivatives", "50,000.00", "50,000.00")


def test_stocks_classed_as_other_are_stocks_where_the_file_has_hardly_any_else() -> None:
    file = read_holdings(lines(*STOCKS, CASH), fund="IVV", now=NOW)
    held = file.holdings
    assert (held.as_of, held.symbols[:2], held.sectors[:2]) == (
        date(2006, 9, 29),
        ("XOM", "GE"),
        ("", ""),
    )
    assert held.total == pytest.approx(1_000_000.0)
    assert held.value[:2].tolist() == [600_000.0, 300_000.0]
    assert 'of asset class "Other" are read as stocks' in " ".join(file.reading.notes)
    assert ("USD", "cash and/or derivatives, not a stock") in [
        (o.symbol, o.reason) for o in held.others
    ]


def test_beside_equity_a_row_of_another_class_stays_none() -> None:
    today = [(t, n, "Equity", v, s) for t, n, _, v, s in STOCKS[:2]]
    odd = ("GOLDX", "SOME TRUST", "Other", "1,000.00", "100.00")
    held = read_holdings(lines(*today, odd, CASH), fund="IVV", now=NOW).holdings
    assert held.symbols == ("XOM", "GE")
    assert ("GOLDX", "other, not a stock") in [(o.symbol, o.reason) for o in held.others]
