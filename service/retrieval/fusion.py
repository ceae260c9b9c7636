"""Fusion: how scores by meaning and by term become one, and scores of nodes those of sections and entries."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from ingest.embeddings import DECIMALS

Floats = NDArray[np.float32]

ALPHA = 0.6
ENTRY_WEIGHTS = (1.0, 0.5, 0.25)


def fuse(dense: Floats, lexical: Floats, alpha: float = ALPHA) -> NDArray[np.float64]:
    """A convex combination: a cosine counts as it is, a BM25 score as a share of the best one of this question."""
    best = float(lexical.max(initial=0.0))
    share = lexical / best if best > 0 else np.zeros_like(lexical)
    mixed = alpha * np.clip(dense, 0.0, 1.0).astype(np.float64) + (1 - alpha) * share.astype(np.float64)
    return np.round(mixed, DECIMALS)


def damped(scores: Sequence[float], weights: Sequence[float] = ENTRY_WEIGHTS) -> float:
    """The best scores of an entry, each counting half of the one before: many weak sections are no strong entry."""
    best = sorted(scores, reverse=True)[: len(weights)]
    return round(sum(score * weight for score, weight in zip(best, weights, strict=False)), DECIMALS)


def by_entry(scores: Iterable[tuple[str, float]]) -> Mapping[str, list[float]]:
    """Scores of sections, gathered by entry."""
    ordered = sorted(scores)
    return {entry: [score for _, score in group] for entry, group in groupby(ordered, key=lambda pair: pair[0])}
