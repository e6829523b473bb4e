"""The simulated market's announced changes: the differences of its last two files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from core.data.frames import Action, Announcement, Holdings

#: Five weeks before the day, as a list of preliminary changes is published.
ANNOUNCED: Final = date(2026, 5, 22)


def announced(files: Iterable[Holdings]) -> Iterator[Announcement]:
    """Each fund's differences of its last two files, as they were announced.

    Args:
        files: every file of the market, each fund's in order of date.
    """
    dated: dict[str, list[Holdings]] = {}
    for file in files:
        dated.setdefault(file.fund, []).append(file)
    for fund, fund_files in dated.items():
        old, new = (dict(zip(f.symbols, f.names, strict=True)) for f in fund_files[-2:])
        actions: tuple[Action, ...] = ("leave", "join")
        for action, here, there in zip(actions, (old, new), (new, old), strict=True):
            for symbol in sorted(here.keys() - there.keys()):
                yield Announcement(
                    fund,
                    symbol,
                    action,
                    fund_files[-1].as_of,
                    here[symbol],
                    ANNOUNCED,
                    fund_files[-1].source,
                )
