"""What we have on it: sections found by meaning and by term."""
