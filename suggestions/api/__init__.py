"""The public HTTP API for other systems: the one-stop portal, the hotline, mini-programs, open data (design section 6)."""
