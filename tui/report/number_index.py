"""Numbers of a note by their path, each with the source, the date and the state behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tui.report.ledger import NumberOrigins, steps, value_at
from tui.report.quoting import shortened

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from tui.report.values import Json


class SourceLetters:
    """The distinct sources of an answer's numbers, each under a letter of its own.

    A source is long and shared by many numbers: it is written once.
    """

    def __init__(self) -> None:
        self._letters: dict[tuple[str, str, str], str] = {}

    def letter(self, source: str, as_of: str, state: str) -> str:
        """The letter of a source, its date and its state."""
        return self._letters.setdefault((source, as_of, state), f"s{len(self._letters) + 1}")

    def document(self) -> Json:
        """Letter -> source, as-of date and state, as plain JSON values."""
        return {
            letter: {"source": source, "as_of": as_of, "state": state}
            for (source, as_of, state), letter in self._letters.items()
        }


class NoteFigures:
    """Reads numbers of one note from its JSON."""

    def __init__(self, snapshot: Snapshot, document: Json) -> None:
        self._snapshot, self._document = snapshot, document
        self._origins = NumberOrigins(snapshot, None)
        self.origins = SourceLetters()

    def sentences(self) -> list[Json]:
        """The prose, each number with its path, value and origin."""
        return [
            {
                "sentence": sentence["sentence"],
                "numbers": [
                    {
                        "text": row["text"],
                        "path": row["path"],
                        "value": row["value"],
                        "origin": self._letter(row["path"], row["source"], row["as_of"]),
                    }
                    for row in sentence["numbers"]
                ],
            }
            for sentence in self._document["prose"]
        ]

    def at(self, paths: Sequence[str], rows: int, first: int = 0) -> tuple[list[Json], list[Json]]:
        """Values at paths of the note, and the lists in them that were cut.

        Args:
            paths: as jq has them, without the leading point: ``spread.gap_pp``.
            rows: the most rows of a list.
            first: the row that a list named by a path begins with.

        Raises:
            LookupError: nothing stands at a path; it names the path and what there is.
        """
        values, cuts = [], []
        for path in paths:
            short, cut = shortened(self._value(path), rows, first)
            source, as_of = self._origins.of(path)
            values.append(
                {"path": path, "value": short, "origin": self._letter(path, source, as_of)}
            )
            cuts += [{**one, "path": _joined(path, one["path"])} for one in cut]
        return values, cuts

    def _value(self, path: str) -> Any:
        try:
            if steps(path):
                return value_at(self._document, path)
            raise KeyError(path)
        except (LookupError, TypeError):
            raise LookupError(f"{path}: {self._near(path)}") from None

    def _near(self, path: str) -> str:
        """The names that do exist along a path that leads nowhere."""
        value: Any = self._document
        at = "the note"
        try:
            for step in steps(path):
                value, at = value[step], f"{step}"
        except (LookupError, TypeError):
            pass
        if isinstance(value, dict):
            return f"{at} has {', '.join(value)}"
        if isinstance(value, list):
            return f"{at} has {len(value):,} rows, from [0]"
        return f"{at} is {'not known' if value is None else 'one value'}"

    def _letter(self, path: str, source: str, as_of: str) -> str:
        return self.origins.letter(source, as_of, self.state(path))

    def state(self, path: str) -> str:
        """The state of the numbers under a path: "final", "simulated, partial, estimated"."""
        snapshot, place = self._snapshot, steps(path)[:2]
        whole = place[0] in ("spread", "own", "question")
        funds = [place[1]] if place[0] == "indices" and len(place) > 1 else snapshot.indices
        views = [view for fund, view in snapshot.indices.items() if fund in funds and not whole]
        words = ["simulated"] if snapshot.simulated else []
        words.append(snapshot.state)
        if any(view.estimated for view in views):
            words.append("estimated")
        return ", ".join(words)


def _joined(path: str, inner: str) -> str:
    return f"{path}{'' if not inner or inner.startswith('[') else '.'}{inner}"
