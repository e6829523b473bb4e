"""How the figures of a sector, an industry, a theme, a company came about: sums of lines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.answer.group_names import group_members
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
        f"sum of the contributions of {len(rows):,} line{'s' * (len(rows) != 1)}",
        contribution,
        cut(
            Term(
                lines.symbols[i],
                float(lines.contribution[i]),
                "bp",
                ", ".join(filter(None, (lines.names[i], f"weight {lines.weight[i] * 100:.4f} %"))),
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


def _all(ground: Ground, kind: str, groups: tuple[Group, ...], item: str) -> Iterator[Explanation]:
    """Every group of a kind, or the one named, by the lines that are members of it."""
    lines = ground.view.contributors
    for group in select(groups, lambda g: g.name, item, kind):
        members = frozenset(group.symbols or group_members(ground.view, kind, group.name))
        rows = [i for i, symbol in enumerate(lines.symbols) if symbol in members]
        yield _group(ground, group, lines, rows)


def sector(ground: Ground, item: str = "") -> Iterator[Explanation]:
    """Every sector, or the one named."""
    return _all(ground, "sector", ground.view.sectors, item)


def industry(ground: Ground, item: str = "") -> Iterator[Explanation]:
    """Every industry, or the one named."""
    return _all(ground, "industry", ground.view.industries, item)


def theme(ground: Ground, item: str = "") -> Iterator[Explanation]:
    """Every theme, or the one named."""
    return _all(ground, "theme", ground.view.themes, item)


def issuer(ground: Ground, item: str = "") -> Iterator[Explanation]:
    """Every company with several lines, or the one named."""
    return _all(ground, "company", ground.view.issuers, item)
