"""Settings, places and what is remembered."""
