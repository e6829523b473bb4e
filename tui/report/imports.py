"""What was brought into the store, each import with the number by which it is taken back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from tui.text.safe import safe

if TYPE_CHECKING:
    from tui.service.service import Desk

SCHEMA = 1


def imports(desk: Desk, *, kind: Literal["text", "json"]) -> str:
    """The imports and refreshes that can be taken back, oldest first, one trailing newline."""
    listed = desk.store.journal()
    if kind == "json":
        state = {
            "schema": SCHEMA,
            "store": str(desk.places.store),
            "generation": desk.generation(),
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
        return json.dumps(state, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    if not listed:
        return "no import is listed\n"
    rows = [
        f"{entry.id:>6}  {entry.at:%Y-%m-%d %H:%M} UTC  {entry.kind:<8}  "
        + "; ".join(filter(None, (safe(entry.source), safe(entry.words))))
        for entry in listed
    ]
    rows.append("taken back by `internals forget import ID`")
    return "\n".join(rows) + "\n"
