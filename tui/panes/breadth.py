"""Pane 3, Breadth: whether few names or the whole market moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from textual.widget import Widget

from core.note.breadth_words import breadth_sentence
from tui.charts import histogram_pair, ladder_bar, waterfall
from tui.command.commands import BREADTH
from tui.panes.pane import Pane
from tui.panes.sheet import Panel
from tui.panes.wording import below_floor, flowed, hanging, no_index, wrapped
from tui.panes.years import YearsView
from tui.text import formats
from tui.text.spans import Drawing, Line, fit_line, inset

if TYPE_CHECKING:
    from core.answer.snapshot import IndexView, Snapshot
    from core.data.market import Market
    from core.measures.breadth import Bin
    from core.measures.daily import Daily
    from tui.host.scene import Scene, Side

#: Cells of the names of the histogram's bins.
_BINS: Final = 14
#: Cells of the longest bar of the ladder.
_LONGEST: Final = 40


def _measures(
    scene: Scene,
    view: str,
    series: Mapping[Side, Daily],
    width: int,
    more: Mapping[str, Mapping[Side, str]] | None = None,
) -> Drawing:
    """The rows of the table of measures that a view shows, and more rows below them."""
    from core.answer.table import shown_in
    from tui.panes import measure_rows

    return measure_rows.table(scene, shown_in(BREADTH, view), series, width, more)


#: Views that need breadth session by session.
COUNTED: Final = ("daily", "session", "averages", "sectors", "ten sessions", "signals")


def by_session(
    scene: Scene, view: str, series: Mapping[Side, Daily], width: int, height: int
) -> Drawing:
    """A view that needs breadth session by session."""
    if view in ("session", "averages"):
        return _measures(scene, view, series, width)
    # loaded by the first look at them
    from tui.panes import breadth_views, daily

    draw = {
        "daily": daily.drawing,
        "sectors": breadth_views.sectors,
        "ten sessions": breadth_views.ten_sessions,
        "signals": breadth_views.signal_list,
    }[view]
    return draw(scene, series, width, height)


class BreadthPane(Pane):
    """How many lines rose, and by how much."""

    NUMBER = BREADTH
    WITH_CHANGE = frozenset({"ladder"})

    def __init__(self) -> None:
        super().__init__()
        self._sheet = Panel(classes="body")
        self._years = YearsView(self, self._sheet, "share_up")
        self._counted: Market | None = None
        self._counting: Market | None = None
        self._daily: tuple[Snapshot, dict[Side, Daily]] | None = None

    def body(self) -> Iterator[Widget]:
        """The body: one drawing."""
        yield self._sheet

    def sheet(self) -> Panel:
        """The drawing."""
        return self._sheet

    def show_ladder(self) -> None:
        """Turn to a view in which thresholds can be seen."""
        if self.view not in ("histogram", "ladder"):
            self.view = "ladder"
            self.redraw()

    def draw(self, scene: Scene) -> None:
        """Show the view in force."""
        if self.view in COUNTED:
            self._draw_counted(scene)
            return
        if self._counting is not scene.market:
            # nobody looks at what was counted of another market
            self._counting = self._counted = self._daily = None
        if self.view == "years":
            self._years.draw(scene)
            return
        self._years.hide(scene)
        self._sheet.show(lambda width, height: drawing(scene, self.view, width, height))

    def _draw_counted(self, scene: Scene) -> None:
        """Session by session: counted once for a market, in a thread."""
        market = scene.market
        if market is self._counted:
            if self._daily is None or self._daily[0] is not scene.snapshot:
                self._daily = scene.snapshot, _daily_of(scene)
            series, view = self._daily[1], self.view
            self._sheet.show(lambda w, h: by_session(scene, view, series, w, h))
            return
        if self._counting is not market:
            self._counting = market
            work = partial(self._count, scene, market)
            # described, or Textual writes out the work's arguments: the market, in 0.4 s
            self.run_worker(work, description="breadth", thread=True, exit_on_error=False)
        if self._counted is None:
            waiting = " counting advances and declines, session by session …"
            self._sheet.show(lambda width, height: [[(waiting, "dim")]], unfinished=True)

    def _count(self, scene: Scene, market: Market) -> None:
        """In a thread: the first look keeps what every later one needs."""
        _daily_of(scene)
        self.call_later(self._show_counted, market)

    def _show_counted(self, market: Market) -> None:
        """Show what was counted, where the view still needs it."""
        self._counted = market
        if self.scene is not None and self.view in COUNTED:
            self.draw(self.scene)

    def notes(self, scene: Scene) -> list[str]:
        """Why nothing is claimed, where that is so."""
        return below_floor(scene)


def _daily_of(scene: Scene) -> dict[Side, Daily]:
    """Side -> its daily breadth up to the window's end."""
    from core.answer.by_session import daily_of

    by_side = {
        side: daily_of(scene.market, scene.snapshot, scene.fund(side)) for side in scene.sides
    }
    return {side: series for side, series in by_side.items() if series is not None}


