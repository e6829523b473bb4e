"""An issuer's archive: what is requested, at what pace, and going on after a stop."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cache.facts.funds import Fund, load_funds
from cache.facts.reference import load_reference
from cache.refresh.absent_files import AbsentError, load_absent
from cache.refresh.archive import (
    ArchivePlan,
    ArchiveSummary,
    archive_of,
    archive_plan,
    fetch_archive,
)
from cache.refresh.file_plan import FileAsk
from cache.sources.holdings.read import HoldingsFile
from cache.store.store import Store
from core.data.frames import Holdings
from tests.market import holdings
from tui.cli.dispatch import run

NOW = datetime(2018, 3, 20, 22, tzinfo=UTC)
FINAL = date(2018, 3, 20)
IWM = load_funds()["IWM"]
SESSIONS = load_reference().sessions


def plan(since: int, files: tuple[Holdings, ...] = (), **how: object) -> ArchivePlan:
    return archive_plan(IWM, files, SESSIONS, since, FINAL, **how)  # type: ignore[arg-type]


def test_quarter_ends_then_month_ends_and_never_a_hole() -> None:
    days = [ask.day for ask in plan(2006).asks]
    assert days[:4] == [date(2006, 9, 29), date(2006, 12, 29), date(2007, 3, 30), date(2007, 6, 29)]
    assert [d for d in days if d and d.year == 2009 and d.month < 4] == [
        date(2009, 1, 30), date(2009, 2, 27), date(2009, 3, 31),
    ]  # fmt: skip
    # December 2014 and the first seven months of 2017 are not there
    assert date(2014, 12, 31) not in days and date(2015, 1, 30) in days
    assert [d.month for d in days if d and d.year == 2017] == [8, 9, 10, 11, 12]
    # the month that is under way has no end yet
    assert days[-1] == date(2018, 2, 28)
    # 9 quarter ends to September 2008, and from December 2008 on 1 + 12 x 9 + 2 month ends less 8
    assert len(days) == 9 + 1 + 12 * 9 + 2 - 8
    # of the 146 month ends since January 2006
    assert plan(2006).absent == 12 * 12 + 2 - len(days)


def test_what_is_held_or_known_to_be_absent_is_not_asked_again() -> None:
    # a file dated Saturday is that of the session before
    there = (holdings("IWM", "2018-02-28", {"A": 1.0}), holdings("IWM", "2017-12-30", {"A": 1.0}))
    absent = {FileAsk("IWM", date(2018, 1, 31))}
    asked = plan(2017, there, absent=absent)
    assert [ask.day for ask in asked.asks if ask.day] == [
        date(2017, 8, 31), date(2017, 9, 29), date(2017, 10, 31), date(2017, 11, 30),
    ]  # fmt: skip
    assert (asked.stored, asked.absent) == (2, 7 + 1)
    words = "4 files, 2017-08-31 to 2017-11-30, one request every 2 s: about 1 minute"
    assert asked.sentence() == f"{words}; 2 are stored, 8 are not in the archive"


def test_members_without_weights_are_not_held_files() -> None:
    bare = replace(holdings("IWM", "2018-02-28", {"A": 1.0}), weighted=False)
    assert date(2018, 2, 28) in [ask.day for ask in plan(2018, (bare,)).asks]
    assert plan(2018, (bare,)).stored == 0


def test_daily_asks_for_every_session() -> None:
    days = [ask.day for ask in plan(2018, daily=True).asks]
    assert days[:2] == [date(2018, 1, 2), date(2018, 1, 3)] and days[-1] == FINAL
    assert archive_of(replace(IWM, symbol="ZZZ", issuer="")).has(date(1995, 3, 3), month_end=False)


@dataclass
class Files:
    """An archive: a file of each day, but for some days; it may be stopped after so many."""

    stop: threading.Event
    absent: tuple[date, ...] = ()
    stop_after: int = 1000
    shifted: tuple[date, ...] = ()
    given: date = FINAL
    asked: list[date] = field(default_factory=list)
    left: dict[str, object] = field(default_factory=dict)
    requests: int = 0
    second: int = 0
    retried: int = 0
    dated: str | None = None

    def get(self, fund: Fund, on: date | None = None) -> tuple[bytes, str]:
        assert on is not None
        self.asked.append(on)
        if len(self.asked) >= self.stop_after:
            self.stop.set()
        if on in self.absent:
            raise AbsentError("the issuer has no such file")
        return str(on).encode(), "address"

    def read(self, raw: bytes, address: str, **_: object) -> HoldingsFile:
        on = date.fromisoformat(raw.decode())
        if on in self.shifted:
            on = self.given
        rows = holdings("IWM", str(on), {f"S{n:02}": 10.0 + n for n in range(20)})
        return HoldingsFile(rows, raw, (), None)  # type: ignore[arg-type]


def held(store: Store) -> list[date]:
    return [file.as_of for file in store.read().holdings.get("IWM", ())]


def fetch(store: Store, files: Files, asked: ArchivePlan) -> ArchiveSummary:
    return fetch_archive(
        store, IWM, asked, files, NOW, load_reference(), pace=0.001, stop=files.stop,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_stopped_run_goes_on_and_what_is_not_there_is_remembered(tmp_path: Path) -> None:
    store = Store(tmp_path / "market")
    first = plan(2017)
    assert len(first.asks) == 7
    gone, today = date(2017, 10, 31), date(2017, 11, 30)
    files = Files(threading.Event(), (gone,), stop_after=3)
    stopped = fetch(store, files, first)
    # every file is brought, failed or still to be asked for
    assert stopped.left == len(first.asks) - len(stopped.files) - len(stopped.failed) > 0
    assert files.asked == [date(2017, 8, 31), date(2017, 9, 29), gone]
    assert held(store)[:1] == [date(2017, 8, 31)]
    again = plan(2017, store.read().holdings["IWM"], absent=load_absent(store.home, NOW))
    assert date(2017, 8, 31) not in [ask.day for ask in again.asks]
    # today's file in place of an old one is refused
    more = Files(threading.Event(), (gone,), shifted=(today,))
    fetch(store, more, again)
    assert today not in held(store) and FINAL not in held(store)
    assert {date(2017, 12, 29), date(2018, 1, 31), date(2018, 2, 28)} <= set(held(store))
    last = plan(2017, store.read().holdings["IWM"], absent=load_absent(store.home, NOW))
    assert last.asks == ()
    # of a day as old as that it is believed for half a year
    later = NOW.replace(month=6)
    assert FileAsk("IWM", gone) in load_absent(store.home, later)


def test_a_file_of_the_next_session_is_not_the_one_asked_for(tmp_path: Path) -> None:
    store = Store(tmp_path / "market")
    asked, given = date(2018, 1, 31), date(2018, 2, 1)
    summary = fetch(store, Files(threading.Event(), shifted=(asked,), given=given), plan(2018))
    assert held(store) == [date(2018, 2, 28)]
    assert summary.failed == {
        "holdings IWM of 2018-01-31": "the issuer gave its file of 2018-02-01 instead"
    }
    assert FileAsk("IWM", asked) in load_absent(store.home, NOW)
    # a day without a session stands for the one before it
    files = Files(threading.Event(), shifted=(date(2017, 9, 29),), given=date(2017, 9, 30))
    assert not fetch(store, files, plan(2017, store.read().holdings["IWM"])).failed
    assert date(2017, 9, 30) in held(store)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--history", "2006"], "--history needs --fund"),
        (["--history", "2006", "--fund", "SPY"], "SPY: its issuer has no archive"),
        (["--history", "206", "--fund", "IWM"], "name the first year"),
        (["--fund", "IWM"], "goes with --history YEAR"),
    ],
)
def test_what_cannot_be_asked(
    words: list[str], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["refresh", *words, "--home", str(tmp_path)]) == 2
    assert why in capsys.readouterr().err
