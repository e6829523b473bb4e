"""What is kept and how it is brought: the store, the sources, the refresh."""
