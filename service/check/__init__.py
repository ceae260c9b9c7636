"""Whether what is said stands in what it cites: the check that every composer is held to."""
