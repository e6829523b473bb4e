"""``internals doctor``: finds what is wrong on this machine, and says what to do."""
