"""One file a pane, and the screens they stand on."""
