"""How a sector's, a theme's or a company's figures came about: sums over their lines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from core.data.register import UNKNOWN
from core.explain.explanation import Explanation, Term, cut
from core.explain.ground import Ground, select

if TYPE_CHECKING:
    from core.answer.views import Lines
    from core.measures.groups import Group


def _group(ground: Ground, group: Group, lines: Lines, rows: list[int]) -> Explanation:
    """A group's contribution, weight and return from its lines."""
    contribution = math.fsum(float(lines.contribution[i]) for i in rows)
    weight = math.fsum(float(lines.weight[i]) for i in rows)
    return Explanation(
        f"{group.name} in {ground.fund}",
        group.contribution,
        "bp",
        f"sum of the contributions of {len(rows):,} lines",
        contribution,
        cut(
            Term(
                lines.symbols[i],
                float(lines.contribution[i]),
                "bp",
                f"{lines.names[i]}, weight {lines.weight[i] * 100:.4f} %",
            )
            for i in rows
        ),
        (
            Explanation(
                f"return of {group.name}",
                group.total_return,
                "percent",
                "c / w",
                contribution / weight if weight > 0 else None,
                (
                    Term("c", contribution, "bp", "sum of the contributions"),
                    Term("w", weight, "percent", "sum of the weights at the window's start"),
                ),
            ),
        ),
        origins=ground.origins,
    )


def _all(ground: Ground, kind: str, groups: tuple[Group, ...], item: str) -> list[Explanation]:
    view = ground.view
    if view is None:
        return []
    lines = view.contributors
    explanations = []
    for group in select(groups, lambda g: g.name, item, kind):
        rows = [
            i
            for i, symbol in enumerate(lines.symbols)
            if (
                symbol in group.symbols
                if group.symbols
                else (lines.sectors[i] or UNKNOWN) == group.name
            )
        ]
        explanations.append(_group(ground, group, lines, rows))
    return explanations


def sector(ground: Ground, item: str = "") -> list[Explanation]:
    """Every sector, or the one named."""
    return _all(ground, "sector", ground.view.sectors if ground.view else (), item)


def theme(ground: Ground, item: str = "") -> list[Explanation]:
    """Every theme, or the one named."""
    return _all(ground, "theme", ground.view.themes if ground.view else (), item)


def issuer(ground: Ground, item: str = "") -> list[Explanation]:
    """Every company with several lines, or the one named."""
    return _all(ground, "company", ground.view.issuers if ground.view else (), item)
