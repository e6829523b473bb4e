"""Lines that end before their fund does, and lines without dividends beside a fund with them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.answer.snapshot import Question, Snapshot, take
from core.note.story import story
from tests.home import Cli, note
from tests.market import NAN, holdings, make_market, prices, weekdays
from tests.random.test_prose import check_prose

DAYS = weekdays("2025-12-29", "2026-06-26")


def answer(ends: dict[str, str], through: dict[str, str] | None = None) -> Snapshot:
    """IWM holds ten equal lines A to J, SPY the same; every close rises alike to its last day."""
    closes = {}
    for symbol in ("IWM", "SPY", *"ABCDEFGHIJ"):
        last = date.fromisoformat(ends.get(symbol, "2026-06-26"))
        closes[symbol] = [100.0 + n if day <= last else NAN for n, day in enumerate(DAYS)]
    asked = dict.fromkeys(closes, DAYS[-1])
    asked |= {symbol: date.fromisoformat(when) for symbol, when in (through or {}).items()}
    files = [holdings(f, "2025-12-31", dict.fromkeys("ABCDEFGHIJ", 1.0)) for f in ("IWM", "SPY")]
    return take(make_market(prices(DAYS, closes, through=asked), *files), Question(basis="pr"))


@pytest.mark.parametrize(
    ("ends", "early"),
    [
        ({}, None),
        # one of ten equal lines is a tenth of the weight: the floor still holds
        ({"A": "2026-06-25"}, None),
        (dict.fromkeys("AB", "2026-06-25"), ("2026-06-25", 2, 0.2)),
        (dict.fromkeys("ABCDEFGHIJ", "2026-06-24"), ("2026-06-24", 10, 1.0)),
        (dict.fromkeys("ABC", "2026-06-24") | {"D": "2026-06-25"}, ("2026-06-24", 4, 0.4)),
        # the vendor was asked to the end: what ends on one session together is the data
        (dict.fromkeys("ABCDEFGHIJ", "2026-05-29"), ("2026-05-29", 10, 1.0)),
        # two taken over on days of their own stand still from there
        ({"A": "2026-05-29", "B": "2026-03-02"}, None),
    ],
)
def test_no_claim_rests_on_lines_that_end_before_the_window(
    ends: dict[str, str], early: tuple[str, int, float] | None
) -> None:
    snapshot = answer(ends)
    view = snapshot.indices["IWM"]
    told = view.end_early
    if early is None:
        assert told is None and view.claims and snapshot.state == "final"
        return
    assert told is not None
    assert (str(told.session), told.lines) == early[:2]
    # weights drift alike: each line is a tenth to the end
    assert told.weight == pytest.approx(early[2])
    assert snapshot.state == "partial" and not view.claims and not view.claims_breadth
    said = " ".join(check_prose(snapshot))
    day = date.fromisoformat(early[0]).day
    month = {"05": "May", "06": "June"}[early[0][5:7]]
    assert (
        f"IWM: lines of {early[2]:.1%} of weight end on {day} {month} 2026, the fund on"
        " 26 June 2026; nothing is claimed about leaders or breadth."
    ).replace("%", " %") in said
    for claim in (" rose", " brought", "cost it", "The gap is"):
        assert claim not in said
    assert any(
        w.startswith(f"IWM: lines of {early[2] * 100:.1f} % of weight end on {early[0]}, the fund")
        for w in snapshot.warnings
    )


@pytest.mark.process
def test_members_without_dividends_are_told_as_price_returns(
    cli: Cli,
    tmp_path: Path,
) -> None:
    # FND +10 % and a dividend of 2 at 100: 1.02 x 1.10 = 1.122; its two lines +10 % each
    rows = ["symbol,date,close,dividend"]
    for symbol, end in (("FND", 110), ("REF", 100), ("AAA", 110), ("BBB", 110), ("CCC", 100)):
        rows += [f"{symbol},2025-12-31,100,", f"{symbol},2026-06-26,{end},"]
    rows.append("FND,2026-03-16,100,2")
    (tmp_path / "p.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "f.csv").write_text("symbol,name,sector,weight\nAAA,A,X,50%\nBBB,B,Y,50%\n")
    (tmp_path / "r.csv").write_text("symbol,name,sector,weight\nCCC,C,X,100%\n")
    cli("import", "holdings", tmp_path / "f.csv", "--fund", "FND", "--as-of", "2025-12-31")
    cli("import", "holdings", tmp_path / "r.csv", "--fund", "REF", "--as-of", "2025-12-31")
    assert cli("import", "prices", tmp_path / "p.csv")[0] in (0, 1)
    asked = ("--pair", "FND:REF", "--window", "YTD", "--as-of", "2026-06-26")
    found = note(cli, *asked, "--basis", "tr")
    own = found["indices"]["FND"]
    assert own["fund_return"] == pytest.approx(0.122)
    assert own["price_return_weight"] == pytest.approx(1.0)
    assert found["indices"]["REF"]["price_return_weight"] == 0.0
    words = (
        "FND: +220 bp of the fund's return is neither in its measured lines nor in their coverage"
        " (there are no dividends for lines of 100.0 % of weight: theirs are price returns against"
        " the fund's total return)"
    )
    assert words in found["warnings"]
    _, out, _ = cli("note", *asked, "--basis", "tr")
    table = next(line for line in out.splitlines() if line.startswith("rest "))
    assert "price returns of lines of 100.0 % of weight" in table and "cash" not in table
    prices_alone = note(cli, *asked, "--basis", "pr")["indices"]["FND"]
    assert prices_alone["price_return_weight"] == 0.0


NONE, SOME = " before dividends (none are held)", " including the dividends held"


@pytest.mark.parametrize(
    ("paid", "files", "words", "warned"),
    [
        ((), True, NONE, ["there are no dividends: total return"]),
        ((), False, NONE, ["there are no dividends: total return"]),
        (("A",), True, NONE, ["no dividends of IWM are held", "no dividends of SPY are held"]),
        (("SPY",), False, SOME, ["no dividends of IWM are held"]),
        (("IWM", "SPY"), True, " including dividends", []),
    ],
)
def test_total_returns_of_funds_without_dividends_are_named_price_returns(
    paid: tuple[str, ...], files: bool, words: str, warned: list[str]
) -> None:
    closes = {
        symbol: [100.0 + n * grown for n in range(len(DAYS))]
        for symbol, grown in (("IWM", 2.0), ("SPY", 1.0), ("A", 1.0))
    }
    cash = [(symbol, date(2026, 3, 16), 0.5) for symbol in paid]
    lists = [holdings(fund, "2025-12-31", {"A": 1.0}) for fund in ("IWM", "SPY") if files]
    market = make_market(prices(DAYS, closes, dividends=cash), *lists)
    snapshot = take(market, Question(basis="tr"))
    prose = " ".join(str(one) for paragraph in story(snapshot, "short") for one in paragraph)
    assert f"{words} to " in prose and prose.count("dividends") == 1
    said = [one for one in snapshot.warnings if one.startswith(("there are no div", "no div"))]
    assert len(said) == len(warned)
    assert all(one.startswith(start) for one, start in zip(said, warned, strict=True))


def test_a_later_dividend_says_nothing_of_a_window_before_it() -> None:
    closes = {symbol: [100.0 + n for n in range(len(DAYS))] for symbol in ("IWM", "SPY")}
    cash = [("IWM", DAYS[2], 0.5), ("SPY", DAYS[-1], 0.5)]
    market = make_market(prices(DAYS, closes, dividends=cash))
    assert take(market, Question(as_of=DAYS[-2], window="1W")).price_returns == ("SPY",)
    assert not take(market, Question(window="1W")).price_returns


def test_funds_whose_closes_end_apart_are_said_with_their_dates() -> None:
    words = (
        "closes of IWM end on 2026-06-24, those of SPY on 2026-06-26:"
        " the answer ends with the earlier"
    )
    apart = answer({"IWM": "2026-06-24"})
    assert apart.as_of == date(2026, 6, 24) and words in apart.warnings
    assert not any("closes of IWM" in words for words in answer({}).warnings)


def test_a_date_that_one_fund_alone_has_not_reached_is_said_with_the_fund() -> None:
    closes = {
        symbol: [100.0 + n if symbol == "SPY" or n < 100 else NAN for n in range(len(DAYS))]
        for symbol in ("IWM", "SPY", "A")
    }
    files = [holdings(fund, "2025-12-31", {"A": 1.0}) for fund in ("IWM", "SPY")]
    market = make_market(prices(DAYS, closes), *files)
    late = take(market, Question(basis="pr", as_of=DAYS[-1]))
    assert late.state == "partial"
    assert late.warnings[0] == (
        f"as of {DAYS[-1]} was asked, the last session is {DAYS[99]}, where closes of IWM end:"
        " refresh or import closes for a later one"
    )
    assert take(market, Question(basis="pr", as_of=DAYS[99])).remarks == ()
