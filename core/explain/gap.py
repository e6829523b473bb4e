"""Why one index beat the other: steps of the bridge, names of the gap, sectors of the gap."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from core.data.register import UNKNOWN
from core.explain import breadth
from core.explain.concentration import earned, shares
from core.explain.explanation import Explanation, Term
from core.explain.ground import Ground, select

if TYPE_CHECKING:
    from core.measures.attribution import SectorEffect
    from core.measures.bridge import Step


def bridge(ground: Ground, item: str = "") -> Iterator[Explanation]:
    """Every step of the bridge, or the one named; they add up to the gap."""
    steps = ground.snapshot.bridge
    if not steps:
        return
    figures: dict[str, float] = {}
    parts: dict[str, Explanation] = {}
    for side in ground.pair:
        (mean,), (middle,) = breadth.equal_weight(side), breadth.median(side)
        assert mean.computed is not None and middle.computed is not None
        figures[f"fund {side.fund}"] = side.returns([side.fund], *side.ends)[0]
        figures[f"basket {side.fund}"] = math.fsum(earned(side).values())
        figures[f"equal weight {side.fund}"] = mean.computed
        figures[f"median {side.fund}"] = middle.computed
        parts[f"equal weight {side.fund}"] = mean
    small, large = (side.fund for side in ground.pair)
    ways = (
        (f"basket {large}", f"fund {large}"),
        (f"equal weight {large}", f"basket {large}"),
        (f"equal weight {small}", f"equal weight {large}"),
        (f"basket {small}", f"equal weight {small}"),
        (f"fund {small}", f"basket {small}"),
    )
    selected = select(steps, lambda step: step.name, item, "step")
    for step, (upper, lower) in zip(steps, ways, strict=True):
        if step not in selected:
            continue
        first, second = figures[upper], figures[lower]
        yield Explanation(
            step.name,
            step.value,
            "pp",
            f"{upper} - {lower}",
            first - second,
            (Term(upper, first, "percent"), Term(lower, second, "percent")),
            (
                *_middle(step, figures, small, large),
                *(parts[name] for name in (upper, lower) if name in parts),
            ),
            origins=ground.of(large).origins + ground.of(small).origins,
        )


def _middle(step: Step, figures: dict[str, float], small: str, large: str) -> Iterator[Explanation]:
    """The middle step's two parts: medians, and mean over median."""
    if not step.parts:
        return
    mean_s, mean_l = figures[f"equal weight {small}"], figures[f"equal weight {large}"]
    mid_s, mid_l = figures[f"median {small}"], figures[f"median {large}"]
    yield Explanation(
        step.parts[0].name,
        step.parts[0].value,
        "pp",
        f"median {small} - median {large}",
        mid_s - mid_l,
        (Term(f"median {small}", mid_s, "percent"), Term(f"median {large}", mid_l, "percent")),
    )
    over_s, over_l = mean_s - mid_s, mean_l - mid_l
    names = f"mean less median {small}", f"mean less median {large}"
    yield Explanation(
        step.parts[1].name,
        step.parts[1].value,
        "pp",
        f"{names[0]} - {names[1]}",
        over_s - over_l,
        (Term(names[0], over_s, "pp"), Term(names[1], over_l, "pp")),
    )


def leader(ground: Ground, item: str = "") -> Iterator[Explanation]:
    """The names that widen and narrow the gap the most, or the one named."""
    leaders = ground.snapshot.gap_leaders
    if leaders is None:
        return
    ranked = list(zip(leaders.symbols, leaders.names, leaders.value.tolist(), strict=True))
    selected = select(ranked, lambda line: line[0], item, "line in the gap")
    if not item:
        selected = (*ranked[:3], *ranked[-2:]) if len(ranked) > 5 else ranked
    sides = ground.pair  # one for all: each side measures its lines once
    small, large = sides
    weights = [shares(side, _first_measured(side)) for side in sides]
    contributions = [earned(side) for side in sides]
    middle = sum(math.fsum(amounts.values()) for amounts in contributions) / 2
    for symbol, name, value in selected:
        ws, wl = (figures.get(symbol, 0.0) for figures in weights)
        cs, cl = (figures.get(symbol, 0.0) for figures in contributions)
        yield Explanation(
            f"{symbol} {name} in the gap of the baskets".replace("  ", " "),
            value,
            "bp",
            "(c small - c large) - (w small - w large) x h",
            (cs - cl) - (ws - wl) * middle,
            (
                Term("c small", cs, "bp", f"what it contributed to the basket of {small.fund}"),
                Term("c large", cl, "bp", f"what it contributed to the basket of {large.fund}"),
                Term("w small", ws, "percent", "share of that basket at the start"),
                Term("w large", wl, "percent", "share of that basket at the start"),
                Term("h", middle, "percent", "(R small + R large) / 2"),
            ),
            origins=small.origins + large.origins,
        )


