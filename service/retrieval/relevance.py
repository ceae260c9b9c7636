"""Relevance: whether the question is about our subject, and which unwritten subject it is about."""

from collections.abc import Sequence

from ingest.embeddings import DECIMALS

# Measured with `python -m evals.retrieval_dev` on 105 questions of ours and 83 of others (41 far, 42 near: database words,
# other business), with 19 entries and 310 unwritten subjects: 97% of ours answered, 96% of others refused, AUROC .983;
# the best cosine alone .974, terms alone .83. With 11 entries the best threshold was .36 to .38: it rises as entries come,
# so measure again. What slips through is near ("buy shares of MongoDB or Snowflake?").
THRESHOLD = 0.385
DENSE_WEIGHT = 0.9
# One close text may be chance (an index fund is near an index); five are a subject.
JUDGED = 5
# On the same questions: 18 of 25 gaps named, and 5 of 80 questions that have an entry.
GAP_MARGIN = 0.08
GAP_SPREAD = 0.10
MOST_GAPS = 3


def relevance(cosines: Sequence[float], overlap: float) -> float:
    """One number from the nearest cosines and from the share of the question's terms that the best hits hold."""
    near = sorted(cosines, reverse=True)[:JUDGED]
    closeness = max(sum(near) / len(near), 0.0) if near else 0.0
    return round(DENSE_WEIGHT * closeness + (1 - DENSE_WEIGHT) * overlap, DECIMALS)
