"""Tests of random input: all under one profile of Hypothesis, which no other test imports."""

from __future__ import annotations

import pytest

from tests.examples import register


def pytest_configure(config: pytest.Config) -> None:
    """Load the repeatable profile, unless another was named: tests/conftest.py has done so then.

    This file is read after Hypothesis has loaded the named one, and would take it back.
    """
    if not config.getoption("--hypothesis-profile"):
        register()
