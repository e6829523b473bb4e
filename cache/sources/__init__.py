"""Where prices and holdings come from: files, the demo market, issuers, Yahoo."""
