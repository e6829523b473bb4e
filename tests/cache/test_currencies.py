"""What stands in a column of currencies: dollars in any spelling, or never taken for dollars."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from cache.facts.errors import SourceError
from cache.facts.exchanges import stated_currency
from cache.sources.holdings.layouts import parse
from tests.process.test_price_files import read, refusal, table

#: How files write that an amount is in US dollars, or say nothing of it.
DOLLARS = ("USD", "usd", "USD ", "$", "US$", "US Dollar", "US Dollars", "us dollars", "U.S. Dollar",
           "US-Dollar", "Dollars", "United States Dollar", "US Dollar (USD)", "USD - US Dollar",
           "US\u00a0Dollar", "\u200bUSD")  # fmt: skip
NOTHING = ("", " ", "-", "--", "\u2014", "n/a", "N/A", "#N/A", "nan", "None", "null", "n.a.")
#: Words that are no known currency, or may be several.
UNKNOWN = ("Uzbek Som", "uzs", "UZS", "US Dolar", "\u00a5", "kr", "EUR/USD", "Cash", "?")
#: Signs and names that mean one currency alone.
KNOWN = {"\u20ac": "EUR", "\u00a3": "GBP", "CHF": "CHF", "Fr.": "CHF", "Euros": "EUR",
         "HK$": "HKD", "GBp": "GBX", "Swiss Franc": "CHF", "Japanese Yen": "JPY"}  # fmt: skip


def test_dollars_in_any_spelling_are_dollars() -> None:
    assert {text: stated_currency(text) for text in DOLLARS} == dict.fromkeys(DOLLARS, "USD")


def test_nothing_is_no_currency_and_other_words_are_one() -> None:
    assert {stated_currency(text) for text in NOTHING} == {""}
    assert {text: stated_currency(text) for text in KNOWN} == KNOWN
    for text in UNKNOWN:
        # three capitals are a code that is not listed, other words stand in quotation marks
        assert stated_currency(text) == (text if text == "UZS" else f'"{text}"')


def price_file(kind: str, moneys: list[str]) -> bytes | pa.Table:
    """Closes of S0, S1, ... on one day, each with what stands in the column of currencies."""
    rows = [(f"S{at}", "2026-06-24", 10.5, money) for at, money in enumerate(moneys)]
    titles = ("symbol", "date", "close", "currency")
    if kind == "parquet":
        return pa.table(dict(zip(titles, zip(*rows, strict=True), strict=True)))
    if kind == "json":
        return json.dumps([dict(zip(titles, row, strict=True)) for row in rows]).encode()
    if kind == "xlsx":
        return workbook([titles, *rows])
    lines = [",".join(map(str, row)) for row in (titles, *rows)]
    return "\n".join(lines).encode()


def workbook(rows: list[tuple[object, ...]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append([*row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["csv", "parquet", "json", "xlsx"])
def test_closes_in_an_unknown_currency_are_left_out_by_name(tmp_path: Path, kind: str) -> None:
    good, other = [*DOLLARS, *NOTHING], [*UNKNOWN, *KNOWN]
    file = read(tmp_path, price_file(kind, [*good, *other]))
    assert {symbol for symbol, _ in table(file)} == {f"S{at}" for at in range(len(good))}
    (said,) = [line for line in file.notes if line.startswith("left out")]
    for at, text in enumerate(other[:3], len(good)):
        assert f"S{at} (in " in said and text in said
    assert said.endswith(f" and {len(other) - 12} more")
    (unknown,) = [line for line in file.notes if line.startswith("not known as a currency")]
    assert '"Cash"' in unknown and "write USD" in unknown


def test_a_price_file_in_an_unknown_currency_alone_is_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path, price_file("csv", ["uzbek som"]))
    assert 'S0 (in "uzbek som")' in said and "where US dollars are meant, write USD" in said
    assert "header and no rows" not in said
    # a ticker with the suffix of its exchange may be in the currency there, and in no other words
    text = "symbol,date,close,currency\nSAP.DE,2026-06-24,200,{}\nAAPL,2026-06-24,10,USD\n"
    assert ("SAP.DE", "2026-06-24") in table(read(tmp_path, text.format("EUR")))
    assert len(table(read(tmp_path, text.format("Uzbek Som")))) == 1


def fund_file(kind: str, rows: list[tuple[object, ...]], *more: str) -> bytes:
    """A holdings file of ticker, market value, currency and more columns."""
    titles = ("Ticker", "Market Value", "Currency", *more)
    if kind == "json":
        return json.dumps(
            {"holdings": [dict(zip(titles, row, strict=True)) for row in rows]}
        ).encode()
    if kind == "xlsx":
        return workbook([titles, *rows])
    return "\n".join(",".join(map(str, row)) for row in (titles, *rows)).encode()


def refused(file: bytes) -> SourceError:
    with pytest.raises(SourceError) as error:
        parse(io.BytesIO(file), {"fund": "TST"})
    return error.value


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
@pytest.mark.parametrize("money", ["Uzbek Som", "uzs", "kr"])
def test_values_in_an_unknown_currency_are_never_added_up(kind: str, money: str) -> None:
    rows: list[tuple[object, ...]] = [("AAA", 20_000, "US Dollar"), ("BBB", 12_500_000, money)]
    error = refused(fund_file(kind, rows))
    assert error.symbol == "BBB" and error.line == (2 if kind == "json" else 3)
    assert f'several currencies ("{money}", USD)' in error.reason
    assert f'what "{money}" is worth is not known' in error.reason
    # nor beside rates, which are not what is missing
    rated = refused(fund_file(kind, [(*rows[0], 1), (*rows[1], 12_000)], "FX Rate"))
    assert "FX Rate" not in rated.reason and rated.symbol == "BBB"
    # where the file has weights they count, and the line is left out by name
    weighed = fund_file(kind, [(*rows[0], "40%"), (*rows[1], "60%")], "Weight")
    fields, arrays = parse(io.BytesIO(weighed), {"fund": "TST"})
    assert fields["symbols"] == ["AAA"] and arrays["value"][0] / fields["total"] == 0.4
    ((symbol, _, weight, reason),) = fields["others"]
    assert (symbol, weight) == ("BBB", 0.6) and f'"{money}", which is no currency known' in reason


def test_a_listing_in_an_unknown_currency_is_no_us_listing() -> None:
    rows: list[tuple[object, ...]] = [("AAA", 60, "USD", "US$"), ("BBB", 40, "USD", "Uzbek Som")]
    fields, _ = parse(io.BytesIO(fund_file("csv", rows, "Market Currency")), {"fund": "TST"})
    assert (fields["symbols"], fields["total"], fields["currency"]) == (["AAA"], 100, "USD")
    alone = refused(fund_file("csv", [("AAA", 60, "US Dolar"), ("BBB", 40, "US Dolar")]))
    assert 'AAA, listed in "US Dolar", which is no currency known here' in alone.reason
    assert "write USD" in alone.reason and "--ignore" in alone.reason


def test_holdings_in_dollars_however_written_stay_what_they_are() -> None:
    told = {}
    for money in (*DOLLARS, *NOTHING):
        file = fund_file("csv", [("AAA", 60, "USD"), ("BBB", 40, money)])
        fields, _ = parse(io.BytesIO(file), {})
        told[money] = [fields[name] for name in ("symbols", "total", "currency", "others")]
    expected = [["AAA", "BBB"], 100, "USD", []]
    assert told == dict.fromkeys((*DOLLARS, *NOTHING), expected)


@pytest.mark.parametrize(
    ("rates", "missing"),
    [
        ((1, "", 1.3), "BBB: this row has no rate"),
        ((1, 1.15, "-"), "CCC: this row has no rate"),
        ((2, 1.15, 1.3), "no one currency has the rate 1"),
        ((1, 1, 1.3), "no one currency has the rate 1"),
        ((1, 156, 1.3), "BBB: 156 is no rate of EUR to USD"),
        ((1, 1.15, 0.77), "some are USD a unit and some units a USD"),
        ((1, 1.01, 1.01), "nothing shows whether they are USD a unit or units a USD"),
    ],
)
def test_rates_that_do_not_do_are_told_by_what_is_wrong(
    rates: tuple[object, ...], missing: str
) -> None:
    moneys = ("USD", "EUR", "GBP")
    rows = [(s, 100, m, r) for s, m, r in zip(("AAA", "BBB", "CCC"), moneys, rates, strict=True)]
    error = refused(fund_file("csv", [*rows], "FX Rate"))
    said = f"{error.symbol}: {error.reason}" if error.symbol else error.reason
    symbol, _, words = missing.rpartition(": ")
    assert words in said and said.startswith(symbol)
    assert "rates are needed" not in said and '"FX Rate"' not in said


@pytest.mark.parametrize("money", ["EUR", "JPY", "Uzbek Som"])
def test_a_row_without_currency_is_not_in_the_one_of_others(money: str) -> None:
    """6,000 dollars beside 94,000 yen, or some 600 dollars, are not 6 % of the whole but 90 %."""
    rows: list[tuple[object, ...]] = [("AAA", 94_000, money), ("BBB", 6_000, "")]
    error = refused(fund_file("csv", rows))
    assert (error.symbol, error.line) == ("BBB", 3)
    assert "its value names no currency, and others are in " in error.reason
    weighed = fund_file("csv", [(*rows[0], "40%"), (*rows[1], "60%")], "Weight")
    fields, arrays = parse(io.BytesIO(weighed), {"fund": "TST"})
    assert fields["symbols"] == ["BBB"] and arrays["value"][0] / fields["total"] == 0.6
    # a title that names the currency of all values says it of that row too
    text = "Ticker,Market Value (EUR),Currency\nAAA,60,EUR\nBBB,40,\n"
    fields, _ = parse(io.BytesIO(text.encode()), {"fund": "TST"})
    assert (fields["total"], fields["currency"]) == (100, "EUR")


def test_a_row_without_currency_beside_several_is_named() -> None:
    rows = [("AAA", 100, "USD", 1), ("BBB", 100, "EUR", 1.15), ("CCC", 100, "-", 1)]
    error = refused(fund_file("csv", [*rows], "FX Rate"))
    assert error.symbol == "CCC" and "this row names no currency" in error.reason
    without = refused(fund_file("csv", [row[:3] for row in rows]))
    assert "rates are needed" in without.reason and 'or "FX Rate"' in without.reason


def test_amounts_beside_several_signs_are_never_added_up() -> None:
    text = "ticker,{}\nAAA,{}60\nBBB,{}40\n"
    for title in ("market value", "quantity,price"):
        lots = "" if title == "market value" else "1,"
        mixed = refused(text.format(title, f"{lots}$", f"{lots}\u20ac").encode())
        assert "several currencies ($ and \u20ac)" in mixed.reason
        for sign, code in (("$", ""), ("\u20ac", "EUR"), ("\u00a5", '"\u00a5"')):
            file = text.format(title, lots + sign, lots).encode()
            fields, _ = parse(io.BytesIO(file), {"fund": "TST"})
            assert (fields["total"], fields["currency"]) == (100, code)
    titled = "ticker,market value (\u00a5)\nAAA,60\nBBB,40\n".encode()
    assert parse(io.BytesIO(titled), {"fund": "TST"})[0]["currency"] == '"\u00a5"'


CLOSES = "symbol,date,close{}\nAAA,2026-06-24,{}10.5\nAAA,2026-06-25,{}10.6\n"


@pytest.mark.parametrize(
    ("sign", "code"), [("\u20ac", "EUR"), ("\u00a3", "GBP"), ("\u00a5", "\u00a5")]
)
def test_closes_under_or_beside_the_sign_of_another_currency_are_refused(
    tmp_path: Path, sign: str, code: str
) -> None:
    for text in (CLOSES.format(f" ({sign})", "", ""), CLOSES.format("", "", sign)):
        said = refusal(tmp_path, text)
        assert code in said and sign in said and "closes are in US dollars" in said
    paid = "symbol,date,close,dividend\nAAA,2026-06-24,10.5,\nAAA,2026-06-25,10.6,{}0.5\n"
    assert "closes are in US dollars" in refusal(tmp_path, paid.format(sign))
    wide = "date,AAA.Close ({0}),BBB.Close ({0})\n2026-06-24,1,2\n2026-06-25,1,2\n"
    assert "closes are in US dollars" in refusal(tmp_path, wide.format(sign))
    for dollars in (CLOSES.format(" ($)", "", ""), CLOSES.format("", "$", "$")):
        assert [*table(read(tmp_path, dollars)).values()] == [10.5, 10.6]


MATRIX = "date,AAA,BBB\n2026-06-24,10.5,1\n2026-06-25,10.6,2\n"


@pytest.mark.parametrize("money", ["EUR", "Uzbek Som", "\u20ac"])
def test_a_currency_stated_of_a_whole_price_file_counts_for_its_closes(
    tmp_path: Path, money: str
) -> None:
    bars = [{"date": "2026-06-24", "close": 10.5}, {"date": "2026-06-25", "close": 10.6}]
    for text in (
        f"Currency,{money}\n{CLOSES.format('', '', '')}",
        f"Currency: {money}\n{CLOSES.format('', '', '')}",
        f"Currency,{money}\n\n{MATRIX}",
        json.dumps({"symbol": "AAA", "currency": money, "values": bars}),
        json.dumps({"symbol": "AAA", "meta": {"currency": money}, "values": bars}),
    ):
        assert "no close in US dollars" in refusal(tmp_path, text)
        file = read(tmp_path, text.replace(json.dumps(money)[1:-1], "USD").replace(money, "USD"))
        assert table(file)["AAA", "2026-06-25"] == 10.6
        assert any("currency USD" in line for line in file.notes)
