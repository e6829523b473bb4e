"""``internals status``: what is stored, how old it is, and what a refresh would cost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from tui.report import status as report
from tui.text.streams import ANSWERED, write

if TYPE_CHECKING:
    from tui.service.service import Desk
    from tui.state.config import Config


def status(desk: Desk, config: Config, kind: Literal["text", "json"]) -> int:
    """Write the state of a store on stdout and return the exit code.

    Raises:
        CacheError: the store is empty or cannot be read.
    """
    now = datetime.now(UTC)
    state = state_of(desk, config, now)
    if kind == "json":
        write(report.to_json(state), kind=kind)
    else:
        cost = "" if state.contents.simulated else _cost(desk, config, now)
        write(report.to_text(state, cost), kind=kind)
    return ANSWERED


def state_of(desk: Desk, config: Config, now: datetime) -> report.StoreState:
    """Return what `tui.report.status` shows: what is stored, and what the last refresh fetched.

    Raises:
        CacheError: the store is empty or cannot be read.
    """
    from cache.sources.imported_series import stored_series
    from tui.service.derived import stored_figures

    market, contents, figures = desk.market(), desk.contents(), stored_figures(desk)
    question = config.question(desk.memory.question())
    fetched = desk.fetched(contents.prices, (question.small, question.large), now)
    series = stored_series(desk.places.config)
    return report.StoreState(contents, market, figures, desk.places.store, fetched, now, series)


def imports(desk: Desk, kind: Literal["text", "json"]) -> int:
    """Write the imports that can be taken back on stdout and return the exit code.

    Raises:
        CacheError: the store cannot be read.
    """
    desk.prepare()
    listed = desk.store.journal()
    text = report.imports(listed, desk.places.store, desk.generation(), kind=kind)
    write(text, kind=kind)
    return ANSWERED


def _cost(desk: Desk, config: Config, now: datetime) -> str:
    """Say what a refresh costs, of the pair that a flag, the settings or the screen names."""
    question, plain = config.question(desk.memory.question()), config.question()
    pair = f"{question.small}:{question.large}"
    # A refresh by the command line knows nothing of what was last on the screen.
    requested, usual = (question.small, question.large), (plain.small, plain.large)
    pair_chosen = "pair" in config.flags or requested != usual
    by = f"`internals refresh --pair {pair}`" if pair_chosen else "`internals refresh`"
    return f"{pair:<10} {desk.cost(question, now, by=by)}"
