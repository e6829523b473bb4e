"""The examples of a run are those of its profile: the same each time, or fresh and more of them."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.examples import FRESH, MORE, REPEATABLE, examples


# by this mark `dev.py random` selects its tests
@pytest.mark.hypothesis
def test_the_profile_that_was_named_is_used(pytestconfig: pytest.Config) -> None:
    name = pytestconfig.getoption("--hypothesis-profile") or REPEATABLE
    expected = {REPEATABLE: (True, 7), FRESH: (False, 7 * MORE)}
    assert (settings.default.derandomize, examples(7).max_examples) == expected[name]
