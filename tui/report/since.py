"""What changed since an earlier note: read from its file, as JSON and as tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cache.facts import regular
from cache.facts.clean import clean
from cache.facts.errors import CacheError
from core.answer.looks import LookError, look, read
from core.answer.since import Ends, IndexSince, Placed, Since, ThenNow, since
from tui.report.table import Row, Table
from tui.report.values import Json, iso, number
from tui.text import formats as f

if TYPE_CHECKING:
    from core.answer.views import Snapshot

#: The largest note that is read: many times one of 5,000 lines.
_LARGEST: Final = 64 * 2**20


def compared(path: Path, snapshot: Snapshot) -> Since:
    """Compare an answer with an earlier note.

    Raises:
        CacheError: the file is no regular one, no note, or one of another question; it names it.
        OSError: the file cannot be read.
    """
    data = regular.read(path, _LARGEST)
    try:
        # texts of a file from anywhere are cleaned before anything is done with them
        earlier = json.loads(data, object_hook=_cleaned)
    except (ValueError, RecursionError):
        raise CacheError(
            f"{path}: no JSON; --since takes what `internals note --format json` wrote"
        ) from None
    try:
        return since(read(earlier), look(snapshot))
    except LookError as error:
        raise CacheError(f"{path}: {error}") from None


def _cleaned(found: dict[str, Any]) -> dict[str, Any]:
    return {
        clean(name): clean(value) if isinstance(value, str) else value
        for name, value in found.items()
    }


def since_document(found: Since) -> Json:
    """The comparison as plain JSON values."""
    return {
        "as_of": iso(found.before.as_of),
        "state": found.before.state,
        "rolled": found.rolled,
        "gap_pp": _moved(found.gap_pp),
        "rank": _moved(found.rank),
        "indices": {fund: _index(own) for fund, own in found.indices.items()},
    }


def _moved(found: ThenNow) -> Json:
    return {
        "before": number(found.before),
        "after": number(found.after),
        "change": number(found.change),
    }


def _index(own: IndexSince) -> Json:
    return {
        "fund_return": _moved(own.fund_return),
        "share_up": _moved(own.share_up),
        "leaders": own.leaders and _ends(own.leaders),
        "laggards": own.laggards and _ends(own.laggards),
        "joined": list(own.joined),
        "joined_count": len(own.joined),
        "left": list(own.left),
        "left_count": len(own.left),
        "withheld": own.withheld or None,
    }


def _ends(found: Ends) -> Json:
    return {
        name: [
            {"symbol": one.symbol, "rank": _moved(one.rank), "contribution_bp": _moved(one.bp)}
            for one in placed
        ]
        for name, placed in _each(found)
    }


def _each(found: Ends) -> tuple[tuple[str, tuple[Placed, ...]], ...]:
    return (("entered", found.entered), ("gone", found.gone), ("moved", found.moved))


def since_tables(found: Since) -> Iterator[Table]:
    """Figures then and now, and who came, went and moved at both ends of each index."""
    rows: list[Row] = [
        _figures("gap", found.gap_pp, lambda x: f.pp(_hundredth(x))),
        _figures("rank", found.rank, f.count, change=lambda x: f.number(x, sign=True)),
    ]
    for fund, own in found.indices.items():
        rows.append(_figures(f"{fund} return", own.fund_return, f.pct, change=f.pp))
        rows.append(
            _figures(
                f"{fund} lines up",
                own.share_up,
                lambda x: f.pct(x, 1, sign=False),
                change=lambda x: f.pp(x, 1),
            )
        )
    notes = [own.withheld for own in found.indices.values() if own.withheld]
    if found.rolled:
        notes.append("both ends of the window have moved")
    yield Table(
        f"Since {found.before.as_of}", ("", ">then", ">now", ">change"), tuple(rows), tuple(notes)
    )
    columns = ("", "symbol", ">rank then", ">now", ">bp then", ">now")
    for fund, own in found.indices.items():
        for title, ends in (("leaders", own.leaders), ("laggards", own.laggards)):
            if ends is not None and not ends.same:
                moves = tuple(
                    (
                        name,
                        one.symbol,
                        f.count(one.rank.before),
                        f.count(one.rank.after),
                        f.number(one.bp.before, sign=True),
                        f.number(one.bp.after, sign=True),
                    )
                    for name, placed in _each(ends)
                    for one in placed
                )
                yield Table(f"{fund} {title} since {found.before.as_of}", columns, moves)
        if own.joined or own.left:
            gone = tuple(("joined", s) for s in own.joined) + tuple(("left", s) for s in own.left)
            yield Table(f"{fund} membership since {found.before.as_of}", ("", "symbol"), gone)


Said = Callable[[float | None], str]


def _figures(name: str, found: ThenNow, said: Said, change: Said | None = None) -> Row:
    return (name, said(found.before), said(found.after), (change or said)(found.change))


def _hundredth(value: float | None) -> float | None:
    return None if value is None else value / 100
