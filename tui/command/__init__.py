"""Commands, keys and the command line."""
