"""What an assistant may ask: each tool's words, its arguments, and the answer as JSON values.

Every tool reads the stored data and nothing else: none fetches, writes or changes a setting. Each
answer carries the source, the date and the state of its numbers, and says what it left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from core.data.record import record
from tui.cli.questions import narrowed, of_index, opening_question
from tui.report.number_index import NoteFigures, SourceLetters
from tui.report.quoting import NOTICE, quoted, shortened
from tui.state.config import FILE, as_date, load, with_flags

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.data.question import Question
    from tui.report.values import Json
    from tui.service.service import Desk
    from tui.state.config import Config

#: Rows of a list in an answer, unless more are requested, and the most of them.
ROWS: Final = 20
MOST_ROWS: Final = 200
#: Parts of a pair's record, as the note's JSON names them.
_RECORD: Final = ("same_window", "full_years", "rolling", "streaks", "ratio", "followed")


class BadCallError(Exception):
    """A call that cannot be answered as it is; the message says what would be right."""


@record(frozen=True, slots=True)
class AssistantTool:
    """One tool.

    Attributes:
        title: a few words for a person.
        words: what it answers and when it is the right one.
        fields: JSON schema of each argument.
        answer: makes the answer from a desk and the arguments.
        required: the arguments that cannot be left out.
    """

    title: str
    words: str
    fields: Mapping[str, Json]
    answer: Callable[[Desk, Json], Json]
    required: tuple[str, ...] = ()

    @property
    def schema(self) -> Json:
        """The arguments as one JSON schema, which refuses any other."""
        return {
            "type": "object",
            "properties": dict(self.fields),
            "required": list(self.required),
            "additionalProperties": False,
        }


def answered(desk: Desk, name: str, arguments: Json) -> Json:
    """The answer of a tool, foreign text in it quoted as data.

    Raises:
        BadCallError: the arguments do not fit the question.
        ConfigError, CacheError, CoreError: as the command line says it in one sentence.
    """
    return {"tool": name, "notice": NOTICE, **TOOLS[name].answer(desk, arguments)}


def _settings(desk: Desk, arguments: Json) -> tuple[Config, date | None]:
    """The settings with a call's arguments over them, and the as-of date."""
    flags = (arguments.get(name) for name in ("pair", "window", "basis"))
    config = with_flags(load(desk.places.settings / FILE), *flags)
    as_of = arguments.get("as_of")
    return config, None if as_of is None else as_date(as_of)


def _question(desk: Desk, arguments: Json) -> Question:
    config, as_of = _settings(desk, arguments)
    question = opening_question(desk, config, as_of)
    question = of_index(question, arguments.get("index"), pair="pair" in arguments)
    without, themes = arguments.get("without", []), arguments.get("theme", [])
    return narrowed(desk, question, without, themes, arguments.get("breadth_list", "start"))


def _head(snapshot: Snapshot, document: Json) -> Json:
    """The fields that describe an answer to a question."""
    words = f"simulated, {snapshot.state_words}" if snapshot.simulated else snapshot.state_words
    return {
        "question": document["question"],
        "as_of": document["as_of"],
        "state": words,
        "simulated": snapshot.simulated,
        "complete": snapshot.complete,
        "missing": document["missing"],
        "warnings": document["warnings"],
    }


def _names(snapshot: Snapshot) -> Iterator[str]:
    """The foreign names that may stand in sentences about an answer."""
    for view in snapshot.indices.values():
        yield from view.contributors.names
        yield from (line.name for line in view.not_measured)
        for groups in (view.sectors, view.industries, view.themes, view.issuers):
            yield from (group.name for group in groups)


def _note(desk: Desk, arguments: Json) -> tuple[Snapshot, Json]:
    from tui.report.document import document

    snapshot = desk.take(replace(_question(desk, arguments), daily=True))
    return snapshot, document(snapshot)


def _figures(snapshot: Snapshot, document: Json, paths: tuple[str, ...], arguments: Json) -> Json:
    """An answer of the note: its head and the values at some paths, each with its origin."""
    figures = NoteFigures(snapshot, document)
    sentences = figures.sentences() if arguments.get("sentences", True) else []
    try:
        rows, first = arguments.get("rows", ROWS), arguments.get("from_row", 0)
        values, cut = figures.at(paths, rows, first)
    except LookupError as error:
        raise BadCallError(f"{error.args[0]}") from None
    answer = {
        **_head(snapshot, document),
        "headline": document["headline"],
        "sentences": sentences,
        "figures": values,
        "cut": cut,
        "origins": figures.origins.document(),
    }
    return quoted(answer, _names(snapshot))


