"""Holdings files in every layout: what is a stock, what it is worth, what is refused."""

from __future__ import annotations

import math
import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from cache.facts.errors import SourceError
from cache.facts.funds import Fund
from cache.sources.holdings.read import read_holdings
from cache.sources.sandbox import Children
from tests.cache.holdings_maker import (
    FOOTER,
    HEAD,
    NEW,
    NOW,
    OLD,
    SSGA_ROWS,
    new,
    old,
    others,
    read,
    refusal,
    ssga,
)


@pytest.mark.limited
def test_ishares_old_layout() -> None:
    text = HEAD + OLD
    text += old("AAA", "ALPHA WORKS", "1,234,567.50", "24,691.35", "50.00")
    text += old("BRKB", "BETA HOLDING CLASS B", "400,000.00", sector="Communication")
    text += old("TRUE", "TRUECRAFT INC", "300,000.00", sector="Health Care")
    text += old("XTSLA", "CASH FUND", "65,432.50", asset="Money Market")
    text += old("USD", "USD CASH", "-1,000.00", asset="Cash")
    text += old("RTYH6", "EMINI MAR 26", "0.00", asset="Futures")
    text += FOOTER
    file = read(text)
    held = file.holdings
    assert (held.fund, held.as_of) == ("IWM", date(2026, 1, 21))
    assert held.symbols == ("AAA", "BRK-B", "TRUE")
    assert held.names == ("ALPHA WORKS", "BETA HOLDING CLASS B", "TRUECRAFT INC")
    assert held.sectors == ("Industrials", "Communication Services", "Health Care")
    assert held.value.tolist() == [1234567.5, 400000.0, 300000.0]
    assert held.quantity.tolist() == [24691.35, 10.0, 10.0]
    assert held.price.tolist() == [50.0, 5.0, 5.0]
    # 1,234,567.50 + 400,000 + 300,000 + 65,432.50 - 1,000
    assert held.total == 1999000.0
    assert others(file) == {
        "CASH FUND": "money market, not a stock",
        "USD CASH": "cash, not a stock",
        "EMINI MAR 26": "futures, not a stock",
    }
    assert held.others[1].weight == pytest.approx(-1000 / 1999000, rel=1e-12)
    assert held.identifiers == ()
    assert file.rejected == ()
    assert file.raw == text.encode()
    assert held.source == "made.csv"
    assert held.fetched_at == NOW


def test_ishares_new_layout_with_swaps() -> None:
    head = HEAD.replace("Russell 2000", "Core S&P Small-Cap").removeprefix("\ufeff")
    text = head + NEW
    text += new("AAA", "ALPHA WORKS", "EQUITY", "1,000.00")
    text += new("AAA", "ALPHA WORKS", "SWAP", "0.00")
    text += new("BBB", "BETA WORKS", "EQUITY", "500.00")
    text += new("HSBBK", "CASH COLLATERAL", "COLLATERAL", "-100.00", "Cash Collateral and Margins")
    text += new("-", "GAMMA $15.00 VESTING Prvt", "WARRANT", "5.00")
    file = read(text)
    assert file.holdings.fund == "IJR"
    assert file.holdings.symbols == ("AAA", "BBB")
    assert file.holdings.value.tolist() == [1000.0, 500.0]
    assert file.holdings.total == 1405.0
    assert others(file) == {
        "ALPHA WORKS": "swap, not a stock",
        "CASH COLLATERAL": "cash collateral and margins, not a stock",
        "GAMMA $15.00 VESTING Prvt": "warrant, not a stock",
    }


def test_ishares_without_head() -> None:
    text = OLD + old("AAA", "ALPHA WORKS", "100.00")
    for start in ("", "\ufeff"):
        file = read(start + text, fund="iwm", as_of=date(2026, 2, 3))
        assert (file.holdings.fund, file.holdings.as_of) == ("IWM", date(2026, 2, 3))
    assert "--fund" in refusal(text, as_of=date(2026, 2, 3))
    assert "--as-of" in refusal(text, fund="IWM")


