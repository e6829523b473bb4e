"""What the keys that fetch, and that tell of it, must do, one check a key."""

from __future__ import annotations

from datetime import timedelta

from textual.pilot import Pilot

from tests.tui.driving import press, seen, settle
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import NOW
from tui.report.last_refresh import FailureGroup, Fetched
from tui.screen.app import InternalsApp


async def refresh(pilot: Pilot[None], app: InternalsApp) -> None:
    desk = app.desk
    assert isinstance(desk, FakeDesk)
    await press(pilot, app, "r")
    assert "there is nothing to fetch" in seen(app)
    await press(pilot, app, "R")
    assert desk.full == [False, True]


async def retry(pilot: Pilot[None], app: InternalsApp) -> None:
    desk = app.desk
    assert isinstance(desk, FakeDesk)
    # A command that says with what it was called.
    desk.argv = ["sh", "-c", "echo called with $0"]
    for keys in (["ctrl+r"], [":", *"retry", "enter"]):
        await press(pilot, app, *keys)
        await app.workers.wait_for_complete([w for w in app.workers if w.group == "refresh"])
        await settle(pilot, app)
        assert "called with --retry" in seen(app)
        await press(pilot, app, "escape")
    assert desk.full == [False, False]


async def fetched(pilot: Pilot[None], app: InternalsApp) -> None:
    desk = app.desk
    assert isinstance(desk, FakeDesk)
    await press(pilot, app, "F")
    assert "no refresh of this store is remembered" in seen(app)
    assert "nothing failed" in seen(app)
    await press(pilot, app, "F")
    assert "The last refresh" not in seen(app)
    until = NOW + timedelta(minutes=5)
    desk.last = Fetched(
        NOW - timedelta(minutes=3),
        "297 symbols brought, 3 failed",
        {"requests": 317, "asked_twice": 1, "failed": 0},
        (FailureGroup("not found", ("SAC", "SAX")), FailureGroup("error 500", ("SAD",), until)),
    )
    await press(pilot, app, ":", *"fetched", "enter")
    assert "297 symbols brought, 3 failed (3 m ago)" in seen(app)
    assert "317 requests, 1 asked twice" in seen(app)
    assert "Sources that differ" not in seen(app)
    assert "2 not found" in seen(app) and "SAC SAX" in seen(app)
    assert "requested again after 2026-07-01 14:35 UTC" in seen(app)
    await press(pilot, app, "escape")
    assert "▸1 Spread" in seen(app)
    words = (
        "Yahoo differs from own.csv, whose closes stay"
        " (on 2026-06-24 12.5 against 12.4 in the store)"
    )
    desk.last = Fetched(NOW, "nothing new", {}, (), {"SAE": words, "SAB": words})
    await press(pilot, app, "F")
    page = " ".join(seen(app).split())
    assert "Sources that differ SAB: Yahoo differs from own.csv, whose closes stay" in page
    assert page.index("SAB: ") < page.index("SAE: ") < page.index("nothing failed")
    await press(pilot, app, "escape")
