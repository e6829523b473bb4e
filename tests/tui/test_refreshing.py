"""A refresh that the vendor cut short: the screen counts down and goes on by itself."""

from __future__ import annotations

import json
from datetime import timedelta
from shlex import quote

import pytest
from textual.pilot import Pilot

from cache.refresh.reasons import wait
from tests.tui.driving import drive, press, seen, settle
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import NOW, newer, small_market
from tui.screen.app import InternalsApp

UNTIL = (NOW + timedelta(minutes=11)).replace(second=0, microsecond=0)


def saying(line: str, code: int = 0) -> list[str]:
    """A process in place of a refresh, which writes one line and ends."""
    return ["sh", "-c", f"printf '%s\\n' {quote(line)}; exit {code}"]


async def refreshed(pilot: Pilot[None], app: InternalsApp, *keys: str) -> None:
    """Press keys, and wait until the process that they start has ended and is shown."""
    await press(pilot, app, *keys)
    await app.workers.wait_for_complete([w for w in app.workers if w.group == "refresh"])
    await settle(pilot, app)


@pytest.mark.process
def test_a_limit_is_counted_down_and_the_refresh_goes_on_by_itself() -> None:
    desk = FakeDesk(small_market())
    brought = f"9 symbols brought; Yahoo limits requests; {wait(UNTIL)}"
    desk.argv = saying(json.dumps({"stage": "done", "message": brought}), 1)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        clock = NOW
        app.now = lambda: clock
        words = "Yahoo limits requests: what arrived is stored, fetching goes on by itself in "
        await refreshed(pilot, app, "R")
        minutes = (UNTIL - NOW).total_seconds() / 60
        assert f"{words}{minutes:.0f} m" in seen(app)
        # Asked for before its time it says so, and asks nobody.
        await press(pilot, app, "r")
        assert desk.full == [True] and words in seen(app)
        clock = UNTIL - timedelta(seconds=40)
        app.refresher._count_down()
        await settle(pilot, app)
        assert f"{words}40 s" in seen(app)
        clock = UNTIL + timedelta(seconds=1)
        desk.argv = saying(json.dumps({"stage": "done", "message": "9 symbols brought"}))
        app.refresher._count_down()
        await refreshed(pilot, app)
        # It goes on as it was asked for: everything.
        assert desk.full == [True, True] and words not in seen(app)

    drive(story, desk=desk)


@pytest.mark.parametrize(("empty", "codes"), [(True, [0]), (True, [1]), (False, [0, 1, 143])])
@pytest.mark.process
def test_the_summary_outlives_the_data_it_tells_of(empty: bool, codes: list[int]) -> None:
    market = small_market()
    desk = FakeDesk(None if empty else market)
    words = "79 symbols brought, 56,028 new closes"

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        for code in codes:
            desk.argv = saying(json.dumps({"stage": "done", "message": words}), code)
            # Its data lies in the store before it ends, and is looked for every two seconds.
            desk.current = newer(market, 10 * code + 8)
            await refreshed(pilot, app, "r")
            assert app.snapshot is not None and app.snapshot.generation == 10 * code + 8
            assert (f"refreshed in part: {words}" if code else words) in seen(app), code
            # Another generation and another look at the data change nothing of it.
            desk.current = newer(market, 10 * code + 9)
            app.poll()
            await settle(pilot, app)
            assert app.snapshot.generation == 10 * code + 9 and words in seen(app), code
            await press(pilot, app, "j")
            assert words in seen(app), code
            await press(pilot, app, "escape" if empty else "t")
            assert words not in seen(app), code

    drive(story, desk=desk, size=(160, 45))


@pytest.mark.process
def test_a_process_that_ends_well_without_a_summary_was_no_refresh() -> None:
    desk = FakeDesk(small_market())

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        for said, told in (
            ("", "the refresh ended without its result"),
            ("a project of somebody's", "without its result: a project of somebody's"),
            ('{"stage": "prices", "done": 3}', "the refresh ended without its result"),
        ):
            desk.argv = saying(said)
            await press(pilot, app, "t")  # another answer takes the sentence away
            assert "! the last good numbers stay: " not in seen(app), said
            await refreshed(pilot, app, "r")
            assert "! the last good numbers stay: " in seen(app) and told in seen(app), said

    drive(story, desk=desk, size=(160, 45))
