"""What the lines and sectors of an index contributed over one window after another.

A window is measured as `core.answer.snapshot.take` measures its own, on the market as it was known
on the same session, and only as far as contributions need: no breadth, no concentration, no ranks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from core.answer.ground_of_lines import end_early
from core.answer.index import own_return
from core.answer.snapshot import common_sessions
from core.answer.unanswered import window_of
from core.answer.views import covers
from core.data.errors import UnavailableError
from core.data.record import record
from core.measures.concentration import net_return, order
from core.measures.contribution import basket
from core.measures.groups import sectors
from core.measures.membership import as_known, spans

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.data.frames import FloatArray
    from core.data.market import Market
    from core.data.question import Question
    from core.data.windows import Window
    from core.measures.groups import Group

#: The windows that stand side by side, shortest first.
SIDE_BY_SIDE: Final = ("1D", "1W", "MTD", "QTD", "YTD")


@record(frozen=True, eq=False, slots=True)
class Contributions:
    """Contributions to one index over one window; floats are fractions.

    Attributes:
        fund: the fund it is followed through.
        symbols: (M,) measured lines, largest contribution first.
        names: (M,).
        sectors: (M,), "" where unknown.
        industries: (M,) likewise.
        value: (M,) contribution to the index's return.
        by_sector: the same by sector.
        fund_return: of market closes; None where they are not available.
        basket_return: of the measured lines.
        coverage: the smallest part of the fund that is measured.
        estimated: weights of a part of the window are estimated.
        claims: coverage and lists are good enough to speak of leaders.
    """

    fund: str
    symbols: tuple[str, ...]
    names: tuple[str, ...]
    sectors: tuple[str, ...]
    industries: tuple[str, ...]
    value: FloatArray
    by_sector: tuple[Group, ...]
    fund_return: float | None
    basket_return: float
    coverage: float
    estimated: bool
    claims: bool

    @property
    def net_return(self) -> float:
        """Return of the fund's closes; of the measured lines where there are none."""
        return net_return(self.fund_return, self.basket_return)

    @property
    def explained(self) -> float:
        """Sum of the contributions."""
        return math.fsum(self.value)


@record(frozen=True, eq=False, slots=True)
class WindowColumn:
    """One of several windows side by side.

    Attributes:
        label: as asked for.
        window: what it came to; None where the available closes have no such window.
        indices: fund -> its contributions; a fund that cannot be answered is not in it.
        missing: sentences about what could not be answered.
    """

    label: str
    window: Window | None
    indices: Mapping[str, Contributions]
    missing: tuple[str, ...]


def contributions(
    market: Market, question: Question, window: Window, as_of: date
) -> tuple[dict[str, Contributions], tuple[str, ...]]:
    """Fund -> its contributions over a window, and sentences about what cannot be answered.

    Args:
        market: the available data.
        question: its funds and its basis; its window and date do not count.
        window: the one to measure.
        as_of: the session that files and closes are known on.
    """
    market = as_known(market, question.funds, window, as_of)
    answered: dict[str, Contributions] = {}
    missing = []
    for fund in question.funds:
        parts = spans(market, fund, window.start, window.end, as_of)
        measured = basket(market, parts, question.basis) if parts else None
        if measured is None or not measured.measured.any():
            what = "is measured" if parts else "is listed: no holdings file is held"
            missing.append(f"no line of {fund} {what}")
            continue
        rows = np.nonzero(measured.measured.any(axis=0))[0]
        register = measured.register
        rows = rows[
            order(measured.contribution[rows], measured.weights[rows], measured.numbers[rows])
        ]
        numbers, value = measured.numbers[rows], measured.contribution[rows]
        answered[fund] = Contributions(
            fund=fund,
            symbols=register.texts(register.symbols, numbers),
            names=register.texts(measured.labels.names, numbers),
            sectors=register.texts(measured.labels.sectors, numbers),
            industries=register.texts(measured.labels.industries, numbers),
            value=value,
            by_sector=sectors(
                measured.labels.coded_sectors.of(numbers), measured.weights[rows], value
            ),
            fund_return=own_return(market.series(fund), window, question.basis),
            basket_return=measured.basket_return,
            coverage=measured.coverage,
            estimated=measured.estimated,
            claims=covers(measured.coverage)
            and end_early(measured, window) is None
            and all(segment.carry.leaders for segment in measured.segments),
        )
    return answered, tuple(missing)


def side_by_side(market: Market, snapshot: Snapshot) -> tuple[WindowColumn, ...]:
    """Contributions over each of `SIDE_BY_SIDE`, and over the snapshot's window.

    Args:
        market: what the snapshot was taken from; the columns are kept with it.
        snapshot: its pair, basis and as-of session hold for every window.
    """
    question = replace(
        snapshot.question, without=(), daily=False, window=snapshot.window.label, as_of=None
    )
    key = ("side by side", question, snapshot.as_of)
    return market.cached(key, lambda: _side_by_side(market, question, snapshot.as_of))


def _side_by_side(market: Market, question: Question, as_of: date) -> tuple[WindowColumn, ...]:
    market_then = market.kinds_known_on(as_of)
    sessions = common_sessions(market_then, *question.pair)
    columns = []
    for label in dict.fromkeys((*SIDE_BY_SIDE, question.window)):
        try:
            window = window_of(market_then, question.funds, label, as_of, sessions)
        except UnavailableError as error:
            columns.append(WindowColumn(label, None, {}, (f"{error}",)))
            continue
        answered, missing = contributions(market_then, question, window, as_of)
        columns.append(WindowColumn(label, window, answered, missing))
    return tuple(columns)
