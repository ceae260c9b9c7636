"""Relevance: whether what was found is about the question at all."""

THRESHOLD = 0.40
DENSE_WEIGHT = 0.7


def relevance(dense: float, overlap: float) -> float:
    """One number from the best cosine and from the share of the question's terms that the best hits hold."""
    return round(DENSE_WEIGHT * max(dense, 0.0) + (1 - DENSE_WEIGHT) * overlap, 6)
