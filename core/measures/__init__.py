"""The measures: one idea a file."""
