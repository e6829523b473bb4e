"""Industries on the screen: the view, its members, its filter, its explanation and its copy."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

from textual.pilot import Pilot

from core.data.industries import IndustryList
from tests.tui.driving import drive, press, seen
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import FETCHED, LARGE, SMALL, small_market
from tests.tui.test_standing import type_line
from tui.screen.app import InternalsApp

#: S25 to S29 and L00 to L03 are of one industry, all others of none.
CHIPS = (*SMALL[25:], *LARGE[:4])
OWN = IndustryList(CHIPS, ("Chips",) * len(CHIPS), ("",) * len(CHIPS), "own.csv", FETCHED)


def test_industries_are_shown_narrowed_explained_copied_and_opened() -> None:
    desk, copied = FakeDesk(replace(small_market(), industries=(OWN,))), list[str]()

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "2", "z", "v", "v")
        # a line weighs .96/30 of IWM: five of them, S25 +72.5 % by fives to S29 +92.5 %, make
        # .16 and .032 (.725 + ... + .925) = 1320 bp; four of SPY -19.5 to -10.5 %, -288 bp
        row = next(line for line in seen(app).splitlines() if " Chips " in line)
        assert [word for word in row.split() if word[0] in "+-"] == [
            "+82.50", "+1,320", "-15.00", "-288",
        ]  # fmt: skip
        assert "imported 2026-07-01, own.csv" in row
        assert "not told" in seen(app) and "all measured lines" in seen(app)
        await press(pilot, app, "d")
        assert "Chips in IWM" in seen(app) and "S29" in seen(app)
        await press(pilot, app, "escape")
        with patch.object(app, "copy_to_clipboard", copied.append):
            await press(pilot, app, "Y")
        assert "Chips\t" in copied[0] and "IWM bp" in copied[0]
        await type_line(pilot, app, "view names")
        await press(pilot, app, "/")
        await press(pilot, app, *"industry:chip", "enter")
        assert "5 of 30" in seen(app) and "4 of 20" in seen(app)
        await type_line(pilot, app, "view industries")
        assert "/industry:chip alone" in seen(app) and "not told" not in seen(app)
        # what the group holds is one key away
        await press(pilot, app, "escape", "g", "enter")
        assert "/industry Chips" in seen(app) and "5 of 30" in seen(app)
        await type_line(pilot, app, "theme chips")
        assert "Chips: imported 2026-07-01, own.csv; 9 of 9 found" in seen(app)

    drive(story, desk=desk, size=(160, 36))


def test_without_industries_the_view_says_how_to_bring_them() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await type_line(pilot, app, "view industries")
        assert "No industries: no stored file has any" in " ".join(seen(app).split())
        await press(pilot, app, "enter", "d")
        assert "No industries: no stored file has any" in seen(app)
        # v goes by what there is to see
        await press(pilot, app, "escape", "V", "v")
        assert app.main is not None and app.main.names.view == "themes"

    drive(story, desk=FakeDesk(small_market()), size=(120, 36))
