"""Changes since the last look: gap, breadth, leaders, members, then and now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from core.answer.looks import LookError, look
from core.answer.since import ENDS, IndexSince, Placed, RankingEnd, Since, ThenNow, since
from core.note.ranking_words import BASIS_WORDS
from tui.panes.help import PageScreen, page_bindings
from tui.panes.wording import hanging, wrapped
from tui.text import formats
from tui.text.spans import inset

if TYPE_CHECKING:
    from tui.host.host import Host
    from tui.state.looks import Seen
    from tui.text.spans import Drawing, Line
    from tui.workers.recall import Recall

#: Symbols of a list of members shown in full.
_FEW = 24


class SinceScreen(PageScreen, inherit_bindings=False):
    """A page about what is new in the answer on the screen."""

    BINDINGS: ClassVar[list[Any]] = page_bindings("since")

    def __init__(self, host: Host, recall: Recall) -> None:
        super().__init__()
        self._host, self._recall = host, recall

    def on_mount(self) -> None:
        """Compare and draw."""
        host = self._host
        if host.snapshot is None:
            return
        now = look(host.snapshot)
        before = self._recall.before(now)
        try:
            changes = None if before is None else since(before.look, now)
            what = "index" if now.alone else "pair"
            sentence = (
                f"This is the first look at this {what}, window and basis: the next one will"
                " compare."
            )
        except LookError as error:
            changes, sentence = None, f"{error}."
        head: Line = [("SIMULATED  ", "mark")] if now.simulated else []
        funds = now.small if now.alone else f"{now.small} – {now.large}"
        words = f"{funds}  {now.window}  {BASIS_WORDS[now.basis]}"
        head += [("Since the last look  ", "bold"), (words, "")]

        def draw(width: int, height: int) -> Drawing:
            if changes is None or before is None:
                body = inset(wrapped(sentence, width - 2))
            else:
                body = drawing(changes, before, host.now(), width)
            return [[(" ", ""), *head], [], *body, [], [(" esc", "bold"), (" back", "dim")]]

        self.sheet.show(draw)


def drawing(changes: Since, before: Seen, now: datetime, width: int) -> Drawing:
    """Everything that changed; one word for what did not."""
    then, after = changes.before, changes.after
    age = formats.age(before.at, now)
    ago = age if age == "now" or age.startswith("in ") else f"{age} ago"
    lines: Drawing = [
        [
            (" then ", "dim"),
            (f"{then.as_of} ({then.state})", ""),
            (f", last seen {before.at:%Y-%m-%d %H:%M} UTC, {ago};", "dim"),
            (" now ", "dim"),
            (f"{after.as_of} ({after.state})", ""),
        ]
    ]
    if changes.rolled:
        sentence = f"{after.window} rolls: its start moved from {then.start} to {after.start}"
        lines.append([(f" ! {sentence}", "mark")])
    if after.alone:
        lines += [[], _figure("return", changes.own_return, 100, "%", 2)]
    else:
        lines += [[], _figure("gap", changes.gap_pp, 1, "pp", 2)]
    of = f" of {after.of}" if after.of else ""
    lines.append(_figure("rank", changes.rank, 1, of.strip(), 0))
    for fund, index in changes.indices.items():
        lines += [[], *_index(fund, index, width, returns=not after.alone)]
    missing = [fund for fund in after.indices if fund not in changes.indices]
    lines += [[(f" {fund} had no numbers then", "dim")] for fund in missing]
    return lines


def _index(fund: str, index: IndexSince, width: int, *, returns: bool) -> Drawing:
    lines: Drawing = [[(f" {fund}", "bold")]]
    if returns:
        lines.append(_figure("return", index.fund_return, 100, "%", 2))
    if index.withheld:
        lines += [[(" ! ", "mark"), *line] for line in wrapped(index.withheld, width - 4)]
    else:
        lines.append(_figure("lines up", index.share_up, 100, "%", 1))
    for title, ends in (("leaders", index.leaders), ("laggards", index.laggards)):
        if ends is not None:
            lines += _ends(title, ends)
    for title, symbols in (("joined", index.joined), ("left", index.left)):
        if symbols:
            more = f" and {len(symbols) - _FEW:,} more" if len(symbols) > _FEW else ""
            text = " ".join(symbols[:_FEW]) + more
            lines += hanging([(f"   {title:<10}", "dim")], wrapped(text, max(width - 14, 10)))
    return lines


def _ends(title: str, ends: RankingEnd) -> Drawing:
    if ends.same:
        return [[(f"   {title:<10}", "dim"), (f"the same {ENDS}, in the same order", "dim")]]
    rows: Drawing = [[(f"   {title}", "dim")]]
    rows += [_placed("new ", placed, "bold") for placed in ends.entered]
    rows += [_placed("gone", placed, "dim") for placed in ends.dropped]
    for placed in ends.moved:
        better = (placed.rank.change or 0) < 0
        rows.append(_placed("▲   " if better else "▼   ", placed, ""))
    return rows


def _placed(sign: str, placed: Placed, style: str) -> Line:
    """E  12 → 3   +20 → +60 bp."""
    places, contribution = placed.rank, placed.bp
    ranks = f"{formats.number(places.before)} → {formats.number(places.after)}"
    then, now = (
        formats.number(value, sign=True) for value in (contribution.before, contribution.after)
    )
    figures = f"{ranks:>14}   {then:>6} → {now:>6} bp"
    return [(f"     {sign} ", "mark"), (f"{placed.symbol:<8}", style), (figures, style)]


def _figure(title: str, moved: ThenNow, scale: float, unit: str, digits: int) -> Line:
    """``gap  +11.00 → +12.50 pp  (+1.50)``: a rank has no sign, and no change in brackets."""
    sign = bool(digits) and title != "lines up"

    def text(value: float | None) -> str:
        return formats.number(None if value is None else value * scale, digits, sign=sign)

    line: Line = [
        (f"   {title:<10}", "dim"),
        (f"{text(moved.before)} → {text(moved.after)} {unit}", "bold"),
    ]
    if moved.change is not None and digits:
        points = "pp" if unit == "%" else unit
        change = formats.number(moved.change * scale, digits, sign=True, unit=points)
        line.append((f"   {change}", "dim"))
    return line
