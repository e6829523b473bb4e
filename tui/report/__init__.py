"""Answers written: text, Markdown, HTML, CSV, JSON, SVG."""
