"""The formats a note is written in, by name; what only one of them needs is loaded for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from core.answer.since import Since
    from core.answer.views import Snapshot

#: Format -> the module and the function that write it.
_WRITERS: Final[Mapping[str, tuple[str, str]]] = {
    "text": ("export", "to_text"),
    "md": ("export", "to_markdown"),
    "html": ("page", "to_html"),
    "json": ("document", "to_json"),
    "csv": ("tidy", "part_csv"),
    "xlsx": ("workbook", "to_xlsx"),
    "slack": ("slack", "to_slack"),
    "line": ("short", "to_line"),
}
#: Formats that draw, and the pictures that they draw besides that of the whole answer.
PICTURE_FORMATS: Final = ("svg", "png")
FORMATS: Final = ("text", "md", "html", "json", "csv", *PICTURE_FORMATS, "xlsx", "slack", "line")
PICTURES: Final = (
    "gap", "draggers", "leaders", "ladder", "years", "stretches", "ratio", "bridge", "board",
)  # fmt: skip
#: Formats that are worth a file of their own: all but the one line.
FILED: Final = FORMATS[:-1]
#: Tables that need it.
_DAILY_PARTS: Final = ("daily", "measures", "signals", "sector_breadth")
#: Formats that the screen keeps a note in unless the settings say otherwise.
DEFAULT_FORMATS: Final = ("md", "html", "json")


def tells_daily(name: str, part: str | None = None) -> bool:
    """Whether a format has a place for breadth session by session, a third of a note's time."""
    return (
        part in _DAILY_PARTS if name == "csv" else name not in (*PICTURE_FORMATS, "slack", "line")
    )


def ranked_measures(names: Collection[str]) -> tuple[str, ...]:
    """The measures whose ranks among the years some of `FORMATS` show; () for all of them."""
    from core.answer.measure_rank import NOTED

    # all stand in the JSON; a sentence tells of some alone
    return () if "json" in names else NOTED


def written(snapshot: Snapshot, name: str, earlier: Since | None = None) -> str | bytes:
    """A note in one of `FORMATS`, with what changed since an earlier one."""
    if name in PICTURE_FORMATS:
        from tui.report import plate, png

        return png.in_format(plate.to_svg(snapshot), name)
    module, function = _WRITERS[name]
    writer: Callable[[Snapshot, Since | None], str | bytes] = getattr(
        import_module(f"tui.report.{module}"), function
    )
    return writer(snapshot, earlier)
