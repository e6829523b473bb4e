"""A look-alike of Yahoo and of an issuer on the loopback, under their real host names.

A proxy that answers CONNECT itself: whoever has ``environment()`` in its environment talks TLS
to 127.0.0.1 with a certificate made for the test, while the program under test is unchanged.
Deterministic from a seed, counts requests, and stops by itself.
"""

from __future__ import annotations

import io
import json
import ssl
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import numpy as np
import trustme

from cache.sessions import sessions

NEW_YORK = ZoneInfo("America/New_York")
HOSTS = (
    "fc.yahoo.com",
    "*.finance.yahoo.com",
    "guce.yahoo.com",
    "*.ishares.com",
    "*.blackrock.com",
)
PRODUCTS = {"239710": "IWM", "239726": "IVV"}
TITLES = {"IWM": "iShares Russell 2000 ETF", "IVV": "iShares Core S&P 500 ETF"}


#: Status, content type, content and further headers.
Reply = tuple[int, str, bytes, dict[str, str]]


class Lookalike:
    """The server; use it as a context.

    Attributes:
        charts: chart requests by symbol.
        pages: every other request by host and path.
        starts: symbol -> first day of its last chart request.
        most: answers under way at the same time, at most.
    """

    def __init__(
        self,
        folder: Path,
        now: datetime,
        *,
        seed: int = 1,
        lines: Mapping[str, Iterable[str]] | None = None,
        faults: Mapping[str, str] | None = None,
        splits: Mapping[str, tuple[str, float]] | None = None,
        limit_after: int | None = None,
        retry_after: str | None = "120",
        delay: float = 0.0,
        life: float = 120.0,
    ) -> None:
        """Nothing listens yet.

        Args:
            folder: where the certificate goes.
            now: the look-alike's clock; nothing later is known to it.
            seed: of all prices.
            lines: fund -> symbols of its holdings, heaviest first.
            faults: symbol -> what goes wrong with it (see ``_chart``).
            splits: symbol -> effective date and factor of one split.
            limit_after: chart requests after which every further one is 429.
            retry_after: the header of a 429.
            delay: seconds before each chart answer.
            life: seconds after which the server ends by itself.
        """
        self.now, self.seed, self.delay, self.life = now, seed, delay, life
        self.lines = {fund: list(symbols) for fund, symbols in (lines or {}).items()}
        self.faults, self.splits = dict(faults or {}), dict(splits or {})
        self.limit_after, self.retry_after = limit_after, retry_after
        self.charts: Counter[str] = Counter()
        self.pages: Counter[str] = Counter()
        self.starts: dict[str, date] = {}
        self.most = self._now_open = 0
        self.lock = threading.Lock()
        self.certificate = folder / "look-alike.pem"

    # What is known

    def history(self, symbol: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Sessions (K,), closes (K,) and dividends (K,, 0 where none), as Yahoo gives them."""
        known = sessions()
        days = known[known <= np.datetime64(self.now.astimezone(NEW_YORK).date())]
        dice = np.random.default_rng([self.seed, zlib.crc32(symbol.encode())])
        base = dice.uniform(15.0, 300.0)
        steps = dice.normal(0.0003, 0.012, len(known))[: len(days)]
        closes = np.round(base * np.exp(np.cumsum(steps)), 6)
        paid = np.zeros(len(days))
        paid[int(dice.integers(63)) :: 63] = round(base * 0.004, 4)
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
        for rank, symbol in enumerate(symbols):
            value, price = f"{1e9 / (rank + 2):,.2f}", 50.0
            quantity = f"{1e9 / (rank + 2) / price:,.2f}"
            cells = [
                symbol,
                f"INVENTED {symbol} CORP",
                "Industrials",
                "Equity",
                value,
                "0.10",
                value,
            ]
            cells += [quantity, f"{price}", "United States", "NASDAQ", "USD", "1.00", "USD", "-"]
            out.write(",".join(f'"{cell}"' for cell in cells) + "\n")
        out.write('"USD","USD CASH","Cash and/or Derivatives","Cash","1,000,000.00","0.01",')
        out.write(
            '"1,000,000.00","1,000,000.00","100.00","United States","-","USD","1.00","USD","-"'
        )
        out.write("\n\u00a0\n")
        return out.getvalue()

    # The server

    def __enter__(self) -> Lookalike:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.certificate)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*HOSTS).configure_cert(self.tls)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        self.timer = threading.Timer(self.life, self.server.shutdown)
        self.timer.daemon = True
        self.timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()
        self.server.shutdown()
        self.server.server_close()

    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to talk to this server and no other."""
        proxy = f"http://127.0.0.1:{self.server.server_address[1]}"
        named = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
        return {
            **dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), proxy),
            **dict.fromkeys(named, str(self.certificate)),
            "NO_PROXY": "",
            "no_proxy": "",
        }

    @property
    def requests(self) -> int:
        """Every request so far."""
        return self.charts.total() + self.pages.total()

    def answer(self, host: str, path: str) -> Reply:
        """Status, content type, content and further headers."""
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/v8/finance/chart/"):
            symbol = parts.path.rpartition("/")[2]
            with self.lock:
                self.charts[symbol] += 1
                count = self.charts.total()
                self._now_open += 1
                self.most = max(self.most, self._now_open)
            try:
                time.sleep(self.delay)
                if self.limit_after is not None and count > self.limit_after:
                    more = {"Retry-After": self.retry_after} if self.retry_after else {}
                    return 429, "text/html", b"Too Many Requests\r\n", more
                return self._chart(symbol, query)
            finally:
                with self.lock:
                    self._now_open -= 1
        with self.lock:
            self.pages[host + parts.path] += 1
        if host == "fc.yahoo.com":
            cookie = "A3=d=invented; Domain=.yahoo.com; Path=/; Max-Age=31536000; Secure"
            return 404, "text/html", b"", {"Set-Cookie": cookie}
        if parts.path == "/v1/test/getcrumb":
            return 200, "text/plain", b"in.ven-ted", {}
        if "asOfDate" in query or "holdings" in parts.query:
            return self._file(host, query)
        return 404, "text/html", b"<html>nothing here</html>", {}

    def _file(self, host: str, query: Mapping[str, str]) -> Reply:
        name = PRODUCTS.get(query.get("portfolioId", "")) or query["fileName"].split("_")[0]
        if self.faults.get(f"holdings {name}") == "page":
            return 200, "text/html", b"<!DOCTYPE html><html>Are you a robot?</html>", {}
        if self.faults.get(f"holdings {name}") == "elsewhere":
            return 302, "text/html", b"", {"Location": "http://www.ishares.com/plain"}
        if self.faults.get(f"holdings {name}") == "slow":
            time.sleep(20.0)
        stamp = query.get("asOfDate")
        # The newest file is of the session before the last.
        known = sessions()[sessions() < np.datetime64(self.now.astimezone(NEW_YORK).date())]
        on = datetime.strptime(stamp, "%Y%m%d").date() if stamp else known[-1].item()
        return 200, "text/csv", self.holdings(name, on).encode(), {}

    def _chart(self, symbol: str, query: Mapping[str, str]) -> Reply:
        fault = self.faults.get(symbol, "")
        if fault == "404":
            words = "No data found, symbol may be delisted"
            return _json(404, {"chart": {"result": None, "error": _error("Not Found", words)}})
        if fault == "400":
            words = "Data doesn't exist for startDate = 1, endDate = 2"
            return _json(400, {"chart": {"result": None, "error": _error("Bad Request", words)}})
        if fault == "500" or (fault == "500 once" and self.charts[symbol] == 1):
            return 500, "text/html", b"<html>Internal Server Error</html>", {}
        if fault == "page":
            return 200, "text/html", b"<html>Please sign in to the hotel's network</html>", {}
        if fault == "404 page":
            return 404, "text/html", b"<html>no such page</html>", {}
        if fault == "slow":
            time.sleep(8.0)
        days, closes, paid = self.history(symbol)
        volume: list[Any] = [1_000_000 + at % 997 for at in range(len(days))]
        stamps = [_opens(day) for day in days.tolist()]
        values: list[Any] = closes.tolist()
        if fault == "nan":
            values[-1] = volume[-1] = None
        if fault == "jump":
            values[-30:] = [value * 25.0 for value in values[-30:]]
        if fault == "negative":
            values[-30] = -1.0
        if fault == "saturdays":
            stamps = [
                s + 86_400 * (d.weekday() == 4) for s, d in zip(stamps, days.tolist(), strict=True)
            ]
        if fault == "future":
            stamps[-1] += 86_400 * 3
        begin, end = int(query["period1"]), int(query["period2"])
        self.starts[symbol] = datetime.fromtimestamp(begin, NEW_YORK).date()
        wide = 86_400 * 4 if fault == "future" else 0
        at = [i for i, stamp in enumerate(stamps) if begin <= stamp < end + wide]
        events: dict[str, Any] = {}
        pays = {str(stamps[i]): {"amount": paid[i], "date": stamps[i]} for i in at if paid[i]}
        if pays:
            events["dividends"] = pays
        if symbol in self.splits:
            when, factor = self.splits[symbol]
            stamp = _opens(date.fromisoformat(when))
            if at and stamps[at[0]] <= stamp <= stamps[at[-1]]:
                events["splits"] = {
                    str(stamp): {
                        "date": stamp,
                        "numerator": factor,
                        "denominator": 1.0,
                        "splitRatio": f"{factor:g}:1",
                    }
                }
        chosen = [values[i] for i in at]
        quote = dict.fromkeys(("open", "high", "low", "close"), chosen)
        result: dict[str, Any] = {
            "meta": {
                "currency": "GBp" if fault == "pence" else "USD",
                "symbol": "OTHER" if fault == "other" else symbol,
                "exchangeName": "NMS",
                "instrumentType": "ETF" if symbol in self.lines else "EQUITY",
                "gmtoffset": -14_400,
                "timezone": "EDT",
                "exchangeTimezoneName": "America/New_York",
                "priceHint": 2,
                "dataGranularity": "1d",
                "range": "",
                "validRanges": ["1d", "5d", "1mo", "1y", "max"],
            },
            "indicators": {
                "quote": [{**quote, "volume": [volume[i] for i in at]}],
                "adjclose": [{"adjclose": chosen}],
            },
        }
        if at and fault != "empty":
            result["timestamp"] = [stamps[i] for i in at]
            if events:
                result["events"] = events
        else:
            result["indicators"] = {"quote": [{}], "adjclose": [{}]}
        return _json(200, {"chart": {"result": [result], "error": None}})


