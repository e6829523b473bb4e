"""The measures by name: what each is, and the explanation of it.

The command line, its help and its errors, and the screen's explanations are all made from
`MEASURES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from core.answer.table import ROWS, find
from core.data.errors import MeasureError
from core.data.record import record
from core.explain import (
    breadth,
    changes,
    concentration,
    daily,
    gap,
    groups,
    index,
    lines,
    rarity,
    signals,
    spread,
)
from core.explain.ground import Ground
from core.explain.scalars import EXPLAINED
from core.measures.membership import as_known
from core.measures.signals import RULES

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.data.market import Market
    from core.explain.explanation import Explanation


@record(frozen=True, slots=True)
class Measure:
    """A measure that can be explained.

    Attributes:
        help: what it is, in a few words.
        make: its explanations.
        item: what may follow its name after a colon, "" where nothing may.
    """

    help: str
    make: Callable[..., Iterable[Explanation | None]]
    item: str = ""


def _line(ground: Ground, item: str = "") -> list[Explanation | None]:
    """Explain a line's contribution; without a symbol, the index's largest one."""
    explanation = lines.line(ground, item or ground.view.contributors.symbols[0])
    if explanation is None:
        raise MeasureError(
            f"{item} is in none of the holdings of {ground.fund} that the window uses"
        )
    return [explanation]


#: Measures of an index of which there are several, or that come in parts.
_OF_INDEX = {
    "return": Measure("the index's return taken apart", lambda g: [index.index(g)]),
    "cuts": Measure("what cuts on the same file do to the basket", lambda g: [index.cuts(g)]),
    "contribution": Measure("what a line brought", _line, "SYMBOL"),
    "counts": Measure("lines up, down, unchanged", breadth.counts),
    "ladder": Measure("lines beyond each threshold", breadth.ladder, ">10"),
    "histogram": Measure("lines in each bin", breadth.histogram, "0..10"),
    "above": Measure("members above their averages", daily.above, "50"),
    "highs-lows": Measure("52-week highs and lows", daily.extremes),
    "signals": Measure("thrusts, 90 % days, omens, divergences", signals.signals),
    **{
        key: Measure(f"{title}: 1 where it is on", partial(signals.signals, key=key))
        for key, (title, _) in RULES.items()
    },
    "hhi": Measure("sum of squared weights", concentration.hhi),
    "effective-n": Measure("effective number of names", concentration.effective),
    "top": Measure("the k largest contributions", concentration.top, "3"),
    "without": Measure("the index without some names", concentration.without, "BE,STRL"),
    "sector": Measure("a sector's contribution", groups.sector, "NAME"),
    "industry": Measure("an industry's contribution", groups.industry, "NAME"),
    "theme": Measure("a theme's contribution", groups.theme, "NAME"),
    "issuer": Measure("a company's lines together", groups.issuer, "NAME"),
}
#: Measures of two of a fund's files, whose lines need not be measured.
_OF_FILES = {
    "change": Measure("weight change: drift, active, shares", changes.change, "SYMBOL"),
    "turnover": Measure("one-way turnover between two files", changes.turnover),
}
_OF_PAIR = {
    "gap": Measure("gap of the two funds", spread.gap),
    "geometric": Measure("geometric gap", spread.geometric),
    "drawdown": Measure("deepest fall of the ratio", spread.drawdown),
    "rank": Measure("rank among the same windows", spread.rank),
    "full-rank": Measure("rank among full calendar years", spread.full_rank),
    "since": Measure("widest since which year", spread.since),
    "z": Measure("standard deviations from the earlier years", spread.z),
    "percentile": Measure("share of earlier years below", spread.percentile),
    "rolling": Measure("the gap among all stretches as long", rarity.rolling),
    "streak": Measure("sessions in a row that one beat the other", rarity.streak),
    "ratio": Measure("the ratio of closes: off its high, averages", rarity.ratio),
    "followed": Measure("what followed the state that holds now", rarity.followed),
    "bridge": Measure("the gap's five steps", gap.bridge, "STEP"),
    "leader": Measure("a name's part in the gap", gap.leader, "SYMBOL"),
    "brinson": Measure("the gap by sector", gap.brinson, "SECTOR"),
}
MEASURES = {
    **_OF_INDEX,
    **_OF_FILES,
    **{row.key: Measure(row.title, EXPLAINED[row.key]) for row in ROWS},
    **_OF_PAIR,
}


def _current_name(name: str) -> str:
    """A measure's name, of a name or an older one of it."""
    name = name.casefold()
    row = None if name in MEASURES else find(name)
    return name if row is None else row.key


def names() -> str:
    """List every measure's name, with what may follow it."""
    return " ".join(f"{name}[:{m.item}]" if m.item else name for name, m in MEASURES.items())


def measures_help() -> str:
    """List every measure with its help, one on each line."""
    by_name = {f"{name}[:{m.item}]" if m.item else name: m for name, m in MEASURES.items()}
    size = max(map(len, by_name))
    return "\n".join(f"  {name:<{size}}  {measure.help}" for name, measure in by_name.items())


def explain(
    market: Market,
    snapshot: Snapshot,
    fund: str,
    name: str,
    item: str = "",
    grounds: dict[str, Ground] | None = None,
) -> tuple[Explanation, ...]:
    """Explain a measure; () where the snapshot does not have it.

    Args:
        market: what the snapshot was taken from.
        snapshot: the answer.
        fund: the index's fund.
        name: of the measure; "top:3" names an item with it.
        item: what of the measure, "" for all of it.
        grounds: fund -> what explanations of the snapshot are made from, kept from one to the next.

    Raises:
        MeasureError: no such measure, or no such item of it; the message lists what there is.
    """
    name, _, suffix = name.strip().partition(":")
    current, item = _current_name(name), (suffix or item).strip()
    measure = MEASURES.get(current)
    if measure is None:
        raise MeasureError(f"{name!r} is no measure; known are {names()}")
    if item and not measure.item:
        raise MeasureError(f"{name} takes no {item!r}; it is one figure of the index")
    if fund not in snapshot.indices and current not in _OF_FILES.keys() | _OF_PAIR.keys():
        return ()
    market_then = as_known(market, snapshot.question.pair, snapshot.window, snapshot.as_of)
    ground = ({} if grounds is None else grounds).setdefault(
        fund, Ground(market_then, snapshot, fund)
    )
    explanations = measure.make(ground, item) if measure.item else measure.make(ground)
    return tuple(one for one in explanations if one is not None)
