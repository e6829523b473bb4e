"""The numbers an alert can be set on: every row of the table of measures, the pair's, a line's."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from core.answer import rarity_values
from core.answer.scalar import BREADTH, CHANGES, CONTRIBUTORS, Scalar, ScalarUnit
from core.answer.table import ROWS
from core.data.record import record
from core.measures.signals import RULES, states

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot

SPREAD = 1
_PER_CENT: Final = ("share", "return")
#: Unit of a row -> the one its alert is written in.
_UNITS: Final[Mapping[ScalarUnit, str]] = {
    "share": "%", "return": "%", "pp": "pp", "bp": "bp", "count": "", "ratio": "",
}  # fmt: skip


@record(frozen=True, slots=True)
class AlertMeasure:
    """One number of a Snapshot.

    Attributes:
        words: how it is written, in small letters.
        help: what it is, one clause.
        unit: "pp", "%", "bp", "y" for years, or "" for a count or a rank.
        pane: number of the pane that shows it.
        value: (snapshot, fund, symbol) -> the number in its unit, None where not known.
        fund: it is of one index; the small one unless named.
        symbol: it is of one line, which has to be named.
        closes: it depends on the two funds' closes alone, whatever the coverage.
        weights: it depends on weights, which may be estimated.
        daily: it needs breadth session by session.
        also: older words for it.
        of: "pair" or "index" where it is of a pair, or of one index alone; "" for either.
    """

    words: str
    help: str
    unit: str
    pane: int
    value: Callable[[Snapshot, str, str], float | None]
    fund: bool = False
    symbol: bool = False
    closes: bool = False
    weights: bool = False
    daily: bool = False
    also: tuple[str, ...] = ()
    of: Literal["", "pair", "index"] = ""


def _gap(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
    return None if snapshot.spread is None else snapshot.spread.gap * 100


def _return(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
    spread, question = snapshot.ranked, snapshot.question
    if spread is None:
        return None
    return 100 * (spread.small_return if fund == question.small else spread.large_return)


def _of_row(row: Scalar) -> Callable[[Snapshot, str, str], float | None]:
    """A row of the table of measures, in its alert's unit."""

    def value(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
        view = snapshot.indices.get(fund)
        if view is None or not row.claimed(view):
            return None
        number = row.in_unit(row.value(view, snapshot.daily.get(fund)))
        return None if number is None else number * (100 if row.unit in _PER_CENT else 1)

    return value


def _contribution(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
    view = _covered(snapshot, fund)
    if view is None or symbol not in view.contributors.symbols:
        return None
    contribution = float(view.contributors.contribution[view.contributors.symbols.index(symbol)])
    return contribution * 1e4 if math.isfinite(contribution) else None


def _member_changes(joined: bool) -> Callable[[Snapshot, str, str], float | None]:
    def value(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
        changes = snapshot.changes.get(fund)
        return None if changes is None else float(len(changes.joined if joined else changes.left))

    return value


def _covered(snapshot: Snapshot, fund: str) -> IndexView | None:
    """An index with enough coverage and lists for statements about it; else None."""
    view = snapshot.indices.get(fund)
    return view if view is not None and view.claims else None


def _signal(key: str) -> Callable[[Snapshot, str, str], float | None]:
    """1 where a signal is on, 0 where not."""

    def value(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
        view, daily = snapshot.indices.get(fund), snapshot.daily.get(fund)
        if view is None or daily is None or not view.claims_breadth or not len(daily.sessions):
            return None
        on = float(states(daily)[key][-1])
        return on if math.isfinite(on) else None

    return value


def _table() -> Iterator[AlertMeasure]:
    """A measure of every row of the table of measures."""
    for row in ROWS:
        closes = row.claim == "closes"
        yield AlertMeasure(
            row.key,
            row.title,
            _UNITS[row.unit],
            row.view[0],
            _return if closes else _of_row(row),
            fund=True,
            closes=closes,
            weights=row.claim == "leaders",
            daily=row.daily,
            also=row.also,
        )


def _of_closes(
    of: Literal["pair", "index"],
    words: str,
    about: str,
    unit: str,
    value: Callable[[Snapshot, str, str], float | None],
) -> AlertMeasure:
    """A number of a pair, or of one index alone, that depends on the closes of the funds."""
    return AlertMeasure(words, about, unit, SPREAD, value, closes=True, of=of)


def _rarity() -> Iterator[AlertMeasure]:
    """How rare a pair's gap is, and the same of the return of one index alone."""
    stretches = "share of all stretches as long that lie below the"
    kinds: tuple[tuple[Literal["pair", "index"], str, str, str], ...] = (
        ("pair", "gap", "ratio", "the ratio of closes"),
        ("index", "return", "close", "a close"),
    )
    for of, what, level, words in kinds:
        years, below = f"the {what} against its years, in deviations", f"{stretches} {what}"
        place = f"place of the {what} among its years"
        yield _of_closes(of, f"{what} rank", place, "", rarity_values.rank)
        yield _of_closes(of, f"{what} z", years, "", rarity_values.z)
        yield _of_closes(of, f"{what} percentile", below, "%", rarity_values.percentile)
        for side in ("high", "low"):
            value = partial(rarity_values.level_since, high=side == "high")
            about = f"years since {words} was as {side}"
            yield _of_closes(of, f"{level} {side} since", about, "y", value)


_RARITY: Final = (
    *_rarity(),
    AlertMeasure(
        "streak",
        "sessions in a row ahead (of one index: up), below zero for behind",
        "",
        SPREAD,
        rarity_values.streak,
        closes=True,
    ),
)
#: Longer words before shorter ones that begin alike.
MEASURES: Final = (
    *_RARITY,
    AlertMeasure("gap", "small less large", "pp", SPREAD, _gap, closes=True, of="pair"),
    *_table(),
    *(
        AlertMeasure(
            key, f"{title}: 1 where it is on", "", BREADTH, _signal(key), fund=True, daily=True
        )
        for key, (title, _) in RULES.items()
    ),
    AlertMeasure(
        "contribution",
        "a name's contribution",
        "bp",
        CONTRIBUTORS,
        _contribution,
        fund=True,
        symbol=True,
        weights=True,
    ),
    AlertMeasure(
        "joiners", "names that joined between two files", "", CHANGES, _member_changes(True), True
    ),
    AlertMeasure(
        "leavers", "names that left between two files", "", CHANGES, _member_changes(False), True
    ),
)


def measure_of(words: Sequence[str]) -> tuple[AlertMeasure, int] | None:
    """The measure that some words begin with, by its name or an older one, and how many it takes.

    Of names that begin alike the longest is meant.
    """
    typed = [word.casefold() for word in words]
    measure_names = (
        (measure, name.split()) for measure in MEASURES for name in (measure.words, *measure.also)
    )
    begun = [(measure, len(name)) for measure, name in measure_names if typed[: len(name)] == name]
    return max(begun, key=lambda pair: pair[1], default=None)
