"""The desk's prose: its length, its numbers, its names."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from core.answer.snapshot import Question, Snapshot, take
from core.note.company import company
from core.note.note import sentences
from core.note.phrase import Figure, Name
from core.note.story import LENGTHS, Length, story
from core.note.verdict import verdict
from tests.home import Cli
from tests.market import make_market, prices, weekdays
from tests.random.test_prose import MONTHS
from tests.tui import markets
from tui.report.document import document
from tui.report.export import to_story

NUMBER = re.compile(
    rf"\d{{1,2}} (?:{MONTHS.replace(' ', '|')}) \d{{4}}|\d+(?:,\d{{3}})*(?:\.\d+)?%?"
)


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return markets.answer(markets.small_market(), markets.QUESTION)


def words(paragraphs: Any) -> int:
    return sum(len(str(sentence).split()) for paragraph in paragraphs for sentence in paragraph)


def check(snapshot: Snapshot, length: Length, stories: dict[str, Any] | None = None) -> str:
    """Every number stands in the JSON, rounded as printed; nothing but figures has digits.

    Args:
        snapshot: the answer.
        length: which of its stories.
        stories: those of its JSON, where they are worked out already.
    """
    told = (stories or document(snapshot)["story"])[length]
    paragraphs = story(snapshot, length)
    assert [[e["sentence"] for e in entries] for entries in told] == [list(p) for p in paragraphs]
    for paragraph, entries in zip(paragraphs, told, strict=True):
        for sentence, entry in zip(paragraph, entries, strict=True):
            for part in sentence.parts:
                assert isinstance(part, (Figure, Name)) or not re.search(r"\d", part), part
            seen = "".join(part for part in sentence.parts if not isinstance(part, Name))
            assert NUMBER.findall(seen) == [number["text"] for number in entry["numbers"]]
            for number in entry["numbers"]:
                _is_rounded(number["text"], number["value"])
    return "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)


def _is_rounded(text: str, value: Any) -> None:
    if text.count(" ") == 2:
        day, month, year = text.split()
        assert value == f"{year}-{MONTHS.split().index(month) + 1:02}-{int(day):02}"
        return
    scale = 100 if text.endswith("%") else 1
    plain = text.rstrip("%").replace(",", "")
    places = len(plain.partition(".")[2])
    assert abs(float(plain) - abs(float(value)) * scale) <= 0.5 * 10**-places + 1e-9, (text, value)


def test_short_and_full_have_the_length_they_promise(snapshot: Snapshot) -> None:
    assert 40 <= words(story(snapshot, "short")) <= 80
    assert 120 <= words(story(snapshot, "full")) <= 300
    assert len(story(snapshot, "short")) == 1 < len(story(snapshot, "full"))


def test_the_order_is_a_reporters(snapshot: Snapshot) -> None:
    text = check(snapshot, "full")
    assert text.startswith(
        "IWM outpaced SPY by 11.0 percentage points from 31 December 2025 to 26 June 2026, the"
        " widest lead for this part of a year in 12 years of records. IWM gained 20.0% before"
        " dividends, SPY 9.0%."
    )
    # L00 is 4.8 % of SPY and lost 19.5 %; S29 3.2 % of IWM and rose 92.5 %
    order = [
        "Example L00 (L00), down 19.5%, weighed most on SPY and cost it 94 basis points.",
        "Example S29 (S29) led IWM: its gain of 92.5% added 296 bp.",
        "The gap is broad",
        "Of IWM's 30 measured stocks, 63.3% rose",
        "Example S29, which added 296 bp, had left IWM by 26 June 2026",
        "The figures cover 96.0% of IWM and 96.0% of SPY by weight",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_a_fund_is_introduced_with_the_index_it_follows() -> None:
    market = markets.small_market()
    names = {"IWM": "Russell 2000", "SPY": "S&P 500"}
    named = replace(market, reference=replace(market.reference, indices=names))
    pair = check(take(named, markets.QUESTION), "short")
    assert pair.startswith("IWM (Russell 2000) outpaced SPY (S&P 500) by 11.0 percentage points")
    assert pair.count("Russell 2000") == 1
    alone = check(take(named, replace(markets.QUESTION, large="IWM", alone=True)), "full")
    assert alone.startswith("IWM (Russell 2000) gained 20.0%") and alone.count("Russell") == 1


def test_an_index_itself_goes_by_its_name_and_says_what_its_levels_hold() -> None:
    market = markets.small_market()
    symbols = {"IWM": "^RUT", "SPY": "^GSPC"}
    blocks = tuple(
        replace(block, symbols=tuple(symbols.get(s, s) for s in block.symbols))
        for block in market.prices.blocks
    )
    names = {"^RUT": "Russell 2000", "^GSPC": "S&P 500", "^SP500TR": "S&P 500"}
    levels = replace(
        market,
        prices=replace(market.prices, blocks=blocks),
        reference=replace(market.reference, index_levels=names),
        holdings={},
    )
    pair = check(take(levels, replace(markets.QUESTION, small="^RUT", large="^GSPC")), "full")
    assert pair.startswith(
        "The Russell 2000 index outpaced the S&P 500 index (both price return) by 11.0 percentage"
        " points from 31 December 2025 to 26 June 2026, the widest lead for this part of a year in"
        " 12 years of records. The Russell 2000 gained 20.0%, the S&P 500 9.0%."
    )
    assert "members of the Russell 2000 or the S&P 500 is held" in pair and "^" not in pair
    alone = replace(markets.QUESTION, small="^GSPC", large="^GSPC", alone=True)
    assert check(take(levels, alone), "full").startswith(
        "The S&P 500 index (price return) gained 9.00% from 31 December 2025"
    )
    # one name for both would not tell them apart: they go by their symbols
    names["^RUT"] = "S&P 500"
    both = check(take(levels, replace(markets.QUESTION, small="^RUT", large="^GSPC")), "short")
    assert "^RUT (S&P 500) outpaced ^GSPC (S&P 500)" in both and "^RUT gained 20.0%" in both


def test_the_sector_that_widened_the_gap_most_is_named_with_its_part(snapshot: Snapshot) -> None:
    # w (r - R of SPY) of IWM's lines less that of SPY's, by sector; weights at the start
    parts: dict[str, float] = {}
    whole = {
        view.fund: sum(view.contributors.contribution / view.coverage)
        for view in snapshot.indices.values()
    }
    for sign, fund in ((1, "IWM"), (-1, "SPY")):
        view = snapshot.indices[fund]
        share = view.coverage
        for sector, weight, brought in zip(
            view.contributors.sectors, view.contributors.weight, view.contributors.contribution,
            strict=True,
        ):  # fmt: skip
            part = (brought - weight * whole["SPY"]) / share
            parts[sector] = parts.get(sector, 0.0) + sign * part
    most, least = max(parts, key=parts.__getitem__), min(parts, key=parts.__getitem__)
    text = check(snapshot, "full")
    assert f"By sector, {most} widened the gap most, by {100 * parts[most]:.1f} points" in text
    narrowed = f"; {least} narrowed it by {-100 * parts[least]:.1f} points."
    assert (narrowed in text) == (parts[least] < -0.011)


def _two_funds(days: list[date], one: list[float], window: str, *, alone: bool = False) -> str:
    """The prose of two funds of which the second stands still."""
    market = make_market(prices(days, {"AAA": one, "BBB": [10.0] * len(days)}))
    return check(take(market, Question("AAA", "AAA" if alone else "BBB", window, None, "pr",
                                     alone=alone)), "short")  # fmt: skip


def test_what_cannot_be_ranked_or_did_not_move_is_said_so() -> None:
    days = weekdays("2024-12-31", "2026-02-27")
    rising = [100.0 + place for place in range(len(days))]
    few = _two_funds(days[-100:], rising[-100:], "1D")
    assert few.endswith("Closes since 13 October 2025 are too few to say how rare that is.")
    years = _two_funds(days, rising, "2025")
    assert years.endswith("It is not ranked: no closes of earlier years are held.")
    still = _two_funds(days, [10.0] * len(days), "1D")
    assert still == "AAA and BBB ended level on 27 February 2026. Neither moved before dividends."
    alone = _two_funds(days, [10.0] * len(days), "1D", alone=True)
    assert alone == (
        "AAA ended unchanged on 27 February 2026. It closed level with its record in data since"
        " 31 December 2024."
    )
    for single, words in ((True, "it closed"), (False, "stands")):
        fund = Question("AAA", "AAA" if single else "BBB", "1D", None, "pr", alone=single)
        flat = {name: [10.0] * len(days) for name in ("AAA", "BBB")}
        ledger = sentences(take(make_market(prices(days, flat)), fund))
        text = " ".join(str(sentence) for sentence in ledger)
        assert f"{words} level with its highest on record (from 31 December 2024)" in text
    jump = _two_funds(days, [10.0] * (len(days) - 1) + [9.0], "1D")
    assert ". AAA lost 10.0% before dividends, BBB was unchanged." in jump


def test_units_and_tickers_are_spelled_once(snapshot: Snapshot) -> None:
    text = check(snapshot, "full")
    assert text.count("percentage points") == 1 and text.count("basis points") == 1
    assert text.count("(S29)") == 1 and text.count("Example S29") == 2
    assert not re.search(r"cost(?:ing it)? [^.]*-\d", text)


def test_what_is_withheld_in_the_note_is_withheld_here() -> None:
    bare = check(take(markets.small_market(covered=0.85), markets.QUESTION), "full")
    for claim in ("cost", "added", "The gap is", " rose"):
        assert claim not in bare
    for fund in ("IWM", "SPY"):
        refusal = f"Too few closes of {fund}'s stocks are held for this window, so no leaders"
        assert refusal in bare


@pytest.mark.parametrize(
    ("change", "start"),
    [
        ({"window": "1D"}, "IWM outpaced SPY by 0.05 percentage points on 26 June 2026"),
        ({"window": "1W"}, " in the week to 26 June 2026"),
        ({"window": "MTD", "as_of": markets.LAST}, "IWM has outpaced SPY by "),
        ({"as_of": markets.LAST}, " percentage points this year, the widest lead for this part of"),
        # four years are too few for a rank; 24.0 less 10.1 would not be 14.0
        ({"window": "2018"}, "IWM outpaced SPY by 13.97 percentage points in 2018"),
        ({"window": "2025"}, "IWM lagged SPY by 5.0 percentage points in 2025, the 5th-widest"
         " deficit for a calendar year in 11 years"),
        # a year that is not over is no calendar year
        ({"window": "2026"}, " in 2026, the widest lead for this part of a year in 12 years"),
        ({"window": "2026-01-30:2026-03-31"}, " from 30 January 2026 to 31 March 2026"),
        ({"as_of": date(2026, 3, 31)}, " from 31 December 2025 to 31 March 2026"),
    ],
)  # fmt: skip
def test_a_window_is_named_as_a_reader_names_it(change: Any, start: str) -> None:
    # sessions to 30 June are held: what ran to an earlier day is told by its dates
    text = check(take(markets.small_market(), replace(markets.QUESTION, **change)), "full")
    assert start in text.partition(". ")[0]


@pytest.mark.parametrize(("window", "end"), [("2026", "26 June 2026"), ("2025", "15 July 2025")])
def test_a_part_of_a_year_is_told_with_its_end(window: str, end: str) -> None:
    as_of = date(2025, 7, 15) if window == "2025" else markets.QUESTION.as_of
    text = check(
        take(markets.small_market(), replace(markets.QUESTION, window=window, as_of=as_of)), "full"
    )
    assert f" in {window}" in text and f" to {end}, SPY" in text and "calendar year" not in text


def test_one_index_alone_is_told_in_the_same_order() -> None:
    alone = take(markets.small_market(), replace(markets.QUESTION, large="IWM", alone=True))
    text = check(alone, "full")
    assert text.startswith(
        "IWM gained 20.0% before dividends from 31 December 2025 to 26 June 2026, its largest gain"
        " for this part of a year in 12 years of records."
    )
    # straight up in logarithms since 31 December: every session a record, as typed in markets
    order = [
        "It closed at a record in data since 31 December 2014, its 127th of the year",
        "It has risen in each of the last ",
        "Example S29 (S29) led IWM: its gain of 92.5% added 296 basis points.",
        " weighed most on IWM",
        "Of IWM's 30 measured stocks, 63.3% rose",
        "Example S29, which added 296 bp, had left IWM",
        "The figures cover 96.0% of IWM by weight.",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places) and "SPY" not in text
    short = check(alone, "short")
    assert 40 <= len(short.split()) <= 90 and "added 296 basis points to IWM; " in short
    assert " cost it " in short


def test_a_loss_of_one_index_begins_with_who_lost() -> None:
    question = Question("IWM", "IWM", "2021", None, "pr", alone=True)
    text = check(take(markets.small_market(), question), "full")
    # its closes fall all year: the deepest setback is the loss itself
    assert text.startswith("IWM lost 2.00% before dividends in 2021.") and "setback" not in text


def test_a_return_that_rounds_to_ten_per_cent_has_one_decimal_as_that_of_a_pair_has() -> None:
    days = weekdays("2026-01-05", "2026-01-09")
    closes = {"IWM": [100.0, 101.0, 104.0, 107.0, 109.996], "SPY": [100.0] * 5}
    market = make_market(prices(days, closes))
    window = f"{days[0]}:{days[-1]}"
    for large in ("IWM", "SPY"):
        question = Question("IWM", large, window, None, "pr", alone=large == "IWM")
        assert "IWM gained 10.0% before dividends" in check(take(market, question), "full"), large


#: A name in a holdings file, and its symbol -> the name in prose.
COMPANIES = {
    ("BLOOM ENERGY CLASS A CORP", "BE"): "Bloom Energy",
    ("CREDO TECHNOLOGY GROUP HOLDING LTD", "CRDO"): "Credo Technology",
    ("TTM TECHNOLOGIES INC", "TTMI"): "TTM Technologies",
    ("META PLATFORMS INC CLASS A", "META"): "Meta",
    ("PALANTIR TECHNOLOGIES INC-A", "PLTR"): "Palantir Technologies",
    ("PALANTIR TECHNOLOGIES INC A", "PLTR"): "Palantir Technologies",
    ("JPMORGAN CHASE + CO", "JPM"): "JPMorgan Chase",
    ("NORTHERN TRUST CORP", "NTRS"): "Northern Trust",
    ("FOUR CORNERS PROPERTY INC TRUST", "FCPT"): "Four Corners Property",
    ("BALLY S CORP", "BALY"): "Bally's",
    ("LENNAR CORP W/D", "LEN"): "Lennar",
    ("CBRE GROUP INC A", "CBRE"): "CBRE",
    ("GUARDIAN PHARMACY SERVICES INC CLA", "GRDN"): "Guardian Pharmacy Services",
    ("JPMORGAN CHASE & CO", "JPM"): "JPMorgan Chase",
    ("MCKESSON CORP", "MCK"): "McKesson",
    ("O'REILLY AUTOMOTIVE INC", "ORLY"): "O'Reilly Automotive",
    ("NEWS CORP CLASS A", "NWSA"): "News Corp",
    ("COCA-COLA CO/THE", "KO"): "Coca-Cola",
    ("BANK OF AMERICA CORP", "BAC"): "Bank of America",
    ("KRATOS DEFENSE AND SECURITY SOLUTI", "KTOS"): "Kratos Defense and Security",
    ("GE AEROSPACE", "GE"): "GE Aerospace",
    ("SCHWAB (CHARLES) CORP", "SCHW"): "Charles Schwab",
    ("HUNT (JB) TRANSPRT SVCS INC", "JBHT"): "JB Hunt Transport Services",
    ("JOHNSON CONTROLS INTERNATION", "JCI"): "Johnson Controls International",
    ("INTERACTIVE BROKERS GRO CL A", "IBKR"): "Interactive Brokers",
    ("HILTON WORLDWIDE HOLDINGS IN", "HLT"): "Hilton Worldwide",
    ("Crowdstrike Holdings Inc", "CRWD"): "CrowdStrike",
    ("Sociéte Générale", "GLE"): "Sociéte Générale",
    ("INC", "X"): "Inc",
    ("", "X"): "X",
}


def test_names_are_written_as_readers_know_them() -> None:
    assert {name: company(*name) for name in COMPANIES} == COMPANIES


@pytest.mark.process
def test_the_command_line_writes_it_alone(filled: Cli) -> None:
    code, short, _ = filled("note", "--length", "short", "--pair", "IWM:SPY")
    assert (
        code in (0, 1)
        and short.startswith("IWM (Russell 2000) has ")
        and "\n\n" not in short.strip()
    )
    assert 20 <= len(short.split()) <= 90
    code, full, _ = filled("note", "--length", "full", "--format", "md", "--pair", "IWM:SPY")
    assert code in (0, 1) and len(full.split()) > len(short.split())
    for wrong in (("--format", "json"), ("--format", "html")):
        code, out, why = filled("note", "--length", "short", *wrong)
        assert (code, out) == (2, "") and "--length goes with --format text or md" in why
    code, out, why = filled("note", "--index", "IWM", "--pair", "IWM:SPY")
    assert (code, out) == (2, "") and "names one fund and --pair two" in why
    code, out, _ = filled("note", "--index", "iwm", "--format", "line")
    assert code in (0, 1) and out.startswith("IWM YTD ") and "SPY" not in out


@pytest.mark.parametrize("length", LENGTHS)
def test_what_was_asked_besides_is_answered_in_prose_alone_too(length: Length) -> None:
    market, question = markets.small_market(), markets.QUESTION
    symbol = market.holdings["SPY"][-1].symbols[0]
    plain = to_story(take(market, question), length)
    assert "Taking" not in plain and "was asked" not in plain
    without = to_story(take(market, replace(question, without=(f"SPY:{symbol}",))), length)
    # 4.8 % of SPY fell 19.5 %: 0.936 points; SPY rises by them, and the gap of 11 falls
    assert re.search(r"^Taking Example L00 out of SPY leaves IWM 10\.1 points ahead of SPY"
                     r" \(zeroed\); with the other stocks weighted up, the measured ones are"
                     r" [\d.]+ points ahead \(reweighted\)\.$", without, re.M)  # fmt: skip
    late = to_story(take(market, replace(question, as_of=date(2026, 12, 30))), length)
    assert re.search(r"^! as of 2026-12-30 was asked, the last session is 2026-", late, re.M)


def test_of_a_list_without_weights_no_leader_is_told_nor_counted_in_a_verdict() -> None:
    market = markets.small_market()
    bare = tuple(
        replace(file, value=np.ones(len(file.symbols)), total=32.0, weighted=False)
        for file in market.holdings["IWM"]
    )
    half = take(replace(market, holdings={**market.holdings, "IWM": bare}), markets.QUESTION)
    assert verdict(take(market, markets.QUESTION)) is not None and verdict(half) is None
    prose = check(half, "full")
    assert "For IWM the list of 31 December 2025 has no weights, so no leaders are named." in prose
    assert " led IWM" not in prose and "The gap is " not in prose
    assert "Of IWM's 30 measured stocks, 63.3% rose" in prose
