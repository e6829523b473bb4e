"""Words about a market that others publish: since when, and why nothing newer came."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from cache.facts import regular_files
from cache.facts.clean import clean
from cache.store.owner import MARKER
from tui.text.formats import ago


def published_words(directory: Path, now: datetime) -> str:
    """Return a sentence on a published market: since when, and how new data come or why not."""
    marked = _marked(directory)
    if marked is None:
        return "published, read-only: its owner's next `internals publish` brings new data"
    body, at = marked
    when = f"{at:%Y-%m-%d %H:%M} UTC"
    if failure := body.get("failure"):
        reason = clean(str(failure))
        return f"a copy of what was published {when}, {ago(at, now)}, read-only: {reason}"
    where = f" at {clean(address)}" if (address := body.get("address")) else ""
    return (
        f"published {when}{where}, read-only: its owner's next `internals publish` brings new data"
    )


def published_age(directory: Path, now: datetime) -> str:
    """How long ago a market was published, such as "30 h ago"; "" where that is not known."""
    marked = _marked(directory)
    return "" if marked is None else ago(marked[1], now)


def is_local_copy(directory: Path) -> bool:
    """Whether a published market is a reader's own copy of one in a bucket."""
    marked = _marked(directory)
    return marked is not None and bool(marked[0].get("address"))


def _marked(directory: Path) -> tuple[dict[str, Any], datetime] | None:
    """The record of a publication, and when it was; None where that cannot be read."""
    try:
        body: dict[str, Any] = json.loads(regular_files.read_or_none(directory / MARKER) or b"")
        at = datetime.fromisoformat(body["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    # an age is counted from a time with a zone alone
    return None if at.tzinfo is None else (body, at)
