"""What the panes are drawn with."""
