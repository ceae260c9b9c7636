"""Relevance: whether the question is about our subject, and which unwritten subject it is about."""

from collections.abc import Sequence

from ingest.embeddings import DECIMALS

# Measured with `dbarch eval run --suite in_scope --suite out_of_scope`, with 259 entries: 98% of ours are answered, 98% of far
# and 90% of near questions refused. The threshold rises as entries come: measure again.
THRESHOLD = 0.42
DENSE_WEIGHT = 0.9
# What a question is nearer to other business than to ours counts against it, half as much again.
ELSEWHERE_WEIGHT = 1.5
# One close text may be chance (an index fund is near an index); five are a subject.
JUDGED = 5
# On the same questions: 18 of 25 gaps named, and 5 of 80 questions that have an entry.
GAP_MARGIN = 0.08
GAP_SPREAD = 0.10
MOST_GAPS = 3


def closeness(cosines: Sequence[float]) -> float:
    """The mean of the nearest cosines."""
    near = sorted(cosines, reverse=True)[:JUDGED]
    return max(sum(near) / len(near), 0.0) if near else 0.0


def relevance(cosines: Sequence[float], overlap: float, elsewhere: float = 0.0) -> float:
    """One number from the nearest cosines and from the share of the question's terms that the best hits hold.

    It falls by what the question is nearer to other people's business than to ours.
    """
    near = closeness(cosines)
    mixed = DENSE_WEIGHT * near + (1 - DENSE_WEIGHT) * overlap
    return round(max(mixed - ELSEWHERE_WEIGHT * max(elsewhere - near, 0.0), 0.0), DECIMALS)
