"""Foreign files parsed in the test's own process, for tests of which the child is not the point."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, BinaryIO

from cache.facts.errors import SourceError
from cache.sources import sandbox

#: Where the child is started from.
READERS = (
    "holdings.read",
    "holdings.announced",
    "prices.read",
    "membership",
    "imported_series",
    "industries",
)


def run(
    parser: str,
    source: bytes | BinaryIO,
    args: Mapping[str, Any],
    *,
    file: str,
    limits: sandbox.Limits | None = None,
    paths: Sequence[str] = (),
    children: sandbox.Children | None = None,
) -> sandbox.Parsed:
    """What `sandbox.run` gives, by the same parser and through JSON, without a process."""
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    given = json.loads(json.dumps(dict(args)))
    head, arrays = sandbox.run_here(parser, stream, given, limits or sandbox.Limits())
    head = json.loads(json.dumps(head))
    if "error" in head:
        raise SourceError(**head["error"], file=file)
    return head["fields"], arrays


def install() -> None:
    """Parse foreign files in this process from now on: for a process that a test starts."""
    for name in READERS:
        import_module(f"cache.sources.{name}").run = run  # type: ignore[attr-defined]
