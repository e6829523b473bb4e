"""The one table of commands, the command line, the filter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from core.answer.alerts import Alert
from core.answer.snapshot import Question
from core.answer.views import Lines
from tui.command.commands import COMMANDS, SORTS, CommandError, groups, hints
from tui.command.filters import parse_filter
from tui.command.keys import bindings, keys_of, normal_key
from tui.command.line import Act, SetAlert, WatchPair, Words, parse
from tui.panes.help import drawing
from tui.screen.main import MainScreen

ASKED = Question(small="IWM", large="SPY", window="YTD", as_of=date(2026, 6, 26), basis="pr")


def test_every_command_has_a_name_of_its_own_help_and_a_way_to_it() -> None:
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)
    for command in COMMANDS:
        assert len(command.help) > 3, command.name
        assert command.keys or command.line, command.name
        assert bool(command.action) == bool(command.keys), command.name


def test_no_key_belongs_to_two_commands() -> None:
    seen: dict[str, str] = {}
    for command in COMMANDS:
        for key in command.keys:
            name = normal_key(key)
            assert name not in seen, f"{key}: {command.name} and {seen[name]}"
            seen[name] = command.name


def test_every_action_is_one_of_the_screens_own() -> None:
    own = [c for c in MainScreen.__mro__ if c.__module__.startswith("tui.")]
    for binding in bindings():
        name = binding.action.split("(")[0]
        assert any(f"action_{name}" in vars(c) for c in own), binding.action


def test_the_screens_bindings_are_the_tables() -> None:
    bound = {binding.id: binding.key for binding in MainScreen.BINDINGS}
    assert bound == {c.name: ",".join(c.keys) for c in COMMANDS if c.keys}


def test_the_keys_of_the_table() -> None:
    keys = keys_of()
    expected = (
        "1 2 3 4 tab shift+tab z h j k l g G ctrl+d ctrl+u enter d / s S x b v [ ] < > home t :"
        " space X + - r R ? q ctrl+c escape up down left right pageup pagedown y Y"
    )
    assert set(expected.split()) <= {key for found in keys.values() for key in found}


def test_hints_come_from_the_table_and_differ_by_pane() -> None:
    keys = keys_of({"zoom": "f5"})
    assert ("f5", "zoom") in hints(1, keys)
    assert ("/", "filter") in hints(2, keys)
    assert ("/", "filter") not in hints(1, keys)
    assert ("enter", "name") in hints(4, keys)
    assert ("[ ]", "window") in hints(3, keys)
    assert ("?", "help") in hints(3, keys)


def test_the_help_page_holds_every_command_and_the_keys_in_force() -> None:
    for width in (60, 100, 160):
        lines = ["".join(text for text, _ in line) for line in drawing(keys_of(), width)]
        page = " ".join(" ".join(lines).split())
        for command in COMMANDS:
            assert command.help.split()[0] in page
            assert not command.line or command.line in page
        assert all(len(line) <= width for line in lines)
    page = " ".join(text for line in drawing(keys_of({"zoom": "f5"}), 160) for text, _ in line)
    assert "f5" in page
    assert len(groups()) == 6


def test_two_keys_on_the_help_page_do_not_run_into_their_words() -> None:
    rows = ["".join(text for text, _ in line) for line in drawing(keys_of(), 60)]
    assert any(row.startswith("  delete  backspace remove the alert") for row in rows)
    assert max(map(len, rows)) <= 60


#: A key as it is written, and as the driver names it.
KEY_NAMES = (
    ("[", "left_square_bracket"),
    ("?", "question_mark"),
    ("x", "x"),
    ("X", "X"),
    ("-", "minus"),
    ("+", "plus"),
    ("ctrl+y", "ctrl+y"),
    ("f5", "f5"),
    ("comma", "comma"),
    ("space", "space"),
)


def test_keys_are_named_as_the_terminal_driver_names_them() -> None:
    for typed, named in KEY_NAMES:
        assert normal_key(typed) == named


@pytest.mark.parametrize("typed", ["", "xyz", "meta+x", "ctrl+", ",", "ctrl+xyz"])
def test_what_is_no_key(typed: str) -> None:
    with pytest.raises(CommandError, match="is no key; write a character"):
        normal_key(typed)


def test_rebinding_is_checked_with_one_sentence() -> None:
    assert keys_of({"zoom": "f5, ctrl+y"})["zoom"] == ("f5", "ctrl+y")
    with pytest.raises(CommandError, match=r"^v is the key of both view and zoom"):
        keys_of({"zoom": "v"})
    with pytest.raises(CommandError, match="no command is called 'zom'; known are spread"):
        keys_of({"zom": "v"})
    with pytest.raises(CommandError, match="zoom: 'hyper' is no key"):
        keys_of({"zoom": "hyper"})
    with pytest.raises(CommandError, match="names no key"):
        keys_of({"zoom": " , "})


#: What is typed, and what it asks for.
LINES_TYPED: tuple[tuple[str, object], ...] = (
    ("qqq", replace(ASKED, small="QQQ")),
    ("IWM RSP", replace(ASKED, large="RSP")),
    ("ijr:ivv", replace(ASKED, small="IJR", large="IVV")),
    ("ytd", ASKED),
    ("2025", replace(ASKED, window="2025")),
    ("1m", replace(ASKED, window="1M")),
    ("2026-01-02:2026-03-31", replace(ASKED, window="2026-01-02:2026-03-31")),
    ("asof 2026-06-01", replace(ASKED, as_of=date(2026, 6, 1))),
    ("asof", replace(ASKED, as_of=None)),
    ("pr", ASKED),
    ("TR", replace(ASKED, basis="tr")),
    ("ex MSFT, meta ORCL msft", replace(ASKED, without=("MSFT", "META", "ORCL"))),
    ("ex SPY MSFT,meta msft", replace(ASKED, without=("SPY:MSFT", "SPY:META"))),
    ("ex spy:msft iwm be", replace(ASKED, without=("SPY:MSFT", "IWM:BE"))),
    ("list end", replace(ASKED, breadth_list="end")),
    ("list start", ASKED),
    ("ex be", replace(ASKED, without=("BE",))),
    ("ex", replace(ASKED, without=())),
    ("", ASKED),
    ("sort bp", Words("sort", "bp")),
    ("mrr", Words("sort", "ret")),
    ("fund add iwc --index a  b", Words("fund", "iwc --index a  b")),
    ("q", Act("quit")),
    ("since", Act("since")),
    ("alerts", Act("alerts")),
    ("pair 2", WatchPair(1)),
    ("pair qqq rsp", replace(ASKED, small="QQQ", large="RSP")),
    (
        "alert Gap Rank<=3",
        SetAlert(Alert("gap rank", "", "", "<=", 3.0, "IWM", "SPY", "YTD", "pr")),
    ),
)


def test_the_command_line() -> None:
    for text, asked in LINES_TYPED:
        assert parse(text, ASKED, (("IWM", "SPY"), ("RSP", "SPY"))) == asked, text


#: What is typed in vain, and what is said of it.
UNKNOWN = (
    ("asof june", "'june' is no date; write asof 2026-06-26"),
    ("sort", "sort by what"),
    ("sort size", "sort by what"),
    ("iwm iwm", "IWM cannot be compared with itself"),
    ("spy", "SPY cannot be compared with itself"),
    ("a b c", "is no command: write a pair"),
    ("hello!", "is no command: write a pair"),
    ("2026-03-31:2026-01-02", "ends before it starts"),
    ("2026-01-02:2026-01-02", "has no session"),
    ("pair", "which pair of the watch list. 1 IWM:SPY"),
    ("pair 0", "which pair of the watch list"),
    ("pair 2", "which pair of the watch list"),
    ("alert", "is no alert: write a measure"),
    ("alert gap", "'gap' is no alert: write a measure"),
    ("alert hats > 3", "'hats' is nothing an alert can be set on"),
    ("ex SPY", "SPY without which names"),
    ("fund remove IWC", "write fund add SYMBOL"),
    ("list middle", "list start, or list end of the window"),
    ("ex M$FT", "is no symbol"),
    ("5Y", "no window; known are"),
)


def test_what_the_command_line_does_not_know() -> None:
    for text, said in UNKNOWN:
        with pytest.raises(CommandError, match=said):
            parse(text, ASKED, (("IWM", "SPY"),))
            pytest.fail(text)


def test_mrr_sorts_only_what_has_returns() -> None:
    """The board has none: to sort it by them ended the screen."""
    with pytest.raises(CommandError, match="sort by what"):
        parse("mrr", ASKED, (), ("pair", "1m"))


def test_sort_letters_differ() -> None:
    assert len({letter for letter, _ in SORTS.values()}) == len(SORTS)


LINES = Lines(
    symbols=("BE", "XOM", "TECH", "NONE"),
    names=("Bloom Energy", "Exxon", "Plain Bank", "Nothing Known"),
    sectors=("Industrials", "Energy", "Financials", "Information Technology"),
    industries=("Electrical Equipment", "Oil", "Banks", ""),
    weight=np.array([0.02, 0.01, 0.005, 0.0]),
    returns=np.array([0.50, 0.25, -0.10, np.nan]),
    contribution=np.array([0.01, 0.0025, -0.0005, np.nan]),
    joined={},
    left={},
    flags={},
)


#: A filter, and the lines that it keeps.
FILTERS = (
    ("tech", "TECH NONE"),
    ("energy", "BE XOM"),
    ("sector:energy", "XOM"),
    ("industry:equip,oil", "BE XOM"),
    ("oil", ""),
    ("name:ENERGY", "BE"),
    ("symbol:b", "BE"),
    ("ret>25", "BE"),
    ("ret>=25", "BE XOM"),
    ("ret<0", "TECH"),
    ("ret=-10", "TECH"),
    ("bp<-4", "TECH"),
    ("bp > 20", "BE XOM"),
    ("w>=1", "BE XOM"),
    ("energy ret>30", "BE"),
    ("RET>25%", "BE"),
    ("zzz", ""),
)


def test_filters() -> None:
    for text, kept in FILTERS:
        wanted = parse_filter(text)
        assert wanted is not None
        found = [s for s, keep in zip(LINES.symbols, wanted.keeps(LINES), strict=True) if keep]
        assert " ".join(found) == kept, text


def test_no_filter_and_wrong_filters() -> None:
    assert parse_filter("  ") is None
    for text, said in (("ret>", "'ret>' is no filter"), ("size:9", "write sector:energy")):
        with pytest.raises(CommandError, match=said):
            parse_filter(text)


def test_a_filter_of_no_lines() -> None:
    empty = Lines((), (), (), (), np.zeros(0), np.zeros(0), np.zeros(0), {}, {}, {})
    for text in ("tech", "ret>5"):
        wanted = parse_filter(text)
        assert wanted is not None
        assert wanted.keeps(empty).shape == (0,)


@pytest.mark.parametrize(
    ("small", "large", "basis"),
    [
        ("^RUT", "^GSPC", "pr"),
        ("IWM", "^GSPC", "pr"),
        ("^RUTTR", "^SP500TR", "tr"),
        ("^XNDX", "SPY", "tr"),
        ("IWM", "SPY", "tr"),
    ],
)
def test_a_price_index_is_compared_on_price(small: str, large: str, basis: str) -> None:
    question = Question(small, large, basis="tr")
    assert question.basis == basis
    if basis == "tr":
        assert parse("tr", question, ()) == question
        return
    with pytest.raises(CommandError, match="price return alone is answered"):
        parse("tr", question, ())
