"""The experiments in their short form: no promise breaks. In full: ``python -m tests.torture``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.checks import CHECKED
from tests.torture.experiments import EXPERIMENTS
from tests.torture.report import table


#: A day takes longer than the others together; the tests behind a check run by themselves.
@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if name not in {"day", *CHECKED}])
def test_a_promise_is_kept(name: str, tmp_path: Path) -> None:
    rows = list(EXPERIMENTS[name](tmp_path, True))
    assert rows and all(row.held for row in rows), "\n" + table(rows)
