"""Closes and quotes from Yahoo."""
