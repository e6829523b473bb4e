"""Written answers: a Snapshot, an explanation and the store, as text and as data."""
