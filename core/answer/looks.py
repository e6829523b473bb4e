"""A Look: the saved figures of an answer, with which a later one is compared.

As JSON a look is a part of what ``internals note --format json`` writes, under the same names:
`read` takes either.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from core.answer.views import IndexView, Snapshot, covers
from core.data.errors import CoreError
from core.data.record import record

#: Version of a look written by `to_json`: the note's.
SCHEMA: Final = 1


class LookError(CoreError):
    """Something that is no look, or two that do not compare; one sentence for a person."""


@record(frozen=True, slots=True)
class IndexLook:
    """What is remembered of one index.

    Attributes:
        fund_return: a fraction; None where it was not known.
        coverage: a fraction of weight, NaN where not known.
        listed: the lists of members, and how far their closes reach, were good enough to speak of
            leaders and breadth.
        share_up: share of the lines that rose, a fraction; None where not measured.
        ranked: symbol -> contribution in bp, largest first; every measured line.
        files: dates of the two holdings files compared, None with fewer than two.
        joined: symbols of the later file alone.
        left: symbols of the earlier file alone.
    """

    fund_return: float | None
    coverage: float
    share_up: float | None
    ranked: Mapping[str, float]
    files: tuple[date, date] | None
    joined: tuple[str, ...]
    left: tuple[str, ...]
    listed: bool = True

    @property
    def claims(self) -> bool:
        """Whether coverage and lists were good enough to speak of leaders and breadth."""
        return covers(self.coverage) and self.listed


@record(frozen=True, slots=True)
class Look:
    """What is remembered of an answer.

    Attributes:
        small, large: the pair; the same fund twice for one index alone.
        window: its label, such as "YTD".
        basis: "tr" or "pr".
        simulated: the market was made up.
        start: session of the window's start close.
        as_of: session of every number.
        state: "final", "intraday" or "partial".
        gap_pp: small less large in percentage points; None without both funds' closes, and for
            one index alone.
        own_return: of one index alone, a fraction; None for a pair.
        rank: among the same windows of every year, None where nothing is claimed.
        of: years ranked.
        indices: fund -> what is remembered of it; one without an answer is not in it.
    """

    small: str
    large: str
    window: str
    basis: str
    simulated: bool
    start: date
    as_of: date
    state: str
    gap_pp: float | None
    rank: int | None
    of: int | None
    indices: Mapping[str, IndexLook]
    own_return: float | None = None

    @property
    def alone(self) -> bool:
        """Whether this is a look at one index alone."""
        return self.small == self.large

    @property
    def question_key(self) -> tuple[str, str, str, str, bool]:
        """The key of the question: looks with different keys are not compared."""
        return (self.small, self.large, self.window, self.basis, self.simulated)


def look(snapshot: Snapshot) -> Look:
    """What to remember of an answer."""
    question, spread, ranked = snapshot.question, snapshot.spread, snapshot.ranked
    ranking = ranked.same_window if ranked is not None and ranked.same_window.claim else None
    return Look(
        small=question.small,
        large=question.large,
        window=snapshot.window.label,
        basis=question.basis,
        simulated=snapshot.simulated,
        start=snapshot.window.start,
        as_of=snapshot.as_of,
        state=snapshot.state,
        gap_pp=None if spread is None else spread.gap * 100,
        rank=ranking.rank if ranking else None,
        of=ranking.of if ranking else None,
        indices={fund: _index(snapshot, view) for fund, view in snapshot.indices.items()},
        own_return=None if snapshot.single_spread is None else snapshot.single_spread.small_return,
    )


def _index(snapshot: Snapshot, view: IndexView) -> IndexLook:
    lines, changes = view.contributors, snapshot.changes.get(view.fund)
    each = zip(lines.symbols, (lines.contribution * 1e4).tolist(), strict=True)
    return IndexLook(
        fund_return=view.fund_return,
        coverage=view.coverage,
        # counts of another list do not compare
        share_up=view.breadth.share_up if snapshot.question.breadth_list == "start" else None,
        ranked={symbol: bp for symbol, bp in each if math.isfinite(bp)},
        files=(changes.from_date, changes.to_date) if changes else None,
        joined=tuple(change.symbol for change in changes.joined) if changes else (),
        left=tuple(change.symbol for change in changes.left) if changes else (),
        listed=view.near and view.end_early is None,
    )


def to_json(look: Look) -> dict[str, Any]:
    """A look as plain JSON values, named as the note names them."""
    ranking = {"rank": look.rank, "of": look.of, "claim": look.rank is not None}
    return {
        "schema": SCHEMA,
        "question": {
            "small": look.small,
            "large": None if look.alone else look.large,
            "index": look.small if look.alone else None,
            "window": look.window,
            "start": str(look.start),
            "basis": look.basis,
        },
        "as_of": str(look.as_of),
        "state": look.state,
        "simulated": look.simulated,
        "spread": None if look.gap_pp is None else {"gap_pp": look.gap_pp, "same_window": ranking},
        "own": None
        if look.own_return is None
        else {"return": look.own_return, "calendar": ranking},
        "indices": {
            fund: {
                "fund_return": index.fund_return,
                "weight_measured": index.coverage if math.isfinite(index.coverage) else None,
                "claims": {"breadth": index.claims},
                "contributors": [
                    {"symbol": symbol, "contribution_bp": bp} for symbol, bp in index.ranked.items()
                ],
                "breadth": {"share_up": index.share_up},
            }
            for fund, index in look.indices.items()
        },
        "changes": {
            fund: {
                "from": str(index.files[0]),
                "to": str(index.files[1]),
                "joined": [{"symbol": symbol} for symbol in index.joined],
                "left": [{"symbol": symbol} for symbol in index.left],
            }
            for fund, index in look.indices.items()
            if index.files is not None
        },
    }


def read(data: object) -> Look:
    """A look from plain JSON values: `to_json`'s, or a whole note's.

    Raises:
        LookError: they are neither; the message names the field.
    """
    top = _Fields(data, "")
    question = top.fields("question")
    spread = top.fields("spread") if top.has("spread") else None
    alone = top.fields("own") if top.has("own") else None
    end_list = question.has("breadth_list") and question.text("breadth_list") == "end"
    ranking = spread.fields("same_window") if spread is not None else None
    if alone is not None:
        ranking = alone.fields("calendar")
    claimed = ranking if ranking is not None and ranking.flag("claim") else None
    changes = top.fields("changes")
    indices: dict[str, IndexLook] = {}
    for fund, index in top.fields("indices").each():
        of_fund = changes.fields(fund) if changes.has(fund) else None
        if of_fund is not None and not of_fund.has("from"):
            of_fund = None  # it has announced changes alone
        lines = (
            (line.text("symbol"), line.number("contribution_bp"))
            for line in index.rows("contributors")
        )
        measured = index.number("weight_measured")
        # a note from before lists were judged has no claims
        claims = index.fields("claims") if index.has("claims") else None
        covered = measured is not None and covers(measured)
        indices[fund] = IndexLook(
            fund_return=index.number("fund_return"),
            coverage=math.nan if measured is None else measured,
            share_up=None if end_list else index.fields("breadth").number("share_up"),
            ranked={symbol: bp for symbol, bp in lines if bp is not None},
            files=(of_fund.day("from"), of_fund.day("to")) if of_fund else None,
            joined=tuple(line.text("symbol") for line in of_fund.rows("joined")) if of_fund else (),
            left=tuple(line.text("symbol") for line in of_fund.rows("left")) if of_fund else (),
            listed=claims is None or not covered or claims.flag("breadth"),
        )
    rank = claimed.number("rank") if claimed else None
    of = claimed.number("of") if claimed else None
    return Look(
        small=question.text("small"),
        large=question.text("index" if question.has("index") else "large"),
        window=question.text("window"),
        basis=question.text("basis"),
        simulated=top.flag("simulated"),
        start=question.day("start"),
        as_of=top.day("as_of"),
        state=top.text("state"),
        gap_pp=spread.number("gap_pp") if spread else None,
        rank=None if rank is None else int(rank),
        of=None if of is None else int(of),
        indices=indices,
        own_return=alone.number("return") if alone else None,
    )


class _Fields:
    """A JSON object that says which field of it is missing or of a wrong kind."""

    def __init__(self, data: object, path: str) -> None:
        if not isinstance(data, dict):
            raise LookError(f"{path.rstrip('.') or 'the text'} is no JSON object of a note")
        self._data: dict[str, Any] = data
        self._path = path

    def _wrong(self, name: str, what: str) -> LookError:
        return LookError(f"{self._path}{name} of the earlier note is no {what}")

    def has(self, name: str) -> bool:
        return self._data.get(name) is not None

    def fields(self, name: str) -> _Fields:
        return _Fields(self._data.get(name), f"{self._path}{name}.")

    def each(self) -> list[tuple[str, _Fields]]:
        return [(str(name), self.fields(name)) for name in self._data]

    def rows(self, name: str) -> list[_Fields]:
        rows = self._data.get(name)
        if not isinstance(rows, list):
            raise self._wrong(name, "list")
        return [_Fields(row, f"{self._path}{name}[{n}].") for n, row in enumerate(rows)]

    def text(self, name: str) -> str:
        value = self._data.get(name)
        if not isinstance(value, str):
            raise self._wrong(name, "text")
        return value

    def flag(self, name: str) -> bool:
        value = self._data.get(name)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def number(self, name: str) -> float | None:
        value = self._data.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._wrong(name, "number")
        if not math.isfinite(value):
            raise self._wrong(name, "finite number")
        return float(value)

    def day(self, name: str) -> date:
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            raise self._wrong(name, "date") from None