def test_rows_that_are_no_stocks() -> None:
    text = HEAD + OLD
    text += old("CVI", "CVR ENERGY INC", "10.00")
    text += old("CVRX", "CVRX INC", "10.00")
    text += old("BFAM", "BRIGHT HORIZONS", "10.00")
    text += old("RGT", "RIGHT WAY INC", "10.00")
    text += old("INH", "IOTA INC CVR", "1.00")
    text += old("GTXI", "GAMMA INC - CVR", "1.00")
    text += old("P5", "Petro Inc Escrow", "1.00")
    text += old("RR", "RHO INC RIGHTS", "1.00")
    text += old("WW", "OMEGA INC WARRANTS", "1.00")
    text += old("VV", "VESTA INC $12.50 VESTING Prvt", "1.00")
    text += old("-", "NAMELESS INC", "1.00")
    text += old("HOLX XX", "HOLEX INC", "1.00")
    text += old("ADRO", "CHI INC", "1.00", exchange="NO MARKET (E.G. UNLISTED)")
    text += old("TSE", "TAU INC", "1.00", exchange="Non-Nms Quotation Service (Nnqs)")
    text += old("ZERO", "ZERO INC", "0.00")
    text += old("NONE", "NONE INC", "-", "-", "-")
    text += old("SHRT", "SHORT INC", "-2.00")
    file = read(text)
    assert file.holdings.symbols == ("CVI", "CVRX", "BFAM", "RGT")
    assert file.rejected == ()
    assert others(file) == {
        "IOTA INC CVR": "cvr, not a stock",
        "GAMMA INC - CVR": "cvr, not a stock",
        "Petro Inc Escrow": "escrow, not a stock",
        "RHO INC RIGHTS": "rights, not a stock",
        "OMEGA INC WARRANTS": "warrants, not a stock",
        "VESTA INC $12.50 VESTING Prvt": "prvt, not a stock",
        "NAMELESS INC": "no ticker",
        "HOLEX INC": "ticker with a blank, not a listed line",
        "CHI INC": "not listed on an exchange",
        "TAU INC": "not listed on an exchange",
        "ZERO INC": "no value",
        "NONE INC": "no value",
        "SHORT INC": "negative value",
    }
    # Four lines of 10, ten rows of 1, 0, none, -2.
    assert file.holdings.total == 48.0
    weights = {left.name: left.weight for left in file.holdings.others}
    assert math.isnan(weights["NONE INC"])
    assert weights["SHORT INC"] == pytest.approx(-2 / 48)


def test_a_us_line_whose_symbol_begins_with_a_digit_is_no_stock() -> None:
    text = HEAD + OLD
    text += old("AAA", "ALPHA INC", "10.00")
    text += old("2602335D", "OMEGA PLASMA INC", "1.00", exchange="NASDAQ")
    text += old("9HOT", "NINE HOT INC", "1.00", exchange="New York Stock Exchange Inc.")
    text += old("7203", "TOYOTA MOTOR CORP", "5.00", exchange="Tokyo Stock Exchange")
    text += old(
        "0005", "HSBC HOLDINGS PLC", "3.00", exchange="Hong Kong Exchanges And Clearing Ltd"
    )
    file = read(text)
    assert file.holdings.symbols == ("AAA",)
    why = "symbol begins with a digit, no US-listed stock"
    assert others(file) == {
        "OMEGA PLASMA INC": why,
        "NINE HOT INC": why,
        "TOYOTA MOTOR CORP": "listed in Tokyo, USD: no closes of that listing",
        "HSBC HOLDINGS PLC": "listed in Hong Kong, USD: no closes of that listing",
    }
    assert file.holdings.total == 20.0 and file.rejected == ()


def test_a_placeholder_for_a_ticker_is_no_stock_where_the_file_has_no_exchange() -> None:
    rows: list[list[object]] = [
        ["ALPHA INC", "AAA", "111111111", "2379504", 60.0, "-", 1000.0, "USD"],
        ["OMEGA PLASMA CVR", "2602335D", "-", "-", 1.0, "-", 500.5, "USD"],
        ["NUMBER CO", "0005", "KY3333333333", "-", 39.0, "-", 10, "USD"],
    ]
    file = read_holdings(ssga(rows), "spy.xlsx", now=NOW)
    assert file.holdings.symbols == ("AAA", "0005")
    assert set(others(file)) == {"OMEGA PLASMA CVR"}


