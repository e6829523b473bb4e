"""``internals doctor``: is everything here as the program needs it, and what to do where not."""
