"""A failed refresh takes nothing away; old is never told as new, nor part as whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

import numpy as np

from cache.facts.reference import load_reference
from cache.refresh.ask import Ask
from cache.refresh.gate import Answer
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.sources.issuers import Issuers
from cache.store.store import Contents, Store
from core.answer.snapshot import take
from core.answer.views import COVERAGE_FLOOR
from core.data.market import Market
from core.data.question import Question
from tests.torture import steps
from tests.torture.clocks import clocks
from tests.torture.report import Row, judged
from tests.tui.markets import QUESTION, small_market
from tui.report.document import document
from tui.screen.chrome import age_texts
from tui.service.cost import sentence
from tui.service.service import Desk
from tui.state.places import places
from tui.text import formats


def stale(folder: Path, small: bool) -> Iterator[Row]:
    """Failing vendors, clocks that are wrong, coverage, doubtful prices."""
    yield _failed(folder)
    yield _clocks(folder)
    yield clocks(folder / "trading", small)
    yield _partial()
    yield _doubtful()


class Failing(steps.Vendor):
    """Answers some questions and fails the others in one way."""

    def __init__(self, way: str, good: int) -> None:
        self.way, self.good = way, good

    def fetch(self, asks: Iterable[Ask], *, now: datetime, stop: object = None) -> Iterator[Answer]:
        for number, answer in enumerate(super().fetch(asks, now=now)):
            if number < self.good:
                yield answer
            elif self.way == "crash":
                raise RuntimeError("the vendor's code broke")
            elif self.way == "nothing":
                return
            elif self.way == "one close":
                last = slice(-1, None)
                yield replace(answer, session=answer.session[last], close=answer.close[last],
                              volume=answer.volume[last], dividend=answer.dividend[last],
                              split=answer.split[last])  # fmt: skip
            else:
                yield Answer(answer.ask, kind=self.way, reason="it failed")  # type: ignore[arg-type]


def _answer(held: Contents) -> str:
    told = document(steps.taken(held, Question(*steps.PAIR, "1M", steps.DAYS[59].item(), "pr")))
    # What is said of sources may change with a refresh; no number may.
    return json.dumps({k: told[k] for k in ("spread", "indices", "bridge", "headline")})


def _failed(folder: Path) -> Row:
    model = folder / "model"
    before = _answer(steps.with_files(model, 60).read())
    ways = ("try_again", "not_found", "rate_limited", "bad_data", "crash", "nothing", "one close")
    wrong: list[str] = []
    tries = [*product(ways, (0, 7), (False, True))]
    for way, good, full in tries:
        home = folder / "tried"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(model, home)
        request = Request(steps.PAIR, steps.now_at(61), load_reference(), full=full)
        with suppress(RuntimeError):
            if refresh(Store(home), request, prices=Failing(way, good), files=Issuers()).ok:
                wrong.append(f"{way}: it was called a success")
        held = Store(home).read()
        lengths = {len(steps.closes(held, s)) for s in (*steps.PAIR, *steps.LINES)}
        if not lengths <= {60, 61} or _answer(held) != before:
            wrong.append(f"{way}, {good} good, full {full}: {sorted(lengths)} closes")
    return judged(
        "a refresh that fails",
        f"{', '.join(ways)}, after none or seven good answers, of what is stale and of everything",
        "every number of an earlier date stays; it is called no success",
        f"{len(tries)} refreshes: 0 numbers changed, 0 called a success",
        wrong,
    )


def _clocks(folder: Path) -> Row:
    """Ages and what is stale, by clocks before and behind."""
    home = folder / "clocks"
    held = steps.with_files(home / "market", 60).read()
    desk, taken = Desk(places(home, demo=False)), steps.now_at(60)
    snapshot = steps.taken(held, Question(*steps.PAIR, "1M", None, "pr"))
    wrong: list[str] = []
    offsets = {
        timedelta(days=-400): "57 w ahead of this clock",
        timedelta(days=-1): "24 h ahead of this clock",
        timedelta(hours=-2): "2 h ahead of this clock",
        timedelta(seconds=20): "just now",
        timedelta(hours=3): "3 h ago",
        timedelta(days=1): "24 h ago",
        timedelta(days=400): "57 w ago",
    }
    for offset, right in offsets.items():
        now = taken + offset
        told = age_texts(snapshot, now)[0]
        cost = sentence(desk.places, held.prices, held.holdings, snapshot.question, now,
                        desk.reference, "r")  # fmt: skip
        if right not in told:
            wrong.append(f"{offset}: {told}")
        fresh = cost.startswith("up to date")
        # Holdings are of one old day, so that nothing here is ever quite up to date.
        if fresh or (offset < timedelta(0)) != ("ahead of this clock" in cost):
            wrong.append(f"{offset}: {cost}")
    assert formats.ago(taken, taken) == "just now"
    return judged(
        "a wrong clock",
        f"{len(offsets)} clocks from 400 days before the data to 400 after, on the screen and in"
        " what a refresh costs",
        "an old price is never new; a clock behind the data is told, and nothing called fresh",
        f"{len(offsets)} of {len(offsets)} told",
        wrong,
    )


def _partial() -> Row:
    from core.note.headline import headline
    from tui.report.note_formats import written

    wrong: list[str] = []
    for covered in (0.2, 0.5, 0.85, 0.899):
        snapshot = take(small_market(covered=covered), QUESTION)
        told, text = document(snapshot), written(snapshot, "text")
        weight = told["indices"]["IWM"]["weight_measured"]
        if told["state"] != "partial" or snapshot.complete or not weight < COVERAGE_FLOOR:
            wrong.append(f"{covered}: called {told['state']}")
        if f"{weight * 100:.1f}" not in text:
            wrong.append(f"{covered}: the coverage {weight} is not in the note")
        if "handful" in headline(snapshot) or "nothing is claimed" not in " ".join(text.split()):
            wrong.append(f"{covered}: {headline(snapshot)}")
    return judged(
        "part of the weight alone is measured",
        "20, 50, 85 and 89.9 % of both indices with closes",
        "called partial, the coverage beside it, no claim about leaders or breadth",
        "4 of 4, exit code 1",
        wrong,
    )


def _doubtful() -> Row:
    """A line with impossible closes is measured like one that has none."""
    clean = small_market()
    wrong: list[str] = []
    changes: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "25-fold": lambda column: column * 25.0,
        "a thirtieth": lambda column: column / 30.0,
        "zero": lambda column: column * 0.0,
        "negative": lambda column: -column,
        "infinite": lambda column: column * np.inf,
    }
    bare = _changed(clean, "S05", lambda column: column * np.nan, since="2014-01-01")
    without = take(bare, QUESTION).indices["IWM"]
    with np.errstate(all="ignore"):
        for name, change in changes.items():
            found = take(_changed(clean, "S05", change), QUESTION).indices["IWM"]
            same = found.basket_return == without.basket_return
            left = [line.reason for line in found.left_out if line.symbol == "S05"]
            if not same or not left:
                wrong.append(f"{name}: {found.basket_return} for {without.basket_return}, {left}")
    return judged(
        "doubtful prices",
        f"closes of a line from mid-window {', '.join(changes)}, the gate bypassed",
        "the index is that without the line, which is listed with the reason",
        f"{len(changes)} of {len(changes)} kept out of every number",
        wrong,
    )


def _changed(
    clean: Market,
    symbol: str,
    change: Callable[[np.ndarray], np.ndarray],
    since: str = "2026-03-02",
) -> Market:
    """The market with a line's closes from a date on changed."""
    blocks = []
    for block in clean.prices.blocks:
        if symbol in block.symbols:
            close = block.close.copy()
            at = block.symbols.index(symbol)
            rows = block.sessions >= np.datetime64(since)
            close[rows, at] = change(close[rows, at])
            block = replace(block, close=close)
        blocks.append(block)
    return replace(clean, prices=replace(clean.prices, blocks=tuple(blocks)))
