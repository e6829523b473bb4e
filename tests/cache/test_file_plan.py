"""Which holdings files a refresh asks for, of whom, and which hosts it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from cache.facts.funds import Fund
from cache.refresh.file_plan import FileAsk
from cache.refresh.host_backoff import keep_hosts, load_hosts, refused_again
from cache.refresh.plan import make_plan
from cache.refresh.request import Request
from core.data.frames import Prices
from tests.cache.planning import NOW, PAIR, REFERENCE
from tests.market import holdings

DATED = Fund("IWM", addresses=("https://www.example.com/f?asOfDate={date}",))
NEWEST = Fund("SPY", addresses=("https://www.example.com/f.xlsx",))
FUNDS = {"IWM": DATED, "SPY": NEWEST}


def test_files_are_asked_for_the_latest_the_years_start_and_reconstitutions() -> None:
    reference = replace(
        REFERENCE,
        reconstitutions={"IWM": (date(2025, 6, 27), date(2026, 3, 20), date(2026, 6, 26))},
    )
    plan = make_plan(Prices(), {}, Request(PAIR, NOW, reference, funds=FUNDS))
    # The last sessions of January to May; May ended on a weekend, January too.
    months = [date(2026, 1, 30), date(2026, 2, 27), date(2026, 3, 31), date(2026, 4, 30)]
    months += [date(2026, 5, 29)]
    days = [None, date(2025, 12, 31), date(2026, 3, 20), *months]
    assert plan.files == (*(FileAsk("IWM", day) for day in days), FileAsk("SPY"))
    assert plan.requests == 9 + 2 + 2
    assert str(plan.files[1]) == "holdings IWM of 2025-12-31"
    assert str(plan.files[-1]) == "holdings SPY"
    held = {
        "IWM": (
            holdings("IWM", "2025-12-30", {"A": 1.0}),
            holdings("IWM", "2026-03-23", {"A": 1.0}),
            *(holdings("IWM", f"{day}", {"A": 1.0}) for day in months),
            holdings("IWM", "2026-06-26", {"A": 1.0}),
        ),
        "SPY": (holdings("SPY", "2026-06-25", {"A": 1.0}, fetched_at=NOW - timedelta(hours=5)),),
    }
    assert make_plan(Prices(), held, Request(PAIR, NOW, reference, funds=FUNDS)).files == ()
    later = make_plan(
        Prices(), held, Request(PAIR, NOW + timedelta(hours=2), reference, funds=FUNDS)
    )
    assert later.files == (FileAsk("SPY"),)


def test_members_without_weights_stand_for_no_file_of_an_issuer() -> None:
    lists = [
        replace(holdings("IWM", as_of, {"AA": 1.0}, fetched_at=NOW), weighted=False)
        for as_of in ("2025-12-31", "2026-01-30", "2026-06-26")
    ]
    asked = Request(PAIR, NOW, REFERENCE, funds=FUNDS)
    files = make_plan(Prices(), {"IWM": tuple(lists)}, asked).files
    assert [str(ask.day) for ask in files if ask.fund == "IWM"] == [
        "None", "2025-12-31", "2026-01-30", "2026-02-27", "2026-03-31", "2026-04-30", "2026-05-29",
    ]  # fmt: skip


SPY = replace(NEWEST, index="S&P 500")
IVV = replace(DATED, symbol="IVV", index="S&P 500", addresses=("https://a.org/IVV?d={date}",))
RSP = Fund("RSP", index="S&P 500 Equal Weight", addresses=("https://b.org/rsp",))
SMALL = replace(DATED, index="S&P 500 Capped")


def test_the_dated_list_of_a_fund_with_the_newest_alone_is_asked_of_one_of_its_index() -> None:
    funds = {"IWM": SMALL, "SPY": SPY, "IVV": IVV, "RSP": RSP}
    plan = make_plan(Prices(), {}, Request(("RSP", "SPY"), NOW, REFERENCE, funds=funds))
    months = ("2026-01-30", "2026-02-27", "2026-03-31", "2026-04-30", "2026-05-29")
    lent = [FileAsk("IVV", date.fromisoformat(day)) for day in ("2025-12-31", *months)]
    # asked for once for both, and no capped variant lends
    assert plan.files == (FileAsk("RSP"), *lent, FileAsk("SPY"))
    # what its own file or a lent one serves is not asked for; its lines are priced as well
    held = {
        "SPY": (holdings("SPY", "2026-03-30", {"A": 1.0}, fetched_at=NOW),),
        "IVV": (holdings("IVV", "2025-12-31", {"A": 2.0, "GONE": 1.0}),),
    }
    again = make_plan(Prices(), held, Request(("IWM", "SPY"), NOW, REFERENCE, funds=funds))
    assert [str(a.day) for a in again.files if a.fund == "IVV"] == [*months[:2], *months[3:]]
    assert [ask.symbol for ask in again.asks] == ["IWM", "SPY", "A", "GONE"]
    # what the first lender has not, the next one may
    more = funds | {"CSPX.L": replace(IVV, symbol="CSPX.L")}
    gone = {FileAsk("IVV", date(2025, 12, 31))}
    first = make_plan(
        Prices(), {}, Request(("IWM", "SPY"), NOW, REFERENCE, funds=more), absent=gone
    )
    asked_of = {a.fund for a in first.files if a.day == date(2025, 12, 31)}
    assert asked_of == {"IWM", "CSPX.L"} and FileAsk("IVV", date(2026, 1, 30)) in first.files


def test_a_host_that_refused_to_talk_is_left_alone() -> None:
    refusals = {"a.org": refused_again(None, NOW - timedelta(minutes=10), 403)}
    funds = {"IWM": DATED, "SPY": SPY, "IVV": IVV}
    plan = make_plan(Prices(), {}, Request(PAIR, NOW, REFERENCE, funds=funds), refusals=refusals)
    assert not any(ask.fund == "IVV" for ask in plan.files) and FileAsk("SPY") in plan.files
    assert {host: str(one) for host, one in plan.refusals.items()} == {
        "a.org": "refused to talk (error 403) and is left alone until 2026-06-26 21:50 UTC"
    }
    later = NOW + timedelta(minutes=21)
    assert not make_plan(
        Prices(), {}, Request(PAIR, later, REFERENCE, funds=funds), refusals=refusals
    ).refusals
    # one with another host left is asked there, and a wish asks all
    wider = replace(IVV, addresses=(*IVV.addresses, "https://c.org/{date}"))
    two = {"IWM": DATED, "SPY": SPY, "IVV": wider}
    both = make_plan(Prices(), {}, Request(PAIR, NOW, REFERENCE, funds=two), refusals=refusals)
    assert any(ask.fund == "IVV" for ask in both.files) and not both.refusals
    wish = make_plan(
        Prices(), {}, Request(PAIR, NOW, REFERENCE, funds=funds, again=True), refusals=refusals
    )
    assert any(ask.fund == "IVV" for ask in wish.files)


def test_each_refusal_in_a_row_makes_the_pause_longer(tmp_path: Path) -> None:
    first = refused_again(None, NOW, 406)
    assert first.until - NOW == timedelta(minutes=30)
    second = refused_again(first, first.until, 406, "7200")
    assert second.until - second.at == timedelta(hours=2, minutes=1)  # as its header asks
    assert refused_again(second, NOW + timedelta(days=9), 406).times == 1
    keep_hosts(tmp_path, {"a.org": first, "b.org": second}, NOW)
    assert load_hosts(tmp_path) == {"a.org": first, "b.org": second}
    (tmp_path / "hosts.json").write_text('[["a.org", 1], 5, ["b.org", 403, 1, "x", "y"]]')
    assert load_hosts(tmp_path) == {}
    assert not first.holds(NOW - timedelta(days=2)) and first.holds(NOW)


def test_one_file_serves_a_reconstitution_and_the_month_end_after_it() -> None:
    reference = replace(REFERENCE, reconstitutions={"IWM": (date(2026, 3, 27),)})
    plan = make_plan(Prices(), {}, Request(PAIR, NOW, reference, funds={"IWM": DATED}))
    asked_days = [ask.day for ask in plan.files]
    # The file after 27 March lies within the week before 31 March.
    assert date(2026, 3, 27) in asked_days and date(2026, 3, 31) not in asked_days


def test_a_longer_window_asks_for_its_start_and_its_month_ends() -> None:
    plan = make_plan(
        Prices(), {}, Request(PAIR, NOW, REFERENCE, funds={"IWM": DATED}, since=date(2025, 10, 5))
    )
    # Friday 3 October stands for Sunday the 5th.
    assert [str(ask.day) for ask in plan.files[1:5]] == [
        "2025-10-03",
        "2025-12-31",
        "2025-10-31",
        "2025-11-28",
    ]


def test_what_an_issuer_does_not_have_is_not_asked_for() -> None:
    gone = frozenset({FileAsk("IWM", date(2026, 1, 30)), FileAsk("IWM", date(2025, 12, 31))})
    plan = make_plan(Prices(), {}, Request(PAIR, NOW, REFERENCE, funds={"IWM": DATED}), absent=gone)
    assert not gone & set(plan.files) and FileAsk("IWM", date(2026, 2, 27)) in plan.files


def test_a_fund_without_an_address_is_not_asked_for() -> None:
    plan = make_plan(Prices(), {}, Request(PAIR, NOW, REFERENCE, funds={"IWM": Fund("IWM")}))
    assert plan.files == ()
