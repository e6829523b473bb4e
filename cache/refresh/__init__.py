"""What is fetched, when, and what of it is accepted."""
