"""The market, asked for answers."""
