"""Values as JSON has them: null for what is missing, ISO dates, one unit a name."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

Json = dict[str, Any]
#: Rows of a tidy table, each by column.
Rows = Iterable[Mapping[str, Any]]


def json_text(value: Any) -> str:
    """A document as text, one trailing newline; NaN cannot get in."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def number(value: float | None) -> float | None:
    """A float as JSON has it: null for None and NaN."""
    return None if value is None or not math.isfinite(value) else float(value)


def scaled(value: float | None, factor: float) -> float | None:
    """A fraction in another unit; null stays null."""
    return number(None if value is None else value * factor)


def iso(value: date | None) -> str | None:
    """A date as ISO text."""
    return None if value is None else value.isoformat()
