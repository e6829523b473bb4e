"""Starts child processes so that no code of the working directory is run.

A folder that one stands in may hold a `core.py` or an `argparse.py` of somebody else's. Python
looks for modules there when it is started with ``-m`` or ``-c``, unless ``-P`` forbids it, and
also where an entry of PYTHONPATH is empty or relative.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

#: The folder in which `core`, `cache` and `tui` lie side by side.
ROOT: Final = Path(__file__).resolve().parents[2]
#: Variables that list folders to take code from.
_FOLDERS: Final = ("PATH", "PYTHONPATH")


def python(*arguments: str) -> list[str]:
    """The command of a Python that takes no module from the working directory.

    Args:
        arguments: its own, such as a file to run, or ``-c`` and code.
    """
    return [sys.executable, "-P", *arguments]


def environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a child, without folders that depend on the working directory.

    Args:
        environ: what is handed on, ``os.environ`` unless given.
    """
    variables = dict(os.environ if environ is None else environ)
    for name in _FOLDERS:
        if name in variables:
            variables[name] = os.pathsep.join(
                folder
                for folder in variables[name].split(os.pathsep)
                if os.path.isabs(folder)  # noqa: PTH117
            )
            if not variables[name]:
                del variables[name]
    return variables
