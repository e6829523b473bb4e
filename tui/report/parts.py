"""The note's JSON laid flat: one tidy table a part, for spreadsheets, Parquet and notebooks.

Each row says which question it answers, so that a table cannot be read under a wrong title.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import getitem
from typing import TYPE_CHECKING, Any, Final, Literal

from core.data.record import record
from tui.report.parts_rarity import RARITY_PARTS

if TYPE_CHECKING:
    from tui.report.values import Json, Rows

#: text, real number, whole number, date, yes or no
Kind = Literal["text", "real", "whole", "date", "flag"]
_KINDS: Final[Mapping[str, Kind]] = {
    "": "text", "f": "real", "i": "whole", "d": "date", "b": "flag",
}  # fmt: skip
#: What every row says of its question.
_TAIL: Final = "window start:d end:d basis as_of:d state simulated:b"


@record(frozen=True, slots=True)
class TidyColumn:
    """A column's name and what stands in it."""

    name: str
    kind: Kind


@record(frozen=True, slots=True)
class TidyTable:
    """One tidy table; None where a value is missing.

    Attributes:
        name: as on the command line.
        columns: in order.
        rows: as many values as columns; dates as ISO text, fractions full precision.
    """

    name: str
    columns: tuple[TidyColumn, ...]
    rows: tuple[tuple[Any, ...], ...]


def columns_of(text: str) -> tuple[TidyColumn, ...]:
    """Columns by their names: ``start:d``; ``:f`` real, ``:i`` whole, ``:d`` date, ``:b`` flag."""
    columns = []
    for word in text.split():
        name, _, kind = word.partition(":")
        columns.append(TidyColumn(name, _KINDS[kind]))
    return tuple(columns)


def _each(*path: str) -> Callable[[Json], Rows]:
    """Return a function that lists the rows at a path in each index."""

    def rows(document: Json) -> Rows:
        for fund, index in document["indices"].items():
            for row in reduce(getitem, path, index):
                yield {"fund": fund, **row}

    return rows


def _signals(document: Json) -> Rows:
    for row in _each("signals")(document):
        # a row's state, beside that of the answer
        yield {**row, "signal_state": row["state"]}


def _ladder(document: Json) -> Rows:
    for row in _each("breadth", "ladder")(document):
        side = "below" if "below" in row else "above"
        yield {**row, "side": side, "threshold": row[side]}


def _moments(document: Json) -> Rows:
    for fund, index in document["indices"].items():
        for measure, value in index["breadth"].items():
            if not isinstance(value, (list, dict, str)) and measure != "daily":
                yield {"fund": fund, "measure": measure, "value": value}


def _measures(document: Json) -> Rows:
    for fund, index in document["indices"].items():
        for measure, row in index["measures"].items():
            yield {"fund": fund, "measure": measure, **row}


def _without(document: Json) -> Rows:
    """A row an index, and one of the gap; nothing where no name is left out."""
    for fund, index in document["indices"].items():
        if index["without"] is not None:
            yield {"of": fund, **index["without"]}
    if document["without"] is not None:
        yield {"of": "gap", **document["without"]}


