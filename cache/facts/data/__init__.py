"""Facts that change less often than the code: funds, sessions, symbols, themes."""
