"""Random markets: what is held, and a question; and what two answers have to have in common."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from core.answer.snapshot import IndexView, Question, Snapshot, take
from core.data.errors import UnavailableError
from core.data.frames import Announcement, Block, Holdings, Prices
from core.data.market import Market
from tests.market import NAN, holdings, make_market, prices, weekdays

#: What may happen to a line; "both" gives it adjusted closes beside its closes.
FEATURES = (
    *("late", "ended", "unasked", "holes", "gone", "failed", "adjusted", "both", "jump"),
    *("split", "hidden split", "paid", "flat", "still", "renamed", "misprinted", "recorded"),
)
WHOLE = ("split", "paid", "flat", "misprinted")
SECTORS = ("", "Energy", "Industrials", "Utilities")


@dataclass
class Line:
    """One line as it is: an unbroken path, and what is held of it."""

    path: list[float]
    held: list[float]
    traded: list[float]
    splits: dict[int, float] = field(default_factory=dict)
    hidden: dict[int, float] = field(default_factory=dict)  # not on record
    renamed_at: int | None = None
    misprint: float = 1.0
    in_value: bool = True  # the misprint is in the line's value too


class Case:
    """A market and what is asked of it; ``story`` tells what the generator put in."""

    def __init__(self, market: Market, question: Question, story: tuple[str, ...]) -> None:
        self.market, self.question, self.story = market, question, story

    def __repr__(self) -> str:
        lines = [str(self.question), *self.story, str(self.market.prices.through)]
        for block in self.market.prices.blocks:
            lines += map(str, (block.sessions, *zip(block.symbols, block.close.T, strict=True)))
        return "\n".join(lines)

    def answer(self) -> Snapshot | None:
        """The answer, None where nothing can be told."""
        try:
            return take(self.market, self.question)
        except UnavailableError:
            return None


def walk(rng: random.Random, size: int, flat: bool = False) -> list[float]:
    """Prices in thousandths, steps of whole percents, many of them none."""
    level, path = float(rng.choice([4, 10, 25, 80])), []
    for _ in range(size):
        path.append(round(level, 3))
        level *= 1 + (0 if flat else rng.choice([0, 0, 1, 2, 3, 6, -1, -2, -3, -5]) / 100)
    return path


@st.composite
def cases(
    draw: st.DrawFn,
    features: Sequence[str] = FEATURES,
    whole: bool = False,
    paid: bool = True,
    sizes: tuple[int, int] = (10, 60),
) -> Case:
    """A market and a question.

    Args:
        draw: by hypothesis.
        features: what may happen to a line.
        whole: one file a fund, of the window's start.
        paid: funds may pay dividends.
        sizes: the fewest and the most sessions.
    """
    first = draw(st.sampled_from(["2025-03-03", "2025-11-17", "2025-12-15"]))
    size = draw(st.integers(*sizes))
    days = weekdays(first, str(date.fromisoformat(first) + timedelta(days=2 * sizes[1])))[:size]
    span = (days[-1] - days[0]).days
    rng = random.Random(draw(st.integers(0, 10_000)))
    place = st.integers(0, size - 1)
    symbols = [chr(65 + i) for i in range(draw(st.integers(3, 12)))]
    some = st.sets(st.sampled_from(features), max_size=3)
    wanted = {s: draw(some) for s in symbols}
    closes, adjusted, volume = (dict[str, list[float]]() for _ in range(3))
    dividends, splits = list[tuple[str, date, float]](), list[tuple[str, date, float]]()
    through, lines = dict.fromkeys([*symbols, "IWM", "SPY"], days[-1]), {}
    for s, has in wanted.items():
        path = walk(rng, size, "flat" in has)
        line = lines[s] = Line(path, path, [1000.0] * size)
        if "still" in has:
            at, end = draw(place), min(draw(place), size)
            path[at:end] = [path[at]] * len(path[at:end])
            line.traded[at:end] = [0.0] * len(path[at:end])
        if "jump" in has:
            at, factor = draw(place), rng.choice([12.0, 0.05, 15.0])
            path[at:] = [p * factor for p in path[at:]]
            line.splits |= {at: 3.0} if "recorded" in has else {}
        if "split" in has:
            line.splits[draw(place)] = rng.choice([2.0, 4.0, 0.5])
        if "hidden split" in has:
            line.hidden[draw(place)] = rng.choice([2.0, 3.0])
        splits += [(s, days[at], factor) for at, factor in line.splits.items()]
        line.held = held = list(path)
        if "late" in has:
            at = draw(place)
            held[:at] = [NAN] * at
        if has & {"ended", "unasked"}:
            at = draw(place)
            held[at + 1 :] = [NAN] * (size - at - 1)
            if "ended" not in has:
                through[s] = days[min(at + rng.randrange(0, 9), size - 1)]
        for _ in range(rng.randrange(1, 4) if "holes" in has else 0):
            at, long = draw(place), rng.randrange(1, 9)
            held[at : at + long] = [NAN] * len(held[at : at + long])
        if "gone" in has:
            held[:] = [NAN] * size
        for at in [draw(place) for _ in range(3)] if "paid" in has else ():
            dividends.append((s, days[at], round(path[at] * rng.choice([0.01, 0.03]), 4)))
        if "misprinted" in has:
            line.misprint, line.in_value = rng.choice([1.5, 1.6, 1.1]), rng.random() < 0.5
        closes[s], volume[s] = held, line.traded
        if "adjusted" in has:
            closes[s], adjusted[s] = [NAN] * size, held
        elif "both" in has and "paid" not in has:
            adjusted[s] = [p * (1 + i / 1000) for i, p in enumerate(held)]
        if "renamed" in has and "adjusted" not in has:
            line.renamed_at = at = draw(place)
            if rng.random() < 0.5:
                closes[s + "0"] = [p if i < at else NAN for i, p in enumerate(held)]
                volume[s + "0"], through[s + "0"] = line.traded, days[-1]
    for fund in ("IWM", "SPY"):
        closes[fund] = walk(rng, size)
        for _ in range(rng.choice([0, 0, 1, 2])):
            closes[fund][rng.randrange(1, size - 1)] = NAN
        if paid and rng.random() < 0.5:
            dividends.append((fund, days[rng.randrange(size)], 0.4))

    i, j = sorted((draw(place), draw(place)))
    assume(i < j and not (whole and math.isnan(closes["IWM"][i] + closes["SPY"][i])))
    calendar = [] if whole else ["YTD", "1M", "MTD", "1W"]
    files = []
    for fund, most in (("IWM", 4), ("SPY", 2)):
        offsets_of = st.one_of(st.integers(-12, span + 12), st.integers(-480, span + 480))
        dates = st.sets(offsets_of, min_size=1, max_size=most)
        for offset in sorted({(days[i] - days[0]).days} if whole else draw(dates)):
            files.append(file_of(fund, days[0] + timedelta(days=offset), days, lines, rng))
    offsets = draw(st.sets(st.integers(0, span), max_size=0 if whole else 2))
    remade = tuple(days[0] + timedelta(days=d) for d in sorted(offsets))
    announced = (
        [] if whole else [draw(announcements(symbols, days)) for _ in range(rng.choice([0, 0, 3]))]
    )
    alike = not whole and rng.random() < 0.3  # both follow one index, and lend each other lists
    rest: dict[str, Any] = {"dividends": dividends, "splits": splits, "through": through}
    rest["failures"] = {s: "no such symbol" for s in symbols if "failed" in wanted[s]}
    held_prices = prices(days, closes, adjusted=adjusted or None, volume=volume, **rest)
    # a name that no file lists is refused
    named = [s for s in symbols if any({s, s + "0"} & set(f.symbols) for f in files)]
    aliases = {s + "0": s for s, line in lines.items() if line.renamed_at is not None}
    made = make_market(held_prices, *files, aliases=aliases, reconstitutions={"IWM": remade})
    indices = {"IWM": "Russell 2000", "SPY": "Russell 2000" if alike else "S&P 500"}
    reference = replace(made.reference, indices=indices)
    return Case(
        replace(made, reference=reference, announced=tuple(announced)),
        Question(
            window=draw(st.sampled_from([f"{days[i]}:{days[j]}"] * 4 + calendar)),
            as_of=draw(st.sampled_from([None, None, days[j], days[j] + timedelta(days=1)])),
            basis=draw(st.sampled_from(["tr", "pr"])),
            without=tuple(draw(st.lists(st.sampled_from(named), max_size=2, unique=True))),
        ),
        (
            *(f"{s}: {', '.join(sorted(has))}" for s, has in wanted.items() if has),
            *(f"{f.fund} {f.as_of}: {' '.join(f.symbols)}" for f in files),
            f"remade {' '.join(map(str, remade))} splits {splits} dividends {dividends}",
            f"alike {alike} announced {announced}",
        ),
    )


@st.composite
def announcements(draw: st.DrawFn, symbols: Sequence[str], days: Sequence[date]) -> Announcement:
    """A change of IWM's members that was announced, perhaps before it was known."""
    effective = draw(st.sampled_from(days))
    notice = draw(st.sampled_from([None, timedelta(0), timedelta(days=5)]))
    return Announcement(
        "IWM",
        draw(st.sampled_from([*symbols, "NEW"])),
        draw(st.sampled_from(["join", "leave"])),
        effective,
        announced=None if notice is None else effective - notice,
    )


