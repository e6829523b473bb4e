"""Threads and child processes beside the screen."""
