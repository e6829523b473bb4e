"""Facts that change less often than the code, and the tables they come from."""
