"""A person's own themes: read anew at the next question, shown with whose they are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cache.facts.errors import SourceError
from core.data.frames import Theme
from tests.home import Cli, note
from tests.tui.driving import drive, press, seen
from tests.tui.markets import small_market
from tui.screen.app import InternalsApp
from tui.service.service import Desk
from tui.state.places import places

MINE = '[mine]\nsymbols = ["A", "B", "ZZZ"]\nsource = "my list"\ndate = 2026-02-03\n'


@pytest.mark.process
def test_the_note_shows_a_theme_with_its_source_and_names_what_it_does_not_know(
    filled: Cli, tmp_path: Path
) -> None:
    own = tmp_path / "home" / "themes.toml"
    own.write_text(MINE)
    code, out, err = filled("note")
    assert code == 0
    assert "mine: 2 of 3 found; my list, 2026-02-03" in out
    assert f"{own}, line 2: ZZZ in theme" in err and err.count("\n") == 1
    (theme,) = note(filled)["indices"]["IWM"]["themes"]
    assert theme["symbols"] == ["A", "B"] and theme["source"] == "my list, 2026-02-03"
    assert theme["contribution_bp"] == pytest.approx(1000)
    _, out, _ = filled("status")
    assert "! " in out and "ZZZ" in out
    assert len(json.loads(filled("status", "--format", "json")[1])["themes"]) == 1


def test_themes_are_read_again_when_the_file_has_changed(filled: Cli, tmp_path: Path) -> None:
    del filled
    home = tmp_path / "home"
    desk = Desk(places(home, demo=False))
    first = desk.market()
    assert desk.market() is first
    (home / "themes.toml").write_text(MINE)
    assert [t.symbols for t in desk.market().themes if t.name == "mine"] == [("A", "B", "ZZZ")]
    (home / "themes.toml").write_text("[mine\n")
    with pytest.raises(SourceError, match=r"themes\.toml, line 1"):
        desk.market()
    (home / "themes.toml").unlink()
    assert all(theme.name != "mine" for theme in desk.market().themes)


def test_a_theme_by_its_name_filters_and_marks_and_a_name_nobody_knows_is_said() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, ":", *"theme ODD pair", "enter")
        assert "theme Odd pair 2 of 30" in seen(app) and "1 of 20" in seen(app)
        assert list(app.marked) == ["S01", "S29", "L19"]
        assert "Odd pair: your own; 3 of 4 found; in neither index: GONE" in seen(app)
        await press(pilot, app, "X")
        assert app.question.without == ("S01", "S29", "L19")
        await press(pilot, app, "X", ":", *"theme", "enter")
        assert not app.marked and "theme Odd" not in seen(app)
        await press(pilot, app, ":", *"theme nope", "enter")
        assert "no theme is called 'nope'; known are 'Odd pair'" in seen(app)
        await press(pilot, app, ":", *"theme odd pair", "enter")
        assert "no theme" not in seen(app), "the next command takes the error away"
        await press(pilot, app, "escape", "escape")
        assert "theme Odd pair" not in seen(app)
        # what nobody knows is said, and the answer stays
        await press(pilot, app, ":", *"ex S29 NOBODY", "enter")
        assert "NOBODY is in no holdings file" in seen(app)
        assert app.question.without == ()
        # of the other index: told, and nothing left out
        await press(pilot, app, ":", *"ex SPY S29", "enter")
        assert "S29 is no measured line of SPY in this window" in seen(app)
        assert app.snapshot is not None and app.snapshot.gap_without is None
        await press(pilot, app, ":", *"asof 2026-07-02", "enter")
        assert "as of 2026-07-02 was asked, the last session is 2026-06-30" in seen(app)

    market = small_market()
    themes = (Theme("Odd pair", ("S01", "S29", "L19", "GONE")),)
    market = replace(market, reference=replace(market.reference, themes=themes))
    drive(story, market=market, size=(160, 48))
