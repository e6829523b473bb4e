"""EODHD: a session of the whole market in three requests; histories, of dead companies too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from cache.sources.vendors.as_traded import Bar, DeclaredEvents, VendorHistory
from cache.sources.vendors.days import DayVendor
from cache.sources.vendors.keyed_source import VendorError


class Eodhd(DayVendor):
    """Closes of EODHD, as traded; its volumes are on the basis of the last split already."""

    volume_adjusted = True

    def spelled(self, symbol: str) -> str:
        """The vendor's spelling: classes with a dash; "" for indices and foreign listings."""
        return "" if symbol.startswith("^") or "." in symbol else symbol

    def day(self, when: date) -> Mapping[str, Bar]:
        """Close and volume of every symbol of a session."""
        return {
            row["code"]: _bar(row)
            for row in self._rows(self.vendor.path("day"), {"date": f"{when}"}, "code", "close")
            if row.get("date", f"{when}") == f"{when}"
        }

    def events(self, days: Sequence[date]) -> DeclaredEvents:
        """Splits and dividends of every symbol on some sessions."""
        events = DeclaredEvents()
        for when in days:
            query, path = {"date": f"{when}"}, self.vendor.path("day")
            for row in self._rows(path, query | {"type": "splits"}, "code", "split"):
                events.split(row["code"], when, _factor(row["split"]))
            for row in self._rows(path, query | {"type": "dividends"}, "code", "dividend"):
                if row.get("currency") in (None, "USD"):
                    events.dividend(row["code"], when, float(row["dividend"]))
        return events

    def history(self, symbol: str, first: date, last: date) -> VendorHistory:
        """The bars and events of one symbol, listed or delisted."""
        query = {"from": f"{first}", "to": f"{last}"}
        paths = {
            request: self.vendor.path(request, symbol=symbol)
            for request in ("history", "splits", "dividends")
        }
        rows = self._rows(paths["history"], query, "date", "close")
        history = VendorHistory({date.fromisoformat(row["date"]): _bar(row) for row in rows})
        for row in self._rows(paths["splits"], query, "date", "split"):
            history.splits[date.fromisoformat(row["date"])] = _factor(row["split"])
        for row in self._rows(paths["dividends"], query, "date", "value"):
            cash = row.get("unadjustedValue")
            paid = float(row["value"] if cash is None else cash)
            history.dividends[date.fromisoformat(row["date"])] = paid
        return history

    def _rows(self, path: str, query: Mapping[str, str], *needed: str) -> Iterator[dict[str, Any]]:
        """The rows of an answer that have what is needed."""
        secret = {"api_token": self.key, "fmt": "json"}
        rows = self.get(path, {**query, **secret})
        if not isinstance(rows, list):
            raise VendorError("try_again", f"{self.name} gave no table; try again", halts=False)
        for row in rows:
            if isinstance(row, dict) and all(row.get(name) not in (None, "") for name in needed):
                yield row


def _bar(row: Mapping[str, Any]) -> Bar:
    return float(row["close"]), float(row.get("volume") or 0)


def _factor(text: object) -> float:
    """The factor of a split such as "4.000000/1.000000"; 0 where it is none."""
    new, _, old = str(text).partition("/")
    try:
        return float(new) / float(old or 1)
    except (ValueError, ZeroDivisionError):
        return 0.0
