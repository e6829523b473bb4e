"""What is kept on disk: immutable objects, packed frames, the store."""
