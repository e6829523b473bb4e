"""What every test starts from, and the markers, which a test's folder sets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# A test runner's workers may carry the size of the terminal they were started in, and a program
# that is started on a terminal of the test's own would believe them.
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)

#: Folders below this one whose tests carry their name as a marker.
MARKED = ("process", "terminal", "random", "torture")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by its folder."""
    here = Path(__file__).parent
    for item in items:
        folder = item.path.relative_to(here).parts[0]
        if folder in MARKED:
            item.add_marker(folder)
