"""Price files of the user's own."""
