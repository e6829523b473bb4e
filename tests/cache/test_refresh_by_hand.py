"""A refresh with answers made by hand: what is stored, refused, locked and stopped."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from cache.facts.errors import StoreError
from cache.facts.funds import Fund
from cache.refresh.ask import Ask
from cache.refresh.gate import Answer
from cache.refresh.progress import Progress
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.sources.issuers import Issuers
from cache.store.bars import Bars
from cache.store.store import Store
from tests.cache.planning import Vendor, shipped
from tests.cache.stores import closes

NOW = datetime(2026, 6, 26, 21, 30, tzinfo=UTC)  # a Friday, 17:30 in New York
PAIR = ("IWM", "IVV")


class Source(Vendor):
    """Answers from a table, without a network."""

    name = "by hand"

    def __init__(self, answers: dict[str, Answer | str]) -> None:
        self.answers = answers
        self.asked: list[Ask] = []

    def fetch(
        self, asks: Iterable[Ask], *, now: datetime, stop: threading.Event | None = None
    ) -> Iterator[Answer]:
        for ask in asks:
            self.asked.append(ask)
            answer = self.answers[ask.symbol]
            if isinstance(answer, str):
                yield Answer(ask, kind="try_again", reason=answer)
            else:
                yield replace(answer, ask=ask)


DAYS = np.arange("2026-06-22", "2026-06-27", dtype="datetime64[D]")  # Monday to Friday
ANY = Ask("X", date(2026, 1, 1), date(2026, 6, 26), True)


def bars(values: list[float], days: np.ndarray = DAYS) -> Answer:
    none = np.zeros(len(values))
    volume = np.full(len(values), 100.0)
    through = date(2026, 6, 26)
    return Answer(ANY, days, np.array(values), volume, none, none, through)


def test_nothing_good_is_replaced_by_nothing(tmp_path: Path) -> None:
    store, nobody = Store(tmp_path / "home"), dict[str, Fund]()
    good: dict[str, Answer | str] = {"IWM": bars([1, 2, 3, 4, 5]), "IVV": bars([5, 4, 3, 2, 1])}
    first = refresh(
        store, Request(PAIR, NOW, shipped(), nobody), prices=Source(good), files=Issuers()
    )
    assert first.symbols == 2 and first.new_bars == 10
    # Asked for everything anew: one answer is nearly empty, the other none at all.
    poor: dict[str, Answer | str] = {"IWM": bars([9.0], DAYS[-1:]), "IVV": "Yahoo is asleep"}
    source = Source(poor)
    second = refresh(
        store,
        Request(PAIR, NOW, shipped(), nobody, full=True),
        prices=source,
        files=Issuers(),
    )
    assert [ask.whole for ask in source.asked] == [True, True]
    assert second.failed == {
        "IWM": "Yahoo gave 1 closes where there were 5 (asked for 2026-06-26)",
        "IVV": "Yahoo is asleep",
    }
    held = store.read().prices
    assert [*closes(held, "IWM").values()] == [1, 2, 3, 4, 5]
    assert [*closes(held, "IVV").values()] == [5, 4, 3, 2, 1]
    assert store.read().prices.failures == second.failed
    assert second.by_reason()["Yahoo is asleep"] == ("IVV",)


def test_progress_is_one_line_and_reads_back() -> None:
    said = Progress("prices", 3, 9, 1, 2.5, 2.4, "BRK-B", "caf\u00e9\nbar")
    line = said.to_json()
    assert line.isascii() and "\n" not in line
    assert json.loads(line)["seconds_left"] == 2.4
    assert Progress(**json.loads(line)) == said


def test_the_demo_market_is_never_refreshed(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="demo market"):
        demo = Store(tmp_path / "h", simulated=True)
        refresh(demo, Request(PAIR, NOW, shipped()), prices=Source({}), files=Issuers())
    assert not (tmp_path / "h").exists()


def test_a_stop_set_before_asks_for_nothing(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    source = Source({})
    summary = refresh(
        Store(tmp_path / "h"),
        Request(PAIR, NOW, shipped()),
        prices=source,
        files=Issuers(),
        stop=stop,
    )
    assert summary.stopped and not summary.ok and source.asked == []


def test_handlers_of_signals_are_put_back(tmp_path: Path) -> None:
    before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    answers: dict[str, Answer | str] = {"IWM": bars([1.0] * 5), "IVV": bars([1.0] * 5)}
    refresh(
        Store(tmp_path / "h"),
        Request(PAIR, NOW, shipped()),
        prices=Source(answers),
        files=Issuers(),
    )
    after = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    assert after == before


def test_bars_of_another_vendor_are_continued_only_where_they_agree(tmp_path: Path) -> None:
    store = Store(tmp_path / "h")
    own = Bars(
        symbols=("IWM",),
        symbol=np.zeros(3, np.intp),
        session=DAYS[:3],
        close=np.array([1.0, 2.0, 3.0]),
        source="own.csv",
        fetched_at=NOW,
    )
    store.commit(bars=own)
    answers: dict[str, Answer | str] = {"IWM": bars([1, 2, 3, 4, 5]), "IVV": bars([1.0] * 5)}
    source = Source(answers)
    summary = refresh(store, Request(PAIR, NOW, shipped()), prices=source, files=Issuers())
    assert [(ask.symbol, ask.whole) for ask in source.asked] == [("IWM", False), ("IVV", True)]
    assert summary.new_bars == 2 + 5 and summary.refetched == ()
