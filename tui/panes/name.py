"""One name, day by day: its path against the index, its weight, what it brought."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from textual.message import Message

from core.answer.trail import Trail, trail
from core.data.errors import CoreError
from tui.charts import Chart, Series, stacked_charts
from tui.panes.explain import Asked, ExplainScreen
from tui.panes.help import PageScreen, page_bindings
from tui.panes.wording import BASIS, flowed, state_words, wrapped
from tui.text import formats
from tui.text.spans import Drawing, Line, inset, line_width

if TYPE_CHECKING:
    from core.answer.snapshot import IndexView, Snapshot
    from core.data.frames import FloatArray
    from core.data.market import Market


@dataclass
class Followed(Message):
    """The name was followed through the window, or it was not."""

    trail: Trail | None
    sentence: str


class NameScreen(PageScreen, inherit_bindings=False):
    """A page about one line of one index."""

    BINDINGS: ClassVar[list[Any]] = page_bindings("drill", explain="explain")

    def __init__(self, snapshot: Snapshot, market: Market, fund: str, symbol: str) -> None:
        super().__init__()
        self.snapshot, self.market, self.fund, self.symbol = snapshot, market, fund, symbol

    def on_mount(self) -> None:
        """Follow the name in a thread; say so until then."""
        said = f" {self.symbol} in {self.fund}: following it through the window …"
        self.sheet.show(lambda width, height: [[(said, "dim")]])
        self.run_worker(self._follow, thread=True, exit_on_error=False)

    def _follow(self) -> None:
        try:
            found = trail(self.market, self.snapshot, self.fund, self.symbol)
            sentence = f"{self.symbol} is no line of {self.fund} in this window"
        except CoreError as error:
            found, sentence = None, f"{error}"
        self.post_message(Followed(found, sentence))

    def action_explain(self) -> None:
        """How its contribution came about."""
        wanted = (Asked(self.fund, "contribution", self.symbol),)
        self.app.push_screen(ExplainScreen(self.snapshot, self.market, wanted))

    def on_followed(self, message: Followed) -> None:
        """Draw what was found."""
        if message.trail is None:
            self.sheet.show(lambda width, height: [[(f" {message.sentence}.", "bold")]])
            return
        self.sheet.show(partial(drawing, self.snapshot, message.trail))


def drawing(snapshot: Snapshot, found: Trail, width: int, height: int) -> Drawing:
    """The page: facts, then as many of three charts as there is room for."""
    lines = _facts(snapshot, found, width)
    left = height - len(lines) - 1
    side = "small" if found.fund == snapshot.question.small else "large"
    charts = 3 if left >= 24 else 2 if left >= 14 else 1
    share = max(left // (charts + 1), 4)
    stacked: list[Chart] = []
    measured = bool(np.isfinite(found.line).any())
    if measured:
        lead = [
            Series(found.fund, found.index, side, dashed=True),
            Series(found.symbol, found.line, "gap"),
        ]
        caption = "return since the start, against the index"
        stacked.append(Chart(lead, left - share * (charts - 1) - 1, caption=caption))
    if charts >= 2 and measured:
        brought = [Series("brought", found.contribution, "up", filled=True)]
        caption = f"brought to {found.fund}, bp"
        stacked.append(Chart(brought, share - 1, "bp", places=0, caption=caption))
    if charts >= 3 and np.isfinite(found.weight).any():
        weight = [Series("weight", found.weight, side)]
        caption = f"weight in {found.fund}"
        stacked.append(Chart(weight, share - 1, sign=False, zero=False, caption=caption))
    stacked = [chart for chart in stacked if chart.height >= 2]
    lines += inset(stacked_charts(found.sessions, stacked, width - 2))
    lines.append([(" esc", "bold"), (" back", "dim")])
    return lines


def _last(values: FloatArray) -> float | None:
    held = values[np.isfinite(values)]
    return float(held[-1]) if len(held) else None


def _first(values: FloatArray) -> float | None:
    held = values[np.isfinite(values)]
    return float(held[0]) if len(held) else None


def _facts(snapshot: Snapshot, found: Trail, width: int) -> Drawing:
    """Who it is, what it did, when it was a member, and what a reader should know."""
    window, basis = snapshot.window, BASIS[snapshot.question.basis]
    head: Line = [
        (f" {found.symbol}", "bold"),
        (f"  {found.name}", "bold"),
        (f"  {found.sector}", "dim"),
    ]
    if snapshot.simulated:
        room = width - line_width(head) - len("SIMULATED ")
        head += [(" " * max(room, 1), ""), ("SIMULATED ", "mark")]
    as_of = (
        f" in {found.fund}, {window.label} {window.start} → {window.end}, {basis},"
        f" as of {snapshot.as_of}, {state_words(snapshot)}"
    )
    lines: Drawing = [head, [(formats.fit(as_of, max(width, 1)).rstrip(), "dim")]]
    view = snapshot.indices.get(found.fund)
    lines += [[(f" {line}", "")] for line in flowed(_figures(found, view), width - 2)]
    lines += [[(" ", ""), *line] for line in wrapped(_membership(found), width - 2)]
    for flag in found.flags:
        lines += [[(" ! ", "mark"), *line] for line in wrapped(flag, width - 4)]
    return [*lines, []]


def _figures(found: Trail, view: IndexView | None) -> list[str]:
    """Return, contribution, rank and weight at both ends."""
    told = [f"return {formats.pct(_last(found.line))}"]
    if view is not None and found.symbol in view.contributors.symbols:
        row = view.contributors.symbols.index(found.symbol)
        lines = view.contributors
        told.append(f"contribution {formats.bp(float(lines.contribution[row]), 1)}")
        told.append(f"rank {row + 1:,} of {len(lines):,}")
        if row in lines.joined or row in lines.left:
            told.append(f"while a member {formats.pct(float(lines.returns[row]))}")
    start, end = _first(found.weight), _last(found.weight)
    if start is not None:
        told.append(f"weight {formats.weight(start)} → {formats.weight(end)}")
    told.append(f"{found.fund} {formats.pct(_last(found.index))}")
    return told


def _membership(found: Trail) -> str:
    """From which file to which it is listed."""
    if not found.memberships:
        return "in no holdings file up to the as-of date"
    told = []
    for first, last in found.memberships:
        since = f"since {first}" if first else "since before the first file held"
        told.append(f"a member {since}" + (f" until {last}" if last else ""))
    return "; ".join(told)
