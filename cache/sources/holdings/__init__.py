"""Holdings files: one reader for each issuer's layout."""
