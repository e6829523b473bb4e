"""Vendors with a key as they answer in autumn 2026, on a plain server of the loopback.

Shapes are written anew after what the vendors' public documentation describes; every number comes
from the same seeded world as the look-alike of Yahoo, so that all roads must lead to one market.
"""

from __future__ import annotations

import gzip
import json
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import numpy as np

from tests.cache.lookalike_world import NEW_YORK, World

KEY, SECRET = "a-key-of-ours", "a-secret-of-ours"
#: What goes wrong: the status and the words of each vendor's refusal.
REFUSALS = {
    "wrong key": (401, {"status": "ERROR", "error": "Unknown API Key"}),
    "expired": (401, {"message": "Your subscription has expired"}),
    "over quota": (429, {"status": "ERROR", "error": "You've exceeded the maximum requests"}),
    "plan": (403, {"status": "NOT_AUTHORIZED", "message": "Please upgrade your plan"}),
}


class VendorServer:
    """Massive, EODHD and Alpaca; use it as a context.

    Attributes:
        asked: requests by what was asked for.
        bytes: sent so far.
        fault: "" or one of `REFUSALS`.
        missing: session -> symbols without a bar on it.
    """

    def __init__(self, world: World, symbols: Iterable[str], *, others: int = 0) -> None:
        """Nothing listens yet.

        Args:
            world: whose prices these are.
            symbols: those that it has, in Yahoo's spelling.
            others: how many more symbols its days have that nobody wants.
        """
        self.world, self.symbols = world, list(symbols)
        prices = np.random.default_rng(0).uniform(5.0, 300.0, others).round(2).tolist()
        self.others = [(f"Z{i:04}", price) for i, price in enumerate(prices)]
        self.asked: Counter[str] = Counter()
        self.bytes = 0
        self.fault = ""
        self.missing: dict[date, set[str]] = {}
        self.lock = threading.Lock()
        self._histories: dict[object, dict[date, tuple[float, float, float, float]]] = {}

    def __enter__(self) -> VendorServer:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def requests(self) -> int:
        """Every request so far."""
        return self.asked.total()

    def history(self, symbol: str) -> dict[date, tuple[float, float, float, float]]:
        """Day -> close as traded, volume as traded, dividend as declared, split.

        The same object until the world's clock moves or its seed changes: what a test writes into
        it is what the vendor answers till then.
        """
        key = symbol, self.world.now, self.world.seed
        if key in self._histories:
            return self._histories[key]
        days, closes, paid = self.world.history(symbol)
        # the histories that tests ask for begin two years back
        since = np.searchsorted(days, days[-1] - np.timedelta64(4 * 365, "D"))
        days, closes, paid = days[since:], closes[since:], paid[since:]
        split = self.world.splits.get(symbol)
        rows = {}
        for at, when in enumerate(days.tolist()):
            later = 1.0
            if split is not None and days[-1] >= np.datetime64(split[0]):
                later = split[1] if when < date.fromisoformat(split[0]) else 1.0
            now = split[1] if split is not None and f"{when}" == split[0] else 0.0
            volume = (1_000_000 + at % 997) / later
            rows[when] = (float(closes[at]) * later, volume, float(paid[at]) * later, now)
        self._histories[key] = rows
        return rows

    def between(self, symbol: str, first: str, last: str) -> Iterator[tuple[date, Any]]:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
        history = self.history(symbol)
        if start == end:
            days: Iterable[date] = [start] if start in history else []
        else:
            days = [when for when in history if start <= when <= end]
        for when in days:
            if symbol not in self.missing.get(when, ()):
                yield when, history[when]

    def _past_split(self, symbol: str) -> tuple[str, float]:
        """The day of a split that has come about, and its factor; a factor of 1 for none."""
        when, factor = self.world.splits.get(symbol, ("", 1.0))
        today = f"{self.world.now.astimezone(NEW_YORK).date()}"
        return (when, factor) if when and when <= today else ("", 1.0)

    # What each answers

    def answer(self, path: str, query: dict[str, str], headers: Any) -> tuple[int, Any]:
        """Status and document."""
        parts = path.strip("/").split("/")
        if parts[:2] in (["v2", "aggs"], ["v3", "reference"], ["stocks", "v1"]):
            allowed = headers.get("Authorization") == f"Bearer {KEY}"
            return self._checked(allowed) or self._massive(parts, query)
        if parts[0] == "api":
            return self._checked(query.get("api_token") == KEY) or self._eodhd(parts[1:], query)
        given = headers.get("APCA-API-KEY-ID"), headers.get("APCA-API-SECRET-KEY")
        return self._checked(given == (KEY, SECRET)) or self._alpaca(parts, query)

    def _checked(self, allowed: bool) -> tuple[int, Any] | None:
        if self.fault:
            self.asked["refused"] += 1
            return REFUSALS[self.fault]
        return None if allowed else REFUSALS["wrong key"]

    def _massive(self, parts: list[str], query: dict[str, str]) -> tuple[int, Any]:
        if parts[:3] == ["v2", "aggs", "grouped"]:
            self.asked["day"] += 1
            rows = [
                {"T": symbol.replace("-", "."), "c": row[0], "v": row[1], "o": row[0], "t": 0}
                for symbol in self.symbols
                for _, row in self.between(symbol, parts[-1], parts[-1])
            ]
            if rows:
                rows += [{"T": n, "c": c, "v": 9e4 * c, "o": c, "t": 0} for n, c in self.others]
            return 200, {"status": "OK", "resultsCount": len(rows), "results": rows}
        if parts[:3] == ["v2", "aggs", "ticker"]:
            self.asked["history"] += 1
            symbol = parts[3].replace(".", "-")
            if symbol not in self.symbols:
                return 200, {"status": "OK", "resultsCount": 0}
            rows = [
                {"c": row[0], "v": row[1], "t": _midnight(when)}
                for when, row in self.between(symbol, parts[-2], parts[-1])
            ]
            return 200, {"status": "OK", "results": rows}
        if parts[:2] != ["stocks", "v1"]:
            return 404, {"status": "NOT_FOUND"}
        kind = parts[-1]
        self.asked[kind] += 1
        if "cursor" in query:
            # a page's place and filters are known to the vendor alone
            query = dict(parse_qsl(urlsafe_b64decode(query["cursor"]).decode()))
        column = {"splits": "execution_date", "dividends": "ex_dividend_date"}[kind]
        first, last = query[f"{column}.gte"], query[f"{column}.lte"]
        symbols = [query["ticker"].replace(".", "-")] if "ticker" in query else self.symbols
        rows = []
        for symbol in (one for one in symbols if one in self.symbols):
            name = symbol.replace("-", ".")
            for when, row in self.between(symbol, first, last):
                if kind == "splits" and row[3]:
                    form = "forward_split" if row[3] > 1 else "reverse_split"
                    rows.append({"split_from": 1.0, "split_to": row[3], "adjustment_type": form})
                elif kind == "dividends" and row[2]:
                    amount = {"cash_amount": row[2], "split_adjusted_cash_amount": -1.0}
                    rows.append(amount | {"currency": "USD", "distribution_type": "recurring"})
                else:
                    continue
                rows[-1] |= {"ticker": name, column: f"{when}", "historical_adjustment_factor": 0.5}
        at, size = int(query.get("at", 0)), min(int(query.get("limit", 100)), 5000)
        document: dict[str, Any] = {"status": "OK", "results": rows[at : at + size]}
        if at + size < len(rows):
            following = urlencode({**query, "at": at + size}).encode()
            cursor = urlsafe_b64encode(following).decode()
            document["next_url"] = f"https://elsewhere.example/stocks/v1/{kind}?cursor={cursor}"
        return 200, document

    def _eodhd(self, parts: list[str], query: dict[str, str]) -> tuple[int, Any]:
        if parts[0] == "eod-bulk-last-day":
            kind = query.get("type", "day")
            self.asked[kind] += 1
            when = query["date"]
            rows: list[dict[str, Any]] = []
            for symbol in self.symbols:
                for _, row in self.between(symbol, when, when):
                    base = {"code": symbol, "exchange_short_name": "US", "date": when}
                    if kind == "day":
                        volume = row[1]
                        rows.append(base | {"close": row[0], "adjusted_close": 0, "volume": volume})
                    elif kind == "splits" and row[3]:
                        rows.append(base | {"split": f"{row[3]:.6f}/1.000000"})
                    elif kind == "dividends" and row[2]:
                        rows.append(base | {"dividend": row[2], "currency": "USD"})
            if kind == "day" and rows:
                rows += [
                    {"code": name, "date": when, "close": close, "volume": 9e4 * close}
                    for name, close in self.others
                ]
            return 200, rows
        self.asked["history"] += 1
        symbol = parts[1].removesuffix(".US")
        if symbol not in self.symbols:
            return 404, {"message": "Ticker Not Found."}
        rows = []
        split = self._past_split(symbol)
        for day, row in self.between(symbol, query["from"], query["to"]):
            base = {"date": f"{day}"}
            if parts[0] == "eod":
                # volumes are on the basis of the last split
                volume = row[1] * (split[1] if f"{day}" < split[0] else 1.0)
                rows.append(base | {"close": row[0], "volume": volume})
            elif parts[0] == "splits" and row[3]:
                rows.append(base | {"split": f"{row[3]:.6f}/1.000000"})
            elif parts[0] == "div" and row[2]:
                later = split[1] if f"{day}" < split[0] else 1.0
                rows.append(base | {"value": row[2] / later, "unadjustedValue": row[2]})
        return 200, rows

    def _alpaca(self, parts: list[str], query: dict[str, str]) -> tuple[int, Any]:
        first, last = query["start"], query["end"]
        named = query.get("symbols", "")
        symbols = [s.replace(".", "-") for s in named.split(",")] if named else self.symbols
        symbols = [symbol for symbol in symbols if symbol in self.symbols]
        if parts[-1] == "corporate-actions":
            self.asked["actions"] += 1
            actions: dict[str, list[dict[str, Any]]] = {}
            for symbol in symbols:
                name = symbol.replace("-", ".")
                for when, row in self.between(symbol, first, last):
                    base = {"symbol": name, "ex_date": f"{when}"}
                    if row[3]:
                        kind = "forward_splits" if row[3] > 1 else "reverse_splits"
                        both = {"new_rate": row[3], "old_rate": 1}
                        actions.setdefault(kind, []).append(base | both)
                    if row[2]:
                        cash = {"rate": row[2], "special": False, "foreign": False}
                        actions.setdefault("cash_dividends", []).append(base | cash)
            return 200, {"corporate_actions": actions, "next_page_token": None}
        self.asked["bars"] += 1
        rows = []
        for symbol in sorted(symbols):
            split = self._past_split(symbol)
            for when, row in self.between(symbol, first, last):
                later = split[1] if f"{when}" < split[0] else 1.0
                stamp = f"{datetime.combine(when, datetime.min.time(), NEW_YORK).astimezone(UTC)}"
                stamp = stamp.replace(" ", "T").replace("+00:00", "Z")
                rows.append((symbol, {"t": stamp, "c": row[0] / later, "v": row[1] * later}))
        at, size = int(query.get("page_token", 0)), int(query["limit"])
        bars: dict[str, list[Any]] = {}
        for symbol, bar in rows[at : at + size]:
            bars.setdefault(symbol.replace("-", "."), []).append(bar)
        following = f"{at + size}" if at + size < len(rows) else None
        return 200, {"bars": bars, "next_page_token": following}


def _midnight(when: date) -> int:
    start = datetime.combine(when, datetime.min.time(), NEW_YORK)
    return int(start.timestamp() * 1000)


def _handler(owner: VendorServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            with owner.lock:
                status, document = owner.answer(parts.path, query, self.headers)
            content = json.dumps(document).encode()
            packed = "gzip" in self.headers.get("Accept-Encoding", "")
            content = gzip.compress(content, 1) if packed else content
            owner.bytes += len(content)
            self.send_response_only(status)
            self.send_header("Content-Type", "application/json")
            if packed:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Silence."""

    return Handler
