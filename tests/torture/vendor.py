"""What a vendor, an issuer or a wrong file does to a store that was right, and its taking back."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np

from cache.facts.errors import SourceError
from cache.refresh.jumps import odd
from cache.refresh.stored_closes import StoredCloses
from cache.store.admit import bring_prices
from cache.store.bars import Bars
from cache.store.draft import Note
from cache.store.store import Contents, Store
from core.data.frames import Prices
from core.data.question import Question
from tests.cache import test_batch_checks, test_contradictions, test_vendor
from tests.cache.stores import store_of_lists
from tests.cache.test_vendor import DAYS, LINES, PAIR, World, evening
from tests.process import test_jumps
from tests.torture import steps
from tests.torture.days_again import days_again
from tests.torture.report import Row, judged
from tui.report.document import document

SPLITS = (2.0, 3.0, 1.5, 4.0, 5.0, 10.0, 20.0, 1 / 2, 1 / 4, 1 / 10, 1 / 20)


def vendor(folder: Path, small: bool) -> Iterator[Row]:
    """Poisoned batches, files of another history, holdings that jump, imports taken back."""
    yield _poison(folder)
    yield _denied(folder)
    yield _corrections(folder, small)
    yield days_again(folder, small)
    yield _increments(folder, small)
    yield _holdings()
    yield _taken_back(folder, 4 if small else 60)


def _store(folder: Path) -> Store:
    return store_of_lists(folder, PAIR, LINES, DAYS[0].item())


def answer(held: Contents) -> str:
    """The whole note's JSON, as of a session that every state has."""
    question = Question(*PAIR, f"{DAYS[5]}:{DAYS[50]}", DAYS[50].item(), "tr")
    return json.dumps(document(steps.taken(held, question)), default=str)


def _poison(folder: Path) -> Row:
    wrong, runs = [], 0
    for poison in test_batch_checks.POISONS:
        for full in (False, True):
            world, store = World(), _store(folder / f"{poison.__name__} {full}")
            world.run(store, 59)
            before = test_vendor.everything(store)
            poison(world)
            summary = world.run(store, 60, full=full)
            runs += 1
            if summary.ok or "the stored closes stay" not in summary.message:
                wrong.append(f"{poison.__name__}: {summary.message}")
            if test_vendor.everything(store) != before:
                wrong.append(f"{poison.__name__}: closes changed")
            if not World().run(store, 61).ok:
                wrong.append(f"{poison.__name__}: the next refresh failed")
    return judged(
        "a vendor's poison",
        "every line repeats a close (the last, rounded, an older one), has another line's or the"
        " same; every history a session late, splits without a record or of every line, pence for"
        " dollars, dividends above the price or of every line, closes adjusted for dividends; of"
        " what is stale and of everything",
        "the batch is refused as a whole and named; the next good refresh mends all",
        f"{runs} refreshes: 0 closes changed, all named, all mended",
        wrong,
    )


def _denied(folder: Path) -> Row:
    """One line's answer that its stored closes, or its own, deny; the others' are good."""
    wrong, runs = [], 0
    for answer_of_line in test_contradictions.DENIED:
        world, store = World(), _store(folder / f"{answer_of_line.__name__}")
        world.dividend["S03"][[10, 20, 40]] = 0.5
        world.run(store, 59)
        before = test_vendor.everything(store)
        answer_of_line(world)
        summary = world.run(store, 60, full=True)
        runs += 1
        stored = test_vendor.everything(store)
        if [*summary.failed] != ["S03"] or stored["S03"] != before["S03"]:  # type: ignore[index]
            wrong.append(f"{answer_of_line.__name__}: {summary.message}")
    for factor in SPLITS:
        # 3:2 turned round and 1:2 taken twice look like a fall by half, which there is
        odd = () if factor in (1.5, 1 / 2) else ((40, 1 / factor), (40, factor**2))
        for at, recorded in (*odd, (39, factor), (41, factor)):
            traded, store = test_contradictions.AsTraded(), _store(folder / f"{factor} {at} {runs}")
            step = np.where(np.arange(len(DAYS)) < 40, 1.0, 1 / factor)
            traded.close["S03"] = traded.close["S03"] * step
            traded.split["S03"][at] = recorded
            runs += 1
            if [*traded.run(store, 60).failed] != ["S03"]:
                wrong.append(f"{factor:g}:1 on record as {recorded:g}, {at - 40} off")
    return judged(
        "one line's answer that its closes deny",
        "another company's history, one at its level, closes in whole dollars, dividends taken"
        " back, splits turned round or that did not happen; as traded, each of"
        f" {len(SPLITS)} splits and reverse splits on record turned round, squared, a day early"
        " and a day late, at a first fill",
        "the line is refused with the reason, its stored closes stay, the others come",
        f"{runs} answers: all refused, 0 closes changed",
        wrong,
    )


