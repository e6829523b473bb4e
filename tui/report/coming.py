"""Announced changes as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.answer.announced import leaders_to_leave
from tui.report.values import Json, iso, number, scaled

if TYPE_CHECKING:
    from core.answer.coming import Coming

#: A fund's changes where no two of its files are stored to tell any.
UNTOLD: Final[Json] = {
    **dict.fromkeys(("from", "to", "by", "turnover", "joined_total", "left_total", "leaders_left")),
    **{name: [] for name in ("joined", "left", "renamed", "resized")},
}


def announced(changes: tuple[Coming, ...]) -> Json:
    """The fields that a fund's changes carry of what was announced."""
    few = leaders_to_leave(changes)
    return {
        "announced": [
            {
                "symbol": change.symbol,
                "name": change.name,
                "sector": change.sector or None,
                "action": change.action,
                "effective": iso(change.effective),
                "announced": iso(change.announced),
                "from": change.source or None,
                "standing": change.standing,
                "file": iso(change.file),
                "weight_start": number(change.weight),
                "return": number(change.returns),
                "contribution_bp": scaled(change.contribution, 1e4),
                "rank": change.rank,
            }
            for change in changes
        ],
        "leaders_to_leave": None
        if few is None
        else {
            "symbols": list(few.symbols),
            "effective": iso(few.effective),
            "sum_bp": scaled(few.contribution, 1e4),
        },
    }