def drawing(scene: Scene, view: str, width: int, height: int) -> Drawing:
    """A view of the pane."""
    if not scene.views():
        return no_index(scene, width)
    if view == "bridge":
        falls = bridge(scene, width)
        beneath = [[], *moments(scene, width)]
        # what the steps are differences of, where all of it has room
        return falls + beneath if len(falls) + len(beneath) <= height else falls
    if view == "ladder":
        return [*ladder(scene, width), [], *moments(scene, width)]
    summary_lines = summary(scene, width, room=height - 10)
    rungs = [[], *ladder(scene, width)]
    if height >= 36:
        below = [*rungs, [], *moments(scene, width)]
    else:
        full, brief = ([[], *compact(scene, width, lines)] for lines in (2, 1))
        # Nine bins under their head; what else is shown depends on the lines left.
        drawings: tuple[Drawing, ...] = ([*full, *rungs], [*brief, *rungs], full, brief)
        room = height - len(summary_lines) - 10
        below = next((lines for lines in drawings if len(lines) <= room), [])
    bins = histogram(scene, width, max(height - len(summary_lines) - len(below), 1))
    while below and bins and not bins[-1]:
        bins.pop()
    return [*summary_lines, *bins, *below]


def compact(scene: Scene, width: int, lines: int) -> Drawing:
    """Mean, median and how uneven the returns are, a line or two an index."""
    drawing_lines: Drawing = []
    for side, view in scene.views():
        counts = view.breadth
        parts = [
            f"median {formats.pct(counts.median)}",
            f"equal weight {formats.pct(counts.equal_weight)}",
            f"outperforming {formats.pct(counts.share_outperforming, 1, sign=False)}",
            f"dispersion {formats.pct(counts.dispersion, sign=False)}",
            f"skew {formats.number(counts.skew, 2, sign=True)}",
        ]
        rows: Drawing = [[(text, "")] for text in flowed(parts, width - 7, lines)]
        drawing_lines += hanging(_head(view.fund, side), rows)
    return drawing_lines


def _head(fund: str, side: Side) -> Line:
    """The name of an index, before its figures."""
    return [(" ", ""), (formats.fit(fund, 5), f"{side} bold")]


def summary(scene: Scene, width: int, room: int) -> Drawing:
    """One line an index: who rose, out of how many."""
    lines: Drawing = []
    for side, view in scene.views():
        counts = view.breadth
        sentence = breadth_sentence(view).removeprefix(f"{view.fund}: ") or (
            f"{counts.up:,} of {counts.n:,} measured lines rose"
        )
        lines += hanging(_head(view.fund, side), wrapped(sentence, width - 7))
    return lines[: max(room, 0)]


def bin_label(one: Bin) -> str:
    """-10 to 0 %, below -50 %, above 100 %."""
    low = None if one.low is None else round(one.low * 100)
    high = None if one.high is None else round(one.high * 100)
    if low is None:
        return f"to {high} %"
    if high is None:
        return f"over {low} %"
    return f"{low} to {high} %"


def _lists(
    views: Sequence[tuple[Side, IndexView]], heads: Sequence[str], room: int, *forms: str
) -> list[str]:
    """Which list each index counts, in the first form that all heads have room for; else "".

    Args:
        views: those shown.
        heads: what else the heads say.
        room: cells of a head with these words.
        forms: "{}" stands for "start" or "end".
    """
    members = [view.breadth.members for _, view in views]
    for form in forms:
        texts = ["" if one is None else form.format(one.which) for one in members]
        if all(len(head) + len(text) <= room for head, text in zip(heads, texts, strict=True)):
            return texts
    return [""] * len(members)


