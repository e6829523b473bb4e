"""How a number came about: its formula with the figures filled in, and where each came from."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, ClassVar, Final

from core.answer.table import shown_in
from core.data.errors import CoreError
from core.data.record import record
from core.explain.measures import explain
from tui.command.commands import BREADTH, CHANGES, CONTRIBUTORS, SPREAD
from tui.panes.help import PageScreen, page_bindings
from tui.report.explained import page_of

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.data.market import Market
    from core.explain.explanation import Explanation
    from core.explain.ground import Ground
    from tui.host.scene import Scene, Side
    from tui.text.spans import Drawing


@record(frozen=True)
class ExplainRequest:
    """One measure of one index."""

    fund: str
    measure: str
    item: str = ""


def _rows(pane: int, view: str) -> tuple[str, ...]:
    """Names of the measures of the table that a view shows."""
    return tuple(row.key for row in shown_in(pane, view))


#: Pane and view -> what of them is explained: measures of the row under the cursor, of the
#: pair, or of both indices.
_OF_ROW: Final = {
    (CONTRIBUTORS, "names"): "contribution",
    (CONTRIBUTORS, "sectors"): "sector",
    (CONTRIBUTORS, "industries"): "industry",
    (CONTRIBUTORS, "themes"): "theme",
    (CONTRIBUTORS, "gap"): "leader",
    (CONTRIBUTORS, "brinson"): "brinson",
    (CONTRIBUTORS, "windows"): "contribution",
    (CONTRIBUTORS, "sector windows"): "sector",
    (CONTRIBUTORS, "movers"): "contribution",
    (CONTRIBUTORS, "left out"): "contribution",
    (CHANGES, "membership"): "change",
}
_OF_PAIR: Final = {
    (SPREAD, "lines"): ("gap", "rolling", "streak", "ratio", "geometric", "drawdown"),
    (SPREAD, "years"): ("rank", "since", "z", "percentile"),
    (SPREAD, "full years"): ("full-rank", "since", "z", "percentile"),
    (SPREAD, "months"): ("gap", "ratio"),
    (SPREAD, "paths"): ("gap", "rank", "since", "percentile"),
    (SPREAD, "stretches"): ("rolling", "streak", "followed"),
    (SPREAD, "ratio"): ("ratio", "followed"),
    (BREADTH, "bridge"): ("bridge",),
    (CONTRIBUTORS, "gap"): ("leader",),
    (CONTRIBUTORS, "brinson"): ("brinson",),
}
_OF_BOTH: Final = {
    (BREADTH, "histogram"): ("counts", "histogram", *_rows(BREADTH, "ladder")),
    (BREADTH, "ladder"): ("ladder", *_rows(BREADTH, "ladder")),
    (BREADTH, "daily"): (*_rows(BREADTH, "session"), "above"),
    (BREADTH, "session"): _rows(BREADTH, "session"),
    (BREADTH, "averages"): _rows(BREADTH, "averages"),
    (BREADTH, "sectors"): ("sector",),
    (BREADTH, "ten sessions"): (
        "advances", "declines", "up4", "down4", "above", "highs-lows", "mcclellan",
    ),
    (BREADTH, "signals"): ("signals", "zweig_average"),
    (BREADTH, "years"): ("share_up",),
    (CONTRIBUTORS, "sectors"): ("sector",),
    (CONTRIBUTORS, "industries"): ("industry",),
    (CONTRIBUTORS, "sector windows"): ("sector",),
    (CONTRIBUTORS, "themes"): ("theme",),
    (CHANGES, "membership"): ("turnover",),
    (CHANGES, "concentration"): ("top", *_rows(CHANGES, "concentration"), "hhi", "without"),
    (CHANGES, "weights"): _rows(CHANGES, "weights"),
    (CHANGES, "years"): ("top10_share",),
}  # fmt: skip


def requests_of_pane(
    scene: Scene, pane: int, view: str, side: Side, key: str | None
) -> tuple[ExplainRequest, ...]:
    """Return the measures that a key press in a pane asks about.

    Args:
        scene: what is on the screen.
        pane: its number.
        view: its view.
        side: the index the cursor is in.
        key: the symbol, sector, industry or theme under the cursor, None on a row that is none.
    """
    place = pane, view
    funds = [scene.fund(one_side) for one_side in scene.sides]
    measure = _OF_ROW.get(place)
    if key is not None and measure in ("sector", "industry", "theme"):
        return tuple(ExplainRequest(fund, measure, key) for fund in funds)
    if key is not None and measure == "change":
        fund = scene.fund(side)
        return (
            ExplainRequest(fund, measure, key),
            ExplainRequest(fund, "contribution", key),
            ExplainRequest(fund, "turnover"),
        )
    if key is not None and measure is not None:
        fund = funds[0] if measure in ("leader", "brinson") else scene.fund_of(key, side)
        return (ExplainRequest(fund, measure, key),)
    if place in _OF_PAIR:
        return tuple(ExplainRequest(funds[0], measure) for measure in _OF_PAIR[place])
    if place in _OF_BOTH:
        return tuple(ExplainRequest(fund, measure) for fund in funds for measure in _OF_BOTH[place])
    return (ExplainRequest(scene.fund(side), "return"),)


class ExplainScreen(PageScreen, inherit_bindings=False):
    """A page about one number, or about the figures of a view.

    Args:
        snapshot: what is on the screen.
        market: what it was taken from.
        requests: the measures.
        empty: why the table under the cursor has no rows, "" where it has some.
    """

    BINDINGS: ClassVar[list[Any]] = page_bindings("explain")

    def __init__(
        self,
        snapshot: Snapshot,
        market: Market,
        requests: tuple[ExplainRequest, ...],
        empty: str = "",
    ) -> None:
        super().__init__()
        self.snapshot, self.market, self.requests = snapshot, market, requests
        self.empty = empty

    def on_mount(self) -> None:
        """Look it up in a thread; say so until then."""
        waiting: Drawing = [[(" looking up the figures …", "dim")]]
        self.sheet.show(lambda width, height: waiting, unfinished=True)
        self.run_worker(self._look_up, thread=True, exit_on_error=False)

    def _look_up(self) -> None:
        explanations: list[Explanation] = []
        missing = " ".join(f"{sentence}." for sentence in self.snapshot.missing)
        sentence = self.empty or missing or "there is no such number in this answer"
        grounds: dict[str, Ground] = {}
        for one in self.requests:
            try:
                explanations += explain(
                    self.market, self.snapshot, one.fund, one.measure, one.item, grounds
                )
            except CoreError as error:
                # what one index has not, the other may have
                sentence = f"{error}"
        self.call_later(self._show, explanations, "" if explanations else sentence)

    def _show(self, explanations: list[Explanation], sentence: str) -> None:
        """Draw the explanations, or the sentence that says why there are none."""
        head = "SIMULATED  " if self.snapshot.simulated else ""

        def draw(width: int, height: int) -> Drawing:
            lines = _wrapped(sentence, width - 1, "bold") if sentence else []
            for page in page_of(explanations):
                for n, row in enumerate(page):
                    lines += _wrapped(row, width - 1, "" if n else "bold")
                lines.append([])
            return [*lines, [(f" {head}", "mark"), ("esc", "bold"), (" back", "dim")]]

        self.sheet.show(draw)


def _wrapped(row: str, width: int, style: str) -> Drawing:
    """An indented row; what does not fit goes on below, a little further in."""
    indent = " " * (len(row) - len(row.lstrip()) + 4)
    rows = textwrap.wrap(row, max(width, 20), subsequent_indent=indent, replace_whitespace=False)
    return [[(f" {line}", style)] for line in rows or [""]]
