"""`internals history`: measures over the same window of every year, month or session."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from core.answer.history import histories
from core.answer.snapshot import final_sessions
from core.answer.table import ROWS, find
from tui.report import history as report
from tui.report.files import answer_to, write_file
from tui.report.formats import DRAWN
from tui.text.streams import ANSWERED, BAD_INPUT, IN_PART, NOTHING, say

if TYPE_CHECKING:
    from core.data.question import Question
    from tui.service.service import Desk


def write_history(desk: Desk, question: Question, arguments: argparse.Namespace) -> int:
    """Write the history of some measures; 1 where a measure's last point does not count."""
    names = [name.strip() for name in arguments.measure.split(",") if name.strip()]
    rows = [find(name) for name in names]
    unknown = [name for name, row in zip(names, rows, strict=True) if row is None]
    if unknown or not names:
        known = ", ".join(row.key for row in ROWS)
        return say(f"no measure {', '.join(unknown)}; there are {known}", BAD_INPUT)
    market = desk.market()
    sessions = final_sessions(market, *question.pair)
    made = tuple(
        one
        for fund in question.funds
        for one in histories(
            market, question, fund, [row for row in rows if row is not None], sessions,
            arguments.every,
        )
    )  # fmt: skip
    if not any(one.points for one in made):
        funds = " and ".join(question.funds)
        return say(f"no holdings file of {funds} covers any such window: import one", NOTHING)
    kind, simulated = arguments.format, desk.simulated
    if kind == "parquet":
        from tui.report.tidy import to_parquet

        if arguments.output is None:
            return say("--format parquet is written to a file: name it with --output", BAD_INPUT)
        write_file(
            arguments.output, to_parquet(report.table(made)), desk.ledger, force=arguments.force
        )
    else:
        text: str | bytes
        if kind == "csv":
            from tui.report.tidy import to_csv

            text = to_csv(report.table(made))
        elif kind == "json":
            text = report.to_json(made, basis=question.basis, simulated=simulated)
        elif kind in DRAWN:
            from tui.report.gallery import drawn

            text = drawn(report.to_svg(made, simulated=simulated), kind)
        else:
            text = report.to_text(made, simulated=simulated)
        answer_to(arguments.output, text, desk.ledger, kind=kind, force=arguments.force)
    return ANSWERED if all(one.rank is not None for one in made) else IN_PART
