"""The user's price files."""
