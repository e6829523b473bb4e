"""What the app offers to its panes and workers."""
