"""A small home of the program, filled through its command line; the fixtures are conftest's.

IWM rose 10 % and SPY 1 % in January 2026; A gained 20 % and B lost 5 %, C gained 2.5 %, D stood.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tui.cli.dispatch import run

SESSIONS = [
    d.item()
    for d in np.arange(np.datetime64("2025-12-29"), np.datetime64("2026-01-31"))
    if np.is_busday(d) and str(d) not in ("2026-01-01", "2026-01-19")
]
#: A command line in a home of the test's own: (exit code, stdout, stderr).
Cli = Callable[..., tuple[int, str, str]]


def write_prices(path: Path, *, extra: str = "") -> Path:
    """Two funds and four lines: IWM +10 %, SPY +1 %, A +20 %, B -5 %, C +2.5 %, D flat."""
    ends = {"IWM": (200, 220), "SPY": (500, 505), "A": (10, 12), "B": (10, 9.5)}
    ends |= {"C": (40, 41), "D": (30, 30)}
    rows = ["symbol,date,close,dividend"]
    start = SESSIONS.index(date(2025, 12, 31))
    for symbol, (first, last) in ends.items():
        for place, session in enumerate(SESSIONS):
            part = max(0, place - start) / (len(SESSIONS) - 1 - start)
            rows.append(f"{symbol},{session},{first + (last - first) * part!r},0")
    path.write_text("\n".join(rows) + "\n" + extra)
    return path


def write_holdings(path: Path, rows: str, when: str = "2025-12-31") -> Path:
    lines = ["symbol,name,sector,quantity,price,date"]
    lines += [f"{row},{when}" for row in rows.split()]
    path.write_text("\n".join(lines) + "\n")
    return path


def fill(folder: Path) -> Path:
    """Prices and both funds' holdings, written to a folder and imported into a home in it."""
    home = ["--home", str(folder / "home")]
    small = write_holdings(folder / "s.csv", "A,Tin,Energy,6,10 B,Lamp,Materials,4,10")
    large = write_holdings(folder / "l.csv", "C,Kettle,Energy,10,40 D,Rope,Utilities,20,30")
    assert run(["import", "prices", str(write_prices(folder / "p.csv")), *home]) == 0
    assert run(["import", "holdings", str(small), "--fund", "IWM", *home]) == 0
    assert run(["import", "holdings", str(large), "--fund", "SPY", *home]) == 0
    return folder / "home"


def note(cli: Cli, *argv: object, expect: int = 0) -> dict[str, Any]:
    code, out, err = cli("note", "--format", "json", *argv)
    assert code == expect, err
    found: dict[str, Any] = json.loads(out, parse_constant=lambda name: pytest.fail(name))
    return found
