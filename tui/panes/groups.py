"""Rows of the contributors pane's further views: groups of names, gap leaders, left out."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from core.answer.group_names import group_members
from core.answer.provenance import unknown_sectors
from core.answer.views import Lines
from core.data.industries import UNTOLD
from core.data.labels import coded
from tui.command.filters import Filter
from tui.panes.contents import ALL, GridContents, of_rows
from tui.text import formats
from tui.widgets.table_columns import Cell, TableColumn

if TYPE_CHECKING:
    from core.answer.snapshot import IndexView
    from core.data.frames import LeftOut
    from core.measures.attribution import SectorEffect
    from core.measures.groups import Group
    from tui.host.scene import Scene, Side


def _side_columns(side: Side, fund: str, priority: int) -> tuple[TableColumn, ...]:
    tail = "" if side == "small" else "2"
    return (
        TableColumn(f"w{tail}", f"{fund} wgt", max(len(fund) + 4, 7), "right", priority + 2, "dim"),
        TableColumn(f"ret{tail}", "return %", 8, "right", priority),
        TableColumn(f"bp{tail}", f"{fund} bp", max(len(fund) + 3, 7), "right", 0),
        TableColumn(f"bar{tail}", "", 5, "left", 8, max_width=20, group="bar"),
    )


#: View -> what its rows are, and the sentence where there are none.
_KINDS: Final = {
    "sectors": ("sector", "No sectors."),
    "industries": (
        "industry",
        "No industries: no stored file has any. `internals import industries FILE` (or"
        " :import FILE) takes a table of symbol, industry and perhaps sector.",
    ),
    "themes": ("theme", "No themes: themes.toml beside the config has none."),
}


#: Those views, which a filter narrows.
GROUPS: Final = tuple(_KINDS)


def _groups_of(
    scene: Scene, view: IndexView, kind: str, condition: Filter | None
) -> tuple[Group, ...]:
    """An index's groups of a kind; with a filter, of the matching lines alone."""
    groups: tuple[Group, ...] = getattr(view, kind)
    if condition is None:
        return groups
    # the first numbers do without it
    from core.measures.groups import industries, sectors, themes

    lines = view.contributors
    rows = np.flatnonzero(condition.keeps(lines))
    weight, contribution = lines.weight[rows], lines.contribution[rows]
    if kind == "sectors":
        return sectors(coded([lines.sectors[row] for row in rows]), weight, contribution)
    if kind == "industries":
        sources = {group.name: group.source for group in groups}
        of = [lines.industries[row] for row in rows]
        told_by = coded([sources.get(name, "") for name in of])
        return industries(coded(of), weight, contribution, told_by)
    symbols = tuple(lines.symbols[row] for row in rows)
    return themes(tuple(scene.market_then.themes), symbols, weight, contribution)


def groups(scene: Scene, kind: str, condition: Filter | None = None) -> GridContents:
    """Both indices' groups of a kind, a row each, the first index's largest first.

    Dropped in this order where there is no room: whose grouping it is, bars, weights, returns,
    each of the second index first, then how many names of a theme are found.

    Args:
        scene: what is drawn.
        kind: the view: "sectors", "industries" or "themes".
        condition: lines to count alone.
    """
    by_side: dict[Side, dict[str, Group]] = {}
    for side, view in scene.views():
        side_groups = _groups_of(scene, view, kind, condition)
        by_side[side] = {group.name: group for group in side_groups}
    names = list(dict.fromkeys(name for side_groups in by_side.values() for name in side_groups))
    names.sort(key=lambda name: name == UNTOLD)
    head, empty = _KINDS[kind]
    wide = kind == "industries"
    columns = [TableColumn("name", head, 16, want=30 if wide else 22, max_width=40 if wide else 26)]
    for place, side in enumerate(by_side):
        columns += _side_columns(side, scene.fund(side), 3 + place)
    values: dict[str, list[float]] = {}
    rows: list[dict[str, Cell]] = [{"name": name} for name in names]
    sources = {g.name: g.source for by_name in by_side.values() for g in by_name.values()}
    if kind == "industries":
        columns.append(TableColumn("source", "who says so, of when", 20, "left", 9, "dim", want=40))
        for row, name in zip(rows, names, strict=True):
            row["source"] = sources[name]
    if kind == "themes":
        columns.insert(1, TableColumn("found", "found", 8, "right", 2))
        columns.append(
            TableColumn("source", "members, whose grouping, of when", 20, "left", 9, "dim", want=54)
        )
        wanted_symbols = {theme.name: theme.symbols for theme in scene.market_then.themes}
        for row, name in zip(rows, names, strict=True):
            symbols = wanted_symbols.get(name, ())
            members = {
                s for by_name in by_side.values() if name in by_name for s in by_name[name].symbols
            }
            listed = " ".join(s for s in symbols if s in members)
            row["found"] = f"{len(members)} of {len(symbols)}"
            row["source"] = f"{listed} · {sources[name]}" if sources[name] else listed
    for side, by_name in by_side.items():
        tail = "" if side == "small" else "2"
        values[f"bar{tail}"] = [
            by_name[name].contribution if name in by_name else float("nan") for name in names
        ]
        for row, name in zip(rows, names, strict=True):
            row |= _group_cells(by_name.get(name), tail)
    whole = "all measured lines" if condition is None else "all matches"
    total: dict[str, Cell] = {"name": (whole, "dim")}
    if kind != "themes" and rows:
        for side, view in scene.views():
            tail = "" if side == "small" else "2"
            explained = (
                view.explained
                if condition is None
                else math.fsum(group.contribution for group in by_side[side].values())
            )
            total[f"bp{tail}"] = (formats.bp(explained, unit=False), "dim")
            weight = math.fsum(group.weight for group in by_side[side].values())
            total[f"w{tail}"] = (formats.weight(weight, unit=False), "dim")
            values[f"bar{tail}"].append(float("nan"))
        rows.append(total)
        names.append(ALL)
    return GridContents(tuple(columns), tuple(names), of_rows(rows), values, empty)