def test_value_falls_back_to_quantity_times_price_and_zero_prices_are_none() -> None:
    text = HEAD + OLD + old("AAA", "ALPHA", "-", "1,000.00", "2.50")
    text += old("BBB", "BETA", "5.81", "580,763.00", "0.00") + old("CCC", "CHI", "10.00", "-", "-")
    held = read(text).holdings
    assert held.value.tolist() == [2500.0, 5.81, 10.0]
    assert held.price[0] == 2.5
    assert np.isnan(held.price[1:]).all()
    assert np.isnan(held.quantity[2])


def test_lines_listed_twice_are_summed() -> None:
    text = HEAD + OLD + old("CLSK", "CLEAN", "100.00", "10.00") + old("AAA", "ALPHA", "7.00")
    text += old("CLSKW", "CLEAN WRONG LINE", "50.00", "5.00")
    held = read(text).holdings
    assert held.symbols == ("CLSK", "AAA")
    assert held.value.tolist() == [150.0, 7.0]
    assert held.quantity.tolist() == [15.0, 10.0]
    assert held.names[0] == "CLEAN"
    assert held.total == 157.0


def test_bad_rows_are_listed_and_good_ones_kept() -> None:
    text = HEAD + OLD
    text += old("AAA", "ALPHA", "100.00")
    text += old("BAD", "BETA", "12..5")
    text += old("BIG", "GAMMA", "inf")
    text += old("MORE", "DELTA", "1,234.00").replace('"1,234.00"', "1,234.00", 1)
    text += old("A/../B", "EPSILON", "1.00")
    text += old("OK", "OMEGA", "100.00")
    text += '"CUT","ZETA INC","Ener'
    file = read(text)
    assert file.holdings.symbols == ("AAA", "OK")
    assert [(r.line, r.column, r.symbol) for r in file.rejected] == [
        (12, "Market Value", "BAD"),
        (13, "Market Value", "BIG"),
        (14, "", "MORE"),
        (15, "symbol", "A/../B"),
        (17, "Asset Class", "CUT"),
    ]
    assert file.rejected[0].reason == '"12..5" is no number'
    assert "commas needs quotes" in file.rejected[2].reason
    assert file.rejected[4].reason == "the row ends after 3 of 15 columns"


@pytest.mark.limited
def test_no_good_row_and_no_row(children: Children) -> None:
    said = refusal(HEAD + OLD + old("AAA", "ALPHA", "x"), children=children)
    assert said.startswith("made.csv, line 11, column Market Value, AAA: has no good row")
    assert "has a header and no rows" in refusal(HEAD + OLD, children=children)
    said = refusal(HEAD.replace("Jan 21, 2026", "-") + OLD + FOOTER, children=children)
    assert "has a header and no rows" in said
    cash = HEAD + OLD + old("USD", "CASH", "1.00", asset="Cash")
    assert "names no stock" in refusal(cash, children=children)


def test_fund_and_date_contradictions_say_both() -> None:
    text = HEAD + OLD + old("AAA", "ALPHA", "100.00")
    said = refusal(text, fund="SPY")
    assert "IWM" in said
    assert "--fund SPY" in said
    said = refusal(text, as_of=date(2026, 1, 20))
    assert "2026-01-21" in said
    assert "--as-of 2026-01-20" in said
    assert read(text, fund="IWM", as_of=date(2026, 1, 21)).holdings.fund == "IWM"
    unknown = text.replace("Russell 2000", "Never Heard")
    assert 'title "iShares Never Heard ETF"' in refusal(unknown)
    assert read(unknown, fund="NEV").holdings.fund == "NEV"
    own = {"NEV": Fund("NEV", title="iShares Never Heard ETF")}
    assert read(unknown, funds=own).holdings.fund == "NEV"
    assert "future" in refusal(text.replace("2026", "2027"))
    assert "is no date" in refusal(text.replace("Jan 21", "Jan 32"))
    with pytest.raises(SourceError, match="--fund IWM"):
        read(text, fund="../etc")


