"""One name, day by day: its path against the index, its weight, its contribution."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from core.answer.trail import Trail, trail
from core.data.errors import CoreError
from core.note.rank_text import rank_of
from core.note.ranking_words import BASIS_WORDS
from tui.charts import Curve, SubChart, stacked_charts
from tui.panes.explain import ExplainRequest, ExplainScreen
from tui.panes.help import HelpScreen, PageScreen, page_bindings
from tui.panes.stepping import Stepping
from tui.panes.wording import part_lines, wrapped
from tui.text import formats
from tui.text.safe import safe_lines
from tui.text.spans import Drawing, Line, inset, line_width
from tui.widgets.deferred import Deferred

if TYPE_CHECKING:
    from core.answer.snapshot import IndexView, Snapshot
    from core.data.frames import FloatArray
    from core.data.question import Question
    from tui.host.host import Host
    from tui.host.scene import Scene


class NameScreen(Stepping, PageScreen, inherit_bindings=False):
    """A page about one line of one index."""

    BINDINGS: ClassVar[list[Any]] = page_bindings(
        "drill",
        explain="explain",
        next_match="other_name(1)",
        previous_match="other_name(-1)",
        shorter="window(-1)",
        longer="window(1)",
        earlier="step(-1)",
        later="step(1)",
        today="home",
        basis="basis",
        copy_row="copy",
        copy_pane="copy",
        help="help",
    )

    def __init__(self, host: Host, scene: Scene, fund: str, symbol: str) -> None:
        super().__init__()
        self.host = host
        #: The answer and the trail that are drawn, None while there is only a sentence.
        self._page: tuple[Snapshot, Trail] | None = None
        self._following = True
        self._copying = Deferred(lambda: not self._following)
        self.snapshot, self.market = scene.snapshot, scene.market
        self.fund, self.symbol = fund, symbol

    def on_mount(self) -> None:
        """Follow the name in a thread; say so until then."""
        self._page, self._following = None, True
        waiting = f" {self.symbol} in {self.fund}: following it through the window …"
        self.sheet.show(lambda width, height: [[(waiting, "dim")]], unfinished=True)
        self.run_worker(self._follow, thread=True, exit_on_error=False)

    def action_other_name(self, step: int) -> None:
        """Show the next name of the index by contribution, or the one before."""
        view = self.snapshot.indices.get(self.fund)
        symbols = view.contributors.symbols if view is not None else ()
        if not symbols:
            return
        place = symbols.index(self.symbol) + step if self.symbol in symbols else 0
        self.sheet.scroll_lines("first")
        self.symbol = symbols[place % len(symbols)]
        self.on_mount()

    def answered(self) -> None:
        """Follow the name through what is answered now."""
        host = self.host
        if host.snapshot is not None and host.market is not None:
            self.snapshot, self.market = host.snapshot, host.market
            self.run_worker(self._follow, thread=True, exit_on_error=False)

    def ask(self, question: Question) -> None:
        """Answer another question, for the panes too."""
        self.host.ask(question)

    @property
    def waits(self) -> bool:
        """Whether the page is copied as soon as it is there."""
        return self._copying.waits

    def action_copy(self) -> None:
        """Copy the page, once it is there."""
        self._copying.do(self._copy)

    def _copy(self) -> None:
        # a clipboard may be pasted into a shell, and no line filter stands before it
        self.app.copy_to_clipboard(safe_lines(self.sheet.text()))

    def action_help(self) -> None:
        """Show what every key does."""
        self.app.push_screen(HelpScreen(self.host.keys))

    def _follow(self) -> None:
        symbol, snapshot = self.symbol, self.snapshot
        try:
            path = trail(self.market, snapshot, self.fund, symbol)
            sentence = f"{symbol} is no line of {self.fund} in this window"
        except CoreError as error:
            path, sentence = None, f"{error}"
        if symbol == self.symbol and snapshot is self.snapshot:
            # a slower answer about what stood there before is not shown under this title
            self.call_later(self._show, snapshot, path, sentence)

    def action_explain(self) -> None:
        """Explain the contribution of the line."""
        requests = (ExplainRequest(self.fund, "contribution", self.symbol),)
        self.app.push_screen(ExplainScreen(self.snapshot, self.market, requests))

    def _show(self, snapshot: Snapshot, path: Trail | None, sentence: str) -> None:
        """Draw the name's way through an answer's window, or the sentence why there is none."""
        self._following = False
        if path is None:
            self._page = None
            self.sheet.show(lambda width, height: [[(f" {sentence}.", "bold")]])
        else:
            self._page = snapshot, path
            self.status_changed()
        self._copying.go_on()
        self.host.take_up()

    def status_changed(self) -> None:
        """Draw the page with what the app has to say in place of its keys."""
        if self._page is not None:
            words = self.host.error or self.host.notice
            self.sheet.show(partial(drawing, *self._page, words))


def drawing(snapshot: Snapshot, path: Trail, words: str, width: int, height: int) -> Drawing:
    """The page: facts, then as many of three charts as there is room for.

    Args:
        snapshot: the answer that the name was followed through.
        path: the name through its window.
        words: stand in place of the keys, "" for the keys.
        width: cells.
        height: lines.
    """
    lines = _facts(snapshot, path, width)
    room = height - len(lines) - 1
    side = "small" if path.fund == snapshot.question.small else "large"
    charts = 3 if room >= 24 else 2 if room >= 14 else 1
    share = max(room // (charts + 1), 4)
    stacked: list[SubChart] = []
    measured = bool(np.isfinite(path.line).any())
    if measured:
        lead = [
            Curve(path.fund, path.index, side, dashed=True),
            Curve(path.symbol, path.line, "gap"),
        ]
        caption = "return since the start, against the index"
        stacked.append(SubChart(lead, room - share * (charts - 1) - 1, caption=caption))
    if charts >= 2 and measured:
        contribution = [Curve("brought", path.contribution, "up", filled=True)]
        caption = f"brought to {path.fund}, bp"
        stacked.append(SubChart(contribution, share - 1, "bp", places=0, caption=caption))
    if charts >= 3 and np.isfinite(path.weight).any():
        weight = [Curve("weight", path.weight, side)]
        caption = f"weight in {path.fund}"
        stacked.append(SubChart(weight, share - 1, sign=False, zero=False, caption=caption))
    stacked = [chart for chart in stacked if chart.height >= 2]
    lines += inset(stacked_charts(path.sessions, stacked, width - 2))
    keys = (
        ("n N", "names"),
        ("[ ]", "window"),
        ("< >", "date"),
        ("t", "basis"),
        ("d", "explain"),
        ("y", "copy"),
        ("esc", "back"),
    )
    hint: Line = [(f" {words}", "bold")] if words else []
    for key, does in keys if not words else ():
        hint += [(f" {key}", "bold"), (f" {does} ", "dim")]
    lines.append(hint)
    return lines


def _ends(values: FloatArray) -> tuple[float | None, float | None]:
    """The first and the last finite value, None where there is none."""
    finite = values[np.isfinite(values)]
    return (float(finite[0]), float(finite[-1])) if len(finite) else (None, None)


def _facts(snapshot: Snapshot, path: Trail, width: int) -> Drawing:
    """The line's name, its figures, when it was a member, and what a reader should know."""
    window, basis = snapshot.window, BASIS_WORDS[snapshot.question.basis]
    head: Line = [
        (f" {path.symbol}", "bold"),
        (f"  {path.name}", "bold"),
        (f"  {' · '.join(filter(None, (path.sector, path.industry)))}", "dim"),
    ]
    if snapshot.simulated:
        room = width - line_width(head) - len("SIMULATED ")
        head += [(" " * max(room, 1), ""), ("SIMULATED ", "mark")]
    as_of = (
        f" in {path.fund}, {window.label} {window.start} → {window.end}, {basis},"
        f" as of {snapshot.as_of}, {snapshot.state_words}"
    )
    lines: Drawing = [head, [(formats.fit(as_of, max(width, 1)).rstrip(), "dim")]]
    view = snapshot.indices.get(path.fund)
    lines += part_lines(_figures(path, view), width)
    lines += inset(wrapped(_membership(path), width - 2))
    for flag in path.flags:
        lines += [[(" ! ", "mark"), *line] for line in wrapped(flag, width - 4)]
    return [*lines, []]


def _figures(path: Trail, view: IndexView | None) -> list[str]:
    """Return, contribution, rank and weight at both ends."""
    figures = [f"return {formats.pct(_ends(path.line)[1])}"]
    if view is not None and path.symbol in view.contributors.symbols:
        row = view.contributors.symbols.index(path.symbol)
        lines = view.contributors
        figures.append(f"contribution {formats.bp(float(lines.contribution[row]), 1)}")
        figures.append(rank_of(row + 1, len(lines)))
        if row in lines.joined or row in lines.left:
            figures.append(f"while a member {formats.pct(float(lines.returns[row]))}")
    start, end = _ends(path.weight)
    if start is not None:
        figures.append(f"weight {formats.weight(start)} → {formats.weight(end)}")
    figures.append(f"{path.fund} {formats.pct(_ends(path.index)[1])}")
    return figures


def _membership(path: Trail) -> str:
    """From which file to which it is listed."""
    if not path.memberships:
        return "in no holdings file up to the as-of date"
    stretches = []
    for first, last in path.memberships:
        since = f"since {first}" if first else "since before the first file"
        stretches.append(f"a member {since}" + (f" until {last}" if last else ""))
    return "; ".join(stretches)