def _first_measured(side: Ground) -> int:
    """The first segment with a measured line."""
    return int(side.basket.measured.any(axis=1).argmax())


def brinson(ground: Ground, item: str = "") -> Iterator[Explanation]:
    """Every sector's allocation, selection and interaction, or one sector's; Brinson-Fachler."""
    effects = ground.snapshot.sector_effects
    if not effects:
        return
    selected = select(effects, lambda effect: effect.name, item, "sector")
    sides = [_by_sector(side) for side in ground.pair]
    whole = [math.fsum(contributions.values()) for _, contributions in sides]
    explanations = [_effect(effect, sides, whole[1]) for effect in selected]
    small, large = ground.pair
    origins = small.origins + large.origins
    if item:
        yield from (replace(effect, origins=origins) for effect in explanations)
        return
    yield Explanation(
        f"gap of the baskets of {small.fund} and {large.fund} by sector",
        math.fsum(effect.total for effect in effects),
        "bp",
        "R small - R large",
        whole[0] - whole[1],
        (
            Term("R small", whole[0], "percent", "the basket's return"),
            Term("R large", whole[1], "percent", "the basket's return"),
            *(
                Term(word, math.fsum(getattr(e, word) for e in effects), "bp", "over all sectors")
                for word in ("allocation", "selection", "interaction")
            ),
        ),
        tuple(explanations),
        origins=origins,
    )


_Sides = list[tuple[dict[str, float], dict[str, float]]]


def _by_sector(side: Ground) -> tuple[dict[str, float], dict[str, float]]:
    """Sector -> weight at the start, and its contribution to the measured basket."""
    place = dict(zip(side.basket.symbols, side.basket.sectors, strict=True))
    sums: list[dict[str, list[float]]] = [{}, {}]
    for by_sector, by_symbol in zip(sums, (shares(side), earned(side)), strict=True):
        for symbol, value in by_symbol.items():
            by_sector.setdefault(place[symbol] or UNKNOWN, []).append(value)
    weight, contribution = ({n: math.fsum(v) for n, v in by_sector.items()} for by_sector in sums)
    return weight, contribution


def _effect(effect: SectorEffect, sides: _Sides, index: float) -> Explanation:
    """One sector's three effects."""
    (ws, cs), (wl, cl) = ((w.get(effect.name, 0.0), c.get(effect.name, 0.0)) for w, c in sides)
    rs, rl = (c / w if w > 0 else None for w, c in ((ws, cs), (wl, cl)))
    small = rs if rs is not None else rl if rl is not None else 0.0
    large = rl if rl is not None else rs if rs is not None else 0.0
    late = (0.0 if ws > 0 else cs) - (0.0 if wl > 0 else cl)
    terms: tuple[Term, ...] = (
        Term("wS", ws, "percent", "share of the small basket at the start"),
        Term("wL", wl, "percent", "share of the large basket at the start"),
        Term("rS", small, "percent", "" if rs is not None else "none there: the other side's"),
        Term("rL", large, "percent", "" if rl is not None else "none there: the other side's"),
        Term("RL", index, "percent", "the large basket's return"),
    )
    active = ws - wl
    steps = [
        ("allocation", effect.allocation, "(wS - wL) x (rL - RL)", active * (large - index)),
        ("selection", effect.selection, "wL x (rS - rL)", wl * (small - large)),
        ("interaction", effect.interaction, "(wS - wL) x (rS - rL)", active * (small - large)),
    ]
    notes: tuple[str, ...] = ()
    if late:
        name, value, formula, work = steps[2]
        steps[2] = (name, value, f"{formula} + late", work + late)
        terms = (*terms, Term("late", late, "bp", "earned without weight at the start"))
    if rs is None or rl is None:
        notes = ("a sector empty on one side takes the other side's return",)
    used = {term.name: term for term in terms}
    return Explanation(
        f"{effect.name} in the gap",
        effect.total,
        "bp",
        "allocation + selection + interaction",
        math.fsum(work for *_, work in steps),
        tuple(Term(name, value, "bp") for name, value, *_ in steps),
        tuple(
            Explanation(
                name,
                value,
                "bp",
                formula,
                work,
                tuple(term for key, term in used.items() if key in formula),
            )
            for name, value, formula, work in steps
        ),
        notes,
    )
