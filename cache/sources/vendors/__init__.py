"""Closes from vendors with a key, and from a folder that another job fills."""
