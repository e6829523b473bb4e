"""How long an answer takes, and how that grows: `python -m bench.compute [--picture FILE]`.

A whole Snapshot, daily series included, is held against the same arrays in plain NumPy; a step
of the window or the date against a whole one. What no pane shows at first is worked out when it
is first read, after both: its time stands in a row of its own. Variants run
in turn, round after round, so that a busy machine is busy for all of them alike; the
median of the rounds is told, in processor time, which a busy machine changes little.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.growth import picture
from bench.made import Made, make
from core.answer.details import IndexDetails
from core.answer.snapshot import Snapshot, take
from core.data.question import Question

if TYPE_CHECKING:
    from datetime import date

    from core.data.market import Market

#: Milliseconds, and ratios to a whole answer or to NumPy, that are to be kept on this market.
TARGETS = {"whole_ms": 200.0, "of_raw": 3.0}
STEPS = {"median": 0.10, "mean": 0.10, "dearest": 0.15}
#: Steps of a session back past the newest file, and as many over a year's end.
DATES = 20
#: Windows stepped to.
WINDOWS = ("6M", "3M", "1M", "1W", "QTD", "YTD")


def question(made: Made, **changed: Any) -> Question:
    """The last year up to the last session, with every measure."""
    return replace(Question(window="1Y", as_of=made.sessions[-1], daily=True), **changed)


def walks(made: Made) -> tuple[list[date], list[date]]:
    """Sessions, each before the last: past the newest file, and into the year before the last.

    The one in the middle is the last before the file, or of the earlier year.
    """
    days, newest = made.sessions, max(files[-1].as_of for files in made.holdings.values())
    year = next(place for place, session in enumerate(days) if session.year == days[-1].year)
    half = DATES // 2
    one, other = (days[at + half : at - half - 1 : -1] for at in (days.index(newest) - 1, year - 1))
    return one, other


def raw(made: Made) -> Callable[[], float]:
    """The same figures in plain NumPy, a whole matrix at a time, nothing looked after.

    No hole filled, no missing line, no word and no order: daily returns, products with the
    weights, deviations; moves counted with their volumes; three averages from running sums,
    highs and lows of 252 sessions; one copy of closes and volumes.
    """
    blocks = made.prices.blocks[-3:]
    place = {symbol: i for i, symbol in enumerate(blocks[-1].symbols)}
    sides = []
    for files in made.holdings.values():
        columns = np.array([place[s] for s in files[0].symbols])
        sides.append((slice(columns[0], columns[-1] + 1), files[0].value / files[0].value.sum()))

    def run() -> float:
        closes = np.concatenate([block.close for block in blocks])
        volumes = np.concatenate([block.volume for block in blocks if block.volume is not None])
        return math_of(closes, volumes)

    def math_of(closes: np.ndarray, volumes: np.ndarray) -> float:
        total = 0.0
        for side, weight in sides:
            close, volume = closes[:, side], volumes[:, side]
            daily = close[1:] / close[:-1] - 1
            year = daily[-261:]
            total += float((year @ weight).std() + (year.std(axis=0) @ weight))
            total += float(weight @ (close[-1] / close[-262] - 1))
            for mask in (daily > 0, daily < 0):
                total += mask.sum(axis=1)[-1] + float((mask * volume[1:]).sum(axis=1)[-1])
            running = np.cumsum(close, axis=0)
            for days in (20, 50, 200):
                mean = (running[days:] - running[:-days]) / days
                total += float((close[days:] > mean).sum(axis=1)[-1])
            for pick in (np.maximum, np.minimum):
                found, width = close[:-1], 1
                while width < 252 and len(found) > width:
                    step = min(width, 252 - width)
                    found, width = pick(found[step:], found[:-step]), width + step
                total += float((close[-len(found) :] > found).sum(axis=1)[-1])
        return total

    return run


def medians(variants: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median milliseconds of each variant, one run of each a round; a first round is not told."""
    times: dict[str, list[float]] = {name: [] for name in variants}
    for turn in range(rounds + 1):
        for name, run in variants.items():
            gc.collect()
            began = time.process_time()
            run()
            if turn:
                times[name].append((time.process_time() - began) * 1e3)
    return {name: statistics.median(own) for name, own in times.items()}


