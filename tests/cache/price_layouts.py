"""The layouts in which people have closes, each made from the market of `price_values`."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

import openpyxl

from tests.cache.price_values import CLOSES, DAYS, VOLUME, dividend, split, total, traded


def table(rows: list[list[object]], *, mark: str = ",") -> bytes:
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _by_day(
    titles: str,
    row: Callable[[str], list[object]],
    *,
    days: Iterable[str] = DAYS,
    mark: str = ",",
) -> bytes:
    """CSV with a row a day, below titles between commas."""
    return table([[*titles.split(",")], *map(row, days)], mark=mark)


def _by_ticker(titles: str, row: Callable[[str, str], list[object]]) -> bytes:
    """CSV with all days of one company, then of the other."""
    return table([[*titles.split(",")], *(row(ticker, day) for ticker in CLOSES for day in DAYS)])


def _close(ticker: str, day: str) -> float:
    return CLOSES[ticker][DAYS.index(day)]


def _bar(ticker: str, day: str, *, raw: bool = False) -> list[object]:
    """Open, high, low and close."""
    close = traded(ticker, day) if raw else _close(ticker, day)
    return [close * 1.01, close * 1.02, close * 0.99, close]


def _yahoo() -> bytes:
    return _by_day(
        "Date,Open,High,Low,Close,Adj Close,Volume",
        lambda day: [day, *_bar("AAPL", day), total("AAPL", day), 1000],
    )


def _history() -> bytes:
    def row(day: str) -> list[object]:
        events = [dividend("AAPL", day), split("AAPL", day)]
        return [f"{day} 00:00:00-04:00", *_bar("AAPL", day), total("AAPL", day), 1000, *events]

    return _by_day("Date,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits", row)


_FIELDS = ("Adj Close", "Close", "High", "Low", "Open", "Volume")


def _field(field: str, ticker: str, day: str) -> float:
    opened, high, low, close = _bar(ticker, day)
    values = {"Adj Close": total(ticker, day), "Close": close, "High": high, "Low": low}
    return values.get(field, opened if field == "Open" else VOLUME)  # type: ignore[return-value]


def _download(*, by_ticker: bool = False, old: bool = False, one: bool = False) -> bytes:
    tickers = ["AAPL"] if one else ["AAPL", "MSFT"]
    pairs = [(f, t) for f in _FIELDS for t in tickers]
    if by_ticker:
        pairs = [(f, t) for t in tickers for f in _FIELDS]
    fields: list[object] = ["" if old else "Price", *(f for f, _ in pairs)]
    names: list[object] = ["" if old else "Ticker", *(t for _, t in pairs)]
    rows = [names, fields] if by_ticker else [fields, names]
    rows.append(["Date", *[""] * len(pairs)])
    for day in DAYS:
        rows.append([day, *(_field(f, t, day) for f, t in pairs)])
    return table(rows)


def _stacked() -> bytes:
    rows: list[list[object]] = [["Date", "Ticker", *_FIELDS]]
    for day in DAYS:
        for ticker in CLOSES:
            rows.append([day, ticker, *(_field(f, ticker, day) for f in _FIELDS)])
    return table(rows)


def _flat_columns() -> bytes:
    pairs = [(f, t) for f in _FIELDS for t in CLOSES]
    rows: list[list[object]] = [["Date", *(f"('{f}', '{t}')" for f, t in pairs)]]
    rows += [[day, *(_field(f, t, day) for f, t in pairs)] for day in DAYS]
    return table(rows)


def _stooq() -> bytes:
    titles = "Date,Open,High,Low,Close,Volume"
    return _by_day(titles, lambda day: [day, *_bar("AAPL", day), 1000])


def _stooq_bulk() -> bytes:
    titles = "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>"

    def row(ticker: str, day: str) -> list[object]:
        stamp = day.replace("-", "")
        return [f"{ticker}.US", "D", stamp, "000000", *_bar(ticker, day), 1000, 0]

    return _by_ticker(titles, row)


def _tiingo() -> bytes:
    titles = "date,close,high,low,open,volume,adjClose,adjHigh,adjLow,adjOpen,adjVolume"

    def row(day: str) -> list[object]:
        opened, high, low, close = _bar("AAPL", day, raw=True)
        adjusted = total("AAPL", day)
        cells: list[object] = [f"{day}T00:00:00.000Z", close, high, low, opened, 1000]
        cells += [adjusted, adjusted * 1.02, adjusted * 0.99, adjusted * 1.01, 1000]
        return [*cells, dividend("AAPL", day, raw=True), split("AAPL", day) or 1.0]

    return _by_day(f"{titles},divCash,splitFactor", row)


def _alpha_vantage() -> bytes:
    titles = "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient"

    def row(day: str) -> list[object]:
        events = [f"{dividend('AAPL', day, raw=True):.4f}", split("AAPL", day) or "1.0"]
        return [day, *_bar("AAPL", day, raw=True), f"{total('AAPL', day):.10f}", 1000, *events]

    return _by_day(titles, row, days=reversed(DAYS))


def _eodhd() -> bytes:
    closes = _by_day(
        "Date,Open,High,Low,Close,Adjusted_close,Volume",
        lambda day: [day, *_bar("MSFT", day), total("MSFT", day), 1000],
    )
    return closes + b"1234\n"


def _eodhd_bulk() -> bytes:
    return _by_day(
        "Code,Ex,Date,Open,High,Low,Close,Adjusted_close,Volume",
        lambda day: ["MSFT", "US", day, *_bar("MSFT", day), total("MSFT", day), 1000],
    )


def _noon(day: str) -> int:
    """Midnight of New York in summer, seconds since 1970."""
    return int(datetime.fromisoformat(f"{day}T04:00:00").replace(tzinfo=UTC).timestamp())


def _polygon_flat() -> bytes:
    def row(day: str) -> list[object]:
        opened, high, low, close = _bar("MSFT", day)
        return ["MSFT", 1000, opened, close, high, low, _noon(day) * 10**9, 12]

    titles = "ticker,volume,open,close,high,low,window_start,transactions"
    return gzip.compress(_by_day(titles, row))


def _polygon_grouped() -> bytes:
    results = []
    for day in DAYS:
        opened, high, low, close = _bar("MSFT", day)
        stamp = (_noon(day) + 16 * 3600) * 1000
        bar = {"T": "MSFT", "v": 1000, "vw": close, "o": opened, "c": close}
        results.append({**bar, "h": high, "l": low, "t": stamp, "n": 5})
    return json.dumps({"status": "OK", "adjusted": True, "results": results}).encode()


def _fmp() -> bytes:
    def row(ticker: str, day: str) -> list[object]:
        bar = _bar(ticker, day)
        return [ticker, day, *bar, 1000, 0.1, 0.2, f"{float(str(bar[3])) * 1.003:.4f}"]

    return _by_ticker("symbol,date,open,high,low,close,volume,change,changePercent,vwap", row)


def _fmp_json() -> bytes:
    bars = [
        {"date": day, "close": CLOSES["AAPL"][at], "adjClose": total("AAPL", day), "label": day}
        for at, day in enumerate(DAYS)
    ]
    return json.dumps({"symbol": "AAPL", "historical": bars}).encode()


def _tidyquant() -> bytes:
    rows: list[list[object]] = [["symbol", "date", "open", "high", "low", "close", "volume"]]
    rows[0].append("adjusted")
    for ticker in CLOSES:
        rows.append([ticker, "2026-06-26", *["NA"] * 6])
        for day in DAYS:
            rows.append([ticker, day, *_bar(ticker, day), 1000, total(ticker, day)])
    return table(rows)


def _quantmod() -> bytes:
    titles = ",AAPL.Open,AAPL.High,AAPL.Low,AAPL.Close,AAPL.Volume,AAPL.Adjusted"
    return _by_day(titles, lambda day: [day, *_bar("AAPL", day), 1000, total("AAPL", day)])


def _matrix(*, names: Mapping[str, str] | None = None, corner: str = "Date") -> bytes:
    names = names or {ticker: ticker for ticker in CLOSES}
    rows: list[list[object]] = [[corner, *(names[ticker] for ticker in CLOSES)]]
    rows += [[day, *(CLOSES[ticker][at] for ticker in CLOSES)] for at, day in enumerate(DAYS)]
    return table(rows)


def _across() -> bytes:
    rows: list[list[object]] = [["Symbol", "Name", *DAYS]]
    rows += [[ticker, "a company", *closes] for ticker, closes in CLOSES.items()]
    return table(rows)


def _workbook(sheets: Mapping[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _when(day: str) -> datetime:
    return datetime.fromisoformat(day)


def _bloomberg_blocks() -> bytes:
    rows: list[list[object]] = [
        ["AAPL US Equity", None, None, None, "MSFT US Equity"],
        ["Date", "PX_LAST", "PX_VOLUME", None, "Date", "PX_LAST", "PX_VOLUME"],
    ]
    for at, day in enumerate(DAYS):
        left = [_when(day), CLOSES["AAPL"][at], 1000, None]
        # The second block begins a day later, as after a listing.
        later = at + 1
        right = [_when(DAYS[later]), CLOSES["MSFT"][later], 1000] if later < len(DAYS) else []
        rows.append([*left, *right])
    return _workbook({"Sheet1": rows})


def _bloomberg_two_rows() -> bytes:
    rows: list[list[object]] = [
        ["Start Date", _when(DAYS[0])],
        ["End Date", _when(DAYS[-1])],
        [],
        [None, "AAPL US Equity", None, "MSFT US Equity", None],
        ["Dates", "PX_LAST", "PX_VOLUME", "PX_LAST", "PX_VOLUME"],
    ]
    for at, day in enumerate(DAYS):
        rows.append([_when(day), CLOSES["AAPL"][at], 1000, CLOSES["MSFT"][at], 1000])
    return _workbook({"Sheet1": rows, "Notes": [["made by hand"]]})


def _bloomberg_one() -> bytes:
    rows: list[list[object]] = [["Security", "AAPL US Equity"], [], ["Date", "PX_LAST"]]
    rows += [[_when(day), CLOSES["AAPL"][at]] for at, day in enumerate(DAYS)]
    return _workbook({"History": rows})


def _sheets() -> bytes:
    return _workbook(
        {
            ticker: [["Date", "Close"], *([_when(d), c] for d, c in zip(DAYS, closes, strict=True))]
            for ticker, closes in CLOSES.items()
        }
    )


def _refinitiv() -> bytes:
    return _by_ticker(
        "Instrument,Date,Price Close,Volume",
        lambda ticker, day: [f"{ticker}.O", f"{day}T00:00:00Z", _close(ticker, day), 1000],
    )


def _american(day: str) -> str:
    return datetime.fromisoformat(day).strftime("%m/%d/%Y")


def _nasdaq() -> bytes:
    def row(day: str) -> list[object]:
        opened, high, low, close = (f"${value:,.2f}" for value in _bar("AAPL", day))
        return [_american(day), close, "1,000", opened, high, low]

    return _by_day("Date,Close/Last,Volume,Open,High,Low", row)


def _investing() -> bytes:
    def row(day: str) -> list[object]:
        opened, high, low, close = _bar("AAPL", day)
        return [_american(day), close, opened, high, low, "1.00K", "0.5%"]

    return _by_day("Date,Price,Open,High,Low,Vol.,Change %", row)


def _german() -> bytes:
    def row(day: str) -> list[object]:
        bar = [f"{value:.2f}".replace(".", ",") for value in _bar("AAPL", day)]
        return [datetime.fromisoformat(day).strftime("%d.%m.%Y"), *bar, "1.000"]

    return _by_day("Datum,Eröffnung,Hoch,Tief,Schluss,Volumen", row, mark=";")


BOTH, ONE, OTHER = ("AAPL", "MSFT"), ("AAPL",), ("MSFT",)
#: Layout -> the file's name, its bytes, whose closes it holds, and the fields beside them.
LAYOUTS: Mapping[str, tuple[str, Callable[[], bytes], tuple[str, ...], str]] = {
    "Yahoo page": ("AAPL.csv", _yahoo, ONE, "adj_close volume"),
    "yfinance history": ("AAPL.csv", _history, ONE, "adj_close volume dividend split"),
    "yfinance download": ("prices.csv", _download, BOTH, "adj_close volume"),
    "yfinance download, one": ("p.csv", lambda: _download(one=True), ONE, "adj_close volume"),
    "yfinance download by ticker": (
        "prices.csv",
        lambda: _download(by_ticker=True),
        BOTH,
        "adj_close volume",
    ),
    "yfinance download, old": (
        "prices.csv",
        lambda: _download(old=True),
        BOTH,
        "adj_close volume",
    ),
    "yfinance stacked": ("prices.csv", _stacked, BOTH, "adj_close volume"),
    "yfinance flat columns": ("prices.csv", _flat_columns, BOTH, "adj_close volume"),
    "Stooq": ("aapl_us_d.csv", _stooq, ONE, "volume"),
    "Stooq by name": ("aapl.us.txt", _stooq, ONE, "volume"),
    "Stooq bulk": ("data.txt", _stooq_bulk, BOTH, "volume"),
    "Tiingo": ("AAPL.csv", _tiingo, ONE, "adj_close volume dividend split"),
    "Alpha Vantage": (
        "daily_adjusted_AAPL.csv",
        _alpha_vantage,
        ONE,
        "adj_close volume dividend split",
    ),
    "EODHD": ("MSFT.US.csv", _eodhd, OTHER, "adj_close volume"),
    "EODHD bulk": ("eod.csv", _eodhd_bulk, OTHER, "adj_close volume"),
    "Polygon flat file": ("2026-06-25.csv.gz", _polygon_flat, OTHER, "volume"),
    "Polygon grouped": ("grouped.json", _polygon_grouped, OTHER, "volume"),
    "FMP": ("fmp.csv", _fmp, BOTH, "volume"),
    "FMP JSON": ("history.json", _fmp_json, ONE, "adj_close"),
    "tidyquant": ("prices.csv", _tidyquant, BOTH, "adj_close volume"),
    "quantmod": ("prices.csv", _quantmod, ONE, "adj_close volume"),
    "matrix": ("closes.csv", _matrix, BOTH, ""),
    "matrix, no corner": ("closes.csv", lambda: _matrix(corner=""), BOTH, ""),
    "matrix of Bloomberg tickers": (
        "closes.csv",
        lambda: _matrix(names={"AAPL": "AAPL US Equity", "MSFT": "MSFT UW Equity"}),
        BOTH,
        "",
    ),
    "matrix of Refinitiv tickers": (
        "closes.csv",
        lambda: _matrix(names={"AAPL": "AAPL.O", "MSFT": "MSFT.OQ"}),
        BOTH,
        "",
    ),
    "matrix across": ("closes.csv", _across, BOTH, ""),
    "Bloomberg blocks": ("closes.xlsx", _bloomberg_blocks, BOTH, "volume"),
    "Bloomberg two rows": ("closes.xlsx", _bloomberg_two_rows, BOTH, "volume"),
    "Bloomberg one": ("closes.xlsx", _bloomberg_one, ONE, ""),
    "a sheet a ticker": ("closes.xlsx", _sheets, BOTH, ""),
    "Refinitiv": ("closes.csv", _refinitiv, BOTH, "volume"),
    "Nasdaq page": ("HistoricalData_AAPL.csv", _nasdaq, ONE, "volume"),
    "Investing page": ("AAPL.csv", _investing, ONE, "volume"),
    "German page": ("AAPL.csv", _german, ONE, "volume"),
}
