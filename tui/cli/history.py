"""`internals history`: measures over the same window of every year, month or session."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from core.answer.history import windows_of
from core.answer.snapshot import final_sessions
from core.answer.table import ROWS, find
from core.data.errors import MeasureError, UnavailableError
from tui.report import history as report
from tui.report.answer_file import answer_to, write_file
from tui.report.note_formats import PICTURE_FORMATS
from tui.service.histories import desk_histories, worked_out_beside
from tui.text.streams import ANSWERED, BAD_INPUT, IN_PART, say

if TYPE_CHECKING:
    from core.answer.history import History
    from core.answer.measure_rank import Every
    from core.data.question import Question
    from tui.service.service import Desk


def write_history(desk: Desk, question: Question, arguments: argparse.Namespace) -> int:
    """Write the history of some measures; 1 where a measure's last point does not count.

    Raises:
        MeasureError, UnavailableError, CacheError: see `the_histories`.
    """
    if arguments.keep_only and desk.memory.refusal:
        return say(f"--keep-only: {desk.memory.refusal}", BAD_INPUT)
    names = arguments.measure.split(",")
    histories = the_histories(desk, question, names, arguments.every, arguments.fund)
    if arguments.keep_only:
        return ANSWERED
    histories += _series(desk, question, arguments.series.split(","), arguments.every)
    kind, simulated = arguments.format, desk.simulated
    if kind == "parquet":
        from tui.report.tidy import to_parquet

        if arguments.output is None:
            return say("--format parquet is written to a file: name it with --output", BAD_INPUT)
        write_file(
            arguments.output,
            to_parquet(report.table(histories)),
            desk.ledger,
            force=arguments.force,
        )
    else:
        text: str | bytes
        if kind == "csv":
            from tui.report.tidy import to_csv

            text = to_csv(report.table(histories))
        elif kind == "json":
            text = report.to_json(histories, basis=question.basis, simulated=simulated)
        elif kind in PICTURE_FORMATS:
            from tui.report.png import in_format

            text = in_format(report.to_svg(histories, simulated=simulated), kind)
        else:
            text = report.to_text(histories, simulated=simulated)
        answer_to(arguments.output, text, desk.ledger, kind=kind, force=arguments.force)
    return ANSWERED if all(one.is_ranked for one in histories) else IN_PART


def the_histories(
    desk: Desk, question: Question, names: Iterable[str], every: Every, fund: str | None = None
) -> tuple[History, ...]:
    """Answer for each fund of a question, or one of them, and each measure.

    Args:
        desk: the stored data.
        question: whose funds, window and basis.
        names: of measures, as `explain` knows them.
        every: what a point stands for.
        fund: the only one wanted, None for all.

    Raises:
        MeasureError: a name is of no measure, or there is none; or the fund is another one.
        UnavailableError: no list is stored for any such window.
        CacheError: the market cannot be read.
    """
    trimmed = _trimmed(names)
    rows = {name: find(name) for name in trimmed}
    unknown = [name for name, row in rows.items() if row is None]
    if unknown or not trimmed:
        measure_names = ", ".join(row.key for row in ROWS)
        raise MeasureError(f"no measure {', '.join(unknown)}; there are {measure_names}")
    measures = [row for row in rows.values() if row is not None]
    funds = question.funds if fund is None else (fund.upper(),)
    if not set(funds) <= set(question.funds):
        raise MeasureError(f"--fund {fund}: it is one of {' and '.join(question.funds)}")
    histories: tuple[History, ...] = ()
    with worked_out_beside(desk, question, funds, measures, every) as processes:
        for fund in funds:
            if fund in processes:
                processes[fund].wait()
            histories += desk_histories(desk, question, fund, measures, every)
    if not any(one.places for one in histories):
        whose = " and ".join(funds)
        raise UnavailableError(f"no holdings file of {whose} covers any such window: import one")
    return histories


def _trimmed(names: Iterable[str]) -> list[str]:
    """Names without the blanks around them, empty ones left out."""
    return [name.strip() for name in names if name.strip()]


def _series(
    desk: Desk, question: Question, names: Iterable[str], every: Every
) -> tuple[History, ...]:
    """The histories of imported series.

    Raises:
        MeasureError: no series of a name is stored.
    """
    trimmed = _trimmed(names)
    if not trimmed:
        return ()
    from cache.sources.imported_series import stored_series
    from core.answer.series_history import series_history

    stored = stored_series(desk.places.config)
    if unknown := [name for name in trimmed if name not in stored]:
        series_names = ", ".join(stored) or "none: `internals import series FILE`"
        raise MeasureError(f"no series {', '.join(unknown)}; there are {series_names}")
    market = desk.market()
    sessions = final_sessions(market, *question.pair)
    windows = windows_of(question, sessions, every, market.reference.sessions)
    series = (stored[name] for name in trimmed)
    return tuple(
        series_history(one.measure, one.source, one.values, windows, every) for one in series
    )
