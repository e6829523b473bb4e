"""Alerts: kept, judged, rung."""
