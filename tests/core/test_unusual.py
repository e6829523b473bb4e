"""The measures a note says stand out: ranked by the written order, never without ground."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest

from core.answer.snapshot import Question, Snapshot, take
from core.answer.table import ROWS, find
from core.answer.unusual import MOST, among, unusual
from core.note.measure_words import unusual_sentences
from core.note.note import sentences
from tests.market import holdings, make_market, prices, weekdays
from tui.report.document import to_json

SESSIONS = weekdays("2023-06-01", "2026-01-30")


@cache
def taken(last: float, window: str = "1Y", lines: int = 30, sessions: int = 0) -> Snapshot:
    """Lines that toss coins, and all move by the same per cent on the last session.

    For years, or for so many sessions as are asked for.
    """
    rng = np.random.default_rng(4)
    steps = rng.choice([-1.0, 1.0], (len(SESSIONS), lines))
    steps[-1] = last
    closes = 50 * np.cumprod(1 + steps / 100, axis=0)
    closes[: len(SESSIONS) - sessions if sessions else 0] = np.nan
    symbols = [f"L{n:02}" for n in range(lines)]
    table = dict(zip(symbols, closes.T.tolist(), strict=True))
    fund = np.linspace(100, 120, len(SESSIONS)).tolist()
    market = make_market(
        prices(SESSIONS, {"F": fund, "G": fund, **table}),
        *(
            holdings(name, str(SESSIONS[-(sessions or 280)]), dict.fromkeys(listed, 1.0))
            for name, listed in (("F", symbols), ("G", symbols[:2]))
        ),
    )
    return take(market, Question("F", "G", window, SESSIONS[-1], basis="pr", daily=True))


def test_what_never_happened_is_said_first_and_with_its_sample() -> None:
    snapshot = taken(-3.0)
    found = [one for one in unusual(snapshot) if one.fund == "F"]
    assert found and found[0].row.key == "rana" and len(unusual(snapshot)) <= MOST
    rank = found[0].rank
    # nobody rose for the first time: -1000, and no session of the series is its like
    assert (rank.value, rank.side, rank.as_wide, rank.standing) == (-1000.0, -1, 1, "record")
    assert rank.of == len(snapshot.daily["F"].sessions) == 504
    said = [str(s) for s in unusual_sentences(snapshot)]
    first = snapshot.daily["F"].sessions[0].item()
    assert said[0] == (
        "F: ratio-adjusted net advances at -1,000.0, the lowest of 504 sessions from"
        f" {first.day} {first:%B %Y}."
    )
    assert set(said) <= {str(s) for s in sentences(snapshot)}
    # every number stands in the JSON, or the document could not be written
    entry = json.loads(to_json(snapshot))["indices"]["F"]["measures"]["rana"]
    assert entry["value"] == -1000.0
    assert (entry["among"]["rank"], entry["among"]["of"]) == (1, 504)


@pytest.mark.parametrize(("sessions", "claimed"), [(248, True), (202, True), (200, False)])
def test_a_year_of_closes_carries_a_share_and_no_record(sessions: int, claimed: bool) -> None:
    snapshot = taken(-3.0, "6M", sessions=sessions)
    (rank,) = [one.rank for one in unusual(snapshot) if one.fund == "F"] or [None]
    assert (rank is not None) == claimed
    if rank is not None:
        # nobody rose for the first time, but the sample is of less than a year
        assert (rank.of, rank.as_wide, rank.standing) == (sessions - 1, 1, "rare")
        assert rank.beyond == (sessions - 2) / (sessions - 1)
        said = [str(s) for s in unusual_sentences(snapshot)]
        share = 100 * (sessions - 2) / (sessions - 1)
        assert said[0].startswith(
            "F: ratio-adjusted net advances at -1,000.0, lower than"
            f" {share:.1f} % of {sessions - 1} sessions from "
        )


def test_an_ordinary_session_and_a_short_history_say_nothing() -> None:
    usual = taken(0.0)
    for one in unusual(usual):
        assert one.rank.standing != "usual"
    short = taken(-3.0, "1M")
    daily = short.daily["F"]
    for row in ROWS:
        rank = among(row, daily)
        # what looks back a year is counted on the month alone
        assert rank is None or row.before_window, row.key
    few = taken(-3.0)
    row = find("share_above_50")
    assert row is not None and row.series is not None
    rank = among(row, few.daily["F"])
    series = row.series(few.daily["F"])
    known = series[np.isfinite(series)]
    assert rank is not None and rank.of == len(known) >= 250
    assert rank.as_wide == int((np.round(known, 9) <= round(known[-1], 9)).sum())


@pytest.mark.parametrize("last", [-3.0, 3.0])
def test_no_superlative_has_a_counterexample(last: float) -> None:
    snapshot = taken(last)
    for one in unusual(snapshot):
        assert one.row.series is not None
        values = one.row.series(snapshot.daily[one.fund])
        values = values[np.isfinite(values)]
        if one.rank.standing == "record":
            beyond = values[:-1] * one.rank.side >= values[-1] * one.rank.side
            assert not beyond.any(), one.row.key
        families = [u.row.key for u in unusual(snapshot) if u.fund == one.fund]
        assert len(set(families)) == len(families)
