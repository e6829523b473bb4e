"""Every command of the screen: one table, and what is made from it.

Key bindings (`tui.command.keys`), the hint line, the help screen and the command line are all read
from `COMMANDS`, so that none of them can promise what another does not do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.data.record import record

SPREAD, CONTRIBUTORS, BREADTH, CHANGES = 1, 2, 3, 4
#: Panes that list names.
LISTS: Final = (CONTRIBUTORS, CHANGES)


#: What names may be sorted by, and the letter after the sort key.
SORTS: Final = {
    "bp": ("b", "contribution"),
    "ret": ("r", "return"),
    "w": ("w", "weight"),
    "symbol": ("s", "symbol"),
    "name": ("n", "name"),
    "sector": ("e", "sector"),
}


class CommandError(Exception):
    """A key or a line that asks for nothing known; the message is one sentence for a person."""


@record(frozen=True, slots=True)
class Command:
    """One thing the screen does.

    Attributes:
        name: what the config file calls it.
        keys: its keys, as a person writes them; () for the command line alone.
        help: one clause for the help screen.
        action: the main screen's action, "" for a form of the command line.
        group: heading of the help screen.
        hint: a word or two for the hint line, "" where it is not shown there.
        panes: panes whose hint line shows it; () for all.
        line: its form on the command line, "" where it has none.
    """

    name: str
    keys: tuple[str, ...]
    help: str
    action: str
    group: str
    hint: str = ""
    panes: tuple[int, ...] = ()
    line: str = ""


_PANES, _MOVE, _NAMES = "Panes", "Moving", "Names"
_ASK, _DATA = "The question", "Data and the rest"


def _typed(name: str, help_: str, line: str) -> Command:
    """A form of the command line that has no key."""
    return Command(name, (), help_, "", "Command line", line=line)


COMMANDS: Final = (
    Command("spread", ("1",), "Spread: how wide is the gap, and how rare", "pane(1)", _PANES),
    Command("contributors", ("2",), "Contributors: who did it", "pane(2)", _PANES),
    Command("breadth", ("3",), "Breadth: a handful, or the whole market", "pane(3)", _PANES),
    Command("changes", ("4",), "Changes: who joins and leaves", "pane(4)", _PANES),
    Command("next_pane", ("tab",), "the next pane", "next_pane(1)", _PANES, "pane"),
    Command("previous_pane", ("shift+tab",), "the pane before", "next_pane(-1)", _PANES),
    Command("view", ("v",), "the pane's next view", "view", _PANES, "view"),
    Command("previous_view", ("V",), "the pane's view before", "previous_view", _PANES),
    Command("zoom", ("z",), "one pane on the whole screen, and back", "zoom", _PANES, "zoom"),
    Command("down", ("j", "down"), "one line down", "move('down')", _MOVE),
    Command("up", ("k", "up"), "one line up", "move('up')", _MOVE),
    Command("left", ("h", "left"), "to the table or pane on the left", "side(-1)", _MOVE),
    Command("right", ("l", "right"), "to the table or pane on the right", "side(1)", _MOVE),
    Command("first", ("g",), "to the first line", "move('first')", _MOVE),
    Command("last", ("G", "end"), "to the last line", "move('last')", _MOVE),
    Command("page_down", ("pagedown",), "a page down", "move('page_down')", _MOVE),
    Command("page_up", ("pageup",), "a page up", "move('page_up')", _MOVE),
    Command("half_down", ("ctrl+d",), "half a page down", "move('half_page_down')", _MOVE),
    Command("half_up", ("ctrl+u",), "half a page up", "move('half_page_up')", _MOVE),
    Command(
        "drill", ("enter",), "the name under the cursor, day by day", "drill", _NAMES, "name", LISTS
    ),
    Command(
        "explain", ("d",), "how the number came about: formula, figures, files", "explain", _NAMES
    ),
    Command(
        "filter",
        ("/",),
        "show only some names: tech, sector:energy, industry:semi, =BE,AMD, bank,oil, ret>25, w>1",
        "filter",
        _NAMES,
        "filter",
        (CONTRIBUTORS,),
    ),
    Command("next_match", ("n",), "the filter's next match among all lines", "seek(1)", _NAMES),
    Command("previous_match", ("N",), "its match before", "seek(-1)", _NAMES),
    Command(
        "sort", ("s",), "sort by the column whose letter follows", "sort", _NAMES, "sort", LISTS
    ),
    Command("reverse", ("S",), "turn the order round", "reverse", _NAMES, "", LISTS),
    Command("best", ("b",), "best contributors first, or worst", "best", _NAMES, "best", (2,)),
    Command("swap", ("x",), "the other index first, with the cursor", "swap", _NAMES, "swap"),
    Command(
        "more",
        ("+",),
        "more contributors in full, up to all; in Breadth, finer thresholds",
        "rows(1)",
        _NAMES,
        "finer",
        (BREADTH,),
    ),
    Command(
        "fewer", ("-",), "fewer, down to what fits; in Breadth, coarser ones", "rows(-1)", _NAMES
    ),
    Command("mark", ("space",), "mark the name under the cursor, or not", "mark", _NAMES),
    Command(
        "without",
        ("X",),
        "show the indices without the marked names, or with them again",
        "without",
        _NAMES,
    ),
    Command("board", ("B",), "the board: every pair at a glance", "board", _ASK, line="board"),
    Command("previous_pair", ("{",), "the pair before in the watch list", "pair(-1)", _ASK),
    Command("next_pair", ("}",), "the next pair of the watch list", "pair(1)", _ASK, "pair"),
    Command("shorter", ("[",), "the next shorter window", "window(-1)", _ASK),
    Command("longer", ("]",), "the next longer window", "window(1)", _ASK, "window"),
    Command("earlier", ("<",), "as of the session before", "step(-1)", _ASK),
    Command("later", (">",), "as of the session after", "step(1)", _ASK, "date"),
    Command("today", ("home",), "as of the last session with closes", "home", _ASK),
    Command("basis", ("t",), "price return, or total return", "basis", _ASK, "basis"),
    Command("command", (":", "ctrl+p"), "the command line", "command", _ASK, "command"),
    Command("refresh", ("r",), "fetch what is stale", "refresh(False)", _DATA, "refresh"),
    Command("refresh_all", ("R",), "fetch everything again", "refresh(True)", _DATA),
    Command(
        "retry",
        ("ctrl+r",),
        "fetch what is stale, and what failed a while ago without waiting",
        "retry",
        _DATA,
        line="retry",
    ),
    Command(
        "fetched",
        ("F",),
        "what the last refresh fetched and cost, what failed and why",
        "fetched",
        _DATA,
        line="fetched",
    ),
    Command(
        "since", ("u",), "what changed since the last look", "since", _DATA, "since", line="since"
    ),
    Command("alerts", ("A",), "the alerts that are set", "alerts", _DATA, line="alerts"),
    Command(
        "remove",
        ("delete", "backspace"),
        "remove the alert under the cursor, in their list",
        "remove",
        _DATA,
    ),
    Command(
        "import", ("i",), "import a file of holdings or prices", "bring", _DATA, line="import FILE"
    ),
    Command("demo", ("D",), "the simulated market, where there are no data", "demo", _DATA),
    Command("live", ("p",), "live quotes while the exchange is open, or not", "live", _DATA),
    Command("copy_row", ("y",), "copy the row under the cursor", "copy(False)", _DATA),
    Command("copy_pane", ("Y",), "copy the whole pane", "copy(True)", _DATA),
    Command("note", ("w",), "write the note of what is shown to files", "note", _DATA, line="note"),
    Command("back", ("escape",), "close, clear the filter, leave the zoom", "back", _DATA),
    Command("help", ("?",), "this page", "help", _DATA, "help"),
    Command("redraw", ("ctrl+l",), "draw the whole screen again", "redraw", _DATA),
    Command("suspend", ("ctrl+z",), "stop; the shell's fg goes on", "suspend", _DATA),
    Command("quit", ("q", "ctrl+c"), "quit", "quit", _DATA, "quit", line="q"),
    _typed("other_pair", "another small index, or another pair", "IWM [SPY]"),
    _typed("pair", "a pair of the watch list by its number, or any", "pair N"),
    _typed(
        "set_window",
        "1D 1W MTD QTD YTD 1M 3M 6M 1Y H1 H2, a year, or two dates",
        "ytd | 2025 | START:END",
    ),
    _typed("as_of", "as of a date; without one, the last session", "asof DATE"),
    _typed("price", "price return", "pr"),
    _typed("total", "total return", "tr"),
    _typed("exclude", "the indices without these names; alone: with all", "ex SPY MSFT META"),
    _typed(
        "breadth_list", "breadth of the members at the window's start, or at its end", "list end"
    ),
    _typed(
        "alert",
        "ring once when a number crosses a level, on this pair, window and basis",
        "alert gap rank <= 3",
    ),
    _typed("theme", "a theme's names alone, and marked; without a name, all again", "theme NAME"),
    _typed(
        "group",
        "a group of names of your own, saved and shown like a theme; group remove NAME",
        "group NAME = SYMBOLS",
    ),
    _typed(
        "fund", "a fund of your own: --issuer I --product N, or --index WORDS", "fund add SYMBOL"
    ),
    _typed("index", "one index alone; a pair ends it", "index IWM"),
    _typed(
        "view_named",
        "a view by its name, in whichever pane has it: industries, brinson, ladder",
        "view NAME",
    ),
    _typed(
        "edit_pairs",
        "a pair more or less on the watch list, or elsewhere in it: add, remove, move",
        "pair add IWM:QQQ",
    ),
    _typed("go", "the cursor on a name, by its symbol or a part of its name", "go NVDA"),
    _typed(
        "mark_names",
        "mark some names; mark matches: what the filter keeps; mark none",
        "mark MSFT META",
    ),
    _typed(
        "colours",
        "another palette, saved: dark, light, colour-blind, red-up, terminal",
        "colours NAME",
    ),
    _typed(
        "movers_since",
        "who gained and lost bp and places since a date in the window; alone: since a week back",
        "movers DATE",
    ),
    _typed(
        "picture",
        "a picture as PNG or SVG: gap, leaders, ladder, ratio and more, or the board",
        "picture NAME [FILE]",
    ),
    _typed(
        "set_setting",
        "a setting, saved in config.toml: open board, mouse off, window 1M, basis pr, pair IWM:SPY",
        "set NAME VALUE",
    ),
    _typed("help_on", "the parts of this page about a word", "help WORD"),
    _typed("ranked", "the members ranked by return", "mrr"),
    _typed("sort_by", "sort by bp, ret, w, symbol, name or sector", "sort bp"),
)

#: Name of a command -> its keys, where the config gives no others.
KEYS: Final = {command.name: command.keys for command in COMMANDS if command.keys}
_SHOWN: Final = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "escape": "esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "shift+tab": "S-tab",
}
#: What can be done where nothing is stored.
_WITHOUT_DATA: Final = ("next_pair", "command", "refresh", "help", "quit")
#: Hints that stand for two keys at once.
_BOTH: Final = {
    "longer": ("shorter", "longer"),
    "next_pair": ("previous_pair", "next_pair"),
    "later": ("earlier", "later"),
    "more": ("more", "fewer"),
}


def key_label(key: str) -> str:
    """A key as the screen writes it."""
    return _SHOWN.get(key, key)


def hints(pane: int, keys: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """(key, words) of the hint line of a pane, in the table's order.

    Args:
        pane: number of the pane, 0 where nothing is stored and there is none.
        keys: from `keys_of`.
    """
    pairs = [("1-4", "panes")] if pane else []
    for command in COMMANDS:
        has_effect = pane in command.panes if command.panes else True
        if command.hint and (has_effect if pane else command.name in _WITHOUT_DATA):
            names = _BOTH.get(command.name, (command.name,))
            pairs.append((" ".join(key_label(keys[name][0]) for name in names), command.hint))
    return pairs


def groups() -> dict[str, list[Command]]:
    """Heading -> its commands, in the table's order."""
    by_group: dict[str, list[Command]] = {}
    for command in COMMANDS:
        by_group.setdefault(command.group, []).append(command)
    return by_group
