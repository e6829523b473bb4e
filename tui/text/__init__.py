"""Numbers, spans, palettes and cleaning of text."""