def file_of(
    fund: str, on: date, days: Sequence[date], lines: dict[str, Line], rng: random.Random
) -> Holdings:
    """A holdings file of some lines, as an issuer would write it on a day."""
    at = max((i for i, d in enumerate(days) if d <= on), default=0)
    chosen = [s for s in lines if rng.random() < 0.75] or [next(iter(lines))]
    rng.shuffle(chosen)
    quantity, price, worth = (dict[str, float]() for _ in range(3))
    for s in chosen:
        line = lines[s]
        listed = s if line.renamed_at is None or at >= line.renamed_at else s + "0"
        factors = [*line.splits.items(), *line.hidden.items()]
        later, done = (math.prod(f for i, f in factors if (i > at) is b) for b in (True, False))
        quantity[listed] = rng.randrange(50, 500) * done
        price[listed] = line.path[at] * later * line.misprint
        worth[listed] = price[listed] / (1.0 if line.in_value else line.misprint)
    value = {s: quantity[s] * worth[s] for s in quantity}
    cash, total = rng.choice([0.0, 0.0, 0.01, 0.08]), math.fsum(value.values())
    sectors = {s: SECTORS[ord(s[0]) % 4] for s in value}
    if rng.random() < 0.2:  # weights alone
        value = {s: v / total * (1 - cash) for s, v in value.items()}
        return holdings(fund, str(on), value, total=1.0, sectors=sectors)
    total *= 1 + cash
    return holdings(
        fund, str(on), value, total=total, quantity=quantity, price=price, sectors=sectors
    )


