"""Alerts: stored, judged, and shown."""
