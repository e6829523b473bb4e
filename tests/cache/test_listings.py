"""Where lines are listed: stored with the holdings, in the store, and read by older stores too."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cache.facts.exchanges import exchange_place
from cache.sources.holdings.read import read_holdings
from cache.store.compression import as_before
from cache.store.pack import pack_holdings, unpack_holdings
from cache.store.store import Store
from core.data.errors import FrameError
from core.data.frames import Listing

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
TEXT = """Ticker,Name,ISIN,SEDOL,Exchange,Market Currency,Location,Market Value
AAA,Alpha,US1111111111,2000019,NASDAQ,USD,United States,10.5
BBB,Beta,IE2222222222,B4BNMY3,New York Stock Exchange Inc.,USD,Ireland,5.5
CCC,Gamma,US3333333333,2588173,NASDAQ,USD,United States,4
"""


@pytest.mark.process
def test_listings_are_kept_once_each(tmp_path: Path) -> None:
    file = read_holdings(TEXT.encode(), fund="FND", as_of=date(2026, 6, 26), now=NOW)
    held = file.holdings
    nasdaq = Listing("NASDAQ", "USD", "United States")
    assert held.listings == (nasdaq, Listing("New York Stock Exchange Inc.", "USD", "Ireland"))
    assert held.listing == (0, 1, 0)
    assert held.sedols == ("2000019", "B4BNMY3", "2588173")
    store = Store(tmp_path / "home")
    store.commit(holdings=[(held, file.raw)])
    again = store.read().holdings["FND"][0]
    assert (again.listings, again.listing, again.sedols) == (
        held.listings,
        held.listing,
        held.sedols,
    )
    with pytest.raises(FrameError, match="none of its listings"):
        replace(held, listing=(0, 1, 2)).check()


@pytest.mark.process
def test_a_store_of_before_reads_on() -> None:
    held = read_holdings(TEXT.encode(), fund="FND", as_of=date(2026, 6, 26), now=NOW).holdings
    text, numbers = pack_holdings(held)
    fields = json.loads(as_before(text))
    for name in ("sedols", "listing", "listings"):
        del fields[name]
    before = unpack_holdings(json.dumps(fields).encode(), numbers)
    assert (before.symbols, before.listings, before.listing) == (held.symbols, (), ())


#: An exchange as files spell it -> its country.
EXCHANGES = {
    "NASDAQ": "US",
    "Nasdaq/Ngs (Global Select Market)": "US",
    "New York Stock Exchange Inc.": "US",
    "Nyse Mkt Llc": "US",
    "Cboe BZX formerly known as BATS": "US",
    "XNGS": "US",
    "Nyse Euronext - Euronext Paris": "FR",
    "Nasdaq Omx Helsinki Ltd.": "FI",
    "Nasdaq Omx Nordic": "SE",
    "Omx Nordic Exchange Copenhagen A/S": "DK",
    "Cboe Europe": "GB",
    "Deutsche Börse Xetra": "DE",
    "Hong Kong Exchanges And Clearing Ltd": "HK",
    "XPAR": "FR",
    "NO MARKET (E.G. UNLISTED)": "none",
    "Non-Nms Quotation Service (Nnqs)": "none",
    "Chicago Mercantile Exchange": None,
    "-": None,
}


def test_exchanges_as_they_are_spelled() -> None:
    places = {text: exchange_place(text) for text in EXCHANGES}
    assert {text: place and place.country for text, place in places.items()} == EXCHANGES
