"""The last refresh: what it fetched and cost, and what failed; the page behind its sentence."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from tui.panes.help import PageScreen, page_bindings
from tui.panes.wording import wrapped
from tui.report.last_refresh import Fetched, until_words
from tui.text.spans import inset
from tui.workers.last_refresh import fetched_later

if TYPE_CHECKING:
    from tui.host.host import Host
    from tui.text.spans import Drawing, Line


class FetchedScreen(PageScreen, inherit_bindings=False):
    """A page about the last refresh; what failed is told with the market, which may come later."""

    BINDINGS: ClassVar[list[Any]] = page_bindings("fetched")

    def __init__(self, host: Host) -> None:
        super().__init__()
        self._host = host

    def on_mount(self) -> None:
        """Read what is remembered, and draw it; say that the market is loaded until it is there."""
        host = self._host
        pair = (host.question.small, host.question.large)
        if host.market is not None:
            self._draw(host.desk.fetched(host.market.prices, pair, host.now()))
            return
        self._draw("The market is being loaded: what failed is told as soon as it is there.")
        work = partial(fetched_later, host.desk, pair, host.now())
        self.run_worker(
            lambda: self.call_later(self._draw, work()), thread=True, exit_on_error=False
        )

    def _draw(self, report: Fetched | str) -> None:
        """Draw the report of the last refresh, or a sentence in its place."""
        host = self._host

        def draw(width: int, height: int) -> Drawing:
            title: Line = [(" SIMULATED ", "mark")] if host.desk.simulated else []
            foot: Drawing = [[], [(" esc", "bold"), (" back", "dim")]]
            if isinstance(report, str):
                body: Drawing = inset(wrapped(report, width - 2))
            else:
                body = _body(report, host, width)
            return [[*title, (" The last refresh", "bold")], [], *body, *foot]

        self.sheet.show(draw)


def _body(report: Fetched, host: Host, width: int) -> Drawing:
    lines: Drawing = []
    for number, sentence in enumerate(report.sentences(host.now())):
        style = "" if number == 0 else "dim"
        lines += inset(wrapped(sentence, width - 2, style))
    lines += _disputed(report, width)
    if not report.groups:
        return [*lines, [], [(" nothing failed", "dim")]]
    lines += [[], [(" What failed, and why", "bold")]]
    for group in report.groups:
        reason = f"{len(group.names):,} {group.reason}"
        lines += [[], *inset(wrapped(reason, width - 2))]
        lines.append([(f"   {until_words(group)}", "dim")])
        names = wrapped(" ".join(group.names), max(width - 4, 10), "dim")
        lines += [[("   ", ""), *line] for line in names]
    return lines


def _disputed(report: Fetched, width: int) -> Drawing:
    """Closes that two sources give differently; the stored ones stay."""
    lines: Drawing = []
    for symbol, words in sorted(report.disputed.items()):
        lines += inset(wrapped(f"{symbol}: {words}", width - 2))
    return [[], [(" Sources that differ", "bold")], *lines] if lines else []
