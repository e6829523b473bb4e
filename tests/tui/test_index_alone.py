"""One index alone: `note --index`, its JSON, every format, every table."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cache.facts.errors import CacheError
from core.answer.looks import look, read
from core.answer.looks import to_json as look_json
from core.answer.snapshot import Question, Snapshot, take
from core.data.errors import UnavailableError
from core.note.headline import headline
from tests.answers.read import REAL
from tests.random.test_prose import check_prose
from tests.tui import markets
from tui.report.document import document, to_json
from tui.report.note_formats import written
from tui.report.parts import PARTS, part
from tui.report.short import to_line
from tui.report.since import compared

ALONE = replace(markets.QUESTION, large="IWM", alone=True)


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return take(markets.small_market(), ALONE)


def test_the_answer_is_of_one_index(snapshot: Snapshot) -> None:
    pair = take(markets.small_market(), markets.QUESTION)
    assert snapshot.spread is None and not snapshot.bridge and snapshot.gap_leaders is None
    assert list(snapshot.indices) == ["IWM"] and snapshot.complete and snapshot.state == "final"
    view, beside = snapshot.indices["IWM"], pair.indices["IWM"]
    assert view.contributors.contribution.tolist() == beside.contributors.contribution.tolist()
    told = document(snapshot)
    assert (told["question"]["index"], told["question"]["large"]) == ("IWM", None)
    assert (told["spread"], told["bridge"], told["gap_leaders"]) == (None, [], [])
    assert list(told["indices"]) == ["IWM"]


def test_its_return_is_ranked_by_hand(snapshot: Snapshot) -> None:
    # typed in markets.GAPS: IWM made 10 % and the gap in each year, 20 % in half of this one
    own = document(snapshot)["own"]
    assert own["return"] == pytest.approx(0.20)
    assert own["calendar"]["rank"] == 1 and own["calendar"]["of"] == 12
    # 2018: 10 and 14
    assert own["full_years"]["history"][3]["return"] == pytest.approx(0.24, abs=1e-3)
    assert own["full_years"]["rank"] == 2
    rolling = own["rolling"]
    assert rolling["as_wide"] == 1 and rolling["record"]["return"] == pytest.approx(0.20)
    # straight up since 31 December: every session a rise, every close a record
    assert [s["of"] for s in own["streaks"]] == ["small"] * 3
    assert own["record_closes"]["2026"] == 127 and own["streaks"][0]["length"] > 127
    assert own["drawdown"] == 0


def test_the_sentences(snapshot: Snapshot) -> None:
    told = check_prose(snapshot)
    assert told[0].startswith(
        "IWM returned +20.00 % this year (price return to 26 June 2026): the largest gain"
    )
    assert "it closed at its highest on record (from 31 December 2014); 127 record" in told[1]
    assert any("rose" in sentence for sentence in told)
    assert not any("SPY" in sentence or "The gap" in sentence for sentence in told)
    week = take(markets.small_market(), replace(ALONE, window="1W"))
    assert " as large, 2026-06-26 final" in to_line(week) and "rank" not in to_line(week)
    assert "of 5 sessions" in headline(week) or "over 5 sessions" in headline(week)
    assert check_prose(week)


def test_every_format_and_table_is_written(snapshot: Snapshot) -> None:
    for name in markets.formats_here():
        text = written(snapshot, name)
        if isinstance(text, bytes):
            # a workbook is compressed: its tables are those of the parts below
            assert text.startswith((b"PK", b"\x89PNG"))
            continue
        assert text and "SPY" not in text.replace("SPYX", ""), name
    told = document(snapshot)
    for name in PARTS:
        part(told, name)
    rows = {name: len(part(told, name).rows) for name in ("rolling", "streaks", "ratio")}
    assert rows == {"rolling": 1, "streaks": 3, "ratio": 1}


def test_since_an_earlier_note(snapshot: Snapshot, tmp_path: Path) -> None:
    earlier = take(markets.small_market(), replace(ALONE, as_of=date(2026, 3, 31)))
    path = tmp_path / "earlier.json"
    path.write_text(to_json(earlier))
    since = compared(path, snapshot)
    # typed in markets.GAPS: 20 % in half a year, straight in logarithms
    assert earlier.single_spread is not None
    then = earlier.single_spread.small_return * 100
    assert 9 < then < 10
    prose = check_prose(snapshot, since)
    assert prose[2] == (
        f"Since 31 March 2026 the return of IWM has risen by {20 - then:.2f} pp, from"
        f" {then:+.2f} % to +20.00 %; still rank 1."
    )
    assert prose[3].startswith("IWM since then: 63.3 % of lines up after ")
    changes = document(snapshot, since)["since"]
    assert (
        changes["own_return"]["after"] == pytest.approx(0.20) and changes["gap_pp"]["after"] is None
    )
    assert f"IWM YTD +20.00 % ({then:+.2f} % on 2026-03-31)" in to_line(snapshot, since)
    assert "SPY" not in written(snapshot, "md", since).replace("SPYX", "")
    # what the screen remembers says the same as the note's JSON
    seen = look(earlier)
    assert read(json.loads(json.dumps(look_json(seen)))) == seen == read(document(earlier))
    pair = take(markets.small_market(), markets.QUESTION)
    with pytest.raises(CacheError, match=r"another pair \(IWM alone, now IWM:SPY\)"):
        compared(path, pair)


def test_a_fund_is_still_not_compared_with_itself() -> None:
    with pytest.raises(UnavailableError, match="cannot be compared with itself"):
        take(markets.small_market(), replace(markets.QUESTION, large="IWM"))


@pytest.mark.skipif(not REAL.exists(), reason="the real files are not on this machine")
def test_record_closes_on_real_closes() -> None:
    from tests.tui.test_rarity_note import real_market

    question = Question("IWM", "IWM", "1D", date(2026, 1, 21), alone=True)
    told = document(take(real_market(), question))
    assert (told["own"]["record_closes"]["2025"], told["own"]["record_closes"]["2026"]) == (8, 7)
    assert told["headline"].endswith("its close is the highest on record (from 26 May 2000).")
