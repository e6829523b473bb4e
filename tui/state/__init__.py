"""Settings, places and what the screen remembers."""
