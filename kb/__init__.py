"""What we know: curated entries, the vocabulary they are written in, and the checks that hold them to it."""
