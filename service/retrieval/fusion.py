"""Fusion: how scores by meaning and by term become one, and scores of nodes those of sections and entries."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from ingest.embeddings import DECIMALS

Floats = NDArray[np.float32]

# Measured on the 656 graded queries of evals/cases (`dbarch eval run --suite queries` prints the systems beside each other),
# nDCG@10 over sections of 226 entries: .602 at 0.8, .602 at 0.7, .595 at 0.9; by meaning alone .562, by terms alone .513.
ALPHA = 0.8
# They sum to one, so that the score of an entry is on the scale of those of its sections.
ENTRY_WEIGHTS = (4 / 7, 2 / 7, 1 / 7)


def fuse(dense: Floats, lexical: Floats, best: float, alpha: float = ALPHA) -> NDArray[np.float64]:
    """A convex combination: a cosine counts as it is, a BM25 score as a share of the best one of this question."""
    share = np.clip(lexical / best, 0.0, 1.0) if best > 0 else np.zeros_like(lexical)
    mixed = alpha * np.clip(dense, 0.0, 1.0).astype(np.float64) + (1 - alpha) * share.astype(np.float64)
    return np.asarray(np.round(mixed, DECIMALS), dtype=np.float64)


def damped(scores: Sequence[float], weights: Sequence[float] = ENTRY_WEIGHTS) -> float:
    """The best scores of an entry, each counting half of the one before: many weak sections are no strong entry."""
    best = sorted(scores, reverse=True)[: len(weights)]
    return round(sum(score * weight for score, weight in zip(best, weights, strict=False)), DECIMALS)


def by_entry(scores: Iterable[tuple[str, float]]) -> Mapping[str, list[float]]:
    """Scores of sections, gathered by entry."""
    ordered = sorted(scores)
    return {entry: [score for _, score in group] for entry, group in groupby(ordered, key=lambda pair: pair[0])}
