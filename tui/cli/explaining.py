"""``internals explain``: how a number came about, as text or JSON."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.report.explained import parse_name, to_json, to_text
from tui.state.config import ConfigError
from tui.text.streams import ANSWERED, IN_PART, write

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.data.question import Question
    from core.explain.explanation import Explanation
    from tui.service.service import Desk


def explain(desk: Desk, question: Question, arguments: argparse.Namespace) -> int:
    """Write an explanation on stdout and return the exit code.

    Raises:
        ConfigError, CacheError, CoreError: see `explained`.
    """
    fund, symbol = arguments.fund, arguments.symbol or ""
    snapshot, parts = explained(desk, question, fund, symbol, arguments.measure)
    if arguments.format == "json":
        write(to_json(snapshot, parts), kind="json")
    else:
        write(("SIMULATED\n" if snapshot.simulated else "") + to_text(parts))
    return ANSWERED if snapshot.complete else IN_PART


def explained(
    desk: Desk, question: Question, fund: str, symbol: str, measure: str | None
) -> tuple[Snapshot, tuple[Explanation, ...]]:
    """The answer to a question and the explanation of one number of it.

    Raises:
        ConfigError: the fund is not of the pair.
        UnavailableError: the answer has no such number.
        CacheError, CoreError: the question has no answer.
    """
    from core.answer.provenance import unknown_sectors
    from core.data.errors import UnavailableError

    fund = fund.upper()
    if fund not in (question.small, question.large):
        pair = f"{question.small}:{question.large}"
        raise ConfigError(f"{fund} is not of the pair {pair}; name it with --pair or --index")
    snapshot, market = desk.take(_with_step(question, measure or "")), desk.market()
    parts = parse_name(market, snapshot, fund, symbol, measure)
    if not parts:
        missing = "; ".join(snapshot.missing)
        if (measure or "").startswith("brinson"):
            missing = missing or "; ".join(unknown_sectors(snapshot.indices))
        raise UnavailableError(missing or f"the answer has no {measure} of {fund}")
    return snapshot, parts


def _with_step(question: Question, measure: str) -> Question:
    """The question with the step of the ladder that a measure names, such as "ladder:>75"."""
    step = re.fullmatch(r"ladder:([<>])([+-]?\d{1,4}(?:\.\d{1,4})?)%?", measure.replace(" ", ""))
    if step is None:
        return question
    limit = float(step[2]) / 100
    if step[1] == ">":
        return replace(question, above=tuple(sorted({*question.above, limit})))
    return replace(question, below=tuple(sorted({*question.below, limit}, reverse=True)))
