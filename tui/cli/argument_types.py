"""The kinds of words that an argument of the command line may be."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.data.symbol_pattern import valid_symbol


def path(text: str) -> Path:
    """A path from the command line; an empty one would silently be the working directory."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the path is empty; is a variable not set?")
    return Path(text)


def fund(text: str) -> str:
    """A fund's symbol from the command line, in capitals; an empty one would count as not given."""
    symbol = text.strip().upper()
    if not valid_symbol(symbol):
        raise argparse.ArgumentTypeError(f'"{text}" is no fund; write one such as IWM')
    return symbol