def _corrections(folder: Path, small: bool) -> Row:
    """Closes and dividends that the vendor changes far before the sessions it is asked for."""
    dice, wrong, changes = np.random.default_rng(14), [], 0
    for turn in range(1 if small else 5):
        world, store = World(), _store(folder / f"corrected {turn}")
        world.run(store, 54)
        for symbol in dice.choice(LINES, 6, replace=False).tolist():
            world.close[symbol][int(dice.integers(0, 40))] *= 1 + float(dice.uniform(-0.1, 0.1))
            world.dividend[symbol][int(dice.integers(0, 40))] = float(dice.uniform(0.01, 0.5))
            changes += 2
        for place in range(55, 75):
            world.run(store, place)
        prices = store.read().prices
        known = StoredCloses(prices)
        for symbol in (*PAIR, *LINES):
            if not np.allclose(known.closes(symbol)[1], world.close[symbol][:75], rtol=1e-12):
                wrong.append(f"{symbol} is not as the vendor has it")
            paid = world.dividend[symbol][:75]
            if not np.array_equal(known.dividends(symbol)[1], paid[paid > 0]):
                wrong.append(f"dividends of {symbol} are not as the vendor has them")
    return judged(
        "corrections far back",
        "a vendor changes single closes and dividends 15 sessions and more before the last one"
        " held",
        "within twenty sessions what is held is what the vendor has, at no request more",
        f"{changes} changes: all found",
        wrong,
    )


def _rows(first: int, last: int, factor: float, split: float, source: str) -> Bars:
    place = np.arange(first, last)
    path = np.round(100 * (1 + 0.01 * np.sin(place * 2.1) + place / 500) * factor, 4)
    events = np.where(place == 60, split, 0.0)
    return Bars(("AAA",), np.zeros(len(place), np.intp), DAYS[place], close=path, split=events,
                source=source, fetched_at=evening(80))  # fmt: skip


def _increments(folder: Path, small: bool) -> Row:
    """Two files over a split, with a close in common or none, the split on record or not."""
    truth = {n: 1 + 0.01 * np.sin(n * 2.1) + n / 500 for n in (0, 79)}
    expected = truth[79] / truth[0]
    joined = asked = tries = 0
    wrong = []
    for split in SPLITS[:: 4 if small else 1]:
        for first in (50, 60):
            for recorded in (0.0, split):
                store = Store(folder / f"{split} {first} {recorded}")
                note = Note("prices", evening(80))
                bring_prices(store, _rows(0, 60, 1.0, 0.0, "a.csv"), note)
                tries += 1
                try:
                    new = _rows(first, 80, 1 / split, recorded, "b.csv")
                    held, admitted = bring_prices(store, new, note)
                except SourceError:
                    asked += 1
                    continue
                closes = list(test_vendor.closes(held.prices, "AAA").values())
                joined += 1
                if abs(closes[-1] / closes[0] / expected - 1) > 1e-4 or not admitted.notes:
                    wrong.append(f"{split:g} from {first}: {closes[-1] / closes[0]:.3f}")
    return judged(
        "increments over a split",
        f"two files over each of {len(SPLITS[:: 4 if small else 1])} splits and reverse splits,"
        " with closes in common or none, on record or not",
        "joined on one basis and told, or refused and asked; never a step",
        f"{tries}: {joined} joined and told, {asked} asked; 0 steps",
        wrong,
        joined > 0,
    )


