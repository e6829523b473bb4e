"""Answers that were not made by this project's code."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
#: Real files lie beside the project where a developer has them.
REAL = HERE.parent.parent.parent / "shared" / "real"


def vectors() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((HERE / "vectors.json").read_text())
    return loaded


@cache
def real_closes() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """(T,) sessions of IWM and SPY together, and each one's (T, 2) closes, plain and adjusted."""
    rows: dict[str, dict[str, tuple[float, float]]] = {"IWM": {}, "SPY": {}}
    with (REAL / "funds_daily.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            rows[row["symbol"]][row["date"]] = float(row["close"]), float(row["adj_close"])
    days = sorted(rows["IWM"].keys() & rows["SPY"].keys())
    closes = {symbol: np.array([by_day[day] for day in days]) for symbol, by_day in rows.items()}
    return np.array(days, "datetime64[D]"), closes


def spread_history() -> list[dict[str, str]]:
    with (HERE / "spread_history.csv").open(newline="") as file:
        return list(csv.DictReader(file))
