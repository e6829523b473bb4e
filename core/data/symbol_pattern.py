"""The one rule of what a ticker looks like, in Yahoo's spelling."""

from __future__ import annotations

import re
from typing import Final

_VALID: Final = re.compile(r"\^?[A-Z0-9][A-Z0-9.\-=^]{0,15}")
_LONGEST: Final = 16


def valid_symbol(text: str) -> bool:
    """Whether a text can be a symbol: up to 16 of A-Z 0-9 . - ^ =, never a path.

    NA, TRUE, 0005 and 1E5 are symbols like any other.
    """
    return len(text) <= _LONGEST and ".." not in text and _VALID.fullmatch(text) is not None
