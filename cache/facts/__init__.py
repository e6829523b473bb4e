"""Sessions, funds, symbols: facts and their data files."""
