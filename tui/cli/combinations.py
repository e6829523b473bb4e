"""Options that have no effect together: which ones, and the message that refuses them.

One row a rule. A command line is refused by the first of its options that a rule of its command
names, so that nothing a person writes is passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from core.data.record import record
from tui.report.note_formats import PICTURE_FORMATS

if TYPE_CHECKING:
    import argparse

#: What an option of texts holds that was not given.
_NO_TEXT: Final[tuple[object, ...]] = ("", [], "start")
_QUESTION: Final = ("pair", "window", "as_of", "basis", "index")
_NAMES: Final = ("without", "theme")


@record(frozen=True, slots=True)
class Rule:
    """Options of some commands that have no part in an answer.

    Attributes:
        commands: the commands, parted by blanks.
        options: by their names in the arguments; the first that was given is named.
        words: what is said after it.
        when: where the rule holds; None for always.
    """

    commands: str
    options: tuple[str, ...]
    words: str
    when: Callable[[argparse.Namespace], bool] | None = None


def _is_given(arguments: argparse.Namespace, name: str) -> bool:
    value = getattr(arguments, name, None)
    # a 0 that was given equals False, and is not it
    return value is not None and value is not False and value not in _NO_TEXT


def _with(name: str) -> Callable[[argparse.Namespace], bool]:
    return lambda arguments: _is_given(arguments, name)


def _lacks(name: str) -> Callable[[argparse.Namespace], bool]:
    return lambda arguments: not _is_given(arguments, name)


def _draws(arguments: argparse.Namespace) -> bool:
    return arguments.format in PICTURE_FORMATS


def _csv_but(part: str) -> Callable[[argparse.Namespace], bool]:
    """Whether CSV of another part is requested."""
    return lambda arguments: arguments.format == "csv" and arguments.part != part


_BOARD: Final = "is of one pair; the board shows all its pairs: leave it out"
_FUNDS: Final = "is of one pair; --board fetches the closes of all its funds: leave it out"
_HISTORY: Final = "has no part in --history, which fetches a fund's dated files: leave it out"
_OF_NO_MARKET: Final = "has no part in this command, which asks no question: leave it out"
_KEEP_ONLY: Final = "has no part in --keep-only, which writes nothing: leave it out"
_COMPARE: Final = "has no part in --compare, which stores nothing: leave it out"

RULES: Final = (
    Rule("note", ("part",), "picks a table: it goes with --format csv; `internals export` writes"
         " all", lambda a: a.format != "csv"),
    Rule("note", ("picture", "dark"), "goes with --format svg or png", lambda a: not _draws(a)),
    Rule("note", ("length",), "goes with --format text or md, without --since",
         lambda a: a.format not in ("text", "md") or _is_given(a, "since")),
    Rule("note", ("pair", "window", "index", *_NAMES, "breadth_list", "since"), _BOARD,
         lambda a: a.picture == "board"),
    Rule("note", ("window",), "has no part in the picture of the ratio, which is of all years",
         lambda a: a.picture == "ratio"),
    Rule("note", ("since",), "goes with text, md, html, json, line, slack or xlsx, or with --part"
         " since: a picture or a table does not tell what changed",
         lambda a: _draws(a) or _csv_but("since")(a)),
    Rule("note", _NAMES, "goes with --part without, or with a format that shows it: this one"
         " does not", lambda a: a.format == "line" or _csv_but("without")(a)
         or (_draws(a) and a.picture is None)),
    Rule("note board history", ("force",), "goes with --output FILE", _lacks("output")),
    Rule("history", ("series", "output"), _KEEP_ONLY, _with("keep_only")),
    Rule("history", ("format",), _KEEP_ONLY, lambda a: a.keep_only and a.format != "text"),
    Rule("board", ("pair", "index"), _BOARD),
    Rule("board", ("window",), "is of the breadth, which this format does not tell",
         lambda a: a.format == "line" or _draws(a)),
    Rule("board", ("dark",), "goes with --format svg or png", lambda a: not _draws(a)),
    Rule("explain", _NAMES, "goes with --measure without",
         lambda a: (a.measure or "").partition(":")[0] != "without"),
    Rule("explain", ("breadth_list",), "goes with --measure of breadth, such as share_up",
         lambda a: a.measure is None),
    Rule("export", ("window", *_NAMES, "breadth_list"),
         "has no part in --history, which covers every month", _with("history")),
    Rule("refresh", ("board", "compare", "format", "pair", "index", "window", "full", "retry",
                     "accept"), _HISTORY, lambda a: a.history is not None),
    Rule("refresh", ("fund", "daily"), "goes with --history YEAR", lambda a: a.history is None),
    Rule("refresh", ("pair", "index", "window", "accept"), _FUNDS, _with("board")),
    Rule("refresh", ("board", "full", "retry", "accept", "window", "progress"), _COMPARE,
         _with("compare")),
    Rule("refresh", ("format",), "goes with --compare SOURCE", _lacks("compare")),
    Rule("refresh", ("progress",), "and --quiet exclude each other", _with("quiet")),
    Rule("refresh quotes", ("as_of", "basis"), "has no part here: what is fetched is of now, and as"
         " it was traded"),
    Rule("quotes", ("window",), "has no part in quotes, which are of now"),
    Rule("status", ("pair",), "has no part in --imports, which lists all of them",
         _with("imports")),
    Rule("import forget funds publish mcp completion doctor", _QUESTION[:-1], _OF_NO_MARKET),
    # `funds add` has an --index of its own
    Rule("import forget publish mcp completion doctor", ("index",), _OF_NO_MARKET),
    Rule("status", _QUESTION[1:], "has no part in this command: --pair says whose refresh is"
         " priced"),
    Rule("funds", ("format",), "is of the list; adding a fund prints one sentence",
         lambda a: a.action is not None and a.format != "text"),
    Rule("serve", ("index",), "has no part in this command: name a --pair"),
    Rule("note board history export explain refresh quotes import funds forget publish serve mcp"
         " status completion doctor", ("watch",), "is of the screen alone: leave it out"),
)  # fmt: skip


def without_effect(arguments: argparse.Namespace) -> str:
    """The sentence that refuses the first option with no effect; "" where all have one."""
    for rule in RULES:
        if arguments.command not in rule.commands.split():
            continue
        if rule.when is not None and not rule.when(arguments):
            continue
        for option in rule.options:
            if _is_given(arguments, option):
                return f"--{option.replace('_', '-')} {rule.words}"
    return ""
