"""Live quotes on the screen: a child that writes lines, the market laid over, the key."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from shlex import quote
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

from cache.facts.sessions import sessions
from cache.refresh.quotes import open_session
from core.answer.snapshot import stepped
from core.data.frames import day
from tests.tui.driving import drive, press, seen, settle, until
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import QUESTION, small_market
from tui.cli import dispatch as cli
from tui.host.messages import Quotes
from tui.screen.app import InternalsApp
from tui.service.service import Desk
from tui.state.config import Config
from tui.state.places import places
from tui.workers.live import covered, read

SESSION = date(2026, 6, 29)
AT = datetime(2026, 6, 29, 18, 32, 5, tzinfo=UTC)  # 14:32:05 in New York


def line(quotes: dict[str, float], **more: Any) -> dict[str, Any]:
    fields = {"session": f"{SESSION}", "at": AT.isoformat(), "asked": 52, "refused": 0}
    return fields | {"quotes": quotes} | more


def child(*lines: dict[str, Any], then: str = "exec sleep 60", each: str = ":") -> list[str]:
    """A process that writes lines, does something before each, and goes on with something."""
    told = "; ".join(f"{each}; echo {quote(json.dumps(one))}" for one in lines)
    return ["sh", "-c", f"{told}; {then}"]


async def until_seen(pilot: Pilot[None], app: InternalsApp, text: str) -> None:
    await until(lambda: text in seen(app))
    await settle(pilot, app)


@pytest.mark.process
def test_p_shows_quotes_with_their_time_and_coverage_and_p_again_ends_them() -> None:
    desk = FakeDesk(small_market())
    desk.quotes = child(line({"S00": 9.0, "S01": 9.0, "S02": 9.0, "IWM": 240.0}, refused=1))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "p")
        # Three of 31 equal lines that are 96 % of the fund, and none of the large index's.
        words = "live 14:32:05 ET · 4 of 52 quoted · IWM 9.3 %, SPY 0.0 % of weight · 1 refused"
        await until_seen(pilot, app, words)
        assert desk.laid[-1] is not None and desk.laid[-1].prices["IWM"] == 240.0
        asked = len(desk.asked)
        await press(pilot, app, "p")
        await until_seen(pilot, app, "live quotes are off: the last closes are shown")
        assert desk.laid[-1] is None and len(desk.asked) == asked + 1
        await press(pilot, app, "escape")
        assert "live 14" not in seen(app)

    drive(story, desk=desk)


@pytest.mark.process
def test_watch_opens_with_live_quotes() -> None:
    desk = FakeDesk(small_market())
    desk.quotes = child(line({"IWM": 240.0}))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await until_seen(pilot, app, "live 14:32:05 ET")

    drive(story, desk=desk, config=Config(watch=True))


@pytest.mark.process
def test_a_closed_exchange_is_said_and_the_screen_is_as_before() -> None:
    desk = FakeDesk(small_market())
    words = "the exchange is closed; the next session opens on Monday 29 June at 9:30 ET"
    desk.quotes = child({"state": "closed", "message": words}, then="exit 0")

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "p")
        await until_seen(pilot, app, words)
        assert not app.live.on and app.live.text == "" and desk.laid == []

    drive(story, desk=desk)


@pytest.mark.process
def test_after_the_bell_the_last_quotes_stay_with_their_time() -> None:
    desk = FakeDesk(small_market())
    over = {"state": "closed", "message": "the session of 2026-06-29 has closed"}
    desk.quotes = child(line({"IWM": 240.0}), over, then="exit 0")

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "p")
        await until_seen(pilot, app, "the session of 2026-06-29 has closed")
        await press(pilot, app, "escape")
        assert "quotes to 14:32:05 ET" in seen(app) and not app.live.on, app.status()
        await press(pilot, app, "p")
        assert desk.laid[-1] is None

    drive(story, desk=desk)


@pytest.mark.process
def test_a_child_that_breaks_takes_its_quotes_with_it() -> None:
    desk = FakeDesk(small_market())
    desk.quotes = child(line({"IWM": 240.0}), then="echo out of luck >&2; exit 1")

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "p")
        await until_seen(pilot, app, "no live quotes: out of luck")
        assert desk.laid[-1] is None and app.live.text == ""

    drive(story, desk=desk)


@pytest.mark.process
def test_a_connection_that_is_waited_for_is_said_beside_the_last_quotes() -> None:
    desk = FakeDesk(small_market())
    wait = {"state": "waiting", "message": "the stream broke off; connecting again in 2 s"}
    desk.quotes = child(line({"IWM": 240.0}), wait)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "p")
        await until_seen(pilot, app, "the stream broke off; connecting again in 2 s")
        assert "live 14:32:05 ET" in app.status()[0]

    drive(story, desk=desk, size=(200, 60))


def test_a_simulated_market_has_no_quotes() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "p")
        assert "simulated market: there are no live quotes" in seen(app)

    drive(story, desk=FakeDesk(small_market()))


@pytest.mark.process
def test_what_was_told_outlives_a_new_quote() -> None:
    desk = FakeDesk(small_market())
    desk.quotes = child(*(line({"IWM": 240.0 + at}) for at in range(3)), each="sleep .3")

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "p")
        app.tell("copied 3 lines")
        await until(lambda: len(desk.laid) >= 3)
        await settle(pilot, app)
        assert len(desk.laid) == 3 and "copied 3 lines" in seen(app)

    drive(story, desk=desk)


@pytest.mark.process
def test_an_earlier_date_is_not_recomputed_by_quotes() -> None:
    desk = FakeDesk(small_market())
    desk.quotes = child(line({"IWM": 240.0}))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        asked = len(desk.asked)
        await press(pilot, app, "p")
        await until(lambda: desk.laid)
        await settle(pilot, app)
        assert len(desk.asked) == asked

    drive(story, desk=desk, question=replace(QUESTION, as_of=date(2026, 6, 25)))


@pytest.mark.process
def test_the_screen_does_not_freeze_under_quotes_of_every_line() -> None:
    desk = FakeDesk(small_market())
    many = {f"X{at:04}": 10.0 for at in range(2500)}
    script = (
        "import json, time\n"
        f"fields, many = {line({})!r}, {sorted(many)!r}\n"
        "for step in range(40):\n"
        "    fields['quotes'] = {s: 10 + step for s in many}\n"
        "    print(json.dumps(fields), flush=True)\n"
        "    time.sleep(.05)\n"
        "time.sleep(60)\n"
    )
    desk.quotes = [sys.executable, "-c", script]

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "p")
        gaps, last, end = [], time.monotonic(), time.monotonic() + 60
        while len(desk.laid) < 40 and time.monotonic() < end:
            await asyncio.sleep(0.01)
            now = time.monotonic()
            gaps.append(now - last)
            last = now
        assert len(desk.laid) == 40
        # Twenty lines of 2,500 quotes a second: far beyond the one line that the child writes.
        assert sorted(gaps)[len(gaps) // 2] < 0.1

    drive(story, desk=desk, painted=True)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"quotes": {"IWM": 1.0}},
        line({}) | {"quotes": [1, 2]},
        line({}) | {"session": "today"},
        line({}) | {"at": 5},
    ],
)
def test_a_line_that_is_none_brings_nothing(fields: dict[str, Any]) -> None:
    assert read(fields, None) is None


def test_lines_add_up_within_a_session() -> None:
    first = read(line({"IWM": 240.0, "BAD": -1.0, "ODD": "x"}), None)  # type: ignore[dict-item]
    assert first is not None and first.prices == {"IWM": 240.0}
    second = read(line({"SPY": 600.0}), first)
    assert second is not None and second.prices == {"IWM": 240.0, "SPY": 600.0}
    other = read(line({"SPY": 601.0}) | {"session": "2026-06-30"}, second)
    assert other is not None and other.prices == {"SPY": 601.0}


def held_desk(tmp_path: Path) -> Desk:
    """A desk on a store that holds the small market, all of it final."""
    from cache.store.bars import Bars

    desk = Desk(places(tmp_path, demo=False))
    source = small_market()
    for block in source.prices.blocks:
        traded = np.isin(block.sessions, sessions())
        rows, cols = np.nonzero(np.isfinite(block.close) & traded[:, None])
        desk.store.commit(
            bars=Bars(
                symbols=block.symbols,
                symbol=cols,
                session=block.sessions[rows],
                close=block.close[rows, cols],
                source="typed",
                fetched_at=AT,
            )
        )
    files = [(one, repr(one).encode()) for file in source.holdings.values() for one in file]
    desk.store.commit(holdings=files)
    return desk


def test_quotes_make_an_intraday_snapshot_and_nothing_is_stored(tmp_path: Path) -> None:
    desk = held_desk(tmp_path)
    question = replace(QUESTION, as_of=None)
    before = desk.take(question)
    last = {s: float(desk.market().series(s).price[-1]) for s in ("IWM", "SPY", "S00")}  # type: ignore[union-attr]
    assert before.state == "final"
    generation = desk.generation()

    quotes = {"IWM": last["IWM"] * 1.01, "SPY": last["SPY"], "S00": last["S00"] * 2}
    # The typed closes end on Tuesday 30 June.
    today = date(2026, 7, 1)
    desk.overlay(Quotes(quotes, today, AT))
    live = desk.take(question)
    assert (live.state, live.as_of, live.question) == ("intraday", today, question)
    assert live.last_session == before.last_session
    # (1 + R) 1.01 - 1 of the fund, and a line whose price doubled.
    assert before.spread is not None and live.spread is not None
    grown = (1 + before.spread.small_return) * 1.01 - 1
    assert live.spread.small_return == pytest.approx(grown, abs=1e-9)
    returns = dict(
        zip(
            live.indices["IWM"].contributors.symbols,
            live.indices["IWM"].contributors.returns,
            strict=True,
        )
    )
    was = dict(
        zip(
            before.indices["IWM"].contributors.symbols,
            before.indices["IWM"].contributors.returns,
            strict=True,
        )
    )
    assert returns["S00"] == pytest.approx(2 * (1 + was["S00"]) - 1, abs=1e-9)
    # A line without a quote keeps its last close.
    assert returns["S05"] == pytest.approx(was["S05"], abs=1e-9)
    assert covered(desk.market(), ("IWM", "SPY"), Quotes(quotes, SESSION, AT)) == {
        "IWM": pytest.approx(0.96 / 31),
        "SPY": 0.0,
    }
    # One step back from the open session is the last final one.
    assert stepped(question, desk.market(), live, -1).as_of == before.as_of
    # A fund without a quote of today: the last closes, whatever the lines do.
    desk.overlay(Quotes({"S00": 9.0, "IWM": 240.0}, today, AT))
    assert desk.take(question).as_of == before.as_of
    # Quotes of a session whose closes are held are nothing any more.
    desk.overlay(Quotes(quotes, date(2026, 6, 29), AT))
    assert desk.take(question).as_of == before.as_of and desk.take(question).state == "final"
    # Off: the last closes again, the store as it was.
    desk.overlay(None)
    assert desk.take(question).state == "final" and desk.generation() == generation
    stored = Desk(places(tmp_path, demo=False)).market()
    assert not stored.prices.provisional
    assert all((block.sessions < day(today)).all() for block in stored.prices.blocks)


def test_quotes_of_a_demo_market_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["quotes", "--demo", "--home", str(tmp_path)]) == 2
    assert "there are no quotes of it" in capsys.readouterr().err


def test_quotes_of_an_empty_store_name_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.cli.quotes.open_session", lambda now: open_session(AT))
    assert cli.run(["quotes", "--home", str(tmp_path)]) == 3
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.process
def test_another_pair_gets_a_stream_of_its_own() -> None:
    desk = FakeDesk(small_market())
    said = json.dumps(line({"IWM": 240.0}))
    script = f"import time\nwhile True:\n    print({said!r}, flush=True)\n    time.sleep(.1)\n"
    desk.quotes = [sys.executable, "-c", script]

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "p")
        await until_seen(pilot, app, "live 14:32:05 ET")
        first = app.live._running
        app.ask(replace(QUESTION, small="SPY", large="IWM"))
        # The old quotes are taken off before the first of the other stream are laid.
        await until(lambda: None in desk.laid and desk.laid[-1] is not None)
        assert first is not None and first.is_cancelled and app.live._running is not first
        await press(pilot, app, "p")

    drive(story, desk=desk)