def _ask(desk: Desk, arguments: Json) -> Json:
    snapshot, document = _note(desk, arguments)
    return _figures(snapshot, document, tuple(arguments.get("paths", ())), arguments)


def _history(desk: Desk, arguments: Json) -> Json:
    from tui.cli.history import the_histories
    from tui.report.history import document

    question = _question(desk, arguments)
    histories = the_histories(desk, question, arguments["measures"], arguments.get("every", "year"))
    whole = document(histories, basis=question.basis, simulated=desk.simulated)
    rows, origins, cut = arguments.get("rows", ROWS), SourceLetters(), []
    for place, (one, fields) in enumerate(zip(histories, whole["histories"], strict=True)):
        first = arguments.get("from_row", -rows)
        fields["points"], parts = shortened(fields["points"], rows, first)
        cut += [{**part, "path": f"histories[{place}].points"} for part in parts]
        state = "final" if all(point.counts for point in one.points) else "partial"
        state += ", estimated" if any(one.estimated) else ""
        fields["origin"] = origins.letter(
            f"holdings files of {one.fund}, each of its time, and the closes of their lines",
            str(one.points[-1].end) if one.points else "",
            f"simulated, {state}" if desk.simulated else state,
        )
    return quoted({**whole, "cut": cut, "origins": origins.document()})


def _record_of(desk: Desk, arguments: Json) -> Json:
    snapshot, document = _note(desk, arguments)
    whole = "own" if snapshot.question.alone else "spread"
    record = document[whole] or {}
    paths = tuple(f"{whole}.{part}" for part in _RECORD if record.get(part) is not None)
    return _figures(snapshot, document, paths, {**arguments, "sentences": False})


def _explain(desk: Desk, arguments: Json) -> Json:
    from tui.cli.explaining import explained
    from tui.report.document import document
    from tui.report.explained import to_document

    snapshot, parts = explained(
        desk,
        _question(desk, arguments),
        arguments["fund"],
        arguments.get("symbol", ""),
        arguments.get("measure"),
    )
    head = _head(snapshot, document(snapshot))
    return quoted({**head, "explanations": to_document(parts)}, _names(snapshot))


def _board(desk: Desk, arguments: Json) -> Json:
    from core.answer.board_breadth import breadths_of
    from core.data.question import normal
    from tui.cli.board import the_board
    from tui.report.board import document

    config, as_of = _settings(desk, arguments)
    board, origins = the_board(desk, config, as_of, arguments.get("group")), SourceLetters()
    breadths = breadths_of(desk.market(), board, normal(config.window))
    written, prices = document(board, breadths), desk.market().prices
    state = "simulated, final" if board.simulated else "final"
    rows = []
    for place, (row, fields) in enumerate(zip(board.rows, written["rows"], strict=True)):
        pair = (row.pair.small, row.pair.large)
        source = "; ".join(f"prices {fund}: {prices.sources_of(fund)}" for fund in pair)
        letter = origins.letter(source, str(row.end), state) if row.end else None
        rows.append({"path": f"rows[{place}]", **fields, "origin": letter})
    return quoted({**written, "rows": rows, "origins": origins.document()})


def _status(desk: Desk, arguments: Json) -> Json:
    from tui.cli.status import state_of
    from tui.report.status import document

    now = datetime.now(UTC)
    config, _ = _settings(desk, arguments)
    return _store_answer(desk, document(state_of(desk, config, now)), arguments, now)


def _funds(desk: Desk, arguments: Json) -> Json:
    from tui.cli.funds import fund_rows

    rows, symbol = fund_rows(desk), arguments.get("fund", "").upper()
    rows = [row for row in rows if symbol in ("", row["symbol"])]
    if not rows:
        raise BadCallError(f"no fund {symbol} is known; without `fund` all are listed")
    return _store_answer(desk, {"funds": rows}, {"rows": MOST_ROWS, **arguments}, datetime.now(UTC))


def _store_answer(desk: Desk, whole: Json, arguments: Json, now: datetime) -> Json:
    """An answer about the stored data: from the store, at this moment."""
    rows, first = arguments.get("rows", ROWS), arguments.get("from_row", 0)
    origins, (short, cut) = SourceLetters(), shortened(whole, rows, first)
    state = "simulated, held" if desk.simulated else "held"
    source = f"store {desk.places.store}, generation {desk.generation()}"
    origin = origins.letter(source, now.isoformat(timespec="seconds"), state)
    return quoted({**short, "origin": origin, "cut": cut, "origins": origins.document()})


def _text(words: str, **more: Any) -> Json:
    return {"type": "string", "minLength": 1, "maxLength": 200, "description": words, **more}


