"""Alpaca: daily bars of hundreds of symbols in one request, ten thousand bars a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from cache.facts.sessions import NEW_YORK
from cache.refresh.ask import ask_groups, far
from cache.sources.vendors.as_traded import Bar, DeclaredEvents, answer_of
from cache.sources.vendors.keyed_source import KeyedSource, VendorError

if TYPE_CHECKING:
    from cache.refresh.ask import Ask
    from cache.refresh.gate import Answer

#: Bars of a page, and pages followed at most.
_ROWS, _PAGES = 10_000, 1_000
_ACTIONS: Final = "forward_split,reverse_split,cash_dividend"


class Alpaca(KeyedSource):
    """Closes of Alpaca on the basis of the last split; its two keys go in headers."""

    def answers(self, asks: Sequence[Ask], now: datetime, final: date) -> Iterator[Answer]:
        """The answers, batch by batch."""
        spelled = []
        for ask in asks:
            if ask.symbol.startswith("^") or "." in ask.symbol:
                yield self.unknown(ask, final)
            else:
                spelled.append(ask)
        for pieces in ask_groups(spelled, final):
            pieces.sort(key=lambda ask: ask.start)
            events = None if far(pieces[0], final) else self._events(pieces[0].start, final, ())
            for at in range(0, len(pieces), self.vendor.batch):
                batch = pieces[at : at + self.vendor.batch]
                first = min(ask.start for ask in batch)
                names = [ask.symbol.replace("-", ".") for ask in batch]
                bars = self._bars(names, first, final)
                acting = self._events(first, final, names) if events is None else events
                for ask, name in zip(batch, names, strict=True):
                    history = acting.history(name, bars.get(name, {}))
                    yield answer_of(ask, history, vendor=self.name, now=now, adjusted=True)

    def _bars(self, names: Sequence[str], first: date, last: date) -> dict[str, dict[date, Bar]]:
        query = {
            "symbols": ",".join(names),
            "timeframe": "1Day",
            "start": f"{first}",
            "end": f"{last}",
            "adjustment": "split",
            "limit": f"{_ROWS}",
            "feed": "sip",
        }
        bars: dict[str, dict[date, Bar]] = {}
        for document in self._pages(self.vendor.path("bars"), query):
            pages = document.get("bars")
            for name, rows in pages.items() if isinstance(pages, dict) else ():
                for row in rows:
                    stamp = datetime.fromisoformat(row["t"]).astimezone(NEW_YORK).date()
                    bars.setdefault(name, {})[stamp] = (float(row["c"]), float(row["v"]))
        return bars

    def _events(self, first: date, last: date, names: Sequence[str]) -> DeclaredEvents:
        """Splits and dividends between two dates, of some symbols or of all."""
        query = {"types": _ACTIONS, "start": f"{first}", "end": f"{last}", "limit": "1000"}
        if names:
            query["symbols"] = ",".join(names)
        events = DeclaredEvents()
        for document in self._pages(self.vendor.path("actions"), query):
            actions = document.get("corporate_actions")
            if not isinstance(actions, dict):
                continue
            for kind in ("forward_splits", "reverse_splits"):
                for row in actions.get(kind) or ():
                    when = date.fromisoformat(row["ex_date"])
                    events.split(row["symbol"], when, row["new_rate"] / row["old_rate"])
            for row in actions.get("cash_dividends") or ():
                if not row.get("foreign"):
                    when = date.fromisoformat(row["ex_date"])
                    events.dividend(row["symbol"], when, float(row["rate"]))
        return events

    def _pages(self, path: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        keys = {"APCA-API-KEY-ID": self.key, "APCA-API-SECRET-KEY": self.secret}
        for _ in range(_PAGES):
            document = self.get(path, query, headers=keys)
            if not isinstance(document, dict):
                words = f"{self.name} gave no table; try again"
                raise VendorError("try_again", words, halts=False)
            yield document
            if not (token := document.get("next_page_token")):
                return
            query = query | {"page_token": str(token)}
