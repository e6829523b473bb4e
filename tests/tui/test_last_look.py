"""The page of what changed since the last look, and which look that is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from textual.pilot import Pilot

from core.answer.looks import look
from core.answer.since import since
from core.answer.snapshot import take
from tests.tui.driving import drive, press, seen, settle
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import LAST, QUESTION, newer, small_market
from tui.panes.since import drawing
from tui.screen.app import InternalsApp
from tui.state.looks import LookBook, Seen
from tui.text.spans import plain

MARKET = small_market()
LATEST = replace(QUESTION, as_of=None)
NOW_LOOK = look(take(MARKET, LATEST))
SEEN_AT = datetime(2026, 6, 27, 8, 30, tzinfo=UTC)
DAY_BEFORE = date(2026, 6, 29)


def earlier(*names: str, gap: float = 9.5) -> Seen:
    """A look of the day before: the small index's names in another order."""
    own = NOW_LOOK.indices["IWM"]
    ranked = dict.fromkeys(names, 400.0) | {s: bp for s, bp in own.ranked.items() if s not in names}
    small = replace(own, ranked=ranked, share_up=0.60, joined=(), fund_return=0.185)
    indices = {**NOW_LOOK.indices, "IWM": small}
    return Seen(replace(NOW_LOOK, as_of=DAY_BEFORE, gap_pp=gap, rank=2, indices=indices), SEEN_AT)


def test_gap_breadth_leaders_and_members_then_and_now() -> None:
    desk = FakeDesk(MARKET)
    LookBook(desk.memory).keep(earlier("S01", "S28"))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "home", "u")
        text = " ".join(seen(app).split())
        assert "then 2026-06-29 (final), last seen 2026-06-27 08:30 UTC, 4 d ago" in text
        assert "now 2026-06-30 (final)" in text
        # 1.2 x 1.001 - 1.09 x 1.001 = 11.011 points
        assert "gap +9.50 → +11.01 pp +1.51 pp" in text
        assert "rank 2 → 1 of 12" in text
        assert "return +18.50 → +20.12 % +1.62 pp" in text
        assert "lines up 60.0 → 63.3 % +3.3 pp" in text
        assert "gone S01 1 → 31" in text
        assert "▲ S29 3 → 1 +296 → +296 bp" in text
        assert "joined N00 N01" in text or "joined N01 N00" in text
        await press(pilot, app, "escape", "<", "u")
        assert "is of 2026-06-29, later than" not in seen(app)
        await press(pilot, app, "escape", "<", "u")
        assert "the earlier look is of 2026-06-29, later than 2026-06-26" in seen(app)
        # another question has no look yet
        await press(pilot, app, "escape", "home", "t", "u")
        assert "This is the first look at this pair, window and basis" in seen(app)

    drive(story, desk=desk, size=(120, 60))


def test_nothing_changed_is_said_in_a_word() -> None:
    found = since(replace(NOW_LOOK, as_of=DAY_BEFORE), NOW_LOOK)
    text = "\n".join(plain(drawing(found, Seen(found.before, SEEN_AT), SEEN_AT, 100)))
    assert text.count("the same 10, in the same order") == 4
    assert "+0" not in text
    assert "  0.00 pp" in text
    assert "joined" not in text


def test_what_is_not_compared_says_why() -> None:
    thin = look(take(small_market(covered=0.8), LATEST))
    found = since(replace(NOW_LOOK, as_of=DAY_BEFORE), thin)
    text = "\n".join(plain(drawing(found, Seen(found.before, SEEN_AT), SEEN_AT, 60)))
    assert "80.0 % of weight is measured" in text
    assert "lines up" not in text.split("SPY")[0]
    assert "laggards" not in text
    gone = since(replace(NOW_LOOK, as_of=DAY_BEFORE, indices={}), NOW_LOOK)
    assert "IWM had no numbers then" in "\n".join(
        plain(drawing(gone, Seen(gone.before, SEEN_AT), SEEN_AT, 60))
    )
    month = replace(NOW_LOOK, window="1M")
    rolled = since(replace(month, as_of=DAY_BEFORE, start=date(2025, 12, 30)), month)
    assert "1M rolls: its start moved from 2025-12-30 to 2025-12-31" in "\n".join(
        plain(drawing(rolled, Seen(rolled.before, SEEN_AT), SEEN_AT, 90))
    )


def test_every_line_fits_its_width() -> None:
    before = earlier(*(f"LONGSYMBOL{n}" for n in range(10)))
    found = since(before.look, NOW_LOOK)
    for width in (60, 80, 120):
        lines = plain(drawing(found, before, SEEN_AT, width))
        assert max(len(line.rstrip()) for line in lines) <= max(width, 92)


def test_a_look_is_kept_at_the_end_and_none_is_of_an_earlier_date() -> None:
    desk = FakeDesk(MARKET)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "home", "[", "<", "<")
        await pilot.press("q")

    drive(story, desk=desk)
    book = LookBook(desk.memory)
    assert [one.look.as_of for one in book.entries(NOW_LOOK)] == [LAST]
    assert [one.look.as_of for one in book.entries(replace(NOW_LOOK, window="6M"))] == [LAST]
    assert len(list(book.directory.iterdir())) == 2


def test_when_the_day_changes_under_an_open_screen_the_day_before_is_the_last_look() -> None:
    # the store of the day before ends on Monday 29 June
    closes = dict.fromkeys(MARKET.prices.through, DAY_BEFORE)
    blocks = (*MARKET.prices.blocks[:-1], MARKET.prices.blocks[-1])
    last = blocks[-1]
    cut = replace(
        last,
        sessions=last.sessions[:-1],
        close=last.close[:-1],
    )
    prices = replace(MARKET.prices, blocks=(*blocks[:-1], cut), through=closes)
    desk = FakeDesk(replace(MARKET, prices=prices, generation=6))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "home", "u")
        assert "This is the first look" in seen(app)
        await press(pilot, app, "escape")
        desk.current = newer(MARKET, 8)
        app.poll()
        await settle(pilot, app)
        await press(pilot, app, "u")
        text = " ".join(seen(app).split())
        assert "then 2026-06-29 (final)" in text
        assert "now 2026-06-30 (final)" in text
        # the day before was kept as the day changed
        kept = LookBook(desk.memory).entries(NOW_LOOK)
        assert [one.look.as_of for one in kept] == [DAY_BEFORE]

    drive(story, desk=desk, question=replace(LATEST))
