"""Random markets: what is held, and a question; and what two answers have to have in common."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

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
    for step in rng.choices([0, 0, 1, 2, 3, 6, -1, -2, -3, -5], k=size):
        path.append(round(level, 3))
        level *= 1 + (0 if flat else step / 100)
    return path


def dated(rng: random.Random, span: int, most: int) -> list[int]:
    """Calendar days from the first session to each file of a fund; half lie near the sessions."""
    margins = [rng.choice([12, 480]) for _ in range(most)]
    return sorted({rng.randint(-margin, span + margin) for margin in margins})


FIRST = st.sampled_from(["2025-03-03", "2025-11-17", "2025-12-15"])
#: How many of the features a line has, three at most: more than half have two or three.
HAPPENS = st.integers(0, 4)
BASIS = st.sampled_from(["tr", "pr"])


@st.composite
def cases(
    draw: st.DrawFn,
    features: Sequence[str] = FEATURES,
    whole: bool = False,
    paid: bool = True,
    sizes: tuple[int, int] = (10, 60),
) -> Case:
    """A market and a question.

    Hypothesis draws what makes a case small: how many lines and files there are, and how much
    happens to each. As a draw of its costs as much as a line, each line has a generator of its own.

    Args:
        draw: by hypothesis.
        features: what may happen to a line.
        whole: one file a fund, of the window's start.
        paid: funds may pay dividends.
        sizes: the fewest and the most sessions.
    """
    first = draw(FIRST)
    size = draw(st.integers(*sizes))
    days = weekdays(first, str(date.fromisoformat(first) + timedelta(days=2 * sizes[1])))[:size]
    span = (days[-1] - days[0]).days
    seed = draw(st.integers(0, 10_000))
    symbols = [chr(65 + i) for i in range(draw(st.integers(3, 12)))]
    own = {s: random.Random(f"{seed} {s}") for s in symbols}
    wanted = {s: set(own[s].sample(features, 3)[: draw(HAPPENS)]) for s in symbols}
    i, j = sorted(draw(st.integers(0, size - 1)) for _ in range(2))
    i, j = (i, j) if i < j else (0, size - 1)
    closes, adjusted, volume = (dict[str, list[float]]() for _ in range(3))
    dividends, splits = list[tuple[str, date, float]](), list[tuple[str, date, float]]()
    through, lines = dict.fromkeys([*symbols, "IWM", "SPY"], days[-1]), {}
    places = [0, size - 1, i, j]
    for s, has in wanted.items():
        rng = own[s]

        def place(rng: random.Random = rng) -> int:
            """A session; often an end, of the window too, or where something else happens."""
            places.append(rng.choice(places) if rng.random() < 0.35 else rng.randrange(size))
            return places[-1]

        path = walk(rng, size, "flat" in has)
        line = lines[s] = Line(path, path, [1000.0] * size)
        if "still" in has:
            at, end = place(), min(place(), size)
            path[at:end] = [path[at]] * len(path[at:end])
            line.traded[at:end] = [0.0] * len(path[at:end])
        if "jump" in has:
            at, factor = place(), rng.choice([12.0, 0.05, 15.0])
            path[at:] = [p * factor for p in path[at:]]
            line.splits |= {at: 3.0} if "recorded" in has else {}
        if "split" in has:
            line.splits[place()] = rng.choice([2.0, 4.0, 0.5])
        if "hidden split" in has:
            line.hidden[place()] = rng.choice([2.0, 3.0])
        splits += [(s, days[at], factor) for at, factor in line.splits.items()]
        line.held = held = list(path)
        if "late" in has:
            at = place()
            held[:at] = [NAN] * at
        if has & {"ended", "unasked"}:
            at = place()
            held[at + 1 :] = [NAN] * (size - at - 1)
            if "ended" not in has:
                through[s] = days[min(at + rng.randrange(0, 9), size - 1)]
        for _ in range(rng.randrange(1, 4) if "holes" in has else 0):
            at, long = place(), rng.randrange(1, 9)
            held[at : at + long] = [NAN] * len(held[at : at + long])
        if "gone" in has:
            held[:] = [NAN] * size
        for at in [place() for _ in range(3)] if "paid" in has else ():
            dividends.append((s, days[at], round(path[at] * rng.choice([0.01, 0.03]), 4)))
        if "misprinted" in has:
            line.misprint, line.in_value = rng.choice([1.5, 1.6, 1.1]), rng.random() < 0.5
        closes[s], volume[s] = held, line.traded
        if "adjusted" in has:
            closes[s], adjusted[s] = [NAN] * size, held
        elif "both" in has and "paid" not in has:
            adjusted[s] = [p * (1 + i / 1000) for i, p in enumerate(held)]
        if "renamed" in has and "adjusted" not in has:
            line.renamed_at = at = place()
            if rng.random() < 0.5:
                closes[s + "0"] = [p if i < at else NAN for i, p in enumerate(held)]
                volume[s + "0"], through[s + "0"] = line.traded, days[-1]
    rng = random.Random(seed)
    for fund in ("IWM", "SPY"):
        closes[fund] = walk(rng, size)
        for _ in range(rng.choice([0, 0, 1, 2])):
            at = rng.randrange(1, size - 1)
            if not (whole and at == i):
                closes[fund][at] = NAN
        if paid and rng.random() < 0.5:
            dividends.append((fund, days[rng.randrange(size)], 0.4))

    files, remade, announced = list[Holdings](), set[date](), list[Announcement]()
    for fund, most in (("IWM", 4), ("SPY", 2)):
        offsets = [(days[i] - days[0]).days]
        if not whole:
            offsets = dated(rng, span, draw(st.integers(1, most)))
        for offset in offsets:
            files.append(file_of(fund, days[0] + timedelta(days=offset), days, lines, rng))
    if not whole:
        remade |= {
            days[0] + timedelta(rng.randint(0, span)) for _ in range(draw(st.integers(0, 2)))
        }
        for _ in range(3 if draw(st.integers(0, 2)) == 2 else 0):
            announced.append(announcement(rng, symbols, days, announced))
    # both follow one index, and lend each other lists
    alike = not whole and rng.random() < 0.3
    rest: dict[str, Any] = {"dividends": dividends, "splits": splits, "through": through}
    rest["failures"] = {s: "no such symbol" for s in symbols if "failed" in wanted[s]}
    held_prices = prices(days, closes, adjusted=adjusted or None, volume=volume, **rest)
    # a name that no file lists is refused
    named = [s for s in symbols if any({s, s + "0"} & set(f.symbols) for f in files)]
    aliases = {s + "0": s for s, line in lines.items() if line.renamed_at is not None}
    reconstitutions = {"IWM": tuple(sorted(remade))}
    made = make_market(held_prices, *files, aliases=aliases, reconstitutions=reconstitutions)
    indices = {"IWM": "Russell 2000", "SPY": "Russell 2000" if alike else "S&P 500"}
    reference = replace(made.reference, indices=indices)
    windows = [f"{days[i]}:{days[j]}"] * 4 + ([] if whole else ["YTD", "1M", "MTD", "1W"])
    ends = [None, None, days[j], days[j] + timedelta(days=1)]
    return Case(
        replace(made, reference=reference, announced=tuple(announced)),
        Question(
            window=windows[draw(st.integers(0, len(windows) - 1))],
            as_of=ends[draw(st.integers(0, 3))],
            basis=draw(BASIS),
            without=tuple(rng.sample(named, min(draw(st.integers(0, 2)), len(named)))),
        ),
        (
            *(f"{s}: {', '.join(sorted(has))}" for s, has in wanted.items() if has),
            *(f"{f.fund} {f.as_of}: {' '.join(f.symbols)}" for f in files),
            f"remade {' '.join(map(str, sorted(remade)))} splits {splits} dividends {dividends}",
            f"alike {alike} announced {announced}",
        ),
    )


def announcement(
    rng: random.Random,
    symbols: Sequence[str],
    days: Sequence[date],
    others: Sequence[Announcement],
) -> Announcement:
    """A change of IWM's members, perhaps announced before it was known, or against another."""
    symbol, effective = rng.choice([*symbols, "NEW"]), rng.choice(days)
    if others and rng.random() < 0.2:
        symbol, effective = others[-1].symbol, others[-1].effective
    notice = rng.choice([None, timedelta(0), timedelta(days=5)])
    return Announcement(
        "IWM",
        symbol,
        rng.choice(["join", "leave"]),
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
        "covered": view.coverage / scaled,
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
