"""A user's own groups: kept in themes.toml with everything else in it as it was, and shown."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from cache.facts.errors import SourceError
from cache.facts.own_groups import group_of, with_group, without_group
from core.data.frames import Theme
from core.measures.groups import themes
from tests.tui.driving import drive, seen
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import small_market
from tests.tui.test_standing import type_line
from tui.screen.app import InternalsApp

FILE = Path("themes.toml")
TEXT = """# mine
[chips]  # since June
symbols = [
  "NVDA", "AMD",
]
source = "our own list"

# of the desk
["two words"]
symbols = ["A"]
"""


def test_a_group_is_added_changed_and_taken_out_and_nothing_else_is_touched() -> None:
    added = with_group(TEXT, FILE, "semis", ("MU", "INTC"))
    assert added == TEXT + '\n[semis]\nsymbols = ["MU", "INTC"]\n'
    changed = with_group(added, FILE, "Chips", ("MU",))
    assert changed == added.replace('[\n  "NVDA", "AMD",\n]', '["MU"]')
    assert without_group(changed, FILE, "chips") == (
        '# mine\n\n# of the desk\n["two words"]\nsymbols = ["A"]\n\n'
        '[semis]\nsymbols = ["MU", "INTC"]\n'
    )
    fresh = with_group("", FILE, 'a "b"', ("X",))
    assert tomllib.loads(fresh) == {'a "b"': {"symbols": ["X"]}}
    assert without_group(fresh, FILE, 'A "B"') == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('chips = { symbols = ["A"] }\n', "cannot be changed from here"),
        ('[chips]\nsymbols = ["A", # the first\n"B"]\n', "cannot be changed from here"),
        ("[chips\n", "line 1"),
    ],
)
def test_a_file_written_otherwise_is_left_alone(text: str, words: str) -> None:
    for edit in (lambda: with_group(text, FILE, "chips", ("B",)),
                 lambda: without_group(text, FILE, "chips")):  # fmt: skip
        with pytest.raises(SourceError, match=words):
            edit()


@pytest.mark.parametrize(
    "words", ["semis =", "= MU", "semis MU", "remove", f"{'x' * 41} = MU", "semis = MU A/B/C $"]
)
def test_a_line_that_is_no_group_says_what_would_be(words: str) -> None:
    with pytest.raises(SourceError, match="write group semis = MU AMD INTC"):
        group_of(words)


def test_a_theme_tells_how_many_names_it_has() -> None:
    (one,) = themes((Theme("t", ("A", "B", "C")),), ("C", "A", "Z"), np.ones(3), np.ones(3))
    assert (one.symbols, one.members_named) == (("A", "C"), 3)


def test_a_group_is_kept_and_shown_from_the_screen() -> None:
    desk = FakeDesk(small_market())

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await type_line(pilot, app, "group semis = s29, L19 NVDA")
        assert "semis: 2 of 3 found; in neither index: NVDA; kept in themes.toml" in seen(app)
        assert sorted(app.marked) == ["L19", "S29"] and "1 of 30" in seen(app)
        await type_line(pilot, app, "group semis MU")
        assert "no theme is called 'semis MU'" in seen(app)
        await type_line(pilot, app, "group remove semis")
        assert "semis: no longer in themes.toml" in seen(app)
        await type_line(pilot, app, "group remove semis")
        assert 'has no group "semis"' in " ".join(seen(app).split())

    drive(story, desk=desk, size=(120, 36))
