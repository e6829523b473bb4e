"""Threads and child processes in the background."""