def histogram(scene: Scene, width: int, height: int) -> Drawing:
    """Returns of the indices that have lines, on the same bins, the largest on top."""
    views = scene.views()
    bins = views[0][1].breadth.histogram[::-1]
    counts = [[one.count for one in view.breadth.histogram[::-1]] for _, view in views]
    heads = [f"{view.fund}  N {view.breadth.n:,}" for _, view in views]
    of_lists = _lists(views, heads, (width - 2 - _BINS) // 2, ", list at {}", " {}")
    names = [f"{view.fund}{words}" for (_, view), words in zip(views, of_lists, strict=True)]
    styles: list[str] = [side for side, _ in views]
    if len(views) == 1:
        counts, names = [*counts, [0] * len(bins)], [*names, ""]
        styles.append("dim")
    bars = histogram_pair(
        [bin_label(one) for one in bins],
        counts[0],
        counts[1],
        width - 2,
        max(height, 1),
        (names[0], names[1]),
        styles=(styles[0], styles[1]),
    )
    return inset(bars)


def ladder(scene: Scene, width: int) -> Drawing:
    """Lines beyond each threshold, with the bar of their share."""
    views = scene.views()
    # A longer bar says no more, and draws the two indices apart.
    side_width = min((width - 9) // max(len(views), 1) - 2, 15 + _LONGEST)
    # Below this the bar says less than the figures.
    bar = side_width - 15
    head: Line = [(" " * 9, "")]
    heads = [f"{view.fund} of {view.breadth.n:,}" for _, view in views]
    of_lists = _lists(views, heads, side_width, ", list at {}", ", at {}")
    for (side, _), title, words in zip(views, heads, of_lists, strict=True):
        head += [(formats.fit(f"{title}{words}", side_width), f"{side} bold"), ("  ", "")]
    lines: Drawing = [head]
    for rungs in zip_longest(*(view.breadth.ladder for _, view in views)):
        first = rungs[0]
        sign = "<" if first.below else ">"
        line: Line = [(f"{f'{sign} {first.threshold * 100:.4g} %':>8} ", "")]
        for (side, _), rung in zip(views, rungs, strict=True):
            line.append((f"{rung.count:>6,}", ""))
            line.append((f"{formats.pct(rung.share, 1, sign=False):>8} ", "dim"))
            if bar >= 4:
                line += ladder_bar(rung.share if rung.share is not None else 0.0, bar, side)
            used = 15 + (bar if bar >= 4 else 0)
            line.append((" " * (side_width - used + 2), ""))
        lines.append(fit_line(line, width))
    return lines


def moments(scene: Scene, width: int) -> Drawing:
    """Mean, median, spread of the returns, and what stands outside the count."""
    outside: dict[str, dict[Side, str]] = {}
    for side, view in scene.views():
        for reason, n in view.breadth.outside:
            outside.setdefault(f"not counted: {reason}", {})[side] = formats.count(n)
    return _measures(scene, "ladder", {}, width, outside)


def bridge(scene: Scene, width: int) -> Drawing:
    """The gap taken apart: five steps that add up to it."""
    snapshot = scene.snapshot
    spread = snapshot.spread
    if not snapshot.bridge or spread is None:
        return no_index(scene, width) + wrapped(
            "The bridge needs both funds' closes and holdings.", width
        )
    rows: list[tuple[str, float, str]] = []
    for step in snapshot.bridge:
        rows.append((step.name, step.value, ""))
        rows += [("  " + part.name, part.value, "dim") for part in step.parts]
    label = min(max(len(name) for name, _, _ in rows) + 1, max(width - 12, 8))
    bar = width - label - 12
    falls = (
        waterfall(
            [v for _, v, style in rows if not style], min(bar, 100), styles=("small", "large")
        )
        if bar >= 6
        else []
    )
    bars = iter(falls)
    question = snapshot.question
    lines: Drawing = [
        [(" ", ""), (f"why {question.small} and {question.large} parted, pp", "dim")],
    ]
    for name, value, style in rows:
        line: Line = [(" ", ""), (formats.fit(name, label), style)]
        line += [(f"{formats.pp(value, unit=False):>8}", style), ("  ", "")]
        lines.append(line + (next(bars, []) if not style else []))
    total: Line = [(" ", ""), (formats.fit("gap of the funds", label), "bold")]
    total += [(f"{formats.pp(spread.gap, unit=False):>8}", "bold"), ("  ", "")]
    total += next(bars, [])
    lines += [[(" ", ""), ("─" * (label + 8), "axis")], total]
    return lines
