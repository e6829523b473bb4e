"""Stop yfinance and its dependencies from writing to stderr."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TextIO


def silence() -> None:
    """Keep yfinance off stderr, where its messages would spoil progress or the screen."""
    for name in ("yfinance", "websockets"):
        logger = logging.getLogger(name)
        logger.handlers = [logging.NullHandler()]
        logger.propagate = False
    show_warning = warnings.showwarning
    if isinstance(show_warning, _Warnings):
        return
    # No filter: threads inside catch_warnings put each other's filters back.
    warnings.showwarning = _Warnings(show_warning)


class _Warnings:
    """Shows warnings as before, except those of yfinance and what it depends on."""

    def __init__(self, show: Callable[..., None]) -> None:
        self._show = show

    def __call__(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if not {"yfinance", "pandas", "curl_cffi"} & set(Path(filename).parts):
            self._show(message, category, filename, lineno, file, line)
