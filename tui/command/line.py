"""Reads a typed command line into what it asks for."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from core.answer import alerts
from core.data.errors import WindowError
from core.data.question import FORMS, Question, normal, without_dividends
from core.data.record import record
from core.data.symbol_pattern import valid_symbol
from tui.command.commands import COMMANDS, SORTS, CommandError

if TYPE_CHECKING:
    from core.answer.alerts import Alert

#: What may be done with a pair of the watch list.
EDITS: Final = ("add", "remove", "move")


@record(frozen=True, slots=True)
class Act:
    """An action of a key, by its word."""

    action: str


@record(frozen=True, slots=True)
class WatchPair:
    """A pair of the watch list by its place, from 0."""

    place: int


@record(frozen=True, slots=True)
class SetAlert:
    """An alert on what is on the screen."""

    alert: Alert


@record(frozen=True, slots=True)
class Words:
    """A command of the line that takes words: the screen knows what they mean.

    Attributes:
        command: "fund", "import", "sort", or one of `VERBS`.
        words: as typed; of "sort" the column.
    """

    command: str
    words: str


@record(frozen=True, slots=True)
class EditPairs:
    """A change of the watch list in the config file.

    Attributes:
        verb: "add", "remove" or "move".
        pair: with which pair.
        place: of a move: "up", "down", or the place it is to have, from 1.
    """

    verb: str
    pair: tuple[str, str]
    place: str = ""


#: Commands that take the rest of the line as it is.
VERBS: Final = (
    "view", "go", "mark", "help", "colours", "movers", "picture", "group", "set", "theme",
)  # fmt: skip
ParsedLine = Words | Question | Act | WatchPair | SetAlert | EditPairs
#: Words of the command line that do what a key does.
_ACTS: Final = {c.line: c.action for c in COMMANDS if c.action and c.line}


def parse(
    text: str,
    question: Question,
    pairs: Sequence[tuple[str, str]] = (),
    sorts: Collection[str] = SORTS,
    funds: Collection[str] = (),
) -> ParsedLine:
    """Read a command line against the question on the screen.

    Args:
        text: as typed.
        question: what is on the screen.
        pairs: the watch list.
        sorts: columns that ``sort`` knows.
        funds: those that may be written in small letters; () for any.

    Raises:
        CommandError: It asks for nothing known; the message says what would.
    """
    words = text.split()
    if not words:
        return question
    head, arguments = words[0].casefold(), words[1:]
    if head in _ACTS and not arguments:
        return Act(_ACTS[head])
    if head == "alert":
        return _alert(text.split(None, 1)[1] if arguments else "", question)
    if head == "pair" and arguments and arguments[0].casefold() in EDITS:
        return _edited(arguments[0].casefold(), arguments[1:], question)
    if head == "pair":
        return _watched(arguments, question, pairs)
    if head in ("pr", "tr") and not arguments:
        if head == "tr" and (sentence := without_dividends(question)):
            raise CommandError(sentence)
        return replace(question, basis="pr" if head == "pr" else "tr")
    if head == "import":
        path = text.split(maxsplit=1)[1] if arguments else ""
        if not path:
            raise CommandError("import which file? write its path, or drag it here")
        return Words(head, path)
    if head == "asof":
        return replace(question, as_of=iso_date(arguments))
    if head == "ex":
        return replace(question, without=_symbols(arguments, (question.small, question.large)))
    if head == "list":
        if arguments not in (["start"], ["end"]):
            raise CommandError("which list of members? list start, or list end of the window")
        return replace(question, breadth_list="start" if arguments == ["start"] else "end")
    if head == "index":
        return _index(arguments, question)
    if head == "fund" and arguments:
        if arguments[0].casefold() != "add":
            raise CommandError("write fund add SYMBOL --issuer I --product N, or --index WORDS")
        return Words(head, " ".join(text.split(None, 2)[2:]))
    if head in VERBS:
        return Words(head, " ".join(arguments))
    if head == "mrr" and not arguments:
        head, arguments = "sort", ["ret"]
    if head == "sort":
        column = " ".join(arguments).casefold()
        key = next((name for name in sorts if name.casefold() == column), None)
        if key is None:
            raise CommandError(f"sort by what? {' '.join(sorts)}")
        return Words(head, key)
    if len(words) == 1 and (window := _window(words[0])):
        return replace(question, window=window)
    _check_words(words, funds)
    return _pair(words, question)


def _check_words(words: list[str], funds: Collection[str]) -> None:
    """Raise where a word is neither a fund known here nor written as a ticker is."""
    for word in re.split(r"[:\s]+", " ".join(words)):
        if not funds or not word or word == word.upper() or word.upper() in funds:
            continue
        import difflib

        heads = {form.split()[0] for c in COMMANDS for form in c.line.split("|") if form.split()}
        near = difflib.get_close_matches(word.casefold(), sorted(heads), 1)
        suggestion = f"; did you mean {near[0]}?" if near else ""
        ticker = f"; for a ticker write {word.upper()}" if valid_symbol(word.upper()) else ""
        raise CommandError(f"{word!r} is no command and no fund known here{suggestion}{ticker}")


def _alert(text: str, question: Question) -> SetAlert:
    try:
        return SetAlert(alerts.parse(text, question))
    except alerts.AlertError as error:
        raise CommandError(f"{error}") from None


def _edited(verb: str, arguments: list[str], question: Question) -> EditPairs:
    """``pair add IWM:QQQ``, ``pair remove IWM:QQQ``, ``pair move IWM:QQQ up``."""
    place = ""
    if verb == "move":
        place = arguments.pop().casefold() if arguments else ""
        if place not in ("up", "down") and not (place.isdigit() and 0 < len(place) < 4):
            raise CommandError("move it where? pair move IWM:QQQ up, down, or to a place such as 1")
    words = [word for word in re.split(r"[\s:]+", " ".join(arguments)) if word]
    if not words and verb != "add":
        words = [question.small, question.large][: 1 + bool(question.large)]
    if len(words) != 2:
        raise CommandError(f"{verb} which pair? pair {verb} IWM:QQQ{' up' * (verb == 'move')}")
    pair = _pair(words, question)
    return EditPairs(verb, (pair.small, pair.large), place)


def _watched(
    arguments: list[str], question: Question, pairs: Sequence[tuple[str, str]]
) -> Question | WatchPair:
    """``pair 2`` of the watch list, or any pair after the word."""
    if arguments and not arguments[0].isdigit():
        return _pair(arguments, question)
    place = int(arguments[0][:4]) if len(arguments) == 1 else 0
    if not 1 <= place <= len(pairs):
        numbered = " ".join(
            f"{n} {small}:{large}" for n, (small, large) in enumerate(pairs, start=1)
        )
        raise CommandError(f"which pair of the watch list? {numbered}")
    return WatchPair(place - 1)


def _window(word: str) -> str | None:
    try:
        return normal(word)
    except WindowError as error:
        # A pair may be written with a colon too; dates and periods begin with a digit.
        if re.match(r"\d.*:|\d+[DWMY]$", word, re.IGNORECASE):
            raise CommandError(str(error)) from None
        return None


def iso_date(
    arguments: list[str], form: str = "asof 2026-06-26, or asof alone for the last"
) -> date | None:
    """The ISO date of some words, None without any; ``form`` says how to write the command.

    Raises:
        CommandError: the words are no date.
    """
    if not arguments:
        return None
    try:
        return date.fromisoformat(" ".join(arguments))
    except ValueError:
        raise CommandError(f"{' '.join(arguments)!r} is no date; write {form}") from None


def _symbols(arguments: list[str], funds: tuple[str, str]) -> tuple[str, ...]:
    """Names to leave out; those behind a fund of the pair are left out of its index alone."""
    symbols: dict[str, None] = {}
    fund, empty = "", False
    for word in (part for text in arguments for part in re.split("[:,]", text.upper()) if part):
        if word in funds:
            fund, empty = f"{word}:", True
        elif not valid_symbol(word):
            raise CommandError(f"{word!r} is no symbol; write ex SPY MSFT META")
        else:
            symbols[f"{fund}{word}"] = None
            empty = False
    if empty:
        raise CommandError(f"{fund[:-1]} without which names? ex {fund}MSFT")
    return tuple(symbols)


def _index(arguments: list[str], question: Question) -> Question:
    """One index alone; of the pair on the screen the small one unless another is named."""
    fund = arguments[0].upper() if arguments else question.small
    if len(arguments) > 1 or not valid_symbol(fund):
        raise CommandError("which index alone? write index IWM; a pair such as IWM SPY ends it")
    return replace(question, small=fund, large=fund, without=(), alone=True)


def _pair(words: list[str], question: Question) -> Question:
    symbols = [word.upper() for word in re.split(r"[\s:]+", " ".join(words)) if word]
    if len(symbols) > 2 or not all(valid_symbol(symbol) for symbol in symbols):
        raise CommandError(
            f"{' '.join(words)!r} is no command: write a pair such as IWM SPY, a window"
            f" ({FORMS}), pair N, asof DATE, pr, tr, ex NAMES, sort COLUMN, alert, alerts, since,"
            " note or q"
        )
    small, large = symbols[0], symbols[1] if len(symbols) == 2 else question.large
    if small == large:
        raise CommandError(f"{small} cannot be compared with itself; write a pair such as IWM SPY")
    return replace(question, small=small, large=large, without=(), alone=False)
