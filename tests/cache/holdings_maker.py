"""Holdings files as the issuers lay them out, with invented rows; no issuer's data is in them."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import openpyxl
import pytest

from cache.facts.errors import SourceError
from cache.sources.holdings.read import HoldingsFile, read_holdings

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
HEAD = """\ufeffiShares Russell 2000 ETF
Fund Holdings as of,"Jan 21, 2026"
Inception Date,"May 22, 2000"
Shares Outstanding,"1,000.00"
Stock,"-"
Bond,"-"
Cash,"-"
Other,"-"
\u00a0
"""
OLD = (
    "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Quantity,Price,"
    "Location,Exchange,Currency,FX Rate,Market Currency,Accrual Date\n"
)
NEW = (
    "Ticker,Name,Type,Sector,Asset Class,Market Value,Notional Value,Quantity,Price,Location,"
    "Exchange,Currency,FX Rate,Market Currency,Accrual Date,Market Weight,Notional Weight\n"
)
FOOTER = (
    '\u00a0\n"The content contained herein is invented.\nSee nowhere, for more, commas, '
    'and lines.\nThe values for \u201cprice\u201d are made up."\n'
)


def old(
    ticker: str, name: str, value: str, quantity: str = "10.00", price: str = "5.00", **more: str
) -> str:
    """A row of the 15-column layout; total value is typed by the test."""
    cells = [ticker, name, more.get("sector", "Industrials"), more.get("asset", "Equity"), value]
    cells += [more.get("weight", "0.00"), value, quantity, price, "United States"]
    cells += [more.get("exchange", "NASDAQ"), "USD", "1.00", "USD", "-"]
    return ",".join(f'"{cell}"' for cell in cells) + "\n"


def new(ticker: str, name: str, type_: str, value: str, asset: str = "Equity") -> str:
    """A row of the 17-column layout."""
    cells = [ticker, name, type_, "Energy", asset, value, "9,999.00", "100.00", "12.50"]
    cells += ["United States", "NYSE", "USD", "1.00", "USD", "-", "0.66", "0.65"]
    return ",".join(f'"{cell}"' for cell in cells) + "\n"


def read(text: str | bytes, **options: object) -> HoldingsFile:
    """Read made-up text or bytes."""
    raw = text.encode() if isinstance(text, str) else text
    return read_holdings(raw, "made.csv", now=NOW, **options)  # type: ignore[arg-type]


def refusal(text: str | bytes, **options: object) -> str:
    """What the reader says of a file it refuses."""
    with pytest.raises(SourceError) as caught:
        read(text, **options)
    said = str(caught.value)
    assert said.isprintable()
    assert said.startswith("made.csv")
    return said


def others(file: HoldingsFile) -> dict[str, str]:
    """Name of each row that is no stock -> reason."""
    return {left.name: left.reason for left in file.holdings.others}


def ssga(rows: list[list[object]], sheet: str = "holdings") -> bytes:
    """A workbook as SSGA makes them, with these rows in its table."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    page.append(["Fund Name:", "SPDR® S&P 500® ETF Trust"])
    page.append(["Ticker Symbol:", "SPY"])
    page.append(["Holdings:", "As of 18-Nov-2025"])
    page.append([])
    page.append(
        ["Name", "Ticker", "Identifier", "SEDOL", "Weight", "Sector", "Shares Held", "Currency"]
    )
    for row in rows:
        page.append(row)
    page.append([])
    page.append(["Past performance is not a reliable indicator, says nobody."])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


SSGA_ROWS: list[list[object]] = [
    ["NAUGHT CORP", "NA", "111111111", "2379504", 60.123456, "-", 1000.0, "USD"],
    ["BETA HATHAWAY CL B", "BRK.B", "22222222B", "2046251", 39.5, "-", 500.5, "USD"],
    ["NUMBER CO", "0005", "KY3333333333", "-", 0.25, "-", 10, "USD"],
    ["LOGICAL INC", True, "-", "-", 0.0625, "-", 10, "USD"],
    ["US DOLLAR", "-", "999USDZ92", "-", 0.05, "-", 7321.53, "USD"],
]
