"""The list of imports, each with the number by which it is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tui.report.values import json_text
from tui.text.safe import safe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cache.store.journal import Entry

SCHEMA = 1


def imports(
    listed: Sequence[Entry], store: Path, generation: int | None, *, kind: Literal["text", "json"]
) -> str:
    """The imports and refreshes that can be taken back, oldest first, one trailing newline.

    Args:
        listed: of a store's journal.
        store: the directory of the store.
        generation: the newest there, None for an empty store.
        kind: "text" or "json".
    """
    if kind == "json":
        state = {
            "schema": SCHEMA,
            "store": str(store),
            "generation": generation,
            "imports": [
                {
                    "id": entry.id,
                    "at": entry.at.isoformat(),
                    "kind": entry.kind,
                    "from": entry.source,
                    "what": entry.words,
                    "holdings": [{"fund": fund, "as_of": day} for fund, day, _ in entry.files],
                }
                for entry in listed
            ],
        }
        return json_text(state)
    if not listed:
        return "no import is listed\n"
    rows = [
        f"{entry.id:>6}  {entry.at:%Y-%m-%d %H:%M} UTC  {entry.kind:<10}  "
        + "; ".join(filter(None, (safe(entry.source), safe(entry.words))))
        for entry in listed
    ]
    rows.append("taken back by `internals forget import ID`")
    return "\n".join(rows) + "\n"
