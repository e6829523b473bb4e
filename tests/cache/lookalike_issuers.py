"""Issuers as they answer in autumn 2026: SSGA, Invesco, Vanguard, and iShares beside its files.

Shapes are written anew after what the issuers' own pages give; every name and number is invented.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from cache.facts.sessions import sessions
from tests.cache.lookalike_world import NEW_YORK, Reply, World

if TYPE_CHECKING:
    from collections.abc import Iterable

CUSIPS = {"46090E103": "QQQ", "46138G649": "QQQM", "46137V357": "RSP"}
#: Requests that Invesco bears in quick succession, and seconds that it then says nothing.
BURST, SULK = 8, 120.0
PAGE = b"<!DOCTYPE html><html><head><title>Not here</title></head><body></body></html>"
#: What iShares gives for a day without a file: the head of one.
STUB = b"\xef\xbb\xbfTicker,Name,Sector,Asset Class,Market Value,Weight (%),Quantity,Price\n"


class OtherIssuers:
    """What is not a chart of Yahoo's or a dated file of iShares'.

    Attributes:
        agent: whom the request under way is from.
        agents: the agents that asked, by host.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.agent = ""
        self.agents: dict[str, list[str]] = {}
        self._asked: list[float] = []

    def newest(self) -> date:
        """The session before the last, which the newest file is of."""
        today = np.datetime64(self.world.now.astimezone(NEW_YORK).date())
        newest: date = sessions()[sessions() <= today][-2].item()
        return newest

    def answer(self, host: str, path: str, query: Mapping[str, str]) -> Reply | None:
        """The answer of a host that is known here, None for any other."""
        agent = self.agent
        self.agents.setdefault(host, []).append(agent)
        if path.endswith("1467271812596.ajax"):
            return 200, "text/csv", PAGE, {}
        if path.endswith("/latest-holdings.csv"):
            return self.world.file({"portfolioId": path.split("/")[3]})
        if host.endswith((".ishares.com", ".blackrock.com")):
            if agent.startswith(("python", "curl", "Scrapy")):
                return 403, "text/html", PAGE, {}
            return self._stub(query)
        if host.endswith(".ssga.com"):
            return self._ssga(path.rpartition("-")[2].partition(".")[0].upper())
        if host.endswith(".invesco.com"):
            return self._invesco(path.split("/")[6], agent)
        if host.endswith(".vanguard.com"):
            return self._vanguard(path.split("/")[5].upper(), query)
        return None

    def _stub(self, query: Mapping[str, str]) -> Reply | None:
        """The head of a file for a day that is no session or has not come."""
        if not (stamp := query.get("asOfDate")):
            return None
        day = np.datetime64(datetime.strptime(stamp, "%Y%m%d").date())
        days = sessions()[sessions() <= np.datetime64(self.newest())]
        return None if day in days else (200, "text/csv", STUB, {})

    def _lines(self, fund: str) -> Iterable[tuple[str, float]]:
        """Symbol and value of each line; equal ones for a fund of equal weights."""
        for rank, symbol in enumerate(self.world.lines.get(fund, ())):
            yield symbol, 1e9 if fund == "RSP" else 1e9 / (rank + 2)

    def _ssga(self, fund: str) -> Reply:
        if fund not in self.world.lines:
            return 404, "text/html", PAGE, {}
        from openpyxl import Workbook

        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "holdings"
        lines = list(self._lines(fund))
        total = sum(value for _, value in lines)
        sheet.append(["Fund Name:", f"State Street\u00ae SPDR\u00ae {fund} ETF"])
        sheet.append(["Ticker Symbol:", fund])
        sheet.append(["Holdings:", f"As of {self.newest():%d-%b-%Y}"])
        sheet.append([])
        sheet.append(["Name", "Ticker", "Identifier", "SEDOL", "Weight", "Sector", "Shares Held"])
        for symbol, value in lines:
            weight, shares = 100 * value / total, value / 50.0
            sheet.append([f"INVENTED {symbol} CORP", symbol, "", "", weight, "-", shares])
        out = io.BytesIO()
        book.save(out)
        return 200, "application/vnd.ms-excel", out.getvalue(), {}

    def _invesco(self, cusip: str, agent: str) -> Reply:
        now = time.monotonic()
        self._asked = [at for at in self._asked if now - at < SULK]
        if not agent or agent.startswith("Mozilla/5.0") or len(self._asked) >= BURST:
            return 406, "text/plain", b"", {}
        self._asked.append(now)
        fund = CUSIPS.get(cusip, "")
        if fund not in self.world.lines:
            return 404, "text/plain", b"", {}
        lines = list(self._lines(fund))
        total = sum(value for _, value in lines) + 1e6
        holdings = [
            {
                "ticker": f"{symbol}  ",
                "issuerName": f"Invented {symbol} &amp; Sons Corp",
                "cusip": f"{at:08d}9",
                "units": round(value / 50.0, 4),
                "percentageOfTotalNetAssets": round(100 * value / total, 6),
                "marketValueBase": value,
                "securityTypeCode": "ADR" if at == 1 else "COM",
                "securityTypeName": "American Depository Receipt" if at == 1 else "Common Stock",
                "localCurrencyName": "US Dollar",
            }
            for at, (symbol, value) in enumerate(lines)
        ]
        holdings.append(
            {
                "ticker": "AGPXX",
                "issuerName": "Invesco Government &amp; Agency Portfolio",
                "cusip": "825252885",
                "units": 1e6,
                "percentageOfTotalNetAssets": round(100 * 1e6 / total, 6),
                "marketValueBase": 1e6,
                "securityTypeCode": "MMF",
                "securityTypeName": "Money Market Fund",
                "localCurrencyName": "US Dollar",
            }
        )
        short = self.world.faults.get(f"holdings {fund}") == "short"
        document = {
            "effectiveDate": f"{self.newest()}",
            "effectiveBusinessDate": f"{self.newest()}",
            "totalNumberOfHoldings": len(holdings) + (3 if short else 0),
            "holdings": holdings,
        }
        return 200, "text/plain", json.dumps(document).encode(), {}

    def _vanguard(self, fund: str, query: Mapping[str, str]) -> Reply:
        """A page of the newest month end that lies two weeks back."""
        start, count = int(query.get("start", 1)), min(int(query.get("count", 500)), 500)
        lines = list(self._lines(fund))
        total = sum(value for _, value in lines)
        behind = self.newest() - timedelta(days=14)
        month_end = behind.replace(day=1) - timedelta(days=1)
        entities = [
            {
                "type": "portfolioHolding",
                "asOfDate": f"{month_end}T00:00:00-04:00",
                "longName": f"Invented {symbol} Corp.",
                "shortName": f"INVENTED {symbol}",
                "sharesHeld": f"{value / 50.0:.0f}",
                "marketValue": value,
                "ticker": symbol,
                "percentWeight": f"{100 * value / total:.4f}",
                "secMainType": "EQUITY-LONG",
                "secSubType": "COM",
                "holdingType": "STOCK",
            }
            for symbol, value in lines[start - 1 : start - 1 + count]
        ]
        document = {
            "size": len(lines),
            "asOfDate": f"{month_end}T00:00:00-04:00",
            "fund": {"entity": entities},
        }
        return 200, "application/json", json.dumps(document).encode(), {}
