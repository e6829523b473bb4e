"""A hash of the code that works out the measures: cached results of other code are not used."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from cache.facts.interpreter import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@cache
def measures_digest(folder: Path = ROOT / "core") -> str:
    """Digest of every module of the measures, read once a process.

    A version does not tell: in a checkout it stays while the code changes.
    """
    digest = sha256()
    for path in sorted(folder.rglob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()
