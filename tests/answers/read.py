"""Answers that were not made by this project's code."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
#: Real files lie beside the project where a developer has them.
REAL = HERE.parent.parent.parent / "shared" / "real"


def vectors() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((HERE / "vectors.json").read_text())
    return loaded


def spread_history() -> list[dict[str, str]]:
    with (HERE / "spread_history.csv").open(newline="") as file:
        return list(csv.DictReader(file))
