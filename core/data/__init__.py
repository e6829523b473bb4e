"""What is measured: frames, the matrix of closes, windows, the question."""
