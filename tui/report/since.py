"""What changed since an earlier note: read from its file, as JSON and as tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cache.facts import regular_files
from cache.facts.clean import clean
from cache.facts.errors import CacheError
from core.answer.looks import LookError, look, read
from core.answer.since import IndexSince, Placed, RankingEnd, Since, ThenNow, since
from tui.report.note_table import ReportTable, Row
from tui.report.values import Json, iso, number, scaled
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
    data = regular_files.read(path, _LARGEST)
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


def _cleaned(document: dict[str, Any]) -> dict[str, Any]:
    return {
        clean(name): clean(value) if isinstance(value, str) else value
        for name, value in document.items()
    }


def since_document(since: Since) -> Json:
    """The comparison as plain JSON values."""
    return {
        "as_of": iso(since.before.as_of),
        "state": since.before.state,
        "rolled": since.rolled,
        "gap_pp": _moved(since.gap_pp),
        "own_return": _moved(since.own_return)
        | {"change_pp": scaled(since.own_return.change, 100)},
        "rank": _moved(since.rank),
        "indices": {fund: _index(index) for fund, index in since.indices.items()},
    }


def _moved(pair: ThenNow) -> Json:
    return {
        "before": number(pair.before),
        "after": number(pair.after),
        "change": number(pair.change),
    }


def _index(index: IndexSince) -> Json:
    return {
        "fund_return": _moved(index.fund_return),
        "share_up": _moved(index.share_up),
        "leaders": index.leaders and _ends(index.leaders),
        "laggards": index.laggards and _ends(index.laggards),
        "joined": list(index.joined),
        "joined_count": len(index.joined),
        "left": list(index.left),
        "left_count": len(index.left),
        "withheld": index.withheld or None,
    }


def _ends(ends: RankingEnd) -> Json:
    return {
        name: [
            {"symbol": one.symbol, "rank": _moved(one.rank), "contribution_bp": _moved(one.bp)}
            for one in placed
        ]
        for name, placed in _each(ends)
    }


def _each(ends: RankingEnd) -> tuple[tuple[str, tuple[Placed, ...]], ...]:
    return (("entered", ends.entered), ("gone", ends.dropped), ("moved", ends.moved))


def since_tables(since: Since) -> Iterator[ReportTable]:
    """Figures then and now, and who came, went and moved at both ends of each index."""
    alone = since.after.alone
    fund = since.after.small
    rows: list[Row] = [
        _figures(f"{fund} return", since.own_return, f.pct, change=f.pp)
        if alone
        else _figures("gap", since.gap_pp, lambda x: f.number(x, 2, sign=True, unit="pp")),
        _figures("rank", since.rank, f.count, change=lambda x: f.number(x, sign=True)),
    ]
    for fund, index in since.indices.items():
        if not alone:
            rows.append(_figures(f"{fund} return", index.fund_return, f.pct, change=f.pp))
        rows.append(
            _figures(
                f"{fund} lines up",
                index.share_up,
                lambda x: f.pct(x, 1, sign=False),
                change=lambda x: f.pp(x, 1),
            )
        )
    notes = [index.withheld for index in since.indices.values() if index.withheld]
    if since.rolled:
        notes.append("both ends of the window have moved")
    yield ReportTable(
        f"Since {since.before.as_of}", ("", ">then", ">now", ">change"), tuple(rows), tuple(notes)
    )
    columns = ("", "symbol", ">rank then", ">now", ">bp then", ">now")
    for fund, index in since.indices.items():
        for title, ends in (("leaders", index.leaders), ("laggards", index.laggards)):
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
                yield ReportTable(f"{fund} {title} since {since.before.as_of}", columns, moves)
        if index.joined or index.left:
            members = tuple(("joined", s) for s in index.joined) + tuple(
                ("left", s) for s in index.left
            )
            yield ReportTable(
                f"{fund} membership since {since.before.as_of}", ("", "symbol"), members
            )


Formatter = Callable[[float | None], str]


def _figures(
    name: str, pair: ThenNow, formatter: Formatter, change: Formatter | None = None
) -> Row:
    return (name, formatter(pair.before), formatter(pair.after), (change or formatter)(pair.change))
