"""What may follow on the command line, and what Tab makes of it."""

from __future__ import annotations

from dataclasses import replace

from core.answer.alert_measures import MEASURES
from core.answer.snapshot import Question
from tui.command.commands import COMMANDS
from tui.command.completion import Vocabulary, advice, completed, offers
from tui.command.line import parse

KNOWN = Vocabulary(
    pair=("IWM", "SPY"),
    funds=("IWM", "QQQ", "SPY"),
    symbols=("BE", "BEAM", "MSFT"),
    themes=("Hyperscalers", "Software", "Magnificent seven"),
    pairs=("IWM:SPY", "RSP:SPY"),
    last="2026-06-26",
)


#: What is typed -> what Tab makes of it.
TABBED = {
    "": "",
    "as": "asof ",
    "so": "sort ",
    "sort s": "sort s",  # symbol or sector
    "sort sy": "sort symbol",
    "sort b": "sort bp",
    "iw": "IWM ",
    "iwm s": "iwm SPY",
    "QQQ i": "QQQ IWM",
    "asof ": "asof 2026-06-26",
    "ex s": "ex SPY",
    "ex SPY ms": "ex SPY MSFT",
    "ex SPY MSFT be": "ex SPY MSFT be",  # BE or BEAM
    "ex BE bea": "ex BE BEAM",
    "ale": "alert",  # alert or alerts
    "alert ga": "alert gap ",  # not Gini, nor the gross gain
    "alert gap r": "alert gap rank ",
    "alert gap rank ": "alert gap rank ",
    "alert share_o": "alert share_o",  # outperforming, or off the high
    "alert share_ou": "alert share_outperforming ",
    "alert share_up i": "alert share_up IWM ",
    "alert breadth i": "alert breadth IWM ",  # its older name
    "alert top3_s": "alert top3_share ",
    "alert contribution ms": "alert contribution MSFT ",
    "alert contribution MSFT sp": "alert contribution MSFT SPY ",
    "theme so": "theme Software",
    "theme mag": "theme Magnificent seven",
    "theme magnificent s": "theme magnificent seven",
    "theme software x": "theme software x",
    "pair r": "pair r",
    "zz": "zz",
    "zz top": "zz top",
}
#: What is typed -> the words that may follow.
FOLLOWED = {
    "sort ": "bp ret w symbol name sector",
    "pair ": "1 2 IWM QQQ SPY",
    "alert gap ": "rank z percentile < <= > >=",
    "alert gap rank ": "< <= > >=",
    "alert share_up ": "IWM SPY < <= > >=",
    "alert share_up IWM ": "< <= > >=",
    "alert contribution ": "BE BEAM MSFT",
    "alert gap < ": "NUMBER",
    "alert gap < 5 ": "",
    "1": "1d 1w 1m 1y",
    "IWM ": "QQQ SPY",
    "asof 2026-06-26 ": "",
}


def test_tab_and_the_words_that_may_follow() -> None:
    assert {typed: completed(typed, KNOWN) for typed in TABBED} == TABBED
    words = {typed: " ".join(offer.word for offer in offers(typed, KNOWN)) for typed in FOLLOWED}
    assert words == FOLLOWED


def test_every_measure_is_offered_and_every_line_that_is_offered_whole_is_read() -> None:
    for pair, other in ((("IWM", "SPY"), "index"), (("IWM",), "pair")):
        measures = {offer.word for offer in offers("alert ", replace(KNOWN, pair=pair))}
        assert measures == {measure.words.split()[0] for measure in MEASURES if measure.of != other}
    question = Question()
    for line in ("sort", "ex SPY", "pair"):
        for offer in offers(f"{line} ", KNOWN):
            pairs = (("IWM", "SPY"), ("RSP", "SPY"))
            if offer.word in ("SPY", "IWM") and line != "sort":
                continue  # an index alone leaves nothing out; SPY against itself
            parse(f"{line} {offer.word}", question, pairs)


def test_the_status_line_says_what_a_word_is_for() -> None:
    assert advice("aso", KNOWN) == "asof DATE: as of a date; without one, the last session"
    assert advice("sort ", KNOWN) == "bp   ret   w   symbol   name   sector"
    assert advice("asof ", KNOWN) == "2026-06-26: the last session"
    assert advice("alert gap rank < ", KNOWN) == "NUMBER: place of the gap among its years"
    assert advice("alert gap < ", KNOWN) == "NUMBER: small less large in pp"
    assert "alert gap rank <= 3" in advice("", KNOWN)
    assert advice("nonsense", KNOWN) == ""
    many = Vocabulary(symbols=tuple(f"S{n:02}" for n in range(30)))
    assert advice("ex s", many).endswith("… 19 more")  # SPY stands before the thirty


def test_every_form_of_the_table_is_offered_by_its_first_word() -> None:
    words = {offer.word.casefold() for offer in offers("", KNOWN)}
    for command in COMMANDS:
        for form in command.line.split("|"):
            first = form.split()[0] if form.split() else ""
            if first.islower() and not first.isdigit():
                assert first in words, command.name