def _opens(day: date) -> int:
    """The opening bell as Yahoo stamps a daily bar, in seconds since 1970."""
    return int((datetime(day.year, day.month, day.day, 9, 30, tzinfo=NEW_YORK)).timestamp())


def _error(code: str, words: str) -> dict[str, str]:
    return {"code": code, "description": words}


def _json(status: int, body: object) -> Reply:
    return status, "application/json", json.dumps(body).encode(), {}


def _handler(owner: Lookalike) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30.0
        host = ""

        def do_CONNECT(self) -> None:
            name = self.path.rpartition(":")[0]
            if not name.endswith((".yahoo.com", ".ishares.com", ".blackrock.com")):
                self.send_error(403)
                return
            self.send_response_only(200)
            self.end_headers()
            try:
                self.connection = owner.tls.wrap_socket(self.connection, server_side=True)
            except (OSError, ssl.SSLError):
                self.close_connection = True
                return
            self.host = name
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", buffering=0)  # type: ignore[assignment]
            self.close_connection = False

        def do_GET(self) -> None:
            status, kind, content, headers = owner.answer(self.host, self.path)
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Silence."""

        def finish(self) -> None:
            with suppress(OSError, ValueError):
                super().finish()
            self.connection.close()

        def handle(self) -> None:
            with suppress(OSError, ValueError):
                super().handle()

    return Handler


def later(now: datetime, sessions_on: int) -> datetime:
    """The same time of day some sessions later."""
    known = sessions()
    today = np.datetime64(now.astimezone(NEW_YORK).date())
    at = int(np.searchsorted(known, today, side="right")) - 1
    days = (known[at + sessions_on] - today).astype(int)
    return now + timedelta(days=int(days))
