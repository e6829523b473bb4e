"""A machine's clock that is wrong is told once, and nothing becomes final by it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cache.refresh.absent_files import BELIEVED, load_absent, remember_absent
from cache.refresh.clock_skew import Skew, careful, clock_words, http_date
from cache.refresh.file_plan import FileAsk
from cache.refresh.reasons import session_of
from cache.store.store import Store
from tests.cache.lookalike import Lookalike
from tests.process.test_refresh import NOW, names, run

HOUR = timedelta(hours=1)
#: A Friday at eleven in the morning in New York: the session is open.
OPEN = datetime(2026, 6, 26, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("off", "said"),
    [
        (timedelta(hours=7), "7 hours fast"),
        (timedelta(hours=-7), "7 hours slow"),
        (timedelta(days=4), "4 days fast"),
        (timedelta(minutes=5), "5 minutes fast"),
    ],
)
def test_a_wrong_clock_is_told_once_by_the_summary(
    off: timedelta, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = {"IWM": names(3, "S"), "IVV": names(1, "L")}
    store = Store(tmp_path / "home")
    with Lookalike(tmp_path, OPEN, lines=lines, faults={"SAB": "404"}) as server:
        summary = run(store, server, monkeypatch, now=OPEN + off)
        assert summary.message.count("this machine's clock") == 1
        assert f"this machine's clock is {said} by that of Yahoo: set it right" in summary.message
        held = store.read()
        # Whatever our clock says, Friday's session has not closed.
        assert max(held.prices.through.values()) <= date(2026, 6, 25)
        assert session_of(held.prices.failures["SAB"]) <= date(2026, 6, 25)
        assert all(
            file.as_of <= date(2026, 6, 26) for own in held.holdings.values() for file in own
        )
        # Put right, it is not told any more, and what is missing is brought.
        server.now = NOW
        server.faults.clear()
        summary = run(store, server, monkeypatch, again=True)
        assert "clock" not in summary.message and summary.clock == ""
        assert set(store.read().prices.through.values()) == {date(2026, 6, 26)}


def test_a_right_clock_and_an_answer_without_a_date_say_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = {"IWM": ["SAA"], "IVV": ["LAA"]}
    with Lookalike(tmp_path, NOW, lines=lines) as server:
        store = Store(tmp_path / "one")
        assert run(store, server, monkeypatch, now=NOW + timedelta(seconds=90)).clock == ""
        server.dated = False
        store = Store(tmp_path / "two")
        assert run(store, server, monkeypatch, now=NOW + 9 * HOUR).clock == ""


def test_an_undated_file_of_a_day_to_come_is_refused_whatever_our_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = {"IWM": ["SAA"], "IVV": ["LAA"]}
    store = Store(tmp_path / "home")
    with Lookalike(tmp_path, NOW, lines=lines) as server:
        dated = server.holdings

        def undated(fund: str, on: date) -> str:
            return "\n".join(dated(fund, on).splitlines()[9:])

        monkeypatch.setattr(server, "holdings", undated)
        run(store, server, monkeypatch, now=NOW + timedelta(days=40))
        files = [file.as_of for own in store.read().holdings.values() for file in own]
    assert files and max(files) <= date(2026, 6, 27)


def test_one_server_of_many_does_not_make_a_clock_wrong() -> None:
    skew = Skew()
    assert skew.off == timedelta()
    odd = ("Fri, 26 Jun 2020 21:30:00 GMT", "Fri, 26 Jun 2030 21:30:00 GMT", None)
    for told in ("Fri, 26 Jun 2026 21:30:00 GMT",) * 3 + odd:
        skew.note(told, NOW)
    assert skew.off == timedelta() and clock_words(skew.off, "Yahoo") == ""
    assert careful(NOW, -HOUR) == NOW and careful(NOW, HOUR) == NOW - HOUR


def test_times_of_headers() -> None:
    assert http_date("Fri, 26 Jun 2026 21:30:00 GMT") == NOW
    assert http_date("Fri, 26 Jun 2026 17:30:00 -0400") == NOW
    assert http_date("Fri, 26 Jun 2026 21:30:00") == NOW
    for odd in (None, "", "soon", "Fri, 26 Jun 2026 21:30:00 +" + "9" * 20, "Fri, 26 Jun 2026"):
        assert http_date(odd) is None, odd


def test_what_a_clock_ahead_remembered_of_an_issuer_is_not_believed_for_years(
    tmp_path: Path,
) -> None:
    ask = FileAsk("IWM", date(2026, 5, 29))
    remember_absent(tmp_path, frozenset({ask}), NOW + timedelta(days=3650))
    assert load_absent(tmp_path, NOW) == frozenset()
    remember_absent(tmp_path, frozenset({ask}), NOW)
    assert load_absent(tmp_path, NOW + BELIEVED - HOUR) == {ask}
