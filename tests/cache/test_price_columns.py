"""What a column of a price file is: read, named as not read, or the import stops."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from cache.facts.errors import SourceError
from cache.sources.prices.read import HowToRead, read_prices
from tests.cache.price_layouts import table as as_csv
from tests.cache.price_values import CLOSES, DAYS, dividend, total, traded
from tests.cache.price_values import split as split_of
from tests.process.test_price_files import NOW, read, refusal, table


def with_column(title: str, cells: list[object]) -> str:
    """Closes of AAPL beside one more column."""
    rows: list[list[object]] = [["symbol", "date", "close", title]]
    for at, day in enumerate(DAYS):
        rows.append(["AAPL", day, CLOSES["AAPL"][at], cells[at]])
    return as_csv(rows).decode()


@pytest.mark.parametrize(
    "title",
    ["My adj", "ADJ_PX_2", "total_return_idx", "divvy cash", "gross_dvd", "SplitX", "cum factor"],
)
def test_a_name_that_looks_like_it_matters_stops_the_import(tmp_path: Path, title: str) -> None:
    said = refusal(tmp_path, with_column(title, ["1"] * 8))
    assert f'"{title}"' in said and "--columns" in said and f'--ignore "{title}"' in said
    file = read(tmp_path, with_column(title, ["1"] * 8), ignored=[title])
    assert len(file.bars) == 8
    assert any(line.startswith("not read:") and title in line for line in file.notes)


def test_a_column_whose_ratio_to_the_close_stays_stops_the_import(tmp_path: Path) -> None:
    adjusted: list[object] = [f"{total('AAPL', day):.4f}" for day in DAYS]
    said = refusal(tmp_path, with_column("foo", adjusted))
    assert '"foo" (looks like an adjusted close)' in said
    assert '--columns "adj_close=foo"' in said
    file = read(tmp_path, with_column("foo", adjusted), columns=["adj_close=foo"])
    expected = [total("AAPL", day) for day in DAYS]
    assert [*table(file, "adj_close").values()] == pytest.approx(expected, abs=5.1e-5)


def test_a_column_by_which_the_close_moves_stops_the_import(tmp_path: Path) -> None:
    rows: list[list[object]] = [["symbol", "date", "close", "foo"]]
    for day in DAYS:
        rows.append(["AAPL", day, traded("AAPL", day), split_of("AAPL", day) or 1])
    said = refusal(tmp_path, as_csv(rows).decode())
    assert '"foo" (looks like a split)' in said
    file = read(tmp_path, as_csv(rows).decode(), columns=["split=foo"])
    assert [*table(file).values()] == CLOSES["AAPL"]


def test_bars_have_columns_that_are_no_adjusted_close(tmp_path: Path) -> None:
    # 300 bars: open, high, average and the close before under names that no table knows.
    random = np.random.default_rng(7)
    close = np.round(100 * np.cumprod(1 + random.normal(0, 0.015, 300)), 2)
    columns = {
        "q1": np.round(close * (1 + random.normal(0, 0.008, 300)), 2),
        "q2": np.round(close * (1 + np.abs(random.normal(0, 0.008, 300))), 2),
        "q3": np.round(close * (1 + random.normal(0, 0.003, 300)), 4),
        "q4": np.r_[close[0], close[:-1]],
        "q5": np.round(random.uniform(1e6, 2e6, 300)),
        "q6": np.full(300, 7.0),
    }
    days = [str(d) for d in np.arange("2025-01-01", "2026-06-30", dtype="datetime64[D]")]
    sessions = read_sessions(days)[:300]
    rows: list[list[object]] = [["symbol", "date", "close", *columns]]
    for at, day in enumerate(sessions):
        rows.append(["AAPL", day, close[at], *(values[at] for values in columns.values())])
    file = read(tmp_path, as_csv(rows).decode())
    assert len(file.bars) == 300
    assert "not read: q1, q2, q3, q4, q5, q6" in file.notes


def read_sessions(days: list[str]) -> list[str]:
    """Those days that are sessions: no weekends, no holidays."""
    from cache.facts.sessions import sessions

    calendar = {str(day) for day in sessions()}
    return [day for day in days if day in calendar]


def test_flags_that_name_no_column_are_refused(tmp_path: Path) -> None:
    text = "symbol,date,close\nAAA,2026-06-24,10\n"
    for said, words in (
        ({"columns": ["adj_close=Foo"]}, 'has no column "Foo"'),
        ({"ignored": ["Foo"]}, 'has no column "Foo"'),
        ({"columns": ["foo=close"]}, 'knows no "foo"'),
        ({"columns": ["close"]}, "is not WORD=TITLE"),
        (
            {"columns": ["close=A,close=B"]},
            '--columns "close=B": its word or its title is given twice',
        ),
        ({"symbol": "AAA"}, "import it without --symbol"),
    ):
        with pytest.raises(SourceError, match=words):
            read(tmp_path, text, **said)


def test_two_columns_that_mean_the_same_are_refused_with_the_flag(tmp_path: Path) -> None:
    text = "symbol,date,close,Last Price\nAAA,2026-06-24,10,11\n"
    said = refusal(tmp_path, text)
    assert '"close" and "Last Price" both look like close' in said and "--columns" in said
    assert table(read(tmp_path, text, columns=["close=Last Price"])) == {("AAA", "2026-06-24"): 11}
    assert table(read(tmp_path, text, ignored=["Last Price"])) == {("AAA", "2026-06-24"): 10}


def test_a_column_of_symbols_that_is_called_otherwise(tmp_path: Path) -> None:
    # Read as one symbol's, every second row would give a date another close.
    rows = "".join(f"{d},{n},{c}\n" for d in DAYS for n, c in (("AAPL", 100), ("MSFT", 50)))
    path = tmp_path / "AAPL.csv"
    path.write_text(f"date,Name,close\n{rows}")
    with pytest.raises(SourceError, match='"Name"'):
        read_prices(path, now=NOW)
    file = read_prices(path, HowToRead(columns=["symbol=Name"]), now=NOW)
    assert set(file.bars.symbols) == {"AAPL", "MSFT"}


def bars(days: list[date], *, bare: bool = False) -> str:
    titles = ["symbol", "date", *([] if bare else ["open", "high", "low"]), "close"]
    rows: list[list[object]] = [[*titles]]
    rows += [["AAA", day, *[10 + n for _ in titles[2:]]] for n, day in enumerate(days)]
    return as_csv(rows).decode()


@pytest.mark.parametrize(
    ("span", "days"),
    [
        ("weekly", [date(2026, 3, 2) + timedelta(7 * n) for n in range(12)]),
        ("weekly", [date(2026, 3, 6) + timedelta(7 * n) for n in range(12)]),
        ("weekly", [date(2026, 3, 6) + timedelta(7 * n) for n in (0, 1, 2, 3, 5, 6, 7)]),
        ("monthly", [date(2026, month, 1) for month in range(1, 7)]),
        ("monthly", [date(2026, month, 27) for month in (1, 2, 3, 4, 5)]),
        ("quarterly", [date(2025, month, 30) for month in (3, 6, 9, 12)]),
    ],
)
def test_bars_of_weeks_and_months_are_no_daily_closes(
    tmp_path: Path, span: str, days: list[date]
) -> None:
    assert f"holds {span} bars" in refusal(tmp_path, bars(days))


def test_closes_of_single_days_are_a_file(tmp_path: Path) -> None:
    two = [date(2025, 12, 31), date(2026, 6, 26)]
    assert len(read(tmp_path, bars(two)).bars) == 2
    months = [date(2026, 1, 30), date(2026, 2, 27), date(2026, 3, 31), date(2026, 4, 30)]
    assert len(read(tmp_path, bars(months, bare=True)).bars) == 4
    odd = [date(2025, 12, 31), date(2026, 3, 13), date(2026, 3, 16), date(2026, 6, 26)]
    assert len(read(tmp_path, bars(odd)).bars) == 4


def test_bars_of_minutes_are_refused(tmp_path: Path) -> None:
    rows = "".join(f"AAA,2026-06-24 {10 + n}:00:00,{100 + n},1\n" for n in range(6))
    assert "several bars of one symbol a day" in refusal(
        tmp_path, f"symbol,datetime,close,volume\n{rows}"
    )


@pytest.mark.parametrize(
    "stamp",
    [
        "{}T00:00:00Z",
        "{}T00:00:00.000Z",
        "{} 00:00:00-04:00",
        "{} 00:00:00+02:00",
        "{}T04:00:00Z",
        "{}T20:00:00Z",
        "{}T20:00:00+00:00",
        "{} 16:00:00",
        "{}T06:00:00+0200",
        "{}T15:59:59-04:00",
    ],
)
def test_time_stamps_are_the_sessions_they_mean(tmp_path: Path, stamp: str) -> None:
    rows = "".join(
        f"AAPL,{stamp.format(day)},{c}\n" for day, c in zip(DAYS, CLOSES["AAPL"], strict=True)
    )
    file = read(tmp_path, f"symbol,date,close\n{rows}")
    assert [day for _, day in table(file)] == DAYS
    assert [*table(file).values()] == CLOSES["AAPL"]


def test_time_stamps_of_no_sure_session_are_refused(tmp_path: Path) -> None:
    # 22:00 in London is 18:00 in New York in winter: is it that day, or the next one's midnight?
    rows = "".join(f"AAA,2026-06-{day}T22:00:00Z,{day}\n" for day in (22, 23, 24))
    assert "18:00 in New York" in refusal(tmp_path, f"symbol,date,close\n{rows}")
    # Every date a day early: the Monday's bar on a Sunday, none on Fridays.
    days = [date(2026, 6, 1) + timedelta(n) for n in range(26)]
    early = [d - timedelta(1) for d in days if d.weekday() < 5 and d != date(2026, 6, 19)]
    assert "a day early" in refusal(tmp_path, bars(early, bare=True))


def test_the_order_of_dates_is_decided_or_refused(tmp_path: Path) -> None:
    text = "symbol,date,close\nAAA,03/06/2026,1\nAAA,04/06/2026,1.1\n"
    assert "--dates dmy" in refusal(tmp_path, text) and "--dates mdy" in refusal(tmp_path, text)
    assert [d for _, d in table(read(tmp_path, text, dates="dmy"))] == ["2026-06-03", "2026-06-04"]
    assert [d for _, d in table(read(tmp_path, text, dates="mdy"))] == ["2026-03-06", "2026-04-06"]
    settled = text + "AAA,24/06/2026,3\n"
    assert [d for _, d in table(read(tmp_path, settled))][-1] == "2026-06-24"


def test_the_decimal_mark_is_decided_or_refused(tmp_path: Path) -> None:
    def text(*closes: str, beside: str = "1.234.567") -> str:
        rows = "".join(f"AAA;{d};{c};{beside}\n" for d, c in zip(DAYS, closes, strict=False))
        return f"symbol;date;close;volume\n{rows}"

    decided = read(tmp_path, text("1.234,5", "7,125"))
    assert [*table(decided).values()] == [1234.5, 7.125]
    assert [*table(decided, "volume").values()] == [1234567.0] * 2
    unsure = text("7,125", "6,500", beside="12")
    assert "--decimal . or --decimal ," in refusal(tmp_path, unsure)
    assert [*table(read(tmp_path, unsure, decimal=",")).values()] == [7.125, 6.5]
    assert [*table(read(tmp_path, unsure, decimal=".")).values()] == [7125.0, 6500.0]
    # Between commas a point is a point: three digits behind it are no thousands.
    assert [*table(read(tmp_path, "symbol,date,close\nAAA,2026-06-24,7.125\n")).values()] == [7.125]


def test_a_split_that_nobody_tells_leaves_the_closes_out(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Code", "Date", "Close", "Adjusted_close"]]
    for ticker in CLOSES:
        for day in DAYS:
            rows.append([ticker, day, traded(ticker, day), total(ticker, day)])
    file = read(tmp_path, as_csv(rows).decode())
    assert [(r.symbol, r.column) for r in file.rejected] == [("AAPL", "close")]
    assert "total return only" in file.rejected[0].reason
    closes = table(file)
    assert all(np.isnan(closes["AAPL", day]) for day in DAYS)
    assert [closes["MSFT", day] for day in DAYS] == CLOSES["MSFT"]
    assert table(file, "adj_close")["AAPL", DAYS[0]] == pytest.approx(total("AAPL", DAYS[0]))


def test_a_download_without_adjusted_closes_shows_what_it_is(tmp_path: Path) -> None:
    def text(value: str) -> str:
        rows: list[list[object]] = [
            ["Date", "Open", "High", "Low", "Close", "Volume", "Dividends", "Stock Splits"]
        ]
        for at, day in enumerate(DAYS[:6]):
            close = CLOSES["AAPL"][at] + 0.01
            # Yahoo sends single precision; written out its last digits are noise.
            close = float(np.float32(total("AAPL", day) + 0.01 if value == "adjusted" else close))
            if value == "rounded":
                close = round(close, 2)
            paid = dividend("AAPL", day) if at else 0.0
            rows.append([f"{day} 00:00:00-04:00", close, close, close, close, 5, paid, 0.0])
        # The last dividend is on the last row, so that all before it are adjusted.
        rows[-1][-2] = 1.0
        return as_csv(rows).decode()

    plain = read(tmp_path, text("plain"), symbol="AAPL")
    assert plain.bars.adj_close is None and plain.bars.dividend is not None
    adjusted = read(tmp_path, text("adjusted"), symbol="AAPL")
    assert adjusted.bars.close is None and adjusted.bars.dividend is None
    assert adjusted.bars.adj_close is not None
    assert any("total return alone" in line for line in adjusted.notes)
    with pytest.raises(SourceError, match="--columns adj_close=Close"):
        read(tmp_path, text("rounded"), symbol="AAPL")
    said = read(tmp_path, text("rounded"), symbol="AAPL", columns=["close=Close"])
    assert said.bars.close is not None and said.bars.dividend is not None


def test_a_folder_of_one_symbol_files(tmp_path: Path) -> None:
    folder = tmp_path / "daily"
    folder.mkdir()
    for ticker, closes in CLOSES.items():
        rows: list[list[object]] = [["Date", "Close"]]
        rows += [[d, c] for d, c in zip(DAYS, closes, strict=True)]
        (folder / f"{ticker.lower()}.csv").write_bytes(as_csv(rows))
    (folder / "README.md").write_text("mine")
    (folder / ".hidden.csv").write_text("x")
    (folder / "prices.csv").write_text("Date,Close\n2026-06-24,1\n")
    file = read_prices(folder, now=NOW)
    expected = {
        (t, d): c for t, closes in CLOSES.items() for d, c in zip(DAYS, closes, strict=True)
    }
    assert table(file) == expected
    assert [(r.file, r.line) for r in file.rejected] == [("prices.csv", 0)]
    assert "--symbol" in file.rejected[0].reason
    assert "not read: README.md" in file.notes
    # A glob that the shell has made into paths is the same.
    assert table(read_prices([folder / "aapl.csv", folder / "msft.csv"], now=NOW)) == expected
    with pytest.raises(SourceError, match="import them one by one"):
        read_prices(folder, HowToRead(symbol="AAPL"), now=NOW)
    with pytest.raises(SourceError, match="its name is no ticker"):
        read_prices(folder / "prices.csv", now=NOW)
    assert len(read_prices(folder / "prices.csv", HowToRead(symbol="aapl"), now=NOW).bars) == 1


def test_a_name_that_is_a_ticker_and_a_word(tmp_path: Path) -> None:
    """Allstate and Carriage Services, of which nothing says that they are meant."""
    for name in ("ALL.csv", "csv.csv", "KO.csv", "prices.csv"):
        (tmp_path / name).write_text("Date,Close\n2026-06-24,1\n")
    file = read_prices(tmp_path, now=NOW)
    assert file.bars.symbols == ("KO",)
    reasons = {row.file: row.reason for row in file.rejected}
    assert "with --symbol ALL" in reasons["ALL.csv"] and "with --symbol CSV" in reasons["csv.csv"]
    assert ["no ticker" in reasons[name] for name in sorted(reasons)] == [False, False, True]
    assert read_prices(tmp_path / "ALL.csv", HowToRead(symbol="ALL"), now=NOW).bars.symbols == (
        "ALL",
    )


def test_capital_gains_are_paid_too(tmp_path: Path) -> None:
    text = "symbol,date,close,Dividends,Capital Gains\nAAA,2026-06-24,10,0.25,0.5\n"
    assert [*table(read(tmp_path, text), "dividend").values()] == [0.75]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_closes_of_listings_elsewhere_are_left_out_by_name(tmp_path: Path, kind: str) -> None:
    rows = [
        ("DG", "NYSE", "USD", 120.0),
        ("DG2", "Euronext Paris", "EUR", 90.0),
        ("SAP", "XETRA", "", 200.0),
        ("ROG", "", "CHF", 300.0),
        ("SAP.DE", "XETRA", "EUR", 201.0),
        ("MSFT", "US", "", 50.0),
    ]
    titles = ("Code", "Ex", "Currency", "Close")
    if kind == "csv":
        lines = "".join(f"{','.join(map(str, row))},2026-06-24\n" for row in rows)
        file = read(tmp_path, f"{','.join(titles)},Date\n{lines}")
    else:
        columns = dict(zip(titles, zip(*rows, strict=True), strict=True))
        file = read(tmp_path, pa.table({**columns, "Date": ["2026-06-24"] * len(rows)}))
    closes = {symbol: close for (symbol, _), close in table(file).items()}
    assert closes == {"DG": 120.0, "SAP.DE": 201.0, "MSFT": 50.0}
    assert file.rejected == ()
    (said,) = [line for line in file.notes if line.startswith("left out")]
    for words in ("DG2 (listed in Paris)", "SAP (listed in Frankfurt)", "ROG (in CHF)"):
        assert words in said
    assert any("currency CHF, EUR, USD" in line for line in file.notes)


def test_a_matrix_called_adjusted_is_asked_about(tmp_path: Path) -> None:
    for name, text in (
        ("adj_close.csv", "Date,AAPL,MSFT\n2026-06-24,1,3\n"),
        ("total_return.csv", "Symbol,2026-06-24\nAAPL,1\nMSFT,3\n"),
    ):
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(SourceError, match=r"adj_close=\*"):
            read_prices(path, now=NOW)
        adjusted = read_prices(path, HowToRead(columns=["adj_close=*"]), now=NOW)
        assert adjusted.bars.close is None and len(table(adjusted, "adj_close")) == 2
        plain = read_prices(path, HowToRead(columns=["close=*"]), now=NOW)
        assert plain.bars.adj_close is None and len(table(plain)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "DATE,PRC,RET\n2026-06-24,1,2\n",
        "date,foo,bar\n2026-06-24,1,2\n",
        "2026-06-24,AAA,10\n2026-06-25,AAA,11\n",
        "Date,Stock Splits\n2026-06-24,4:1\n",
    ],
)
def test_what_names_no_closes_is_refused(tmp_path: Path, text: str) -> None:
    assert "has no column" in refusal(tmp_path, text)


def test_a_row_of_units_is_no_row_of_tickers(tmp_path: Path) -> None:
    file = read(tmp_path, "symbol,date,close\n,,USD\nAAA,2026-06-24,10\n")
    assert table(file) == {("AAA", "2026-06-24"): 10.0}
    assert [row.line for row in file.rejected] == [2]


def test_a_matrix_may_hold_companies_called_low_and_open(tmp_path: Path) -> None:
    names = [*"ABCDFGHIJK", "LOW", "OPEN"]
    rows: list[list[object]] = [["Date", *names], ["2026-06-24", *range(1, 13)]]
    file = read(tmp_path, as_csv(rows).decode())
    assert {symbol for symbol, _ in table(file)} == set(names)
