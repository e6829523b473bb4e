"""Bits flipped, files cut short, grown, emptied and taken away: noticed, and never a number."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from cache.facts.errors import StoreError
from cache.store import head
from cache.store.store import Contents, Store
from core.answer.snapshot import Question
from tests.torture import steps
from tests.torture.report import Row, judged
from tui.report.document import document

QUESTION = Question("IWM", "SPY", "1M", None, "pr")


def damage(folder: Path, small: bool) -> Iterator[Row]:
    """One damaged file at a time in a store of three generations."""
    whole = folder / "whole"
    known = {}
    for last in (40, 45, 50):
        held = fill(Store(whole), last)
        known[held.generation] = answer(held)
    chance = random.Random(5)
    files = sorted([*whole.glob("*/*"), whole / head.NAME])
    sizes = [path.stat().st_size for path in files]
    flips = chance.choices(files, sizes, k=15 if small else 1000)
    # Chosen by size, almost every bit lies in the matrices: as many again, a file each.
    flips += [files[n % len(files)] for n in range(10 if small else 1000)]
    kinds = {
        "flipped bits": ("one bit, anywhere", flips),
        "truncated files": ("cut at a random place", files * (1 if small else 20)),
        "deleted files": ("each file of the store", files),
        "files that are none": (
            "each by turns a directory, a pipe, a link to /dev/zero, to nothing, to itself",
            files if small else [file for file in files for _ in range(5)],
        ),
    }
    for name, (how, chosen) in kinds.items():
        yield _damaged(folder, known, name, how, chosen, chance)


def fill(store: Store, last: int) -> Contents:
    """Closes of two funds and twenty lines up to a step, on no straight line, and both files."""
    symbols = (*steps.PAIR, *steps.LINES)
    days = steps.DAYS[:last]
    dice = np.random.default_rng(9)
    closes = 100 * np.exp(np.cumsum(dice.normal(0, 0.01, (len(steps.DAYS), len(symbols))), axis=0))
    given = replace(
        steps.bars(1, last),
        symbols=symbols,
        symbol=np.repeat(np.arange(len(symbols)), last),
        session=np.tile(days, len(symbols)),
        close=closes[:last].T.ravel(),
    )
    # Another file a generation: not everything is shared.
    files = [steps.holdings(last, steps.LINES, fund) for fund in steps.PAIR]
    return store.commit(bars=given, holdings=files)


def answer(held: Contents) -> str:
    """Every number that a note of what is held gives, less what it says of damage."""
    return json.dumps(document(steps.taken(held, QUESTION)), sort_keys=True)


def _damaged(
    folder: Path,
    known: dict[int, str],
    name: str,
    how: str,
    chosen: list[Path],
    chance: random.Random,
) -> Row:
    home, whole = folder / "harmed", folder / "whole"
    came: Counter[str] = Counter()
    wrong: list[str] = []
    newest = max(known)
    shutil.copytree(whole, home)
    for number, file in enumerate(chosen):
        path = home / file.relative_to(whole)
        good = path.read_bytes()
        if name == "deleted files":
            path.unlink()
        elif name == "files that are none":
            path.unlink()
            _none(path, number % 5)
        else:
            path.write_bytes(_harmed(good, name == "flipped bits", chance))
        try:
            held = Store(home).read()
            if answer(held) != known[held.generation]:
                wrong.append(f"{path.name}: another number")
            if held.generation < newest and not held.damage:
                wrong.append(f"{path.name}: an older generation is shown and nothing said")
            came["same" if held.generation == newest else "before"] += 1
        except StoreError as error:
            came["refused"] += 1
            if "no generation in" not in str(error) or "restore a copy" not in str(error):
                wrong.append(str(error))
        if path.is_dir():
            path.rmdir()
        elif not path.is_file() or path.is_symlink():
            path.unlink(missing_ok=True)
        path.write_bytes(good)
    shutil.rmtree(home)
    return judged(
        name,
        f"{how}; the whole note's JSON compared with the undamaged one's",
        "never a wrong number; an older generation is named as such",
        f"{len(chosen):,}: {came['same']:,} in what the newest generation does not need,"
        f" {came['before']:,} answered from the one before and said so,"
        f" {came['refused']:,} refused (needed by all three); 0 wrong numbers",
        wrong,
        came["before"] > 0,
    )


def _none(path: Path, kind: int) -> None:
    """Put something in a file's place that is no file."""
    if kind == 0:
        path.mkdir()
    elif kind == 1:
        os.mkfifo(path)
    else:
        path.symlink_to(("/dev/zero", "nowhere", path.name)[kind - 2])


def _harmed(data: bytes, flip: bool, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    if not flip:
        return data[:at]
    changed = bytearray(data)
    changed[at] ^= 1 << chance.randrange(8)
    return bytes(changed)
