"""The answer to a question: the snapshot, its parts, and what watches it."""
