"""What stands around the panes once there is an answer, and the screen where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from core.data.question import ABOVE, BELOW
from core.note.headline import headline
from core.note.ranking_words import BASIS_WORDS
from tui.command.commands import key_label
from tui.panes.frame import TITLES, most_headline, question_line
from tui.panes.wording import hanging, names_text, tied, without_text, wrapped
from tui.text import formats
from tui.text.spans import Drawing, Line, inset, line_width

if TYPE_CHECKING:
    from core.answer.snapshot import Snapshot
    from core.data.question import Question
    from tui.host.scene import Scene


def header(
    scene: Scene | None, question: Question, width: int, pairs: Sequence[tuple[str, str]] = ()
) -> Line:
    """The pair and its place in the watch list, the window and its two closes, the as-of date."""
    line = question_line(question, pairs)
    if scene is None:
        return line
    snapshot = scene.snapshot
    start, end = snapshot.window.start, snapshot.window.end
    basis = BASIS_WORDS[snapshot.question.basis]
    last = " (last)" if snapshot.as_of == snapshot.last_session else ""
    parts: list[Line] = [
        [(f"  {start} → {end}", "")],
        [(f"  {basis}", "bold")],
        [(f"  {snapshot.state_words}", "dim")],
        [(f"  as of {snapshot.as_of}{last}", "")],
    ]
    tail: Line = [("SIMULATED ", "mark")] if snapshot.simulated else []
    for part in parts:
        if line_width(line) + line_width(part) + line_width(tail) + 1 <= width:
            line += part
    room = width - line_width(line) - line_width(tail)
    return [*line, (" " * max(room, 1), ""), *tail] if tail else line


def headline_text(scene: Scene) -> str:
    """The headline sentence; the header and every pane already say SIMULATED."""
    return tied(headline(scene.snapshot).removeprefix("SIMULATED: "))


def headline_lines(scene: Scene, width: int, height: int) -> Drawing:
    """The headline sentence, and the same without the names left out, on a line of its own.

    Args:
        scene: what is shown.
        width: cells of the screen.
        height: its lines, which decide how many of them it may take.
    """
    sentence, most = headline_text(scene), most_headline(height)
    without = without_text(scene.snapshot, width - 2)
    most = max(most - bool(without), 1)
    lines = inset(wrapped(sentence, width - 2, "bold", most))
    return [*lines, [(" ", ""), (without, "mark")]] if without else lines


def copy_heading(snapshot: Snapshot, pane: int, view: str) -> str:
    """The heading over copied text: pair, window, basis, date and view, tab-separated."""
    question, window = snapshot.question, snapshot.window
    parts = [
        f"{question.small} – {question.large}",
        f"{window.label} {window.start} → {window.end}",
        BASIS_WORDS[question.basis],
        f"as of {snapshot.as_of}",
        f"{TITLES[pane]}: {view}",
    ]
    if question.without:
        parts.append(f"without {' '.join(question.without)}")
    return "\t".join(["SIMULATED"] * snapshot.simulated + parts)


def standing(
    question: Question, snapshot: Snapshot | None, filtered: str = "", marked: int = 0
) -> str:
    """Say what of a question and of what is shown is not usual, "" where all is.

    Args:
        question: what is asked.
        snapshot: what is shown, for the last session with closes.
        filtered: the filter in force, as typed.
        marked: names marked by hand.
    """
    parts = []
    if question.without:
        parts.append(f"without {names_text(question.without)}")
    if filtered:
        parts.append(filtered if filtered.startswith("theme ") else f"/{filtered}")
    if question.as_of is not None and (
        snapshot is None or min(question.as_of, snapshot.as_of) < snapshot.last_session
    ):
        parts.append(f"as of {question.as_of} (not the last)")
    if question.breadth_list == "end":
        parts.append("members at the end")
    if (question.above, question.below) != (ABOVE, BELOW):
        parts.append("other thresholds")
    if marked and not question.without and not filtered.startswith("theme "):
        parts.append(f"{marked:,} marked")
    return " · ".join(parts)


def age_texts(snapshot: Snapshot, now: datetime) -> list[str]:
    """Say how old the prices are, and which generation of the store they come from.

    Returns the fullest words first, then shorter ones for a line with less room.
    """
    times = [
        source.fetched_at
        for source in snapshot.sources
        if source.what.startswith("prices") and source.fetched_at
    ]
    closes = []
    if times:
        # the oldest says how fresh they are; one ahead of the clock, that has no age
        oldest = max(times) if max(times) > now else min(times)
        fetched = f"fetched {formats.ago(oldest, now)}"
        closes = [f"closes to {snapshot.last_session}, {fetched}", f"prices {fetched}"]
    if snapshot.generation is None:
        return closes
    store = f"store {snapshot.generation}"
    return [f"{words} · {store}" for words in closes] or [store]


def next_steps(
    cost: str, keys: Mapping[str, tuple[str, ...]], source: str, *, simulated: bool
) -> list[tuple[str, str]]:
    """List the keys that bring data: each key and what it does.

    Args:
        cost: what a refresh would cost, "" where not known.
        keys: command -> its keys in force.
        source: of prices, as the settings name it.
        simulated: whether the market is, into which nothing can be brought.
    """
    if simulated:
        return [("internals", "the real market, in a separate store")]
    vendor = {"yahoo": "Yahoo", "files": "your folder of files"}.get(source, source)
    demo, fetch, bring = (key_label(keys[name][0]) for name in ("demo", "refresh", "import"))
    return [
        (demo, "look around in a simulated market, in a separate store; no network"),
        (fetch, f"fetch from the issuers and {vendor}. {cost}" if cost else "fetch from here"),
        (
            bring,
            "import a file: any issuer's holdings (CSV, XLSX, JSON), or closes of your own"
            " vendor (these, Parquet, or a folder); from a shell: internals import holdings FILE,"
            " internals import prices FILE",
        ),
    ]


def ways_back(shown_before: Question, keys: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """List the keys that lead away from a pair of the watch list without data."""
    both = " ".join(key_label(keys[name][0]) for name in ("previous_pair", "next_pair"))
    return [
        (both, "the pair before, the next pair of the watch list"),
        (key_label(keys["back"][0]), f"back to {shown_before.small} – {shown_before.large}"),
    ]


def welcome(
    sentence: str, question: Question, steps: list[tuple[str, str]], width: int, height: int
) -> Drawing:
    """The first screen: of an empty store, or of a question without data."""
    inner = max(min(width - 4, 90), 10)
    lines: Drawing = [[(f"{' – '.join(question.funds)}, {question.window}", "bold")], []]
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
        explanation = wrapped(does, inner - (wide + 2 if beside else 5), "dim")
        if beside:
            lines += hanging([(f"  {what:<{wide}}", "bold")], explanation)
        else:
            lines.append([(f"  {what}", "bold")])
            lines += [[("     ", ""), *line] for line in explanation]
    margin = max((width - inner) // 2, 1)
    top = max((height - len(lines)) // 3, 0)
    return [[]] * top + [[(" " * margin, ""), *line] for line in lines]
