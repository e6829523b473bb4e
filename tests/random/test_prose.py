"""The prose: every number of it stands in the JSON beside it, and the words follow the data."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from core.answer.since import Since
from core.answer.snapshot import Snapshot, take
from core.data.errors import NoSuchNameError
from core.note.note import sentences
from core.note.phrase import Figure, Name, Sentence, key
from tests.answers import published
from tests.tui import markets
from tui.report.document import document
from tui.report.ledger import value_at

#: A number as a reader sees it; a date is one.
NUMBER = re.compile(
    r"\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December) \d{4}|[+-]?\d+(?:,\d{3})*(?:\.\d+)?(?: %| pp| bp)?"
)
MONTHS = "January February March April May June July August September October November December"


def parsed(text: str, value: Any) -> None:
    """A printed number is its value, rounded as printed; a sign, where printed, is the value's."""
    words = text.split()
    if len(words) == 3:
        day, month, year = words
        assert value == f"{year}-{MONTHS.split().index(month) + 1:02}-{int(day):02}"
        return
    if len(words) == 1:
        assert int(text.replace(",", "")) == int(value) == float(value)
        return
    number, unit = words[0].replace(",", ""), words[1]
    exact = value * {"%": 100, "pp": 1, "bp": 1}[unit]
    places = len(number.partition(".")[2])
    assert abs(abs(float(number)) - abs(exact)) <= 0.5 * 10**-places + 1e-9
    if number[0] in "+-":
        assert float(number) * exact > 0


def checked(snapshot: Snapshot, earlier: Since | None = None) -> dict[str, Any]:
    """Every number of every sentence is found in the document, which is returned."""
    found = document(snapshot, earlier)
    for sentence, entry in zip(sentences(snapshot, earlier), found["prose"], strict=True):
        assert entry["sentence"] == sentence
        for part in sentence.parts:
            assert isinstance(part, (Figure, Name)) or not re.search(r"\d", part), part
        seen = "".join(part for part in sentence.parts if not isinstance(part, Name))
        assert NUMBER.findall(seen) == [number["text"] for number in entry["numbers"]]
        for number in entry["numbers"]:
            assert number["value"] == value_at(found, number["path"])
            parsed(number["text"], number["value"])
            assert date.fromisoformat(number["as_of"]) <= snapshot.as_of
            assert number["source"]
    return found


def check_prose(snapshot: Snapshot, earlier: Since | None = None) -> list[str]:
    """The sentences, in which every number is that of the document."""
    return [entry["sentence"] for entry in checked(snapshot, earlier)["prose"]]


def said(snapshot: Snapshot, words: str) -> str:
    """The one sentence with some words in it."""
    found = [s for s in check_prose(snapshot) if words in s]
    assert len(found) == 1, (words, check_prose(snapshot))
    return found[0]


def test_the_demo_market_says_the_published_figures(published_note: Snapshot) -> None:
    text = " ".join(check_prose(published_note))
    assert f"IWM leads SPY by {published.GAP_PP} pp this year" in text
    assert f"wider than any full year since {published.LAST_WIDER_YEAR}" in text
    ladder = published.ABOVE
    rose = (
        f"{ladder[0][0]:,} of {published.MEASURED:,} lines rose ({ladder[0][1]} %),"
        f" {ladder[10][0]:,} by more than 10 % ({ladder[10][1]} %),"
        f" {ladder[25][0]:,} by more than 25 % ({ladder[25][1]} %)"
    )
    assert rose in text
    assert f"{ladder[100][0]:,} more than doubled ({ladder[100][1]} %)" in text
    told = [f"{s} (+{r} %, +{c} bp)" for s, r, c in published.LEADERS[:3]]
    together = (
        f"+{published.TOP_THREE_BP} bp together, {published.TOP_THREE_OF_NET} % of the return"
    )
    assert f"{told[0]}, {told[1]} and {told[2]} brought {together}" in text
    lost = [f"{s} ({r} %, {c} bp)" for s, r, c in published.LAGGARDS[:3]]
    assert f"{lost[0]}, {lost[1]} and {lost[2]} cost it" in text
    for name, (symbols, total) in (
        ("hyperscalers", published.HYPERSCALERS),
        ("software", published.SOFTWARE),
    ):
        assert f"{name} ({' '.join(symbols)}, {total} bp)" in text
    leave = " ".join(published.LEAVE_THE_INDEX)
    gone = f"all of its top three contributors left by 26 June 2026 ({leave})"
    assert f"{gone}; together +{published.TOP_THREE_BP} bp" in text
    assert "The gap is broad" in text


