"""What is measured: frames, closes, windows, the question."""
