"""The ordinary tests that docs/promises.md counts are there."""

from __future__ import annotations

from tests.torture.checks import CHECKS
from tests.torture.processes import ROOT


def test_the_tests_behind_a_check_are_there() -> None:
    for check in CHECKS.values():
        for place in check.tests:
            file, _, name = place.partition("::")
            text = (ROOT / file).read_text("utf-8")
            assert f"def {name}(" in text if name else "def test_" in text, place
