"""The symbols in a group of an answer: in a sector, an industry or a theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.data.frames import Theme
from core.data.industries import UNTOLD
from core.data.register import UNKNOWN

if TYPE_CHECKING:
    from core.answer.views import IndexView


def group_members(view: IndexView, kind: str, name: str) -> tuple[str, ...]:
    """The symbols of an index that a group of a kind ("sector", "industry", "theme") has."""
    lines = view.contributors
    if kind == "theme":
        return next((group.symbols for group in view.themes if group.name == name), ())
    texts, none = (lines.sectors, UNKNOWN) if kind == "sector" else (lines.industries, UNTOLD)
    line_groups = (text or none for text in texts)
    return tuple(s for s, text in zip(lines.symbols, line_groups, strict=True) if text == name)


def industry_theme(views: Sequence[IndexView], name: str) -> Theme | None:
    """The names of an industry as a theme; None where no line of the indices is of it."""
    groups = {group.name.casefold(): group for view in views for group in view.industries}
    group = groups.get(name.casefold())
    if group is None:
        return None
    symbols = (s for view in views for s in group_members(view, "industry", group.name))
    return Theme(group.name, tuple(dict.fromkeys(symbols)), group.source)