def _lists(lists: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A list a measure, as one row a session."""
    columns = {name: values for name, values in lists.items() if isinstance(values, list)}
    for values in zip(*columns.values(), strict=True):
        row = dict(zip(columns, values, strict=True))
        yield {"session": row.pop("sessions"), **row}


def _daily(document: Json) -> Rows:
    for fund, index in document["indices"].items():
        for row in _lists(index["breadth"]["daily"] or {}):
            yield {"fund": fund, **row}


def _spread(document: Json) -> Rows:
    spread = document["spread"]
    return [spread] if spread else []


def _spread_daily(document: Json) -> Rows:
    spread = document["spread"]
    return _lists(spread["daily"]) if spread else []


def _comparisons(document: Json) -> Iterator[tuple[str, Json]]:
    for name in ("same_window", "full_years"):
        if document["spread"]:
            yield name, document["spread"][name]


def _ranks(document: Json) -> Rows:
    for name, comparison in _comparisons(document):
        runner = comparison["runner_up"] or {}
        yield {
            **comparison,
            "comparison": name,
            "runner_up_year": runner.get("year"),
            "runner_up_gap_pp": runner.get("gap_pp"),
        }


def _history(document: Json) -> Rows:
    for name, comparison in _comparisons(document):
        for row in comparison["history"]:
            yield {
                **row, "comparison": name, "year_start": row["start"], "year_end": row["end"],
            }  # fmt: skip


def _bridge(document: Json) -> Rows:
    for step in document["bridge"]:
        yield step
        for part in step.get("parts", ()):
            yield {**part, "part_of": step["step"]}


def _changes(document: Json) -> Rows:
    for fund, changes in document["changes"].items():
        for kind in ("joined", "left", "renamed", "resized"):
            for row in changes[kind]:
                fields = (
                    {"symbol": row["to"], "renamed_from": row["from"]} if kind[:3] == "ren" else row
                )
                yield {
                    **fields, "fund": fund, "change": kind,
                    "file_from": changes["from"], "file_to": changes["to"],
                }  # fmt: skip


def _announced(document: Json) -> Rows:
    for fund, changes in document["changes"].items():
        for row in changes["announced"]:
            yield {**row, "fund": fund, "announced_on": row["announced"]}


def _since(document: Json) -> Rows:
    since = document["since"]
    if since is None:
        return

    def row(measure: str, moved: Json, **labels: Any) -> dict[str, Any]:
        figures = {
            "before": moved["before"],
            "after": moved["after"],
            "difference": moved["change"],
        }
        return {**labels, **figures, "measure": measure, "earlier": since["as_of"]}

    for measure in ("gap_pp", "own_return", "rank"):
        yield row(measure, since[measure])
    for fund, index in since["indices"].items():
        for measure in ("fund_return", "share_up"):
            yield row(measure, index[measure], fund=fund)
        for end in ("leaders", "laggards"):
            for kind, placed in (index[end] or {}).items():
                for one in placed:
                    labels = {"fund": fund, "side": end, "change": kind, "symbol": one["symbol"]}
                    yield row("rank", one["rank"], **labels)
                    yield row("contribution_bp", one["contribution_bp"], **labels)
        for kind in ("joined", "left"):
            for symbol in index[kind]:
                yield {
                    "fund": fund, "change": kind, "symbol": symbol, "earlier": since["as_of"],
                }  # fmt: skip


def _numbers(document: Json) -> Rows:
    for place, sentence in enumerate(document["prose"], start=1):
        for row in sentence["numbers"]:
            yield {
                **row, "place": place, "sentence": sentence["sentence"], "value": str(row["value"]),
                "of": row["as_of"],
            }  # fmt: skip


def _top(key: str) -> Callable[[Json], Rows]:
    """Return a function that lists the rows under a key of the whole document."""
    return lambda document: document[key]


def _sources(document: Json) -> Rows:
    return [{**row, "of": row["as_of"]} for row in document["sources"]]


_GROUP: Final = "fund name measured:i weight_start:f return:f contribution_bp:f"
_PAIR: Final = "small large "
#: Part -> its columns, as `columns_of` reads them, and its rows.
_PARTS: Final[Mapping[str, tuple[str, Callable[[Json], Rows]]]] = {
    "contributors": (
        "fund symbol name sector weight_start:f return:f contribution_bp:f joined:d left:d flags"
        " industry",
        _each("contributors"),
    ),
    "sectors": (_GROUP, _each("sectors")),
    "industries": (f"{_GROUP} source", _each("industries")),
    "themes": (f"{_GROUP} symbols source named:i", _each("themes")),
    "issuers": (f"{_GROUP} symbols", _each("issuers")),
    "breadth": ("fund measure value:f", _moments),
    "measures": ("fund measure value:f unit of:i change:f", _measures),
    "signals": (
        "fund key title signal_state since:d last:d first:d days_left:i universe rule needs",
        _signals,
    ),
    "sector_breadth": (
        "fund name n:i up:i share_up:f median:f share_above_50:f of_50:i share_above_200:f"
        " of_200:i",
        _each("sector_breadth"),
    ),
    "ladder": ("fund side threshold:f count:i share:f", _ladder),
    "histogram": ("fund low:f high:f count:i", _each("breadth", "histogram")),
    "outside": ("fund reason count:i", _each("breadth", "outside")),
    "concentration": (
        "fund k:i sum_bp:f share_of_net:f share_of_gross_gain:f index_without_reweighted:f"
        " index_without_zeroed:f fund_without_zeroed:f",
        _each("concentration", "top"),
    ),
    "without": (
        f"{_PAIR}of symbols sum_bp:f fund_without_zeroed:f index_without_reweighted:f"
        " index_without_zeroed:f gap_zeroed_pp:f baskets_gap_pp:f gap_reweighted_pp:f",
        _without,
    ),
    "daily": (
        "fund session:d advances:i declines:i unchanged:i advance_decline_line:f rana:f"
        " mcclellan:f summation:f trin:f share_above_20:f share_above_50:f share_above_200:f"
        " new_highs:i new_lows:i",
        _daily,
    ),
    "spread": (
        f"{_PAIR}small_return:f large_return:f gap_pp:f geometric_gap_pp:f ratio_drawdown:f",
        _spread,
    ),
    "spread_daily": (
        f"{_PAIR}session:d small_return:f large_return:f gap_pp:f ratio:f",
        _spread_daily,
    ),
    "ranks": (
        f"{_PAIR}comparison rank:i of:i since:i on_record:b ties:i first_year:i margin_pp:f"
        " runner_up_year:i runner_up_gap_pp:f next_gap_pp:f z:f percentile:f claim:b",
        _ranks,
    ),
    "history": (
        f"{_PAIR}comparison year:i year_start:d year_end:d small_return:f large_return:f gap_pp:f",
        _history,
    ),
    **RARITY_PARTS,
    "bridge": (f"{_PAIR}step part_of pp:f", _bridge),
    "gap_leaders": (f"{_PAIR}symbol name contribution_bp:f", _top("gap_leaders")),
    "sector_effects": (
        f"{_PAIR}name small_weight:f large_weight:f small_return:f large_return:f"
        " allocation_bp:f selection_bp:f interaction_bp:f total_pp:f",
        _top("sector_effects"),
    ),
    "changes": (
        "fund change symbol name sector weight:f return:f contribution_bp:f weight_before:f"
        " weight_after:f drift:f active:f shares_change:f renamed_from file_from:d file_to:d",
        _changes,
    ),
    "announced": (
        "fund action symbol name sector effective:d announced_on:d from standing file:d"
        " weight_start:f return:f contribution_bp:f rank:i",
        _announced,
    ),
    "since": (
        f"{_PAIR}fund side change symbol measure before:f after:f difference:f earlier:d",
        _since,
    ),
    "segments": (
        "fund segment_start:d segment_end:d holdings_as_of:d estimated:b weight_measured:f"
        " basket_return:f membership_older_than:d",
        lambda document: (
            {**row, "segment_start": row["start"], "segment_end": row["end"]}
            for row in _each("segments")(document)
        ),
    ),
    "left_out": ("fund symbol name weight:f reason", _each("left_out")),
    "sources": (f"{_PAIR}what from of:d fetched_at", _sources),
    "numbers": (f"{_PAIR}place:i sentence text path value source of:d", _numbers),
}
PARTS: Final = tuple(_PARTS)
#: Lists within a cell, and what stands between their entries.
_JOINED: Final = {"flags": "; ", "symbols": " "}


def _series_columns() -> str:
    """Columns of the rows of the table of measures that have a series."""
    # numpy is on the way there, which the command line's words have no need of
    from core.answer.table import SERIES

    return "".join(f" {row.key}:{'i' if row.unit == 'count' else 'f'}" for row in SERIES)


def part(document: Json, name: str) -> TidyTable:
    """One part of a note's JSON, laid flat."""
    text, rows_of = _PARTS[name]
    if name == "daily":
        text += _series_columns()
    part_columns, tail = columns_of(text), columns_of(_TAIL)
    question = document["question"]
    of_question = {
        **question, "as_of": document["as_of"], "state": document["state"],
        "simulated": document["simulated"],
    }  # fmt: skip
    last = [of_question[column.name] for column in tail]
    rows = []
    for row in rows_of(document):
        values = []
        for column in part_columns:
            value = row.get(column.name, of_question.get(column.name))
            if isinstance(value, list):
                value = _JOINED[column.name].join(value)
            values.append(int(value) if column.kind == "whole" and value is not None else value)
        rows.append((*values, *last))
    return TidyTable(name, (*part_columns, *tail), tuple(rows))
