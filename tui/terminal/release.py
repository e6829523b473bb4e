"""The installed release of Textual, and whether its private parts are the tested ones.

Our driver, painting and layout depend on names that Textual keeps to itself, and so do the
workarounds of its faults. In a release of another minor version none of them is used: Textual
paints and writes by itself, as with ``wire = "plain"``, and `internals doctor` says so.
"""

from __future__ import annotations

import os
import re
from functools import cache
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from textual.css.styles import RenderStyles

#: Major and minor version that the tests run with, as pyproject.toml pins it.
TESTED: Final = (8, 2)
_FOLDER: Final = re.compile(r"textual-(\d+)\.(\d+)[^/]*\.(?:dist|egg)-info")


@cache
def minor() -> tuple[int, int] | None:
    """Major and minor version of the Textual that will be imported, None if unknown.

    Read from the name of its folder: the metadata themselves take longer than a frame.
    """
    spec = PathFinder.find_spec("textual")
    if spec is None or not spec.origin:
        return None
    try:
        names = os.listdir(os.path.dirname(os.path.dirname(spec.origin)))  # noqa: PTH120, PTH208  before pathlib is needed
    except OSError:
        return None
    versions = {(int(m[1]), int(m[2])) for m in map(_FOLDER.fullmatch, names) if m}
    return versions.pop() if len(versions) == 1 else None


@cache
def tested() -> bool:
    """Whether Textual's inside may be relied on."""
    return minor() == TESTED


def style_key(styles: RenderStyles) -> object:
    """A key that changes with a widget's style; always another where none is known."""
    return styles._cache_key if tested() else object()