def _texts(words: str, most: int = 50) -> Json:
    return {"type": "array", "items": _text(words), "maxItems": most, "description": words}


def _rows(default: int = ROWS) -> Json:
    return {
        "rows": {
            "type": "integer", "minimum": 1, "maximum": MOST_ROWS,
            "description": f"the most rows of a list in the answer, {default} unless given; `cut`"
            " names the lists that have more",
        },
        "from_row": {
            "type": "integer", "minimum": -1_000_000, "maximum": 1_000_000,
            "description": "the row to begin with, from 0; -20 is the 20th from the end",
        },
    }  # fmt: skip


_PAIR: Final = {
    "pair": _text("two funds, small:large, such as IWM:SPY; the settings' pair unless given"),
    "window": _text("YTD, MTD, QTD, 1D, 1W, 1M, 2025, 2026-01-21:2026-05-05 ..."),
    "as_of": _text("an ISO date; the last session with final closes unless given"),
    "basis": _text("total or price return", enum=["tr", "pr"]),
}
_QUESTION: Final = {
    **_PAIR,
    "without": _texts("also without these names: MSFT, or SPY:MSFT,META for one index"),
    "theme": _texts("also without the names of this theme or industry"),
    "breadth_list": _text("the list of members breadth counts", enum=["start", "end"]),
}
_ALONE: Final = {"index": _text("one fund alone, such as IWM, in place of a pair")}

#: The tools, in the order in which they are listed.
TOOLS: Final[Mapping[str, AssistantTool]] = {
    "ask": AssistantTool(
        "The answer for a pair or an index",
        "How far two indices have parted over a window, who did it and how broad it was: sentences,"
        " each number with its path, value and origin (source, date, state). `paths` adds any other"
        " value of the note: spread, verdict, bridge, gap_leaders, sector_effects,"
        " indices.FUND.contributors, .sectors, .industries, .themes, .breadth, .concentration,"
        " .measures, .signals, .left_out, changes.FUND, sources. A path that leads nowhere is"
        " answered with what there is.",
        {
            **_QUESTION,
            **_ALONE,
            "paths": _texts("a path in the note's JSON, such as indices.IWM.contributors"),
            "sentences": {"type": "boolean", "description": "false: no prose, `paths` alone"},
            **_rows(),
        },
        _ask,
    ),
    "board": AssistantTool(
        "Every pair at a glance",
        "The gap of every pair of the board over 1D to YTD, its percentile among all stretches as"
        " long, streak and ratio. For the question what moved, before `ask` about one pair.",
        {
            "group": _text("one group of pairs, such as size"),
            "as_of": _PAIR["as_of"],
            "basis": _PAIR["basis"],
        },
        _board,
    ),
    "explain": AssistantTool(
        "How a number came about",
        "The formula of a number with its figures, and the file or vendor and date of each: of a"
        " fund's return and the gap, of one line's contribution, or of a measure by its name.",
        {
            "fund": _text("a fund of the pair, such as IWM"),
            "symbol": _text("one of its lines, such as BE"),
            "measure": _text("a measure by its name, such as top:3 or median"),
            **_QUESTION,
        },
        _explain,
        ("fund",),
    ),
    "history": AssistantTool(
        "A measure over the years",
        "Measures of an index over the same window of every year, month or session, each by the"
        " holdings files of its time: its points, the newest unless from_row says else, how much of"
        " the weight each rests on, and the last one's rank. A point that does not count says why.",
        {
            "measures": {**_texts("measures by name, such as share_up or median"), "minItems": 1},
            "every": _text("what a point stands for", enum=["year", "month", "session"]),
            **_PAIR,
            **_ALONE,
            **_rows(),
        },
        _history,
        ("measures",),
    ),
    "record": AssistantTool(
        "How rare it is",
        "The record of a pair's gap or of one index's return: its rank among the same window of"
        " other years, among full years and all stretches as long, the years themselves, streaks,"
        " the ratio, and what followed alike stretches. Nothing in it is a forecast.",
        {**_PAIR, **_ALONE, **_rows()},
        _record_of,
    ),
    "status": AssistantTool(
        "What is stored, and how old",
        "Closes, holdings files and their dates, what failed, what is damaged or set aside. For the"
        " question whether an answer can be trusted, and why one is missing.",
        _rows(),
        _status,
    ),
    "funds": AssistantTool(
        "The funds known",
        "Each fund, the index it follows, how far back its issuer's files go, and what is stored.",
        {"fund": _text("one fund, such as IWM"), **_rows(MOST_ROWS)},
        _funds,
    ),
}