@pytest.mark.limited
def test_ssga_workbook() -> None:
    raw = ssga(SSGA_ROWS)
    file = read_holdings(raw, "spy.xlsx", now=NOW)
    held = file.holdings
    assert (held.fund, held.as_of) == ("SPY", date(2025, 11, 18))
    assert held.symbols == ("NA", "BRK-B", "0005", "TRUE")
    assert held.value.tolist() == [60.123456, 39.5, 0.25, 0.0625]
    assert held.quantity.tolist() == [1000.0, 500.5, 10.0, 10.0]
    assert np.isnan(held.price).all()
    assert held.sectors == ("", "", "", "")
    assert held.identifiers == ("cusip:111111111", "", "isin:KY3333333333", "")
    # 60.123456 + 39.5 + 0.25 + 0.0625 + 0.05, which is near enough to 100 to be the whole.
    assert held.total == pytest.approx(99.985956, abs=1e-9)
    assert others(file) == {"US DOLLAR": "cash, not a stock"}
    assert file.raw == raw
    with pytest.raises(SourceError, match="of SPY, not of IVV"):
        read_holdings(raw, now=NOW, fund="IVV")


def test_a_part_of_the_weights_leaves_the_rest_to_cash() -> None:
    held = read_holdings(ssga(SSGA_ROWS[:1]), now=NOW).holdings
    assert held.total == 100.0


INVESCO = """Fund Ticker,Security Identifier,Holding Ticker,Shares/Par Value,MarketValue,Weight,\
Name,Class of Shares,Sector,Date
QQQ,111111111,NVX ,"1,000","178,190.00",9.5,Envix Corp,Common Stock,Information Technology,\
09/26/2025
QQQ,222222222,GFX ,"2,000","21,810.00",1.1,Gefix Inc,American Depository Receipt,Communication,\
09/26/2025
QQQ,-,-CASH ,"50","50.00",0.1,Cash/Receivables,Currency,-,09/26/2025
"""


@pytest.mark.limited
def test_invesco(children: Children) -> None:
    file = read(INVESCO, children=children)
    held = file.holdings
    assert (held.fund, held.as_of) == ("QQQ", date(2025, 9, 26))
    assert held.symbols == ("NVX", "GFX")
    assert held.value.tolist() == [178190.0, 21810.0]
    assert held.total == 200050.0
    assert held.sectors == ("Information Technology", "Communication Services")
    assert held.identifiers == ("cusip:111111111", "cusip:222222222")
    assert others(file) == {"Cash/Receivables": "currency, not a stock"}
    said = refusal(INVESCO.replace("QQQ,222", "RSP,222"), children=children)
    assert said.startswith("made.csv, column Fund Ticker: holds the rows of 2 funds (QQQ, RSP)")
    assert "not of RSP" in refusal(INVESCO, fund="RSP", children=children)


def test_plain_with_quantity_and_price() -> None:
    text = "Sector,PRICE,Symbol, Quantity ,NAME,isin\n"
    text += 'Health Care,12.5,1E5,"1,000",Müller & Søn,US0000000017\n'
    text += "Energy,$2.00,NA,100,東京エレクトロン,\n"
    text += ",1,USD,55.5,US Dollar,\n"
    file = read(text, fund="MINE", as_of=date(2026, 3, 31))
    held = file.holdings
    assert held.symbols == ("1E5", "NA")
    assert held.names == ("Müller & Søn", "東京エレクトロン")
    assert held.value.tolist() == [12500.0, 200.0]
    assert others(file) == {"US Dollar": "cash, not a stock"}
    assert held.total == 12755.5
    assert held.identifiers == ("isin:US0000000017", "")


@pytest.mark.parametrize(
    ("weights", "total"),
    [
        (("60", "39.8"), 99.8),  # within half a percent of 100
        (("60", "42"), 102.0),  # above
        (("60", "30"), 100.0),  # the rest is cash
        (("0.6", "0.399"), 0.999),
        (("0.6", "0.3"), 1.0),
        (("0.6%", "0.3%"), 100.0),
    ],
)
def test_plain_weights(weights: tuple[str, str], total: float) -> None:
    text = f"symbol,name,sector,weight\nAAA,Alpha,Energy,{weights[0]}\nBBB,Beta,,{weights[1]}\n"
    held = read(text, fund="MINE", as_of=date(2026, 3, 31)).holdings
    assert held.total == pytest.approx(total, rel=1e-12)
    assert held.value.tolist() == [float(weight.strip("%")) for weight in weights]
    assert np.isnan(held.quantity).all()