@pytest.fixture(scope="module")
def published_note(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The demo market's opening question."""
    from tui.service.service import Desk
    from tui.state.places import places

    desk = Desk(places(tmp_path_factory.mktemp("demo"), demo=True), demo=True)
    question = desk.opening()
    assert question is not None
    return desk.take(question)


def test_the_gaps_sign_is_in_the_words() -> None:
    market = markets.small_market()
    leads = take(market, markets.QUESTION)
    trails = take(market, replace(markets.QUESTION, small="SPY", large="IWM"))
    assert "IWM leads SPY by 11.00 pp" in said(leads, "this year")
    assert "the widest lead for this window" in said(leads, "this year")
    turned = said(trails, "this year")
    assert "SPY trails IWM by 11.00 pp" in turned and "the widest deficit for this window" in turned
    # the drags are told of the index behind, whichever side of the pair it is
    for snapshot in (leads, trails):
        assert said(snapshot, "cost it").startswith("SPY: L00 (-19.50 %")


def test_breadth_or_a_handful_follows_equal_weights_and_medians() -> None:
    # 30 lines from -52.5 % in steps of 5 points, 20 from -19.5 % in steps of 3
    snapshot = take(markets.small_market(), markets.QUESTION)
    assert said(snapshot, "The gap is") == (
        "The gap is broad: with every line weighted alike it would be +11.00 pp, and the"
        " median line of IWM returned +20.00 %, that of SPY +9.00 %."
    )
    assert snapshot.small is not None
    small, breadth = snapshot.small, snapshot.small.breadth

    def told(**change: float) -> str:
        other = replace(small, breadth=replace(breadth, **change))
        return said(replace(snapshot, indices={**snapshot.indices, "IWM": other}), "The gap is")

    # a quarter of 11 points is 2.75, half of them 5.5; the top ten brought far more:
    # 92.5, 87.5 ... 47.5 % of 3.2 % each are 22.4 points
    assert told(median=0.1176).startswith("The gap is broad")
    assert told(median=0.1174) == (
        "The gap is a handful's: the top 10 of IWM brought +2,240 bp, and with their part at"
        " zero the gap of +11.00 pp would be -11.40 pp; the median line of IWM returned"
        " +11.74 %, that of SPY +9.00 %."
    )
    assert told(median=0.12, equal_weight=0.144) == (
        "The gap is neither all the market's nor a handful's: between the funds it is +11.00 pp,"
        " between the median lines +3.00 pp, and the top 10 of IWM brought +2,240 bp."
    )


def test_where_the_small_fund_trails_every_gap_is_below_zero() -> None:
    # the same market with SPY as the small fund: small less large is -11 points throughout
    turned = replace(markets.QUESTION, small="SPY", large="IWM")
    snapshot = take(markets.small_market(), turned)
    assert said(snapshot, "The gap is") == (
        "The gap is broad: with every line weighted alike it would be -11.00 pp, and the"
        " median line of IWM returned +20.00 %, that of SPY +9.00 %."
    )
    ahead = snapshot.indices["IWM"]

    def told(**change: float) -> str:
        other = replace(ahead, breadth=replace(ahead.breadth, **change))
        return said(replace(snapshot, indices={**snapshot.indices, "IWM": other}), "The gap is")

    assert "zero the gap of -11.00 pp would be +11.40 pp;" in told(median=0.1174)
    between = told(median=0.12, equal_weight=0.144)
    assert "between the funds it is -11.00 pp, between the median lines -3.00 pp" in between


def test_below_the_floor_nothing_is_claimed() -> None:
    for sentence in check_prose(take(markets.small_market(covered=0.85), markets.QUESTION)):
        for claim in ("rose", "brought", "cost it", "The gap is", "led", "left"):
            assert claim not in sentence
    told = said(take(markets.small_market(covered=0.85), markets.QUESTION), "IWM: ")
    assert told == (
        "IWM: 85.0 % of weight is measured; nothing is claimed about leaders or breadth."
    )


def test_estimates_and_open_sessions_say_so_in_the_sentence_itself() -> None:
    market = markets.small_market()
    early = replace(markets.QUESTION, window="2025-11-03:2026-06-26")
    assert said(take(market, early), "cost it").startswith("SPY, on estimated weights: ")
    assert "estimated" not in said(take(market, markets.QUESTION), "cost it")
    prices = replace(market.prices, provisional={"IWM": markets.END})
    open_ = take(replace(market, prices=prices), markets.QUESTION)
    assert said(open_, "this year").startswith("Intraday: IWM leads")
    for words in (
        "IWM, intraday, by the list at the start (31 December 2025): 19 of 30",
        "SPY, intraday: L00",
        "Intraday: the gap is",
    ):
        assert said(open_, words).startswith(words)


def test_leavers_and_what_they_take_with_them() -> None:
    snapshot = take(markets.small_market(), markets.QUESTION)
    # S29 is 96 % / 30 of the fund and rose 92.5 %: 296 bp; the two unpriced lines are 2 % more
    assert said(snapshot, "one of its top three contributors") == (
        "IWM: one of its top three contributors left by 26 June 2026 (S29); together +296 bp."
    )
    assert said(snapshot, "goes on") == (
        "IWM: the line that left between 31 December 2025 and 26 June 2026, 3.2 % of the fund"
        " before, brought +296 bp while a member; the index goes on without it."
    )
    told = snapshot.changes["IWM"]
    assert snapshot.small is not None
    lines = snapshot.small.contributors

    def gone(*symbols: str) -> Snapshot:
        left = tuple(
            told.left[0]._replace(symbol=s, contribution=float(lines.contribution[n]))
            for n, s in enumerate(symbols)
        )
        return replace(snapshot, changes={"IWM": replace(told, left=left)})

    # 296 + 280 + 264 bp: 92.5, 87.5 and 82.5 % of 3.2 %
    for symbols, words in (
        (("S29", "S28"), "two of its top three contributors left by 26 June 2026 (S29 S28)"),
        (("S29", "S28", "S27"), "all of its top three contributors left by 26 June 2026"),
    ):
        assert words in said(gone(*symbols), "top three contributors")
    assert "together +840 bp" in said(gone("S29", "S28", "S27"), "top three contributors")
    assert "the 3 lines that left" in said(gone("S29", "S28", "S27"), "goes on without them")
    assert not [s for s in check_prose(gone()) if "left" in s]


def test_an_index_without_names_left_out_says_so() -> None:
    asked = replace(markets.QUESTION, without=("L00", "L01", "S29"))
    # 4.8 % of weight each, -19.5 and -16.5 %; the basket rose 9 %
    # 9.00 + 1.73 = 10.73; the other 18 of 20 equal lines made (20 x 9 + 36) / 18 = 12 %
    assert said(take(markets.small_market(), asked), "SPY: without") == (
        "SPY: without L00 L01, which brought -173 bp, the fund's +9.00 % would be +10.73 %"
        " (zeroed); the measured lines' +9.00 % would be +12.00 % (reweighted)."
    )


def test_the_gap_without_names_is_told_by_both_conventions() -> None:
    # S29 is 3.2 % of IWM and rose 92.5 %: 296 bp; L00 is 4.8 % of SPY and lost 19.5 %: -93.6 bp
    market = markets.small_market()
    asked = replace(markets.QUESTION, without=("IWM:S29", "SPY:L00"))
    # 11.00 - 2.96 - 0.936 = 7.104; the others' means 17.5 and (20 x 9 + 19.5) / 19 = 10.5
    assert said(take(market, asked), "Without") == (
        "Without S29 (+296 bp of IWM) and L00 (-94 bp of SPY), the gap of +11.00 pp would be"
        " +7.10 pp (zeroed); that of the measured lines, +11.00 pp, would be +7.00 pp"
        " (reweighted)."
    )
    one = take(market, replace(markets.QUESTION, without=("SPY:S29", "SPY:L00")))
    assert one.small is not None and one.small.without is None
    assert one.remarks == (
        "S29 is no measured line of SPY in this window: nothing is left out of it",
    )
    assert one.remarks[0] in one.warnings
    found = document(one)
    assert found["without"]["gap_zeroed_pp"] == pytest.approx(11.0 - 0.936)
    assert found["without"]["gap_reweighted_pp"] == pytest.approx(20.0 - 10.5)
    with pytest.raises(NoSuchNameError, match="S2O LOO are in no holdings file"):
        take(market, replace(markets.QUESTION, without=("S2O", "L00", "SPY:LOO")))


def test_breadth_says_which_list_it_counts() -> None:
    # at the end S29 (+92.5 %) has left the thirty, and two joiners that rose are counted
    market = markets.small_market()
    assert "IWM, by the list at the start (31 December 2025): 19 of 30 lines rose (63.3 %)" in said(
        take(market, markets.QUESTION), "19 of 30"
    )
    end = take(market, replace(markets.QUESTION, breadth_list="end"))
    assert said(end, "by the list at the end (26 June 2026): 20 of 31 lines rose (64.5 %)")
    found = document(end)["indices"]["IWM"]["breadth"]
    assert (found["list"], found["list_as_of"], found["n"]) == ("end", "2026-06-26", 31)
    assert any("names that left before are missing" in words for words in end.warnings)


def test_a_tie_a_late_rank_and_few_years_are_not_called_wide() -> None:
    market = markets.small_market()
    # typed in markets.GAPS: of eleven full years 2018 was +14, so 11 points are rank 2 there
    assert "rank 2 of 12, the widest other year is 2018 (+1" in said(
        take(market, markets.QUESTION), "full calendar years this gap"
    )
    snapshot = take(market, markets.QUESTION)
    assert snapshot.spread is not None
    same = snapshot.spread.same_window
    for change, words in (
        ({"on_record": False, "since": 2024, "ties": 2024, "rank": 1}, ": it matches 2024, rank 1"),
        ({"on_record": False, "since": 2025, "rank": 3}, "2026): rank 3 of 12 for this window"),
        ({"on_record": False, "since": 2019, "rank": 2}, "widest lead for this window since 2019"),
        ({"claim": False}, "too few years for a rank (11 earlier)"),
    ):
        spread = replace(snapshot.spread, same_window=replace(same, **change))
        told = said(replace(snapshot, spread=spread), "this year")
        assert words in told
        assert ("widest" in told) == ("widest" in words)


def test_a_level_gap_makes_no_claim() -> None:
    snapshot = take(markets.small_market(), markets.QUESTION)
    assert snapshot.spread is not None
    spread = replace(snapshot.spread, small_return=0.09, large_return=0.09)
    told = check_prose(replace(snapshot, spread=spread))
    assert told[0].startswith("IWM and SPY are level this year")
    assert not any("rank" in s or "widest" in s or "The gap is" in s for s in told)


def test_a_sentence_keeps_its_parts() -> None:
    inner = Sentence("by ", Figure("3", "a.b"))
    whole = Sentence(Name("A1"), " rose ", inner, ".")
    assert whole == "A1 rose by 3." and whole.figures == (Figure("3", "a.b"),)
    assert not Sentence() and not Sentence("", "")
    assert key("IWM") == ".IWM" and key("BRK-B") == '["BRK-B"]'
    assert value_at({"x": {"BRK-B": [4, {"y": 5}]}}, 'x["BRK-B"][1].y') == 5
    with pytest.raises(KeyError):
        value_at({"x": 1}, "x!")
