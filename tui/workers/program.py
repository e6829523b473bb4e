"""This program as a child process of its own."""

from __future__ import annotations

from cache.facts.interpreter import ROOT, python


def internals(*arguments: str) -> list[str]:
    """The command ``internals`` with arguments, from the folder that this program lies in."""
    return python(str(ROOT / "tui" / "__main__.py"), *arguments)
