"""Answers from the market that is stored."""
