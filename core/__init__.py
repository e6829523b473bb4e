"""The measures: numbers in, numbers out. No clock, no disk, no network, no screen."""
