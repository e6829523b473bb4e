"""Text for people: numbers, styled spans, palettes, cleaning."""
