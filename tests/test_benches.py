"""What ``bench`` imports is there: nobody runs it at each change."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import bench


def test_every_bench_can_be_imported() -> None:
    names = [module.name for module in pkgutil.iter_modules(bench.__path__)]
    assert {"vendors", "refresh", "screen"} <= set(names)
    for name in names:
        import_module(f"bench.{name}")
