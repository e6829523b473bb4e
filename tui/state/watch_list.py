"""The watch list after a change, and the text of config.toml with it.

An edit changes nothing but the list: comments, other settings and the way the list is written
stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tui.state.config import ConfigError, two_funds
from tui.state.settings import inserted

if TYPE_CHECKING:
    from tui.command.line import EditPairs

Pairs = tuple[tuple[str, str], ...]
_KEY: Final = "pairs"


def applied(edit: EditPairs, pairs: Pairs) -> Pairs:
    """The list after a change.

    Raises:
        ConfigError: the list has not what the change is about; one sentence.
    """
    name = ":".join(edit.pair)
    if edit.verb == "add":
        if edit.pair in pairs:
            raise ConfigError(f"{name} is on the watch list already")
        return (*pairs, edit.pair)
    if edit.pair not in pairs:
        listed = " ".join(map(":".join, pairs))
        raise ConfigError(f"{name} is not on the watch list; on it are {listed}")
    others = tuple(pair for pair in pairs if pair != edit.pair)
    if edit.verb == "remove":
        if not others:
            raise ConfigError(f"{name} is the only pair of the watch list: add another first")
        return others
    place = pairs.index(edit.pair)
    index = {"up": place - 1, "down": place + 1}.get(edit.place)
    index = int(edit.place) - 1 if index is None else index
    index = min(max(index, 0), len(others))
    return (*others[:index], edit.pair, *others[index:])


def array(pairs: Pairs) -> str:
    """A watch list as TOML has it."""
    return "[" + ", ".join(f'"{small}:{large}"' for small, large in pairs) + "]"


def with_pairs(text: str, before: Pairs, after: Pairs) -> str | None:
    """A config file's text with another watch list; None where that cannot be done safely.

    Args:
        text: TOML.
        before: the list in force, as the file has it or as it is where the file has none.
        after: the list wanted: those of ``before`` in any order, without some or with more.
    """
    import tomllib

    data = tomllib.loads(text)
    if _KEY not in data:
        changed: str | None = inserted(text, f"{_KEY} = {array(after)}\n")
    else:
        spans = _spans(text)
        listed = tuple(two_funds(name) for name in data[_KEY])
        if spans is None or listed != before or len(spans) != len(before):
            return None
        changed = _by_lines(text, spans, before, after) or _in_line(text, spans, before, after)
    if changed is None:
        return None
    try:
        result = tomllib.loads(changed)
    except tomllib.TOMLDecodeError:
        return None
    # nothing but the list may differ, and the list is the one wanted
    same = {**result, _KEY: None} == {**data, _KEY: None}
    return changed if same and tuple(map(two_funds, result[_KEY])) == after else None


def _spans(text: str) -> list[tuple[int, int]] | None:
    """Spans of the strings of the list at the top of a file, quotes with them; None without it."""
    at = 0
    for row in text.splitlines(keepends=True):
        head = row.partition("=")
        if row.lstrip().startswith("["):
            return None
        if head[1] and head[0].strip().strip("\"'") == _KEY:
            return _strings(text, at + len(head[0]) + 1)
        at += len(row)
    return None


def _strings(text: str, at: int) -> list[tuple[int, int]] | None:
    """Spans of the strings of an array that begins after ``at``; None where it is no plain one."""
    spans: list[tuple[int, int]] = []
    opened = False
    while at < len(text):
        char = text[at]
        if char == "#":
            at = text.find("\n", at)
            if at < 0:
                return None
        elif char in "\"'":
            end = text.find(char, at + 1)
            if not opened or end < 0 or text.startswith(char * 3, at):
                return None
            spans.append((at, end + 1))
            at = end
        elif char == "[" and not opened:
            opened = True
        elif char == "]" and opened:
            return spans
        elif char not in ", \t\r\n":
            return None
        at += 1
    return None


def _by_lines(
    text: str, spans: Sequence[tuple[int, int]], before: Pairs, after: Pairs
) -> str | None:
    """A list with a line a pair: each line moves with its comment; None where it is no such list.

    The comment beside a pair that is taken away stays, on a line of its own.
    """
    starts = [text.rfind("\n", 0, start) + 1 for start, _ in spans]
    ends = [text.find("\n", stop) + 1 for _, stop in spans]
    indents = [text[a:start] for a, (start, _) in zip(starts, spans, strict=True)]
    tails = [_tail(text[stop:end]) for end, (_, stop) in zip(ends, spans, strict=True)]
    alone = len(set(starts)) == len(starts) and not any(indent.strip() for indent in indents)
    plain = all(not tail.strip() or tail.lstrip().startswith("#") for tail in tails)
    if not spans or not alone or not plain or not all(ends):
        return None
    tail_of = dict(zip(before, tails, strict=True))
    indent = indents[-1]
    rows = [f'{indent}"{":".join(pair)}",{tail_of.get(pair, chr(10))}' for pair in after]
    orphan_comments = (tail_of[pair].lstrip() for pair in before if pair not in after)
    rows += [indent + comment for comment in orphan_comments if comment]
    # what stands between two of the lines stays between lines of the same places
    parts = [text[: starts[0]]]
    for n, row in enumerate(rows):
        between = text[ends[n - 1] : starts[n]] if 0 < n < len(starts) else ""
        parts += [between, row]
    parts += [text[ends[n - 1] : starts[n]] for n in range(max(len(rows), 1), len(starts))]
    return "".join([*parts, text[ends[-1] :]])


def _tail(rest: str) -> str:
    """The text on a line after a pair, without its comma."""
    return rest.lstrip(" \t")[1:] if rest.lstrip(" \t").startswith(",") else rest


def _in_line(
    text: str, spans: Sequence[tuple[int, int]], before: Pairs, after: Pairs
) -> str | None:
    """A list with several pairs a line: its strings replaced, the last taken away or more added.

    None where a comment among them would stand beside another pair than before.
    """
    if spans and "#" in text[spans[0][0] : spans[-1][1]] and after[: len(before)] != before:
        return None
    names = [f'"{small}:{large}"' for small, large in after]
    parts, end = list[str](), 0
    for (start, stop), name in zip(spans, names, strict=False):
        parts += [text[end:start], name]
        end = stop
    parts += [f", {name}" for name in names[len(spans) :]]
    if len(names) < len(spans):
        end = spans[-1][1]
    return "".join(parts) + text[end:]
