"""What stands around the panes: header, headline, status, hints, and the first screen."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime

from core.note import headline
from core.question import Question
from core.snapshot import Snapshot
from tui import formats
from tui.commands import hints, shown
from tui.panes.scene import BASIS, Scene, state_words, wrapped
from tui.spans import Drawing, Line, line_width


def header(
    scene: Scene | None, question: Question, width: int, pairs: Sequence[tuple[str, str]] = ()
) -> Line:
    """The pair and its place in the watch list, the window and its two closes, the as-of date."""
    line: Line = [
        (" ", ""),
        *place_text(question, pairs),
        (question.small, "small bold"),
        (" – ", "dim"),
        (question.large, "large bold"),
        (f"  {question.window}", "bold"),
    ]
    if scene is None:
        return line
    snapshot = scene.snapshot
    start, end = formats.date_text(snapshot.window.start), formats.date_text(snapshot.window.end)
    basis = BASIS[snapshot.question.basis]
    last = " (last)" if snapshot.as_of == snapshot.last_session else ""
    parts: list[Line] = [
        [(f"  {start} → {end}", "")],
        [(f"  {basis}", "bold")],
        [(f"  {state_words(snapshot)}", "dim")],
        [(f"  as of {formats.date_text(snapshot.as_of)}{last}", "")],
    ]
    tail: Line = [("SIMULATED ", "mark")] if snapshot.simulated else []
    for part in parts:
        if line_width(line) + line_width(part) + line_width(tail) + 1 <= width:
            line += part
    room = width - line_width(line) - line_width(tail)
    return [*line, (" " * max(room, 1), ""), *tail] if tail else line


def place_text(question: Question, pairs: Sequence[tuple[str, str]]) -> Line:
    """Which of how many pairs of the watch list; nothing for a pair that is not of it."""
    pair = (question.small, question.large)
    if pair not in pairs or len(pairs) < 2:
        return []
    return [(f"{pairs.index(pair) + 1}/{len(pairs)} ", "dim")]


def headline_lines(scene: Scene, width: int, most: int) -> Drawing:
    """The headline sentence; the header and every pane already say SIMULATED."""
    said = headline(scene.snapshot).removeprefix("SIMULATED: ")
    return [[(" ", ""), *line] for line in wrapped(said, width - 2, "bold", most)]


def age_text(snapshot: Snapshot, now: datetime) -> str:
    """How old the prices are, and which generation of the store they come from."""
    times = [
        source.fetched_at
        for source in snapshot.sources
        if source.what.startswith("prices") and source.fetched_at
    ]
    parts = []
    if times:
        # the oldest says how fresh they are; one ahead of the clock, that no age can be told
        oldest = max(times) if max(times) > now else min(times)
        parts.append(f"prices fetched {formats.ago(oldest, now)}")
    if snapshot.generation is not None:
        parts.append(f"store {snapshot.generation}")
    return " · ".join(parts)


def status(message: str, kind: str, right: str, width: int) -> Line:
    """A sentence on the left, the data's age on the right where both fit.

    Args:
        message: what is to be said.
        kind: "error", "busy", "alert" or "".
        right: the age.
        width: cells.
    """
    signs = {"error": ("! ", "mark"), "busy": ("… ", "mark"), "alert": ("◆ ", "mark reverse")}
    sign = signs.get(kind, ("", ""))
    room = width - 2 - len(sign[0])
    text = message
    if right and formats.cell_width(message) + len(right) + 2 <= room:
        text = formats.fit(message, room - len(right))
        return [
            (" ", ""),
            sign,
            (text, "bold" if kind in ("error", "alert") else "dim"),
            (right, "dim"),
        ]
    if not message:
        return [(" ", ""), (formats.fit(right, room).rstrip(), "dim")]
    text = formats.fit(text, room).rstrip()
    return [(" ", ""), sign, (text, "bold" if kind in ("error", "alert") else "dim")]


#: From this width on panes may stand beside each other.
FOUR_WIDE = 112


def hint_line(pane: int, keys: Mapping[str, tuple[str, ...]], width: int) -> Line:
    """Keys that do something here; help and quit stay when the others do not fit.

    What every pane has keeps its place in front, so that a change of pane sends little.
    """
    everywhere = hints(min(pane, 1), keys)
    last = [pair for pair in everywhere if pair[1] in ("help", "quit")]
    shared = [pair for pair in everywhere if pair not in last]

    def own(number: int) -> list[tuple[str, str]]:
        return [pair for pair in hints(number, keys) if pair not in everywhere]

    def spans(pairs: list[tuple[str, str]]) -> Line:
        line: Line = [(" ", "")]
        for key, words in pairs:
            line += [(key, "bold"), (f" {words}  ", "dim")]
        return [*line[:-1], (line[-1][0].rstrip(), "dim")]

    # where panes stand beside each other, room for the longest of theirs: the shared ones stay
    beside = (1, 2, 3, 4) if pane and width >= FOUR_WIDE else (pane,)
    most = max((own(number) for number in beside), key=lambda pairs: line_width(spans(pairs)))
    while shared and line_width(spans(shared + last + most)) > width:
        shared.pop()
    here = own(pane)
    while here and line_width(spans(shared + last + here)) > width:
        here.pop()
    return spans(shared + last + here)


def too_small(width: int, height: int) -> Drawing:
    """What is left to say in a terminal that holds nothing."""
    said = textwrap.wrap("terminal too small: 80x24 shows everything", max(width, 1))
    top = max((height - len(said)) // 2, 0)
    return [[]] * top + [[(line.center(width).rstrip(), "")] for line in said]


def waiting(width: int, height: int) -> Drawing:
    """Before the first answer."""
    return [[]] * max(height // 2 - 1, 0) + [
        [("No data yet: reading the store …".center(width), "dim")]
    ]


def next_steps(
    cost: str, keys: Mapping[str, tuple[str, ...]], *, simulated: bool
) -> list[tuple[str, str]]:
    """What brings data, each a key away: the key and what it does.

    Args:
        cost: what a refresh would cost, "" where not known.
        keys: command -> its keys in force.
        simulated: whether the market is, into which nothing can be brought.
    """
    if simulated:
        return [("internals", "the real market, in a store of its own")]
    demo, fetch, bring = (shown(keys[name][0]) for name in ("demo", "refresh", "import"))
    return [
        (demo, "look around in a simulated market, in a store of its own; no network"),
        (fetch, f"fetch from the issuers and Yahoo. {cost}" if cost else "fetch from here"),
        (
            bring,
            "import a file: an issuer's holdings (iShares, SSGA, Invesco, plain CSV), or closes"
            " of your own vendor (CSV, Parquet); from a shell: internals import holdings FILE,"
            " internals import prices FILE",
        ),
    ]


def ways_back(shown_before: Question, keys: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """What leads away from a pair of the watch list that nothing is held of."""
    both = " ".join(shown(keys[name][0]) for name in ("previous_pair", "next_pair"))
    return [
        (both, "the pair before, the next pair of the watch list"),
        (shown(keys["back"][0]), f"back to {shown_before.small} – {shown_before.large}"),
    ]


def welcome(
    sentence: str, question: Question, steps: list[tuple[str, str]], width: int, height: int
) -> Drawing:
    """The first screen of an empty store, or of a question nothing is held for."""
    inner = max(min(width - 4, 90), 10)
    lines: Drawing = [[(f"{question.small} – {question.large}, {question.window}", "bold")], []]
    lines += wrapped(sentence, inner)
    if steps:
        lines += [[], [("What to do next", "bold")], []]
    steps = [
        *steps,
        (":", "another pair or window, such as IWM SPY"),
        ("?", "every key; `internals doctor` in a shell says whether all is well here"),
        ("q", "quit"),
    ]
    wide = max(len(what) for what, _ in steps) + 2
    beside = inner >= wide + 30
    for what, does in steps:
        said = wrapped(does, inner - (wide + 2 if beside else 5), "dim")
        if beside:
            lines.append([(f"  {what:<{wide}}", "bold"), *said[0]])
            lines += [[(" " * (wide + 2), ""), *line] for line in said[1:]]
        else:
            lines.append([(f"  {what}", "bold")])
            lines += [[("     ", ""), *line] for line in said]
    left = max((width - inner) // 2, 1)
    top = max((height - len(lines)) // 3, 0)
    return [[]] * top + [[(" " * left, ""), *line] for line in lines]
