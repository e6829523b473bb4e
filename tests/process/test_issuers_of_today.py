"""The issuers of autumn 2026 as the look-alike plays them, asked at the addresses that ship."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cache.facts.errors import SourceError
from cache.facts.funds import Fund, load_funds
from cache.refresh.absent_files import AbsentError, load_absent
from cache.refresh.host_backoff import load_hosts
from cache.refresh.progress import Summary
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.sources.issuers import Issuers
from cache.store.store import Store
from core.answer.snapshot import take
from core.answer.views import Snapshot
from core.data.market import Market
from core.data.question import Question
from tests.cache.lookalike import Lookalike
from tests.cache.planning import shipped
from tests.tui.driving import drive, seen
from tui.screen.app import InternalsApp

NOW = datetime(2026, 6, 26, 21, 30, tzinfo=UTC)  # a Friday, 17:30 in New York
NEWEST = date(2026, 6, 25)
FUNDS = load_funds()
MANY = [f"S{a}{b}{c}" for a in "ABCDEFGHIJK" for b in "ABCDEFGHIJ" for c in "ABCDEFGHIJ"]
LINES = {
    "IWM": ["SAA", "SAB"],
    "IVV": ["LAA", "LAB", "LAC"],
    "SPY": ["LAA", "LAB", "LAD"],
    "RSP": ["LAA", "LAB", "LAD"],
    "IQQ": ["NAA", "NAB", "LAA"],
    "QQQ": ["NAA", "NAC", "LAA"],
    "VOO": MANY,
}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lookalike]:
    with Lookalike(tmp_path, NOW, lines=LINES) as server:
        server.redirect(monkeypatch)
        yield server


def source(slept: list[float] | None = None) -> Issuers:
    return Issuers(timeout=5.0, sleep=(slept if slept is not None else []).append)


def test_each_issuer_is_read_as_it_answers(world: Lookalike) -> None:
    issuers = source()

    def lines(fund: str, on: date | None = None) -> tuple[date, tuple[str, ...]]:
        raw, address = issuers.get(FUNDS[fund], on)
        file = issuers.read(raw, address, fund=fund, now=NOW).holdings
        return file.as_of, file.symbols

    assert lines("IVV") == (NEWEST, ("LAA", "LAB", "LAC"))
    assert lines("IQQ", date(2025, 12, 31)) == (date(2025, 12, 31), ("NAA", "NAB", "LAA"))
    assert lines("SPY") == (NEWEST, ("LAA", "LAB", "LAD"))
    raw, address = issuers.get(FUNDS["QQQ"])
    file = issuers.read(raw, address, fund="QQQ", now=NOW).holdings
    # tickers with blanks behind them, an ADR, names with entities, a money market fund
    assert (file.as_of, file.symbols) == (NEWEST, ("NAA", "NAC", "LAA"))
    assert file.names[0] == "Invented NAA & Sons Corp"
    assert [(o.symbol, o.reason) for o in file.others] == [("AGPXX", "mmf, not a stock")]
    # three pages of at most 500 rows, of the month end before the last two weeks
    before = issuers.requests
    as_of, symbols = lines("VOO")
    assert (as_of, len(symbols), symbols[0], symbols[-1]) == (
        date(2026, 5, 31),
        1100,
        "SAAA",
        "SKJJ",
    )
    assert issuers.requests - before == 3


def test_a_part_of_the_holdings_is_refused(world: Lookalike) -> None:
    world.faults["holdings QQQ"] = "short"
    issuers = source()
    raw, address = issuers.get(FUNDS["QQQ"])
    with pytest.raises(SourceError, match="holds 4 of 7 rows"):
        issuers.read(raw, address, fund="QQQ", now=NOW)


def test_the_agent_is_the_issuers_and_a_refusal_is_asked_once_more(world: Lookalike) -> None:
    slept: list[float] = []
    issuers = source(slept)
    browser = dataclasses.replace(FUNDS["QQQ"], agent="Mozilla/5.0 (X11)")
    with pytest.raises(SourceError, match=r"refused to talk \(error 406\)") as told:
        issuers.get(browser)
    assert not isinstance(told.value, AbsentError)
    assert slept == [20.0] and (issuers.requests, issuers.retried) == (2, 1)
    # the host is left alone from then on, whichever fund is asked for
    with pytest.raises(SourceError, match="is left alone until"):
        issuers.get(FUNDS["RSP"])
    assert issuers.requests == 2
    assert source().get(FUNDS["RSP"])
    assert world.issuers.agents["dng-api.invesco.com"] == ["Mozilla/5.0 (X11)"] * 2 + [
        "internals/1.0"
    ]


@pytest.mark.parametrize("status", ["403", "406", "429"])
def test_a_firewall_is_no_sign_that_there_is_no_file(status: str, world: Lookalike) -> None:
    world.faults["www.blackrock.com"] = world.faults["www.ishares.com"] = status
    with pytest.raises(SourceError, match=f"refused to talk .error {status}.") as told:
        source().get(FUNDS["IVV"], date(2025, 12, 31))
    assert not isinstance(told.value, AbsentError)


def test_a_page_under_200_and_a_dead_address_are_no_files(world: Lookalike) -> None:
    ajax = "https://www.ishares.com/us/products/239726/fund/1467271812596.ajax?asOfDate={date}"
    with pytest.raises(SourceError, match="a web page, not a holdings file") as told:
        source().get(Fund("IVV", addresses=(ajax,)), date(2025, 12, 31))
    assert not isinstance(told.value, AbsentError)


def run(store: Store, pair: tuple[str, str], **more: object) -> Summary:
    from cache.sources.yahoo.yahoo import Yahoo

    prices = Yahoo(store.home / "yfinance", rate=None, pause=0.05, timeout=5.0)
    funds = more.pop("funds", FUNDS)
    now = more.pop("now", NOW)
    return refresh(
        store, Request(pair, now, shipped(), funds, **more), prices=prices, files=source()
    )


def taken(store: Store, pair: tuple[str, str]) -> Snapshot:
    held = store.read()
    market = Market(held.prices, held.holdings, shipped())
    return take(market, Question(*pair, window="YTD"))


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Store, Summary]]:
    """A store on the first day of a pair, and what brought it; made once, not to be changed."""

    @cache
    def fill(*pair: str) -> tuple[Store, Summary]:
        folder = tmp_path_factory.mktemp("first")
        store = Store(folder / "home")
        with pytest.MonkeyPatch.context() as patch, Lookalike(folder, NOW, lines=LINES) as server:
            server.redirect(patch)
            return store, run(store, pair)

    return fill


@pytest.mark.parametrize(
    ("pair", "asked", "words"),
    [
        (
            ("RSP", "SPY"),
            ("RSP", "IVV", "SPY"),
            [
                "RSP: members by IVV's 6 files of 2025-12-31 to 2026-05-29, at equal weights since"
                " its last quarterly rebalance",
                "SPY: members by IVV's 6 files of 2025-12-31 to 2026-05-29",
            ],
        ),
        (
            ("QQQ", "SPY"),
            ("QQQ", "IQQ", "IVV", "SPY"),
            [
                "QQQ: members by IQQ's 6 files of 2025-12-31 to 2026-05-29",
                "SPY: members by IVV's 6 files of 2025-12-31 to 2026-05-29",
            ],
        ),
    ],
)
def test_a_default_pair_is_whole_on_its_first_day(
    pair: tuple[str, str],
    asked: tuple[str, ...],
    words: list[str],
    first_day: Callable[..., tuple[Store, Summary]],
) -> None:
    store, summary = first_day(*pair)
    assert summary.ok, summary.message
    assert {name.split()[1] for name in summary.files} == set(asked)
    snapshot = taken(store, pair)
    small, large = (snapshot.indices[fund] for fund in pair)
    assert small is not None and large is not None
    assert snapshot.state == "final" and snapshot.complete
    for sentence in words:
        assert sentence in snapshot.warnings
    sources = {source.what for source in snapshot.sources}
    assert "holdings IVV for SPY" in sources
    # what left since 31 December is there, and what came in the fund's own file since is too
    assert {"LAA", "LAB", "LAC"} <= set(large.contributors.symbols)
    assert large.coverage > 0.99 and small.coverage > 0.99
    if pair[0] == "RSP":
        assert small.estimated
        # 1/N at the rebalance before the year's start, drifted by a fortnight's prices
        assert small.contributors.weight[0] == pytest.approx(1 / 3, abs=0.05)


def test_the_four_panes_show_a_first_day(first_day: Callable[..., tuple[Store, Summary]]) -> None:
    held = first_day("RSP", "SPY")[0].read()
    market = Market(held.prices, held.holdings, shipped())

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        shown = seen(app)
        assert "RSP – SPY  YTD" in shown
        for pane in ("1 Spread", "2 Contributors", "3 Breadth", "4 Changes"):
            assert pane in shown
        # each line of the S&P 500's list of 31 December has its row
        assert all(symbol in shown for symbol in ("LAA", "LAB", "LAC"))
        # who joined and left is known of the lender's files from the first day on
        assert "by IVV's files" in shown and "Two dated holdings files" not in shown

    drive(story, market=market, question=Question("RSP", "SPY", window="YTD"), size=(160, 50))


def test_a_refusal_is_remembered_for_its_host_and_nothing_as_absent(
    world: Lookalike, tmp_path: Path
) -> None:
    store, pair = Store(tmp_path / "home"), ("IWM", "SPY")
    world.faults["www.ssga.com"] = "403"
    first = run(store, pair)
    assert not first.ok and "refused to talk (error 403)" in first.failed["holdings SPY"]
    assert load_hosts(store.home)["www.ssga.com"].status == 403
    assert not load_absent(store.home, NOW)
    sent = world.pages.total()
    again = run(store, pair, now=NOW + timedelta(minutes=5))
    assert world.pages.total() == sent and not again.ok
    assert "www.ssga.com refused to talk (error 403) and is left alone until" in again.message
    del world.faults["www.ssga.com"]
    assert run(store, pair, again=True).ok and not load_hosts(store.home)


def test_todays_file_for_a_past_day_is_refused(world: Lookalike, tmp_path: Path) -> None:
    newest = "https://www.ishares.com/us/products/239726/x/latest-holdings.csv"
    funds = {
        "IWM": FUNDS["IWM"],
        "IVV": Fund("IVV", "S&P 500", "iShares", FUNDS["IVV"].title, (f"{newest}?d={{date}}",)),
    }
    store = Store(tmp_path / "home")
    summary = run(store, ("IWM", "IVV"), funds=funds)
    assert summary.failed["holdings IVV of 2025-12-31"] == (
        "the issuer gave its file of 2026-06-25 instead"
    )
    assert [str(file.as_of) for file in store.read().holdings["IVV"]] == ["2026-06-25"]
    # nor one that does not say its day, where it is the newest file once more
    whole = world.holdings
    held = store.read().holdings["IVV"][-1]

    def undated(fund: str, on: date) -> str:
        return whole(fund, on) if on == NEWEST else whole(fund, on).partition("\u00a0\n")[2]

    world.holdings = undated  # type: ignore[method-assign]
    again = run(store, ("IWM", "IVV"), full=True, now=NOW + timedelta(minutes=1))
    assert again.failed["holdings IVV of 2025-12-31"] == (
        f"the issuer gave its file of {held.as_of} once more"
    )
    assert [file.as_of for file in store.read().holdings["IVV"]] == [NEWEST]
