"""The note: sentences chosen by rule from a snapshot."""
