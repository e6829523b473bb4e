"""Every number of the prose: its text, the path of its value, the value, source and as-of.

The path is as jq has it, without the leading point: ``jq .spread.gap_pp``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from core.note.phrase import Figure, Sentence, listed

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from tui.report.values import Json

#: Parts of the document that depend on the closes of the funds alone.
_OF_FUNDS: Final = ("question", "spread", "own", "headline")
#: Parts of the changes that depend on an announcement.
_ANNOUNCED: Final = (("leaders_to_leave",), ("announced",))
#: A key, a quoted key, or a place in a list.
_STEP: Final = re.compile(r'\.?([A-Za-z_]\w*)|\["([^"]+)"\]|\[(\d+)\]')


@lru_cache(maxsize=4096)
def steps(path: str) -> tuple[str | int, ...]:
    """A path's keys and places."""
    segments: list[str | int] = []
    at = 0
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            raise KeyError(path)
        plain, quoted, place = step.groups()
        segments.append(int(place) if place is not None else plain or quoted)
        at = step.end()
    return tuple(segments)


def value_at(document: Mapping[str, Any], path: str) -> Any:
    """Return the value at a path of the note's JSON.

    Raises:
        LookupError: nothing stands there.
    """
    value: Any = document
    for step in steps(path):
        value = value[step]
    return value


class NumberOrigins:
    """Finds the source and the day of the numbers under a path."""

    def __init__(self, snapshot: Snapshot, earlier: str | None) -> None:
        self._snapshot, self._earlier = snapshot, earlier
        self._origins: dict[tuple[tuple[str, ...], bool], str] = {}

    def of(self, path: str) -> tuple[str, str]:
        """(source, as-of) of a path."""
        if self._earlier and (path == "since.as_of" or path.endswith(".before")):
            return f"the earlier note of {self._earlier}", self._earlier
        place = steps(path)[:3]
        snapshot, pair = self._snapshot, self._snapshot.question.funds
        as_of = snapshot.as_of.isoformat()
        if place[0] == "reconstitutions":
            whose = f"index of {place[1]}" if len(place) > 1 else "by index"
            return f"table of known reconstitutions, {whose}", as_of
        if place[0] == "changes":
            fund = str(place[1]) if len(place) > 1 else ""
            changes = snapshot.changes.get(fund)
            if fund and (changes is None or place[2:] in _ANNOUNCED):
                return self._announced_sources(fund), as_of
            if changes is None:
                return self._origin(pair, lines=True), as_of
            whose = changes.lender or fund
            files = f"holdings {whose} of {changes.from_date} and {changes.to_date}"
            return f"{files}; {self._origin((fund,), lines=True)}", str(changes.to_date)
        if place[0] == "indices" and len(place) > 1:
            return self._origin((str(place[1]),), lines=True), as_of
        origin = self._origin(pair, lines=place[0] not in _OF_FUNDS)
        then = f"the earlier note of {self._earlier}; " if place[0] == "since" else ""
        return f"{then}{origin}", as_of

    def _announced_sources(self, fund: str) -> str:
        """Name the sources of the announced changes, beside those of the contributions."""
        changes = self._snapshot.announced.get(fund, ())
        origins = listed(sorted({change.source for change in changes if change.source}))
        return f"announced changes of {fund}: {origins}; {self._origin((fund,), lines=True)}"

    def _origin(self, funds: tuple[str, ...], *, lines: bool) -> str:
        """``prices IWM: closes.csv; holdings IWM of 2026-01-21: IWM.csv``."""
        if (funds, lines) not in self._origins:
            self._origins[funds, lines] = self._find(funds, lines=lines)
        return self._origins[funds, lines]

    def _find(self, funds: Sequence[str], *, lines: bool) -> str:
        dates: dict[tuple[str, str], list[str]] = {}
        for source in self._snapshot.sources:
            kind, _, subject = source.what.partition(" ")
            for fund in funds:
                ends = (f" lines of {fund}", f" line of {fund}", f" for {fund}")
                within = subject == fund or subject.endswith(ends)
                if source.what == f"prices {fund}" or (lines and within):
                    file_days = dates.setdefault((source.what, source.origin), [])
                    file_days += [str(source.as_of)] if kind == "holdings" else []
        return "; ".join(
            f"{what}{f' of {listed(days)}' if days else ''}: {origin}"
            for (what, origin), days in dates.items()
        )


def ledger(prose: Sequence[Sentence], document: Json, origins: NumberOrigins) -> list[Json]:
    """The prose, sentence by sentence, each with its numbers.

    Raises:
        LookupError: a sentence has a number that the document has not.
    """

    def entry(figure: Figure) -> Json:
        source, as_of = origins.of(figure.path)
        return {
            "text": str(figure),
            "path": figure.path,
            "value": value_at(document, figure.path),
            "source": source,
            "as_of": as_of,
        }

    return [
        {"sentence": str(sentence), "numbers": [entry(figure) for figure in sentence.figures]}
        for sentence in prose
    ]
