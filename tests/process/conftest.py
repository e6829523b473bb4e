"""What several files of tests here start from: filled homes, and children that read files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pytest

from cache.sources import sandbox

if TYPE_CHECKING:
    from cache.store.store import Store


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


@pytest.fixture(scope="session")
def vendor_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A store that a vendor has filled, by the vendor's key, each made once; to be copied."""
    from tests.process.vendor_market import run, serving, stocked

    @cache
    def filled(key: str) -> Path:
        store = stocked(tmp_path_factory.mktemp(key))
        with serving() as server:
            assert run(store, server, key).ok
        return store.home

    return filled


@pytest.fixture
def filled_by(vendor_once: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Store]:
    """A copy of such a store, by the vendor's key."""
    from cache.store.store import Store

    return lambda key: Store(shutil.copytree(vendor_once(key), tmp_path / "home"))


@pytest.fixture(scope="module")
def children() -> Iterator[sandbox.Children]:
    """Limited children that read one file after another; one that fails is given up."""
    with sandbox.Children() as started:
        yield started


@pytest.fixture
def in_turn(
    parse_limited: None, children: sandbox.Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let them read price files, each of which is otherwise handed to a child of its own."""

    def run(
        parser: str, source: bytes | BinaryIO, args: Mapping[str, Any], *, file: str
    ) -> sandbox.Parsed:
        given = source if isinstance(source, bytes) else source.read()
        return sandbox.run(parser, given, args, file=file, children=children)

    monkeypatch.setattr("cache.sources.prices.read.run", run)
