"""The arguments of the child processes that answer parts of a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.data.question import Question


def funds_option(question: Question) -> list[str]:
    """The option that names the pair, or the index that stands alone."""
    if question.alone:
        return ["--index", question.small]
    return ["--pair", f"{question.small}:{question.large}"]


def refresh_arguments(question: Question, *, full: bool, board: bool) -> list[str]:
    """A refresh of a question's funds, or of the board's closes in place of them."""
    arguments = ["refresh", "--progress", "json", "--no-alerts"]
    arguments += ["--board"] if board else [*funds_option(question), "--window", question.window]
    return arguments + (["--full"] if full else [])


def history_arguments(
    question: Question, fund: str, measures: Sequence[str], every: str
) -> list[str]:
    """The history of measures of one fund of a question, cached and not printed."""
    arguments = ["history", *funds_option(question), "--window", question.window]
    arguments += ["--basis", question.basis, "--every", every]
    arguments += ["--as-of", str(question.as_of)] if question.as_of else []
    return [*arguments, "--fund", fund, "--measure", ",".join(measures), "--keep-only"]