def members_alone(scene: Scene, view: str, name: str) -> Filter | None:
    """A filter that keeps the lines of a group of a view; None where its rows are no groups."""
    kind = "sector" if view == "sector windows" else _KINDS.get(view, ("", ""))[0]
    if not kind:
        return None
    symbols = (s for _, one in scene.views() for s in group_members(one, kind, name))
    return Filter(f"{kind} {name}", (), (), frozenset(symbols))


def _group_cells(group: Group | None, tail: str) -> dict[str, Cell]:
    if group is None:
        return {}
    return {
        f"w{tail}": formats.weight(group.weight, unit=False),
        f"ret{tail}": formats.pct(group.total_return, unit=False),
        f"bp{tail}": formats.bp(group.contribution, unit=False),
    }


def sector_strip(scene: Scene) -> GridContents:
    """Sectors in three columns, shown next to the names."""
    whole = groups(scene, "sectors")
    keep = [
        replace(column, width=8 if column.key != "name" else 18, want=None, max_width=None)
        for column in whole.columns
        if column.key in ("name", "bp", "bp2")
    ]
    return replace(whole, columns=tuple(keep), bars={})


def gap_leaders(
    scene: Scene, *, best: bool, filtered: frozenset[str] | None = None
) -> GridContents:
    """Each name's part in the gap of the two baskets, widening or narrowing first.

    Of the names ``filtered`` alone where given, and then their sum.

    Dropped in this order where there is no room: sector, bars, rank, name, and last what it
    brought to either index.
    """
    leaders = scene.snapshot.gap_leaders
    question = scene.snapshot.question
    columns = (
        TableColumn("rank", "#", 5, "right", 4, "dim"),
        TableColumn("symbol", "symbol", 7),
        TableColumn("name", "name", 14, "left", 3, want=20, max_width=34),
        TableColumn("sector", "sector", 12, "left", 6, "dim", max_width=22),
        TableColumn(
            "small", f"{question.small} bp", max(len(question.small) + 3, 8), "right", 1, "dim"
        ),
        TableColumn(
            "large", f"{question.large} bp", max(len(question.large) + 3, 8), "right", 1, "dim"
        ),
        TableColumn("bp", "gap bp", 8, "right", 0),
        TableColumn("bar", "", 8, "left", 5, max_width=60),
    )
    if leaders is None:
        return GridContents(columns, (), of_rows(()), empty=both_needed(scene))
    size = len(leaders.symbols)
    order = [
        i
        for i in (range(size) if best else range(size - 1, -1, -1))
        if filtered is None or leaders.symbols[i] in filtered
    ]
    bars = [float(leaders.value[i]) for i in order]
    keys: list[Hashable] = [leaders.symbols[i] for i in order]
    total: dict[str, Cell] = {}
    if filtered is not None and order:
        total = {
            "symbol": ("sum", "dim"),
            "name": (f"{len(order):,} matches", "dim"),
            "bp": (formats.bp(math.fsum(bars), 1, unit=False), "bold"),
        }
        bars.append(float("nan"))
        keys.append(ALL)
    lines_of = {side: view.contributors for side, view in scene.views()}
    row_of = {
        side: dict(zip(lines.symbols, range(len(lines)), strict=True))
        for side, lines in lines_of.items()
    }

    def cell(row: int, key: str) -> Cell:
        if row == len(order):
            return total.get(key, "")
        place, symbol = order[row], leaders.symbols[order[row]]
        if key == "rank":
            return f"{place + 1:,}"
        if key == "symbol":
            return symbol, "bold"
        if key == "name":
            return leaders.names[place]
        if key == "bp":
            return formats.bp(float(leaders.value[place]), 1, unit=False)
        for side, lines in lines_of.items():
            if key in ("sector", side) and symbol in row_of[side]:
                line = row_of[side][symbol]
                if key == "sector":
                    return lines.sectors[line]
                return formats.bp(float(lines.contribution[line]), 1, unit=False)
        return ""

    return GridContents(columns, tuple(keys), cell, {"bar": bars}, both_needed(scene))


