"""The state saved between two runs: position on the screen, looks, alerts.

Each market, the real and the simulated, has files of its own. Nothing here is needed for an
answer: where it cannot be written (a full disk, a directory that is only read) it is forgotten, and
the screen says so once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, field
from pathlib import Path
from typing import Any, Final, Literal

from cache.facts import system
from cache.store import disk
from core.data.errors import WindowError
from core.data.question import Basis, Question, normal
from core.data.record import record

#: Bytes that none of these files has.
_MOST: Final = 1 << 22


@record(frozen=True, slots=True)
class Seat:
    """Where a person was on the screen; changes no number.

    Attributes:
        pane: number of the pane that keys went to.
        views: number of a pane -> its view.
        zoomed: one pane was on the whole screen.
        first: the index that stood first.
        headline: the sentence above the panes, so that they come where they were, or where
            they will be in a terminal of another size.
        board_pair: the pair that the board's cursor was on, "" for the first.
        board_key: the column that the board was sorted by.
        board_falling: largest first.
    """

    pane: int = 1
    views: Mapping[int, str] = field(default_factory=dict)
    zoomed: bool = False
    first: Literal["small", "large"] = "small"
    headline: str = ""
    board_pair: str = ""
    board_key: str = "group"
    board_falling: bool = False


class Memory:
    """The state files of a market.

    Args:
        state: the file of the question and the seat; the others stand beside it.
        refusal: why nothing is saved, "" where it is.
    """

    def __init__(self, state: Path, refusal: str = "") -> None:
        self.state, self.refusal = state, refusal
        self._lost = self._reported = ""

    def save(self, path: Path, text: str) -> bool:
        """Write a state file, but where nothing is saved; whether it is, `lost` says why not."""
        if self.refusal:
            return False
        try:
            disk.replace(path, text.encode())
        except OSError as error:
            self._lost = (
                f"what the screen remembers is not saved: {error.strerror or error};"
                f" everything else goes on ({self.state.parent})"
            )
            return False
        return True

    def lost(self) -> str:
        """Why something was not saved, "" where it was; each reason is reported once."""
        news = self._lost if self._lost != self._reported else ""
        self._reported, self._lost = self._lost, ""
        return news

    def beside(self, name: str) -> Path:
        """A file or directory of this market, next to its state: market.json -> market.NAME."""
        return self.state.with_name(f"{self.state.stem}.{name}")

    def _read(self) -> dict[str, Any]:
        try:
            fields = json.loads(read(self.state))
        except (OSError, ValueError):
            return {}
        return fields if isinstance(fields, dict) else {}

    def question(self) -> Question | None:
        """The last pair, window and basis, None where nothing usable is remembered."""
        fields = self._read()
        try:
            basis: Basis = "pr" if fields["basis"] == "pr" else "tr"
            return Question(
                str(fields["small"]), str(fields["large"]), normal(fields["window"]), None, basis
            )
        except (KeyError, TypeError, AttributeError, WindowError):
            return None

    def seat(self) -> Seat:
        """Return where the person was last; the beginning where nothing usable is remembered."""
        fields = self._read().get("seat")
        if not isinstance(fields, dict):
            return Seat()
        pane, views, headline = fields.get("pane"), fields.get("views"), fields.get("headline")
        pairs = views.items() if isinstance(views, dict) else ()
        return Seat(
            pane=pane if isinstance(pane, int) and 1 <= pane <= 4 else 1,
            views={int(n): view for n, view in pairs if n in tuple("1234")},
            zoomed=fields.get("zoomed") is True,
            first="large" if fields.get("first") == "large" else "small",
            headline=headline if isinstance(headline, str) else "",
            board_pair=str(fields.get("board_pair") or ""),
            board_key=str(fields.get("board_key") or "group"),
            board_falling=fields.get("board_falling") is True,
        )

    def remember(self, question: Question, seat: Seat) -> None:
        """Save a question's pair, window and basis and the seat; `lost` says if it failed.

        One index alone is not a pair: what was remembered before it stays.
        """
        if question.alone:
            return
        fields = {
            "small": question.small,
            "large": question.large,
            "window": question.window,
            "basis": question.basis,
            "seat": asdict(seat),
        }
        self.save(self.state, json.dumps(fields))


def drop_oldest(directory: Path, most: int) -> None:
    """Remove a directory's JSON files but the newest so many.

    Raises:
        OSError: one cannot be looked at or removed.
    """
    files = list(directory.glob("*.json"))
    if len(files) <= most:
        return
    files.sort(key=lambda path: path.stat().st_mtime)
    for old in files[:-most]:
        old.unlink(missing_ok=True)


def read(path: Path) -> bytes:
    """A small file's bytes: of a pipe or a device what comes at once, of a huge file the beginning.

    Raises:
        OSError: it cannot be read.
    """
    opened = os.open(path, system.READ)
    try:
        return os.read(opened, _MOST)
    finally:
        os.close(opened)
