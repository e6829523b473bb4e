"""The answer: the snapshot, its parts, what watches it."""
