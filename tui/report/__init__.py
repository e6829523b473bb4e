"""Written answers: text, Markdown, HTML, CSV, JSON, SVG."""
