"""What the screen looks like, as text, at the sizes people have.

``python -m tests.tui.test_looks`` writes the looks anew; read the difference before keeping it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from core.data.question import Question
from tests.tui.board_market import board_market
from tests.tui.driving import drive, press, seen, settle, until
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import newer, small_market
from tests.tui.test_themes import contrast, luminance
from tui.screen.app import InternalsApp

#: What stands on the screen until a thread has answered.
UNDER_WAY = ("counting advances", "looking for what is new")
FOLDER = Path(__file__).parent / "looks"
#: Name -> size, keys from the look before in the same walk, and the sentence saying what must be
#: seen.
LOOKS: dict[str, tuple[tuple[int, int], tuple[str, ...], str]] = {
    "80x24-spread": (
        (80, 24),
        (),
        "One pane fills the screen: the whole headline, both returns and the gap, rank 1 of 12,"
        " two lines of different pattern from a common zero, the gap below them.",
    ),
    "80x24-command": (
        (80, 24),
        (":", "a"),
        "The typed command in the last line, what may follow in the line above it.",
    ),
    "80x24-paths": (
        (80, 24),
        ("escape", "v", "v", "v", "v"),
        "The gap through the same window of each year, small charts on one scale, last values"
        " beside the years, 2026 marked; every figure whole.",
    ),
    "120x36": (
        (120, 36),
        ("2",),
        "Four panes, two by two, the second one active with a heavy title line; one index in"
        " it; every foot has as-of date, state and coverage.",
    ),
    "120x36-bridge": (
        (120, 36),
        ("3", "z", "v", "v"),
        "The bridge as a waterfall: each bar begins where the one above ended, the last is the"
        " gap from zero; the figures the steps are differences of below.",
    ),
    "120x36-months": (
        (120, 36),
        ("z", "1", "z", "v", "v", "v"),
        "Months down, years across, the year below; every figure in pp with its sign, June and the"
        " year 2026 marked as not whole, and how many whole months IWM was ahead.",
    ),
    "80x24-stretches": (
        (80, 24),
        ("v",),
        "Every stretch of 127 sessions counted by its gap, 2,871 of them; this one, +11 pp, is in"
        " the bin that the mark points at, and no other is as wide.",
    ),
    "80x24-ratio": (
        (80, 24),
        ("v",),
        "The ratio of closes over all years with its averages of 50 and 200 closes, each with its"
        " last value; how far it stands from its highs.",
    ),
    "80x24-contributors": (
        (80, 24),
        ("2",),
        "IWM's best and worst names with sector, weight, return, bp and a bar from a common zero;"
        " all others and the two unexplained parts add up to +2,000 bp.",
    ),
    "160x48-without": (
        (160, 48),
        (":", "e", "x", "space", "S", "2", "8", "space", "L", "1", "9", "enter"),
        "Without S28 and L19: the status line says so, the headline and pane 1 give gap and both"
        " returns without them by name of the convention; both indices with symbol, return and bp.",
    ),
    "120x36-matches": (
        (120, 36),
        ("z", "2", "z", "/", "=", "S", "2", "9", ",", "S", "0", "0", ",", "L", "0", "0", "enter"),
        "Three names alone in both tables; a line sums the matches of each index up with weight,"
        " return and bp, all others are those that do not match, and the sum is the fund's return.",
    ),
    "80x24-breadth": (
        (80, 24),
        ("3",),
        "19 of 30 and 13 of 20 lines rose; both histograms mirrored on the same bins, counts"
        " outside; medians below.",
    ),
    "80x24-daily": (
        (80, 24),
        ("v", "v", "v"),
        "The last session's counts of both indices, and the share of members above their 50-day"
        " average through the window.",
    ),
    "80x24-brinson": (
        (80, 24),
        ("2", "v", "v", "v", "v"),
        "The gap by sector: weights, allocation, selection, interaction, total; the sums below;"
        " bars and returns were dropped.",
    ),
    "80x24-explain": (
        (80, 24),
        ("V", "V", "V", "V", "d"),
        "S29's 296.0 bp: the formula, the figures in it, the file and the closes they came from.",
    ),
    "80x24-changes": (
        (80, 24),
        ("escape", "4"),
        "Two files of IWM, S29 left with the +296 bp it brought, N00 and N01 joined.",
    ),
    "80x24-name": (
        (80, 24),
        ("2", "enter"),
        "S29 against IWM day by day, its contribution below, membership dates, esc leads back.",
    ),
    "80x24-help": (
        (80, 24),
        ("escape", "?"),
        "Keys and what they do, from the table; the last line says that more follows.",
    ),
    "80x24-windows": (
        (80, 24),
        ("escape", *":view", "space", *"windows", "enter", "s", "1"),
        "IWM's names with their bp over 1D, 1W, MTD, QTD and YTD, sorted by 1D as its arrow says;"
        " which windows rest on estimated weights is marked and said.",
    ),
    "200x60": (
        (200, 60),
        ("2",),
        "Four panes; both indices side by side with sectors beside them; a bar a year under the"
        " lines; ladder and moments under the histogram.",
    ),
    "200x60-zoom": (
        (200, 60),
        ("z",),
        "Contributors on the whole screen: every column, all lines of both indices.",
    ),
    "80x24-board": (
        (80, 24),
        ("B",),
        "A row a pair under fixed headings: gaps of five windows, two percentiles, run, ratio"
        " against its 200-session average, sparkline; five lines of news; ! where a row is old.",
    ),
    "160x48-board": (
        (160, 48),
        (),
        "All pairs in their groups, whose names stand once; every line of the news.",
    ),
    "200x60-board": (
        (200, 60),
        (),
        "All pairs in their groups with every column of closes and a longer trend; no breadth, as"
        " no list of members is held; every line of the news.",
    ),
    "200x60-board-rotation": (
        (200, 60),
        ("j", "v"),
        "Percentile of the 3M gap across, its change upwards, a tail and a name a pair; the pair"
        " under the cursor named with its two figures above.",
    ),
    "120x36-board": (
        (120, 36),
        ("v", "k", "s", "x", "j"),
        "All 26 pairs, the most stretched first, those without closes last with the reason; group,"
        " the 50-session average and both 52-week extremes beside; news below.",
    ),
    "160x48-averages": (
        (160, 48),
        (":", "e", "x", "enter", "3", *":view", "space", *"averages", "enter"),
        "Pane 3: every row another label, the short title where the whole one has no room.",
    ),
    "160x48-signals": (
        (160, 48),
        (*":view", "space", *"signals", "enter"),
        "Pane 3: each signal's state, since when, and when it was last on, in whole sentences.",
    ),
    "160x48-movers": (
        (160, 48),
        ("2", "z", *":movers", "space", *"2026-03-31", "enter"),
        "Who gained in IWM since 31 March: bp then, now and their difference with a bar, the place"
        " then and now; the sums of all lines and the fund's return close the table.",
    ),
    "40x10-weights": (
        (40, 10),
        ("z", "4", *":view", "space", *"weights", "enter"),
        "Two measures with both indices' values, told apart by their short titles.",
    ),
    "80x24-empty": ((80, 24), (), "Nothing is held: what to do next, no empty pane."),
    "20x5": ((20, 5), (), "The terminal is too small, and says so."),
}


def is_under_way(text: str) -> bool:
    """Whether a screen still waits for a thread."""
    return any(words in text for words in UNDER_WAY)


def themes_of(name: str) -> tuple[str, ...]:
    """The themes a look is looked at in: of a board, both."""
    return ("dark", "light") if "-board" in name else ("dark",)


def walks() -> list[list[str]]:
    """The looks that one start of the screen shows one after the other, those of a size.

    The smallest sizes come after others. Those of the board are one walk through the sizes; an
    empty store is started for its own.
    """
    by_start: dict[object, list[str]] = {}
    for name, (size, *_) in LOOKS.items():
        start: object = "board" if "-board" in name else size if size[0] >= 80 else (160, 48)
        if name.endswith("-empty"):
            start = name
        by_start.setdefault(start, []).append(name)
    return list(by_start.values())


def walk(names: list[str]) -> dict[tuple[str, str], tuple[str, set[tuple[str, str]]]]:
    """(Look, theme) -> its text, and the (letters, ground) colours that it is written in."""
    looks = {}

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        for name in names:
            size, keys, sentence = LOOKS[name]
            if app.size != size:
                await pilot.resize_terminal(*size)
                await settle(pilot, app)
            await press(pilot, app, *keys)
            for theme in themes_of(name):
                app.theme = theme
                await settle(pilot, app)
                strips = app.screen._compositor.render_strips()
                while is_under_way("\n".join(strip.text for strip in strips)):
                    await until(lambda: not is_under_way(seen(app)))
                    strips = app.screen._compositor.render_strips()
                lines = [f"# {sentence}"]
                colours: set[tuple[str, str]] = set()
                for strip in strips:
                    lines.append(strip.text.rstrip())
                    for text, style, _ in strip:
                        if any(map(str.isalnum, text)) and style and style.color and style.bgcolor:
                            pair = (style.color, style.bgcolor)
                            colours.add(tuple(c.get_truecolor().hex for c in pair))
                looks[name, theme] = "\n".join(lines) + "\n", colours

    size = LOOKS[names[0]][0]
    if "-board" in names[0]:
        question = Question(basis="pr")
        drive(story, desk=FakeDesk(board_market()), size=size, question=question, news=True)
    else:
        # a market of its own: another story may have had the changes since the session before
        # worked out, and here they are not waited for
        held = None if names[0].endswith("-empty") else newer(small_market(simulated=True), 7)
        drive(story, desk=FakeDesk(held), size=size)
    return looks


@pytest.mark.parametrize("names", walks(), ids=lambda names: names[0])
def test_look(names: list[str]) -> None:
    """The texts are as they were kept, in every theme that a look has."""
    looks = walk(names)
    assert list(looks) == [(name, theme) for name in names for theme in themes_of(name)]
    for (name, theme), (text, colours) in looks.items():
        assert text == (FOLDER / f"{name}.txt").read_text(encoding="utf-8"), (name, theme)
        if "-board" in name:
            is_readable(theme, colours)


def is_readable(theme: str, colours: set[tuple[str, str]]) -> None:
    """Letters on a ground of the theme's, at WCAG's 3 to 1 or more."""
    assert len(colours) > 3
    for letters, ground in colours:
        assert contrast(letters, ground) >= 3, (theme, letters, ground)
    grounds = [luminance(ground) for _, ground in colours]
    middle = sorted(grounds)[len(grounds) // 2]
    assert middle > 0.6 if theme == "light" else middle < 0.1


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for together in walks():
        for (each, theme), (shown, _) in walk(together).items():
            if theme == "dark":
                (FOLDER / f"{each}.txt").write_text(shown, encoding="utf-8")
