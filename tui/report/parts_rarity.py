"""How rare the gap is, as tables: the parts of the note's JSON from all years."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tui.report.values import Json, Rows

_PAIR: Final = "small large "


def _whole(document: Json) -> Json:
    """The part of the JSON that depends on all years: of the pair, or of one index alone."""
    part: Json = document["spread"] or document["own"] or {}
    return part


def _rolling(document: Json) -> Rows:
    rolling = _whole(document).get("rolling")
    if rolling:
        record = {f"record_{name}": value for name, value in rolling["record"].items()}
        yield {**rolling, **record}


def _streaks(document: Json) -> Rows:
    for row in _whole(document).get("streaks", ()):
        runs = {
            f"{name}_{key}": value
            for name in ("last_as_long", "longest")
            for key, value in (row[name] or {}).items()
        }
        yield {**row, **runs, "streak_start": row["start"], "streak_end": row["end"]}


def _ratio(document: Json) -> Rows:
    """A row of closes, and one on total return where it was requested."""
    ratio = _whole(document).get("ratio") or _whole(document).get("level")
    for row in (ratio, ratio and ratio.get("total_return")):
        if row:
            extremes = {
                f"{name}_{key}": value
                for name in ("high", "low", "high_252", "low_252", "high_5y", "low_5y")
                for key, value in (row[name] or {}).items()
            }
            averages = {f"crossed_{a['closes']}": a["crossed"] for a in row["averages"]}
            yield {**row, **extremes, **averages, "of_basis": row["basis"]}


def _followed(document: Json) -> Rows:
    for row in _whole(document).get("followed", ()):
        base = {f"base_{name}": value for name, value in row["base"].items()}
        yield {**row, **base, "after": row["state"]}


#: Part -> its columns and its rows, as in `tui.report.parts`.
RARITY_PARTS: Final[Mapping[str, tuple[str, Callable[[Json], Rows]]]] = {
    "rolling": (
        f"{_PAIR}sessions:i of:i as_wide:i later:i last:d last_overlapping:d percentile:f beyond:f"
        " z:f record_gap_pp:f record_return:f record_end:d first:d over_holes:i claim:b standing",
        _rolling,
    ),
    "streaks": (
        f"{_PAIR}of unit sign:i length:i streak_start:d streak_end:d last_as_long_length:i"
        " last_as_long_start:d last_as_long_end:d longest_length:i longest_start:d longest_end:d"
        " first:d standing after_hole:b",
        _streaks,
    ),
    "ratio": (
        f"{_PAIR}of_basis level:f high_since:d low_since:d record_high:b record_low:b off_high:f"
        " off_low:f off_high_252:f off_low_252:f high_level:f high_date:d low_level:f low_date:d"
        " high_252_level:f high_252_date:d low_252_level:f low_252_date:d above_50:b above_200:b"
        " crossed_50:d crossed_200:d first:d standing",
        _ratio,
    ),
    "followed": (
        f"{_PAIR}after of horizon:i n:i median_pp:f mean_pp:f share_positive:f base_n:i"
        " base_median_pp:f base_mean_pp:f base_share_positive:f open:i overlapping:i first:d",
        _followed,
    ),
}
