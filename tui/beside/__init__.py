"""What works beside the screen, in threads and children."""
