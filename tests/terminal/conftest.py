"""What the tests on a terminal start from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def home(demo_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the simulated market, which the tests of a file share."""
    return shutil.copytree(demo_once, tmp_path_factory.mktemp("demo"), dirs_exist_ok=True)
