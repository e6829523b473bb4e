"""What the look-alike of Yahoo and of an issuer knows, and how it writes it down."""

from __future__ import annotations

import io
import json
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from cache.facts.sessions import sessions
from tests.cache.lookalike_broken import ENDLESS

NEW_YORK = ZoneInfo("America/New_York")
PRODUCTS = {"239710": "IWM", "239726": "IVV", "239763": "IJH", "351653": "IQQ"}
TITLES = {
    "IWM": "iShares Russell 2000 ETF",
    "IVV": "iShares Core S&P 500 ETF",
    "IJH": "iShares Core S&P Mid-Cap ETF",
    "IQQ": "iShares Nasdaq-100 ETF",
}

#: No symbol has closes of earlier years.
FIRST = np.datetime64("1987-01-01")
#: Stands in a chart for its list of closes.
CLOSES = "the closes"
#: Status, content type, content and further headers.
Reply = tuple[int, str, bytes, dict[str, str]]


class World:
    """Prices from a seed, holdings from lists of symbols, and what goes wrong with which."""

    def __init__(
        self,
        now: datetime,
        *,
        seed: int = 1,
        lines: Mapping[str, Iterable[str]] | None = None,
        faults: Mapping[str, str] | None = None,
        splits: Mapping[str, tuple[str, float]] | None = None,
    ) -> None:
        """Nothing later than ``now`` is known.

        Args:
            now: the look-alike's clock.
            seed: of all prices.
            lines: fund -> symbols of its holdings, heaviest first.
            faults: symbol -> what goes wrong with it (see ``chart``).
            splits: symbol -> effective date and factor of one split.
        """
        sessions_and_bells()  # here, or each thread of a server would count them anew
        self.now, self.seed = now, seed
        self.lines = {fund: list(symbols) for fund, symbols in (lines or {}).items()}
        self.faults, self.splits = dict(faults or {}), dict(splits or {})
        self.charts: Counter[str] = Counter()
        self.starts: dict[str, date] = {}

    def history(self, symbol: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Sessions (K,), closes (K,) and dividends (K,, 0 where none), as Yahoo gives them."""
        calendar, _ = sessions_and_bells()
        today = np.datetime64(self.now.astimezone(NEW_YORK).date())
        days = calendar[: np.searchsorted(calendar, today, side="right")]
        closes, paid = (values[: len(days)] for values in walk(self.seed, symbol))
        if symbol in self.splits and np.datetime64(self.splits[symbol][0]) <= days[-1]:
            closes, paid = closes / self.splits[symbol][1], paid / self.splits[symbol][1]
        if self.faults.get(symbol) == "revised":
            closes = closes * 1.00001
        if self.faults.get(symbol) == "ended":
            days, closes, paid = days[:-40], closes[:-40], paid[:-40]
        return days, closes, paid

    def close(self, symbol: str, on: str) -> float:
        """One close."""
        days, closes, _ = self.history(symbol)
        return float(closes[np.flatnonzero(days == np.datetime64(on))[0]])

    def holdings(self, fund: str, on: date) -> str:
        """A holdings file in the issuer's 15-column layout."""
        out = io.StringIO()
        out.write(f'\ufeff{TITLES[fund]}\nFund Holdings as of,"{on:%b %d, %Y}"\n')
        out.write('Inception Date,"May 22, 2000"\nShares Outstanding,"1,000.00"\n')
        out.write('Stock,"-"\nBond,"-"\nCash,"-"\nOther,"-"\n\u00a0\n')
        out.write("Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Quantity,")
        out.write("Price,Location,Exchange,Currency,FX Rate,Market Currency,Accrual Date\n")
        symbols = self.lines[fund]
        cash = 1e6
        total = cash + sum(1e9 / (rank + 2) for rank in range(len(symbols)))
        for rank, symbol in enumerate(symbols):
            value, price = f"{1e9 / (rank + 2):,.2f}", 50.0
            quantity = f"{1e9 / (rank + 2) / price:,.2f}"
            cells = [
                symbol,
                f"INVENTED {symbol} CORP",
                "Industrials",
                "Equity",
                value,
                f"{1e11 / (rank + 2) / total:.2f}",
                value,
            ]
            cells += [quantity, f"{price}", "United States", "NASDAQ", "USD", "1.00", "USD", "-"]
            out.write(",".join(f'"{cell}"' for cell in cells) + "\n")
        out.write('"USD","USD CASH","Cash and/or Derivatives","Cash","1,000,000.00",')
        out.write(f'"{100 * cash / total:.2f}",')
        out.write(
            '"1,000,000.00","1,000,000.00","100.00","United States","-","USD","1.00","USD","-"'
        )
        out.write("\n\u00a0\n")
        return out.getvalue()

    def file(self, query: Mapping[str, str]) -> Reply:
        name = PRODUCTS.get(query.get("portfolioId", "")) or query["fileName"].split("_")[0]
        if self.faults.get(f"holdings {name}") == "page":
            return 200, "text/html", b"<!DOCTYPE html><html>Are you a robot?</html>", {}
        if self.faults.get(f"holdings {name}") == "elsewhere":
            return 302, "text/html", b"", {"Location": "http://www.ishares.com/plain"}
        if self.faults.get(f"holdings {name}") == "slow":
            time.sleep(20.0)
        if (fault := self.faults.get(f"holdings {name}", "")) in ENDLESS:
            return 200, "text/csv", b"", {"X-Broken": fault}
        stamp = query.get("asOfDate")
        if stamp and self.faults.get(f"holdings {name}") == "newest alone":
            return 404, "text/html", b"<html>none of that date</html>", {}
        # The newest file is of the session before the last.
        past = sessions()[sessions() <= np.datetime64(self.now.astimezone(NEW_YORK).date())]
        on = datetime.strptime(stamp, "%Y%m%d").date() if stamp else past[-2].item()
        return 200, "text/csv", self.holdings(name, on).encode(), {}

    def spark(self, symbols: list[str]) -> Reply:
        """Closes of the last month of twenty symbols; one that is not known spoils them all."""
        if len(symbols) > 20:
            return as_json(400, {"spark": {"result": None, "error": _error("Bad Request", "many")}})
        if any(self.faults.get(symbol) == "404" for symbol in symbols):
            return as_json(404, {"spark": {"result": None, "error": _error("Not Found", "none")}})
        result = []
        for symbol in symbols:
            days, closes, _ = self.history(symbol)
            quote = {"close": closes[-21:].tolist()}
            meta = {"symbol": symbol, "currency": "USD", "dataGranularity": "1d"}
            meta["exchangeTimezoneName"] = "America/New_York"
            stamps = [opens(day) for day in days[-21:].tolist()]
            one = {"meta": meta, "timestamp": stamps, "indicators": {"quote": [quote]}}
            result.append({"symbol": symbol, "response": [one]})
        return as_json(200, {"spark": {"result": result, "error": None}})

    def chart(self, symbol: str, query: Mapping[str, str]) -> Reply:
        fault = self.faults.get(symbol, "")
        if fault == "404":
            words = "No data found, symbol may be delisted"
            return as_json(404, {"chart": {"result": None, "error": _error("Not Found", words)}})
        if fault == "400":
            words = "Data doesn't exist for startDate = 1, endDate = 2"
            return as_json(400, {"chart": {"result": None, "error": _error("Bad Request", words)}})
        if fault == "500" or (fault == "500 once" and self.charts[symbol] == 1):
            return 500, "text/html", b"<html>Internal Server Error</html>", {}
        if fault == "page":
            return 200, "text/html", b"<html>Please sign in to the hotel's network</html>", {}
        if fault == "404 page":
            return 404, "text/html", b"<html>no such page</html>", {}
        if fault == "slow":
            time.sleep(8.0)
        if fault == "round":
            return 302, "text/html", b"", {"Location": f"/v8/finance/chart/{symbol}"}
        days, closes, paid = self.history(symbol)
        stamps = sessions_and_bells()[1][: len(days)].copy()
        values, unknown = closes.copy(), np.zeros(len(days), bool)
        if fault == "nan":
            unknown[-1] = True
        if fault == "half split":
            # The event is there, but the older closes are not yet on its basis.
            values[:-30] *= self.splits[symbol][1]
        if fault == "holes":
            unknown[60:-60] = np.arange(len(days) - 120) % 3 != 0
        if fault == "jump":
            values[-30:] *= 25.0
        if fault == "negative":
            values[-30] = -1.0
        if fault == "saturdays":
            # the first day of numpy's count was a Thursday
            stamps += 86_400 * (days.astype(int) % 7 == 1)
        if fault == "future":
            stamps[-1] += 86_400 * 3
        now = int(self.now.timestamp())
        # A probe for the time zone asks for the last day alone.
        begin = int(query.get("period1", now - 86_400))
        end = int(query.get("period2", now))
        self.starts[symbol] = datetime.fromtimestamp(begin, NEW_YORK).date()
        wide = 86_400 * 4 if fault == "future" else 0
        at = np.flatnonzero((begin <= stamps) & (stamps < end + wide))
        asked = stamps[at].tolist()
        events: dict[str, Any] = {}
        pays = {
            str(stamp): {"amount": amount, "date": stamp}
            for stamp, amount in zip(asked, paid[at].tolist(), strict=True)
            if amount
        }
        if pays:
            events["dividends"] = pays
        if symbol in self.splits:
            when, factor = self.splits[symbol]
            stamp = opens(date.fromisoformat(when))
            if asked and asked[0] <= stamp <= asked[-1]:
                events["splits"] = {
                    str(stamp): {
                        "date": stamp,
                        "numerator": factor,
                        "denominator": 1.0,
                        "splitRatio": f"{factor:g}:1",
                    }
                }
        missing = unknown[at].tolist()
        chosen = [
            None if lacks else value
            for value, lacks in zip(values[at].tolist(), missing, strict=True)
        ]
        volume = [1_000_000 + number % 997 for number in at.tolist()]
        if fault == "nan" and missing and missing[-1]:
            volume[-1] = None
        zone = "Europe/London" if fault == "london" else "America/New_York"
        # written once in place of five times, which takes longest of all
        quote = dict.fromkeys(("open", "high", "low", "close"), CLOSES)
        result: dict[str, Any] = {
            "meta": {
                "currency": "GBp" if fault == "pence" else "USD",
                "symbol": "OTHER" if fault == "other" else symbol,
                "exchangeName": "NMS",
                "instrumentType": "ETF" if symbol in self.lines else "EQUITY",
                "gmtoffset": -14_400,
                "timezone": "EDT",
                "exchangeTimezoneName": zone,
                "priceHint": 2,
                "dataGranularity": "1d",
                "range": "",
                "validRanges": ["1d", "5d", "1mo", "1y", "max"],
            },
            "indicators": {
                "quote": [{**quote, "volume": volume}],
                "adjclose": [{"adjclose": CLOSES}],
            },
        }
        if asked and fault != "empty":
            result["timestamp"] = asked
            if events:
                result["events"] = events
        else:
            result["indicators"] = {"quote": [{}], "adjclose": [{}]}
        status, kind, content, more = as_json(200, {"chart": {"result": [result], "error": None}})
        content = content.replace(f'"{CLOSES}"'.encode(), json.dumps(chosen).encode())
        if fault in ("drop", "stall", "truncated", "huge", *ENDLESS):
            more = {"X-Broken": fault}
        return status, kind, content, more


@cache
def sessions_and_bells() -> tuple[np.ndarray, np.ndarray]:
    """The sessions of the calendar since `FIRST`, and the second of each one's opening bell."""
    calendar = sessions()[sessions() >= FIRST]
    return calendar, np.array([opens(day) for day in calendar.tolist()])


@lru_cache(maxsize=512)
def walk(seed: int, symbol: str) -> tuple[np.ndarray, np.ndarray]:
    """Closes and dividends of a symbol on every session of the calendar, not to be written to."""
    calendar, _ = sessions_and_bells()
    dice = np.random.default_rng([seed, zlib.crc32(symbol.encode())])
    base = dice.uniform(15.0, 300.0)
    steps = dice.normal(0.0003, 0.012, len(calendar))
    closes = np.round(base * np.exp(np.cumsum(steps)), 6)
    paid = np.zeros(len(calendar))
    paid[int(dice.integers(63)) :: 63] = round(base * 0.004, 4)
    closes.flags.writeable = paid.flags.writeable = False
    return closes, paid


def opens(day: date) -> int:
    """The opening bell as Yahoo stamps a daily bar, in seconds since 1970."""
    return int((datetime(day.year, day.month, day.day, 9, 30, tzinfo=NEW_YORK)).timestamp())


def _error(code: str, words: str) -> dict[str, str]:
    return {"code": code, "description": words}


def as_json(status: int, body: object) -> Reply:
    return status, "application/json", json.dumps(body).encode(), {}


def later(now: datetime, sessions_on: int) -> datetime:
    """The same time of day some sessions later."""
    calendar = sessions()
    today = np.datetime64(now.astimezone(NEW_YORK).date())
    at = int(np.searchsorted(calendar, today, side="right")) - 1
    days = (calendar[at + sessions_on] - today).astype(int)
    return now + timedelta(days=int(days))