def _holdings() -> Row:
    file, names, second = test_jumps.file, test_jumps.NAMES, test_jumps.SECOND
    off = 1000 * (20.0 + np.arange(len(names))) * np.where(np.arange(len(names)) < 9, 2.0, 1.0)
    others = tuple(f"X{n:03}" for n in range(len(names)))
    tries = {
        "half of it": (file(second, names[:60]), ()),
        "another fund's": (file(second, others), ()),
        "values doubled": (file(second, value=off), ()),
        "cut off": (file(second), (test_jumps.Row("weight", "", "adds up to 71 %"),)),
    }
    believed = [n for n, (one, rows) in tries.items() if not odd(one, rows, [file()], Prices()).why]
    titled = replace(file(), fund="IVV")
    if not odd(file(second), (), [file()], Prices(), [titled]).why:
        believed.append("the quantities of another fund's file")
    far = odd(file(), (), [], test_jumps.priced(1.5))
    believed += [] if far.why else ["prices of another day"]
    return judged(
        "holdings files that jump",
        f"{', '.join(tries)}, the quantities of another fund's file, prices half as high again as"
        " the closes",
        "kept aside and named",
        f"{len(tries) + 2} of {len(tries) + 2} kept aside",
        believed,
    )


def _taken_back(folder: Path, count: int) -> Row:
    """Random imports and refreshes, each taken back; the whole note before and after."""
    dice = random.Random(14)
    store, world = _store(folder / "taken back"), World()
    world.run(store, 60)
    wrong, kinds = [], 0
    for step in range(count):
        before, there = answer(store.read()), {entry.id for entry in store.journal()}
        act = dice.choice((_import, _file, _refresh, _correct))
        try:
            act(store, world, dice, step)
        except SourceError:
            continue
        new = [entry.id for entry in store.journal() if entry.id not in there]
        for number in reversed(new):
            store.change(lambda draft, number=number: draft.take_back(number))  # type: ignore[misc]
        kinds += bool(new)
        if answer(store.read()) != before:
            wrong.append(f"{act.__name__} {step}")
    return judged(
        "an import or a refresh taken back",
        f"{count} at random: files of closes that agree, differ, are taken whole or are re-based,"
        " holdings of a day held already, refreshes after a split and after corrections; each taken"
        " back by its number",
        "the whole note's JSON is as before",
        f"{kinds} taken back, 0 answers changed",
        wrong,
        kinds > 0,
    )


def _import(store: Store, world: World, dice: random.Random, step: int) -> None:
    names = dice.sample(LINES, 4)
    bars = test_vendor.own(world, names, 60, dice.choice((1.0, 4.0, 1.03)))
    bars = replace(bars, source=f"{step}.csv")
    note = Note("prices", evening(60), bars.source)
    bring_prices(store, bars, note, replace_all=dice.random() < 0.5, accept=dice.random() < 0.5)


def _file(store: Store, world: World, dice: random.Random, step: int) -> None:
    held = store.read().holdings[PAIR[0]][-1]
    value = np.array([dice.random() for _ in held.symbols])
    rows = replace(held, value=value, total=float(value.sum()))
    store.commit(holdings=[(rows, f"{step}".encode())])


def _refresh(store: Store, world: World, dice: random.Random, step: int) -> None:
    fresh = World()
    symbol = dice.choice(LINES)
    fresh.close[symbol] = fresh.close[symbol] / 2
    fresh.split[symbol][61] = 2.0
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        fresh.run(store, 61)


def _correct(store: Store, world: World, dice: random.Random, step: int) -> None:
    """The vendor changes closes of a line, of its own and of files; all is compared."""
    fresh = World()
    symbol = dice.choice(LINES)
    for place in dice.sample(range(62), dice.choice((1, 4, 20))):
        fresh.close[symbol][place] *= dice.uniform(0.97, 1.03)
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        fresh.run(store, 61, full=True)
