"""The app and its pages."""
