"""The watch list in the config file: edits that keep everything else as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.command.line import EditPairs
from tui.state.config import ConfigError, load
from tui.state.config_file import ConfigFile
from tui.state.watch_list import applied, with_pairs

TWO = (("IWM", "SPY"), ("RSP", "SPY"))
LINES = """\
basis = "pr" # why
pairs = [
  # by size
  "IWM:SPY", # big
  "RSP:SPY" # weight
]

# keys of mine
[keys]
zoom = "f5"
"""


def test_a_line_a_pair_keeps_its_comments_and_moves_with_them() -> None:
    added = with_pairs(LINES, TWO, applied(EditPairs("add", ("IWM", "QQQ")), TWO))
    assert added == LINES.replace('  "RSP:SPY" # weight\n', '  "RSP:SPY", # weight\n  "IWM:QQQ",\n')
    moved = with_pairs(LINES, TWO, applied(EditPairs("move", ("RSP", "SPY"), "up"), TWO))
    assert moved is not None
    assert moved.splitlines()[3:5] == ['  "RSP:SPY", # weight', '  "IWM:SPY", # big']
    removed = with_pairs(LINES, TWO, applied(EditPairs("remove", ("IWM", "SPY")), TWO))
    assert removed is not None
    assert removed.splitlines()[2:5] == ["  # by size", '  "RSP:SPY", # weight', "  # big"]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("", 'pairs = ["IWM:SPY", "RSP:SPY", "IWM:QQQ"]\n'),
        ("window = 'YTD'", 'window = \'YTD\'\npairs = ["IWM:SPY", "RSP:SPY", "IWM:QQQ"]\n'),
        ("# k\n[keys]\n", 'pairs = ["IWM:SPY", "RSP:SPY", "IWM:QQQ"]\n\n# k\n[keys]\n'),
        (
            "pairs=['iwm:spy','RSP:SPY',] # x\n",
            'pairs=["IWM:SPY","RSP:SPY", "IWM:QQQ",] # x\n',
        ),
    ],
)
def test_other_ways_to_write_it(text: str, after: str) -> None:
    assert with_pairs(text, TWO, (*TWO, ("IWM", "QQQ"))) == after


def test_what_cannot_be_changed_safely_is_left_alone() -> None:
    odd = 'pairs = ["IWM:SPY", # a\n "RSP:SPY"]\n'
    assert with_pairs(odd, TWO, TWO[:1]) is None
    # a comment stays beside its pair; a pair more at the end moves none
    mixed = 'pairs = [\n  "IWM:SPY",   # mine\n  "RSP:SPY", "QQQ:SPY",\n]\n'
    three = (*TWO, ("QQQ", "SPY"))
    assert with_pairs(mixed, three, (three[2], *TWO)) is None
    assert with_pairs(mixed, three, three[:2]) is None
    more = with_pairs(mixed, three, (*three, ("IWM", "QQQ")))
    assert more == mixed.replace('"QQQ:SPY",', '"QQQ:SPY", "IWM:QQQ",')
    assert with_pairs('"pairs" = ["""IWM:SPY""", "RSP:SPY"]\n', TWO, TWO[:1]) is None
    # the list in force is not the one in the file
    assert with_pairs('pairs = ["IWM:SPY"]\n', TWO, TWO[:1]) is None


def test_edits_are_made_on_what_the_file_holds_and_refused_in_one_sentence(tmp_path: Path) -> None:
    file = ConfigFile(tmp_path / "config" / "config.toml", tmp_path / "lock")
    assert file.edit(EditPairs("add", ("IWM", "QQQ")))[-1] == ("IWM", "QQQ")
    with pytest.raises(ConfigError, match="IWM:QQQ is on the watch list already"):
        file.edit(EditPairs("add", ("IWM", "QQQ")))
    with pytest.raises(ConfigError, match="XLE:SPY is not on the watch list; on it are IWM:SPY"):
        file.edit(EditPairs("remove", ("XLE", "SPY")))
    file.path.write_text('pairs = ["XLE:SPY"]\n')
    assert file.news() == (("XLE", "SPY"),)
    assert file.news() is None
    with pytest.raises(ConfigError, match="is the only pair of the watch list"):
        file.edit(EditPairs("remove", ("XLE", "SPY")))
    assert load(file.path).pairs == (("XLE", "SPY"),)
    refused = ConfigFile(file.path, tmp_path / "lock", "opened to look only")
    with pytest.raises(ConfigError, match="opened to look only"):
        refused.edit(EditPairs("add", ("IWM", "QQQ")))


def test_places_of_a_move() -> None:
    three = (*TWO, ("QQQ", "SPY"))
    assert applied(EditPairs("move", ("QQQ", "SPY"), "1"), three)[0] == ("QQQ", "SPY")
    assert applied(EditPairs("move", ("IWM", "SPY"), "down"), three)[1] == ("IWM", "SPY")
    assert applied(EditPairs("move", ("IWM", "SPY"), "up"), three) == three
    assert applied(EditPairs("move", ("IWM", "SPY"), "99"), three)[-1] == ("IWM", "SPY")
