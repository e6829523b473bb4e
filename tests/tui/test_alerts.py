"""Alerts in their file, on the screen, after a refresh; the hook."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from textual.pilot import Pilot

from core.answer.alerts import AlertError, AlertState, first, judge, parse
from core.answer.snapshot import Question, take
from core.data.market import Market
from tests.torture.ending import alive
from tests.tui.driving import drive, press, seen, settle
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import NOW, newer, small_market
from tui.alerts import hook
from tui.alerts.book import AlertBook
from tui.alerts.judging import check
from tui.screen.app import InternalsApp
from tui.state.config import Config
from tui.state.state_files import Memory

ASKED = Question(basis="pr")
MARKET = small_market()
ANSWER = take(MARKET, ASKED)


def wider(market: Market, generation: int) -> Market:
    """The same market in which IWM stands 5 points higher on the last session."""
    blocks = list(market.prices.blocks)
    closes = blocks[-1].close.copy()
    closes[-1, blocks[-1].symbols.index("IWM")] *= 1.25 / 1.2
    blocks[-1] = replace(blocks[-1], close=closes)
    prices = replace(market.prices, blocks=tuple(blocks))
    return replace(market, prices=prices, generation=generation)


def book_in(path: Path) -> AlertBook:
    return AlertBook(Memory(path / "market.json"))


# -- the file ------------------------------------------------------------------------------


def test_alerts_survive_in_a_file_of_their_owners_alone(tmp_path: Path) -> None:
    book = book_in(tmp_path)
    assert book.read() == []
    kept = [first(parse(text, ASKED), None) for text in ("gap > 5", "breadth < 50")]
    for one in kept:
        book.add(one)
    assert book_in(tmp_path).read() == kept
    assert stat.S_IMODE(book.path.stat().st_mode) == 0o600
    book.add(replace(kept[0], armed=False))  # set anew
    assert book.read() == [kept[1], replace(kept[0], armed=False)]
    book.remove(kept[1].alert)
    assert [one.alert.text for one in book.read()] == ["gap > 5 pp"]


@pytest.mark.parametrize("text", ["", "[]", '{"alerts": [3]}', '{"alerts": [{"alert": "gap"}]}'])
def test_a_broken_file_is_one_sentence_and_stays_as_it_is(tmp_path: Path, text: str) -> None:
    book = book_in(tmp_path)
    book.path.write_text(text)
    with pytest.raises(AlertError, match=r"market\.alerts\.json cannot be used \(.*\): correct it"):
        book.add(first(parse("gap > 5", ASKED), None))
    assert book.path.read_text() == text


def test_of_many_that_judge_at_once_one_is_told_that_it_fired(tmp_path: Path) -> None:
    book_in(tmp_path).add(AlertState(parse("gap > 5", ASKED)))
    told: list[AlertState] = []
    start = threading.Barrier(8)

    def one() -> None:
        start.wait()
        told.extend(book_in(tmp_path).judge([ANSWER], NOW))

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1
    assert told[0].fired is not None
    assert book_in(tmp_path).read() == told


def test_a_fired_alert_stays_fired_over_a_restart_until_it_has_crossed_back(
    tmp_path: Path,
) -> None:
    book_in(tmp_path).add(AlertState(parse("gap > 12", ASKED)))
    wide = take(wider(MARKET, 8), ASKED)  # 25.125 % less 9.109 %
    assert book_in(tmp_path).judge([ANSWER], NOW) == []
    assert len(book_in(tmp_path).judge([wide], NOW)) == 1
    assert book_in(tmp_path).judge([wide], NOW) == []
    assert book_in(tmp_path).judge([ANSWER], NOW) == []
    assert len(book_in(tmp_path).judge([wide], NOW)) == 1


# -- the hook ------------------------------------------------------------------------------

FIRED = judge(AlertState(parse("gap > 5", ASKED)), ANSWER, NOW)


def script(path: Path, body: str) -> list[str]:
    file = path / "hook.py"
    file.write_text(body)
    return [sys.executable, str(file), "{sentence}"]


@pytest.mark.process
def test_the_hook_is_given_the_sentence_and_the_figures_and_no_shell(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    command = script(
        tmp_path,
        "import json, os, sys\n"
        f"json.dump([sys.argv[1:], dict(os.environ)], open({str(out)!r}, 'w'))"
        "; print('noise'); sys.stderr.write('noise')",
    )
    assert hook.run([*command, "$HOME; rm"], FIRED, 60) == ""
    arguments, environment = json.loads(out.read_text())
    sentence = "gap > 5 pp: now 11.01 pp (IWM:SPY YTD pr, 2026-06-30)"
    assert arguments == [sentence, "$HOME; rm"]
    assert environment["INTERNALS_SENTENCE"] == sentence
    assert environment["INTERNALS_ALERT"] == "gap > 5 pp"
    assert float(environment["INTERNALS_VALUE"]) == pytest.approx(11.011)
    assert environment["INTERNALS_LEVEL"] == "5.0"
    assert environment["INTERNALS_PAIR"] == "IWM:SPY"
    assert environment["INTERNALS_AS_OF"] == "2026-06-30"
    assert environment["PATH"] == os.environ["PATH"]


@pytest.mark.process
def test_a_hook_that_fails_hangs_or_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    assert "ended with code 3" in hook.run(script(tmp_path, "raise SystemExit(3)"), FIRED, 60)
    assert "cannot be started: /no/such: No such file" in hook.run(["/no/such"], FIRED, 60)
    assert "cannot be started" in hook.run(["a\0b"], FIRED, 60)
    child = tmp_path / "child"
    late = tmp_path / "late.py"
    late.write_text(
        f"import os, time\nopen({str(child)!r}, 'w').write(str(os.getpid()))\ntime.sleep(300)"
    )
    command = script(
        tmp_path,
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, {str(late)!r}])\ntime.sleep(300)",
    )
    began = time.monotonic()
    assert "took longer than 1 s and was ended" in hook.run(command, FIRED, 1)
    assert time.monotonic() - began < 60
    # what it had started ended with it
    end = time.monotonic() + 60
    while child.exists() and alive(int(child.read_text() or 0)):
        assert time.monotonic() < end
        time.sleep(0.05)


# -- after a refresh -----------------------------------------------------------------------


@pytest.mark.process
def test_a_refresh_says_what_has_fired_since_it_began_and_runs_the_hook_once(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    command = script(tmp_path, f"open({str(out)!r}, 'a').write('x')")
    config = Config(hook=tuple(command))
    desk, book = FakeDesk(MARKET), book_in(tmp_path)
    began = NOW - timedelta(minutes=5)
    assert check(desk, book, config, began, NOW) == []
    book.add(AlertState(parse("gap > 5", ASKED)))
    book.add(AlertState(parse("above20 IWM > 1", ASKED)))
    book.add(
        AlertState(parse("return RSP > 5", replace(ASKED, small="RSP")))
    )  # nothing is held of it
    said = check(desk, book, config, began, NOW)
    assert [line.split(":")[0] for line in said] == ["gap > 5 pp", "share_above_20 IWM > 1 %"]
    assert out.read_text() == "xx"
    # a second process that ends its refresh now says the same, and runs nothing
    assert check(desk, book, config, began, NOW) == said
    assert out.read_text() == "xx"
    assert check(desk, book, config, NOW + timedelta(minutes=1), NOW) == []


# -- the screen ----------------------------------------------------------------------------


async def bring(pilot: Pilot[None], app: InternalsApp, desk: FakeDesk, market: Market) -> None:
    desk.current = market
    app.poll()
    await settle(pilot, app)


def test_an_alert_rings_once_marks_its_pane_and_is_said_until_esc() -> None:
    desk = FakeDesk(MARKET)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        rings: list[int] = []
        with patch.object(app, "bell", lambda: rings.append(1)):
            await press(pilot, app, "home", ":", *"alert gap > 12", "enter")
            assert "alert set: gap > 12 pp; now 11.01 pp" in seen(app)
            await bring(pilot, app, desk, newer(MARKET, 8))
            assert (rings, "◆" in seen(app)) == ([], False)
            await bring(pilot, app, desk, wider(MARKET, 9))
            assert rings == [1]
            assert "◆ gap > 12 pp: now 16.02 pp (IWM:SPY YTD pr, 2026-06-30)" in seen(app)
            (title,) = [line for line in seen(app).split("\n") if "1 Spread" in line]
            assert "◆ alert" in title
            # stepping and other windows ring nothing; the same crossing rings no more
            await press(pilot, app, "<", "[", "]", "home")
            await bring(pilot, app, desk, wider(MARKET, 10))
            assert rings == [1]
            assert "◆ gap > 12 pp" in seen(app)
            await press(pilot, app, "escape")
            assert "◆" not in seen(app)
            await bring(pilot, app, desk, newer(MARKET, 11))
            await bring(pilot, app, desk, wider(MARKET, 12))
            assert rings == [1, 1]
            await press(pilot, app, "A")
            assert "gap > 12 pp" in seen(app)
            assert "now 16.02 pp" in seen(app)
            assert "holds" in seen(app)
            assert "fired 2026-07-01 14:30 UTC, now: 16.02 pp" in seen(app)
            await press(pilot, app, "escape")
            assert "◆" not in seen(app)

    drive(story, desk=desk)


def test_an_alert_says_what_it_waits_for_and_is_judged_on_its_own_window() -> None:
    desk = FakeDesk(MARKET)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, ":", *"alert gap rank <= 3", "enter")
        assert "now 1: it holds already, and rings after it has crossed back" in seen(app)
        await press(pilot, app, ":", *"alert breadth QQQ > 3", "enter")
        assert "QQQ is not of the pair IWM:SPY" in seen(app)
        await press(pilot, app, "escape", ":", *"alert contribution ZZZ > 3", "enter")
        assert "alert set: contribution ZZZ IWM > 3 bp; it has no value now" in seen(app)
        # another window and basis are shown when it fires
        await press(pilot, app, "home", ":", *"alert gap > 12", "enter", "[", "t")
        assert "6M" in seen(app)
        with patch.object(app, "bell", lambda: None):
            await bring(pilot, app, desk, wider(MARKET, 9))
        assert "◆ gap > 12 pp: now 16.02 pp (IWM:SPY YTD pr" in seen(app)

    drive(story, desk=desk)


@pytest.mark.process
def test_what_another_process_saw_first_rings_here_too_and_runs_no_second_hook(
    tmp_path: Path,
) -> None:
    desk = FakeDesk(MARKET)
    out = tmp_path / "out"
    config = Config(hook=tuple(script(tmp_path, f"open({str(out)!r}, 'a').write('x')")))
    book = AlertBook(desk.memory)
    book.add(AlertState(parse("gap > 12", ASKED)))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        rings: list[int] = []
        with patch.object(app, "bell", lambda: rings.append(1)):
            await press(pilot, app, "home")
            other = FakeDesk(wider(MARKET, 8))
            later = NOW + timedelta(minutes=1)
            assert len(check(other, book, config, NOW, later)) == 1
            await bring(pilot, app, desk, wider(MARKET, 8))
            assert rings == [1]
            assert "◆ gap > 12 pp" in seen(app)

    drive(story, desk=desk, config=config)
    assert out.read_text() == "x"


@pytest.mark.process
def test_a_screen_runs_the_hook_beside_it_and_says_what_went_wrong(tmp_path: Path) -> None:
    desk = FakeDesk(MARKET)
    AlertBook(desk.memory).add(AlertState(parse("gap > 5", ASKED)))
    config = Config(hook=("/no/such/program",))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        with patch.object(app, "bell", lambda: None):
            await press(pilot, app, "home")
            await settle(pilot, app)
            assert "◆ gap > 5 pp" in seen(app)
            await press(pilot, app, "escape")
            assert "the hook of alerts cannot be started: /no/such/program" in seen(app)

    drive(story, desk=desk, config=config)


def test_a_broken_file_of_alerts_leaves_the_numbers() -> None:
    desk = FakeDesk(MARKET)
    AlertBook(desk.memory).path.write_text("{")

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "home")
        await settle(pilot, app)
        assert "alerts.json cannot be used" in seen(app)
        assert "IWM leads SPY" in seen(app)
        await press(pilot, app, "A")
        assert "correct it, or remove it and set the alerts again" in " ".join(seen(app).split())

    drive(story, desk=desk)


def test_the_list_keeps_its_cursor_in_sight() -> None:
    desk = FakeDesk(MARKET)
    book = AlertBook(desk.memory)
    for level in range(20):
        book.add(AlertState(parse(f"gap > {100 + level}", ASKED)))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "A")
        assert "▸ gap > 100 pp" in seen(app)
        await press(pilot, app, "G")
        assert "▸ gap > 119 pp" in seen(app)
        await press(pilot, app, "k", "k", "pageup", "ctrl+u", "ctrl+d", "pagedown", "g", "j")
        assert "▸ gap > 101 pp" in seen(app)
        await press(pilot, app, "backspace")
        assert "▸ gap > 102 pp" in seen(app)
        assert len(book.read()) == 19

    drive(story, desk=desk, size=(80, 24))


def test_what_fires_while_another_is_unseen_is_counted_until_esc() -> None:
    desk = FakeDesk(MARKET)
    book = AlertBook(desk.memory)
    for text in ("gap > 5", "breadth > 50", "gap > 12"):
        book.add(AlertState(parse(text, ASKED)))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        with patch.object(app, "bell", lambda: None):
            await press(pilot, app, "home")
            assert "◆ share_up IWM > 50 %: now 63.3 % (IWM:SPY YTD pr, 2026-06-30)" in seen(app)
            assert "(and 1 more: see the alerts)" in seen(app)
            assert seen(app).count("◆ alert") == 2  # Spread and Breadth
            await bring(pilot, app, desk, wider(MARKET, 8))
            assert "◆ gap > 12 pp" in seen(app)
            assert "(and 2 more: see the alerts)" in seen(app)
            await press(pilot, app, "escape")
            assert "◆" not in seen(app)

    drive(story, desk=desk)


def test_quotes_of_today_answer_no_question_but_their_own_again() -> None:
    desk = FakeDesk(MARKET)
    book = AlertBook(desk.memory)
    for question in (ASKED, replace(ASKED, window="1M")):
        book.add(AlertState(parse("gap > 50", question)))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "home")
        assert app.snapshot is not None
        desk.asked.clear()
        for _ in range(3):
            app.ringer.check(replace(app.snapshot, state="intraday"), desk.identity())
            await settle(pilot, app)
        assert desk.asked == []
        await bring(pilot, app, desk, newer(MARKET, 8))
        assert replace(ASKED, window="1M") in desk.asked

    drive(story, desk=desk)


def test_another_store_of_the_same_number_is_judged_anew() -> None:
    class Desk(FakeDesk):
        place = "first"

        def identity(self) -> str | None:
            return f"{self.generation()} {self.place}"

    desk = Desk(MARKET)
    AlertBook(desk.memory).add(AlertState(parse("gap > 12", replace(ASKED, window="6M"))))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        with patch.object(app, "bell", lambda: None):
            await press(pilot, app, "home")
            assert "◆" not in seen(app)
            desk.place = "another"
            await bring(pilot, app, desk, wider(MARKET, 7))
            assert "◆ gap > 12 pp" in seen(app)

    drive(story, desk=desk)
