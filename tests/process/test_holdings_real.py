"""The readers over issuers' own files, where these are at hand."""

from __future__ import annotations

import csv
import math
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from cache.sources.holdings.read import read_holdings
from tests.cache.holdings_maker import NOW

REAL = Path(__file__).resolve().parents[3] / "shared" / "real"
real = pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not here")


def rows_of(name: str) -> list[dict[str, str]]:
    """The table of a real iShares file, read with nothing but the csv module."""
    with (REAL / name).open(encoding="utf-8-sig", newline="") as file:
        cells = list(csv.reader(file))
    start = next(i for i, row in enumerate(cells) if row and row[0] == "Ticker")
    return [dict(zip(cells[start], row, strict=True)) for row in cells[start + 1 :] if len(row) > 5]


@real
@pytest.mark.parametrize(
    ("name", "fund", "as_of", "equity", "no_stocks"),
    [
        # CVRs, escrow, private vesting shares and unlisted lines, counted by eye in the files.
        ("IWM_2026-01-21.csv", "IWM", date(2026, 1, 21), 1952, 9),
        ("IWM_2026-05-05.csv", "IWM", date(2026, 5, 5), 1924, 10),
        ("IVV_2025-11-18.csv", "IVV", date(2025, 11, 18), 503, 0),
        # 51 swaps and two private lines of warrants.
        ("IJR_2026-06-19.csv", "IJR", date(2026, 6, 19), 657, 53),
    ],
)
def test_real_ishares(name: str, fund: str, as_of: date, equity: int, no_stocks: int) -> None:
    rows = rows_of(name)
    assert Counter(row["Asset Class"] for row in rows)["Equity"] == equity
    file = read_holdings(REAL / name, now=NOW)
    held = file.holdings
    assert (held.fund, held.as_of) == (fund, as_of)
    assert file.rejected == ()
    assert len(held.symbols) == equity - no_stocks
    assert len(held.others) == len(rows) - len(held.symbols)
    values = [float(row["Market Value"].replace(",", "")) for row in rows]
    assert held.total == pytest.approx(math.fsum(values), rel=1e-12)
    assert not set(held.symbols) & {"XTSLA", "USD", "-", "ADRO", "P5N994", "BRKB", "MOGA"}
    assert file.raw == (REAL / name).read_bytes()


@real
def test_real_collateral_is_not_the_stock() -> None:
    held = read_holdings(REAL / "IVV_2025-11-18.csv", now=NOW).holdings
    row = next(row for row in rows_of("IVV_2025-11-18.csv") if row["Ticker"] == "JPM")
    at = held.symbols.index("JPM")
    assert held.value[at] == float(row["Market Value"].replace(",", ""))
    assert [left.name for left in held.others if left.symbol == "JPM"] == [
        "CASH COLLATERAL USD JPM"
    ]
    assert "BRK-B" in held.symbols


@real
def test_real_ssga_and_invesco() -> None:
    held = read_holdings(REAL / "SPY_2025-11-18.xlsx", now=NOW).holdings
    assert (held.fund, held.as_of, len(held.symbols)) == ("SPY", date(2025, 11, 18), 503)
    assert {"BRK-B", "BF-B", "GOOG", "GOOGL"} <= set(held.symbols)
    assert held.symbols[0] == "NVDA"
    assert held.identifiers[0] == "cusip:67066G104"
    assert held.value[0] == 7.830057
    assert held.total == pytest.approx(99.951485, abs=1e-6)
    held = read_holdings(REAL / "QQQ_invesco_2025-09-26.csv", now=NOW).holdings
    assert (held.fund, held.as_of, len(held.symbols)) == ("QQQ", date(2025, 9, 26), 101)
    assert held.symbols[:3] == ("NVDA", "MSFT", "AAPL")
    assert held.value[0] == 36397058929.51
