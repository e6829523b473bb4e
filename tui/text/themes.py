"""The palettes as Textual's themes."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

from tui.text.palettes import PALETTES

#: Name in the config -> theme.
THEMES: Final = {name: Theme(name, **fields) for name, fields in PALETTES.items()}
#: Variables the stylesheet uses; any theme that is not ours gets the dark ones.
DEFAULTS: Final = THEMES["dark"].variables