def whole_and_steps(rounds: int) -> dict[str, Any]:
    """2,000 and 500 lines over a year: a whole answer, steps from it, plain NumPy."""
    made = make(2000, 500, 4)
    past_file, over_year = walks(made)
    asked = question(made, as_of=past_file[0])
    held: list[Market] = []

    def cold() -> None:
        held[:] = [made.market()]
        take(held[0], asked)

    def step(**changed: Any) -> Callable[[], object]:
        return lambda: take(held[0], replace(asked, **changed))

    dates = {f"{session}": step(as_of=session) for session in (*past_file[1:], *over_year)}
    windows = {window: step(window=window) for window in WINDOWS}

    last: list[Snapshot] = []

    def another() -> None:
        earlier = made.sessions[made.sessions.index(past_file[-1]) - 1]
        last[:] = [take(held[0], replace(asked, as_of=earlier))]

    def rest() -> None:
        (answer,) = last
        for view in answer.indices.values():
            for name, value in vars(IndexDetails).items():
                if isinstance(value, cached_property):
                    getattr(view, name)
        assert answer.gap_leaders is not None and answer.sector_effects
        for daily in answer.daily.values():
            assert daily.sectors and daily.sectors.rows and daily.standing.tail.counts

    variants = {
        "whole": cold, **dates, **windows, "pr": step(basis="pr"), "another": another, "rest": rest,
        "raw": raw(made),
    }  # fmt: skip
    times = medians(variants, rounds)
    # where the second walk starts is no step
    steps = [f"{session}" for session in (*past_file[1:], *over_year[1:])]
    into_year, past = f"{over_year[DATES // 2]}", f"{past_file[DATES // 2]}"
    return {
        "whole": times["whole"],
        "raw": times["raw"],
        "rest": times["rest"],
        "steps": {
            "date": _summary([times[one] for one in steps]),
            "date, past the newest file": {"median": times[past]},
            "date, into an earlier year": {"median": times[into_year]},
            "date, without that one": _summary([times[one] for one in steps if one != into_year]),
            "window": _summary([times[window] for window in WINDOWS]),
            "basis": {"median": times["pr"]},
        },
    }


def _summary(times: Sequence[float]) -> dict[str, float]:
    """Median, mean and largest of some times, by the names of `STEPS`."""
    figures = statistics.median(times), statistics.mean(times), max(times)
    return dict(zip(STEPS, figures, strict=True))


def growth(sizes: Mapping[str, tuple[int, int, str]], rounds: int) -> list[dict[str, Any]]:
    """Time and peak memory of a whole answer: name -> (lines, years held, window)."""
    rows = []
    for name, (lines, years, window) in sizes.items():
        made = make(lines * 4 // 5, lines - lines * 4 // 5, years)
        last = made.sessions[-1]
        spec = window if window != "all" else f"{made.sessions[0]}:{last}"
        asked = question(made, window=spec)
        market = [made.market()]

        def cold(made: Made = made, asked: Question = asked, market: list[Market] = market) -> None:
            market[0] = made.market()
            take(market[0], asked)

        times = medians(
            {
                "whole": cold,
                "date": lambda made=made, asked=asked, market=market: take(  # type: ignore[misc]
                    market[0], replace(asked, as_of=made.sessions[-2])
                ),
            },
            rounds,
        )
        gc.collect()
        tracemalloc.start()
        cold()
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        rows.append({"of": name, "lines": lines, "years": years, **times, "peak_mb": peak})
        del made, market
    return rows


def report(found: dict[str, Any]) -> str:
    """The tables, as Markdown."""
    one = found["whole_and_steps"]
    whole, plain = one["whole"], one["raw"]
    lines = [
        "| 2,000 + 500 lines, a year, all measures | ms | ratio | target |",
        "|---|---|---|---|",
        f"| whole answer, nothing kept | {whole:.0f} | | {TARGETS['whole_ms']:.0f} ms |",
        f"| the same arrays in plain NumPy | {plain:.0f} | whole is {whole / plain:.2f} of it"
        f" | {TARGETS['of_raw']:.0f} |",
    ]
    lines += [
        f"| a step of the {kind}, {which} | {ms:.0f} | {ms / whole:.2f} of the whole"
        f" | {STEPS[which]:.2f} |"
        for kind, times in one["steps"].items()
        for which, ms in times.items()
    ]
    lines.append(
        f"| the rest of a date, when it is read | {one['rest']:.0f}"
        f" | {one['rest'] / whole:.2f} of the whole | |"
    )
    for title in sorted(found.keys() & {"lines", "years"}):
        rows = found[title]
        first = rows[0]
        lines += [
            "",
            f"| growth by {title} | whole ms | date step ms | time, x | {title}, x | peak MB |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {row['of']} | {row['whole']:.0f} | {row['date']:.0f}"
            f" | {row['whole'] / first['whole']:.1f} | {row[title] / first[title]:.1f}"
            f" | {row['peak_mb']:.0f} |"
            for row in rows
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run it."""
    options = argparse.ArgumentParser(prog="python -m bench.compute", description=__doc__)
    options.add_argument("--rounds", type=int, default=7, metavar="N")
    options.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    options.add_argument("--picture", type=Path, metavar="FILE", help="draw the growth as an SVG")
    options.add_argument("--quick", action="store_true", help="without the growth tables")
    given = options.parse_args()
    found: dict[str, Any] = {"whole_and_steps": whole_and_steps(given.rounds)}
    by_lines = {f"{n:,} lines": (n, 2, "1Y") for n in (500, 2_500, 10_000, 50_000)}
    by_years = {f"{n} years": (2_500, n, "all") for n in (1, 2, 5, 10, 26)}
    few = max(given.rounds // 2, 1)
    if not given.quick:
        found["lines"], found["years"] = growth(by_lines, few), growth(by_years, few)
    sys.stdout.write(report(found))
    if given.json is not None:
        given.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    if given.picture is not None and not given.quick:
        given.picture.write_text(picture(found), encoding="utf-8")


if __name__ == "__main__":
    main()