def sector_effects(scene: Scene, *, best: bool) -> GridContents:
    """The gap of the baskets by sector: allocation, selection, interaction; Brinson-Fachler.

    Dropped in this order where there is no room: bars, the large index's return, the small
    one's, the large index's weight, the small one's, interaction, selection, allocation.
    """
    question, all_effects = scene.snapshot.question, scene.snapshot.sector_effects
    small, large = question.small, question.large
    columns = (
        TableColumn("name", "sector", 12, want=18, max_width=26),
        TableColumn("w", f"{small} wgt", max(len(small) + 4, 7), "right", 4, "dim"),
        TableColumn("w2", f"{large} wgt", max(len(large) + 4, 7), "right", 5, "dim"),
        TableColumn("ret", f"{small} %", max(len(small) + 2, 7), "right", 6, "dim"),
        TableColumn("ret2", f"{large} %", max(len(large) + 2, 7), "right", 7, "dim"),
        TableColumn("allocation", "alloc bp", 8, "right", 1),
        TableColumn("selection", "select bp", 9, "right", 2),
        TableColumn("interaction", "inter bp", 8, "right", 3),
        TableColumn("total", "total bp", 8, "right", 0, "bold"),
        TableColumn("bar", "", 8, "left", 8, max_width=30),
    )
    effects = all_effects if best else all_effects[::-1]
    kinds = ("allocation", "selection", "interaction", "total")

    def bp(kind: str, among: tuple[SectorEffect, ...]) -> str:
        return formats.bp(math.fsum(getattr(e, kind) for e in among), 1, unit=False)

    rows: list[dict[str, Cell]] = [
        {
            "name": effect.name,
            "w": formats.weight(effect.small_weight, unit=False),
            "w2": formats.weight(effect.large_weight, unit=False),
            "ret": formats.pct(effect.small_return, unit=False),
            "ret2": formats.pct(effect.large_return, unit=False),
            **{kind: bp(kind, (effect,)) for kind in kinds},
        }
        for effect in effects
    ]
    values = [effect.total for effect in effects]
    keys: list[Hashable] = [effect.name for effect in effects]
    if rows:
        whole: dict[str, Cell] = {kind: (bp(kind, all_effects), "dim") for kind in kinds}
        for key, weight in (("w", "small_weight"), ("w2", "large_weight")):
            total = math.fsum(getattr(e, weight) for e in all_effects)
            whole[key] = (formats.weight(total, unit=False), "dim")
        rows.append({"name": ("gap of the baskets", "dim"), **whole})
        values.append(float("nan"))
        keys.append(ALL)
    why = " ".join(f"{one}." for one in unknown_sectors(scene.snapshot.indices))
    empty = both_needed(scene) if scene.snapshot.pair is None else why or "No sector is known."
    return GridContents(columns, tuple(keys), of_rows(rows), {"bar": values}, empty)


def both_needed(scene: Scene) -> str:
    """Say why a table that needs both indices is empty."""
    return " ".join(f"{m}." for m in scene.snapshot.missing) or "Both indices are needed for this."


def left_out(scene: Scene, condition: Filter | None = None) -> GridContents:
    """Lines that are not measured, heaviest first, with the reason.

    With a ``condition``, only those that meet it; they have no return, contribution or sector.
    """
    reasons = (len(line.reason) for _, view in scene.views() for line in view.not_measured)
    columns = (
        TableColumn("fund", "index", 6),
        TableColumn("symbol", "symbol", 8),
        TableColumn("name", "name", 12, "left", 2, max_width=34),
        TableColumn("w", "weight %", 8, "right", 1),
        TableColumn(
            "why", "why it is not measured", 22, want=min(max(reasons, default=0), 34), max_width=70
        ),
    )
    rows: list[dict[str, Cell]] = []
    keys: list[Hashable] = []
    for side, view in scene.views():
        lines = view.not_measured if condition is None else _matching(view.not_measured, condition)
        for line in lines:
            rows.append(
                {
                    "fund": (view.fund, side),
                    "symbol": (line.symbol, "bold"),
                    "name": line.name,
                    "w": formats.weight(line.weight, 3, unit=False),
                    "why": line.reason,
                }
            )
            keys.append((view.fund, line.symbol))
    empty = (
        "Every line is measured." if condition is None else f"/{condition.text}: no line matches."
    )
    return GridContents(columns, tuple(keys), of_rows(rows), empty=empty)


def _matching(lines: tuple[LeftOut, ...], condition: Filter) -> list[LeftOut]:
    """The lines without figures that match a filter."""
    size, none = len(lines), np.full(len(lines), np.nan)
    keeps = condition.keeps(
        Lines(
            symbols=tuple(line.symbol for line in lines),
            names=tuple(line.name for line in lines),
            sectors=("",) * size,
            industries=("",) * size,
            weight=np.array([line.weight for line in lines], float),
            returns=none,
            contribution=none,
        )
    )
    return [line for line, keep in zip(lines, keeps, strict=True) if keep]