def test_plain_with_dates_and_market_values() -> None:
    text = "symbol,name,market_value,as_of\nAAA,Alpha,100,2026-03-31\nBBB,Beta,50,20260331\n"
    held = read(text, fund="MINE").holdings
    assert (held.as_of, held.total) == (date(2026, 3, 31), 150.0)
    said = refusal(text.replace("20260331", "2026-04-01"), fund="MINE")
    assert said.startswith("made.csv, line 3, column as_of: 2026-04-01 follows 2026-03-31")
    file = read(text.replace("20260331", "soon"), fund="MINE")
    assert [(r.line, r.column) for r in file.rejected] == [(3, "as_of")]
    file = read(text + ",Nobody,50,\n", fund="MINE")
    assert (file.rejected, file.holdings.total) == ((), 200.0)
    assert others(file) == {"Nobody": "no ticker"}


def test_names_are_cleaned() -> None:
    text = "symbol,name,sector,weight\nAAA,\x1b]0;owned\x07Al\u202epha\u200b \x9b31mInc,E\x07,1\n"
    held = read(text, fund="MINE", as_of=date(2026, 3, 31)).holdings
    assert held.names == ("Alpha Inc",)
    assert held.sectors == ("E",)


def test_paths(tmp_path: Path) -> None:
    path = tmp_path / "whatever.dat"
    path.write_text(HEAD + OLD + old("AAA", "ALPHA", "100.00"), encoding="utf-8")
    file = read_holdings(path, now=NOW)
    assert file.holdings.source == "whatever.dat"
    assert file.raw == path.read_bytes()
    os.mkfifo(tmp_path / "fifo")
    for name, words in (("fifo", "is a pipe"), ("/dev/zero", "is a device"), (".", "a directory")):
        with pytest.raises(SourceError, match=words):
            read_holdings(tmp_path / name, now=NOW)


def test_a_file_cut_off_does_not_pass_for_the_whole_fund() -> None:
    rows = [
        old("AAA", "ALPHA WORKS", "600.00", weight="60.00"),
        old("BBB", "BETA WORKS", "250.00", weight="25.00"),
        old("CCC", "GAMMA WORKS", "149.00", weight="14.90"),
    ]
    whole = read(HEAD + OLD + "".join(rows))
    assert (whole.holdings.total, whole.rejected) == (999.0, ())
    cut = read(HEAD + OLD + "".join(rows[:2]))
    assert cut.holdings.total == pytest.approx(1000.0)
    assert [(r.line, r.column) for r in cut.rejected] == [(12, "weight")]
    assert "add up to 85.0%" in cut.rejected[0].reason
    # The row of the largest line refused: the others are no larger a part of the fund for it.
    bad = read(HEAD + OLD + rows[0].replace("600.00", "six") + "".join(rows[1:]))
    assert bad.holdings.total == pytest.approx(1000.0)
    # Percentages that are not those of the values tell nothing of what is missing.
    odd = read(HEAD + OLD + rows[0] + rows[1].replace("25.00", "2.00"))
    assert (odd.holdings.total, odd.rejected) == (850.0, ())


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_another_separator_is_read(mark: str) -> None:
    text = "symbol,name,weight\nAAA,Alpha,60.5\nBBB,Beta,39.5\n".replace(",", mark)
    held = read(text, fund="IWM", as_of=date(2026, 3, 31)).holdings
    assert (held.symbols, held.value.tolist()) == (("AAA", "BBB"), [60.5, 39.5])


def test_a_column_that_stands_twice_is_refused() -> None:
    text = "symbol,name,quantity,price,Price\nAAA,Alpha,1,2,3\n"
    assert "line 1, column price: this column appears twice" in refusal(text, fund="IWM")
    assert read("symbol,weight,note,note\nAAA,1,a,b\n", fund="I", as_of=date(2026, 3, 31))