def rebuilt(
    case: Case,
    file: Callable[[Holdings], Holdings] = lambda f: f,
    block: Callable[[Block], Block] = lambda b: b,
    more: Sequence[Holdings] = (),
) -> Case:
    """The same question of a market whose files and price blocks are changed."""
    held, files = case.market, dict[str, tuple[Holdings, ...]]()
    for fund, dated in case.market.holdings.items():
        dated_files = [*map(file, dated), *(f for f in more if f.fund == fund)]
        files[fund] = tuple(sorted(dated_files, key=lambda f: f.as_of))
    changed: Prices = replace(held.prices, blocks=tuple(map(block, held.prices.blocks)))
    other = Market(changed, files, held.reference, announced=held.announced)
    return Case(other, case.question, case.story)


def told(view: IndexView, scaled: float = 1.0) -> dict[str, Any]:
    """What an index's numbers are, order and segments apart; printed ones over ``scaled``."""
    rows, few = view.contributors, view.concentration
    gains = few.gross_gain > 1e-12  # less is rounding
    names = rows.symbols
    return {
        "contribution": dict(zip(names, rows.contribution / scaled, strict=True)),
        "weight": dict(zip(names, rows.weight / scaled, strict=True)),
        "returns": dict(zip(names, rows.returns, strict=True)),
        "basket": [view.basket_return, view.fund_return],
        "covered": view.weight_measured / scaled,
        "counts": {b.low: b.count for b in view.breadth.histogram} | dict(view.breadth.outside),
        "ladder": [rung.count for rung in view.breadth.ladder],
        "moments": [view.breadth.equal_weight, view.breadth.median, view.breadth.dispersion],
        "left out": {row.symbol: row.reason for row in view.left_out},
        "few": [
            few.effective_n,
            few.gross_gain / scaled,
            few.gross_loss / scaled,
            gains and few.half_of_gain,
        ],
        "top": [t.contribution / scaled for t in few.top],
        "gain": [gains and t.share_of_gross_gain for t in few.top],
        "tops": {t.k: [t.reweighted, t.zeroed] for t in few.top},
        "sectors": {g.name: g.contribution / scaled for g in view.sectors},
    }


def same(got: object, want: object) -> bool:
    """Equal, numbers to 1e-11."""
    if isinstance(got, dict) and isinstance(want, dict):
        return got.keys() == want.keys() and all(same(got[k], want[k]) for k in want)
    if isinstance(got, list) and isinstance(want, list):
        return len(got) == len(want) and all(map(same, got, want))
    if not isinstance(got, float) or not isinstance(want, float):
        return got == want
    return math.isclose(got, want, rel_tol=1e-11, abs_tol=1e-11)


def unchanged(before: Snapshot | None, after: Snapshot | None, cash: float = 1.0) -> None:
    """Both answers are the same, printed amounts of the first times ``cash``."""
    if before is None or after is None:
        assert before is after
        return
    assert before.indices.keys() == after.indices.keys()
    for fund, view in before.indices.items():
        want, got = told(view), told(after.indices[fund], cash)
        assert {k: v for k, v in got.items() if not same(v, want[k])} == {}, want
    if before.gap_leaders and after.gap_leaders:
        one, other = (
            dict(zip(found.symbols, found.value.tolist(), strict=True))
            for found in (before.gap_leaders, after.gap_leaders)
        )
        assert same(one, other)
