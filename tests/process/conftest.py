"""Homes that several files of tests here start from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def friday_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that a refresh has filled after the close of Friday 26 June 2026; to be copied."""
    from cache.store.store import Store
    from tests.cache.lookalike import Lookalike
    from tests.process.test_refresh import LINES, NOW, run

    home = tmp_path_factory.mktemp("friday")
    with Lookalike(home, NOW, lines=LINES) as server, pytest.MonkeyPatch.context() as patch:
        assert run(Store(home / "market"), server, patch).ok
    return home


@pytest.fixture
def friday(friday_once: Path, tmp_path: Path) -> Path:
    """A copy of that home."""
    return shutil.copytree(friday_once, tmp_path / "friday")
