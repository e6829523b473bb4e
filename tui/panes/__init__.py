"""One file a pane, and the pages over them."""
