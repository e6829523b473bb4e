"""Files, issuers, Yahoo and the simulated market."""
