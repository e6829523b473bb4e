"""Massive (once Polygon): a day of the whole market in one request, events of days in two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cache.facts.sessions import NEW_YORK
from cache.sources.vendors.as_traded import Bar, DeclaredEvents, VendorHistory
from cache.sources.vendors.days import DayVendor
from cache.sources.vendors.keyed_source import VendorError

#: Rows of a page of events, the most there are, and pages followed at most.
_ROWS, _PAGES = 5000, 200


class Massive(DayVendor):
    """Closes of Massive; its key goes with each request in a header."""

    def spelled(self, symbol: str) -> str:
        """The vendor's spelling: classes with a dot; "" for indices and foreign listings."""
        return "" if symbol.startswith("^") or "." in symbol else symbol.replace("-", ".")

    def day(self, when: date) -> Mapping[str, Bar]:
        """Close and volume of every symbol of a session, as traded."""
        document = self._get(self.vendor.path("day", date=when), {"adjusted": "false"})
        return {row["T"]: (float(row["c"]), float(row["v"])) for row in _rows(document, "T", "c")}

    def events(self, days: Sequence[date]) -> DeclaredEvents:
        """Splits and dividends of every symbol from the first to the last of some sessions."""
        return self._events(days[0], days[-1])

    def history(self, symbol: str, first: date, last: date) -> VendorHistory:
        """The bars and events of one symbol, as traded."""
        path = self.vendor.path("history", symbol=symbol, first=first, last=last)
        document = self._get(path, {"adjusted": "false", "sort": "asc", "limit": "50000"})
        bars = {
            datetime.fromtimestamp(row["t"] / 1000, UTC).astimezone(NEW_YORK).date(): (
                float(row["c"]),
                float(row["v"]),
            )
            for row in _rows(document, "t", "c")
        }
        return self._events(first, last, symbol).history(symbol, bars)

    def _events(self, first: date, last: date, symbol: str = "") -> DeclaredEvents:
        events = DeclaredEvents()
        for row in self._pages("splits", "execution_date", first, last, symbol):
            factor = float(row["split_to"]) / float(row["split_from"])
            events.split(row["ticker"], date.fromisoformat(row["execution_date"]), factor)
        for row in self._pages("dividends", "ex_dividend_date", first, last, symbol):
            if row.get("currency") in (None, "", "USD"):
                when = date.fromisoformat(row["ex_dividend_date"])
                events.dividend(row["ticker"], when, float(row["cash_amount"]))
        return events

    def _pages(
        self, request: str, column: str, first: date, last: date, symbol: str
    ) -> Iterator[dict[str, Any]]:
        """The rows of a reference table between two dates, page by page."""
        query = {f"{column}.gte": f"{first}", f"{column}.lte": f"{last}", "limit": f"{_ROWS}"}
        if symbol:
            query["ticker"] = symbol
        for _ in range(_PAGES):
            document = self._get(self.vendor.path(request), query)
            yield from _rows(document, "ticker", column)
            following = document.get("next_url")
            if not isinstance(following, str):
                return
            # its place among the rows alone: whose host it names is not asked
            query = dict(parse_qsl(urlsplit(following).query))
            query.pop("apiKey", None)

    def _get(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        key = {"Authorization": f"Bearer {self.key}"}
        document = self.get(path, query, headers=key)
        if not isinstance(document, dict):
            raise VendorError("try_again", f"{self.name} gave no table; try again", halts=False)
        return document


def _rows(document: Mapping[str, Any], *needed: str) -> Iterator[dict[str, Any]]:
    """The rows of an answer that have what is needed."""
    rows = document.get("results")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and all(row.get(name) is not None for name in needed):
            yield row
