"""Search: a question to the sections, entries and rules that there are on it."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np

from ingest.edition import Edition
from ingest.embeddings import DECIMALS, Embedder, Vectors
from ingest.errors import StoreError
from ingest.lexical import tokenize
from service.errors import RetrievalError
from service.retrieval.fusion import by_entry, damped, fuse
from service.retrieval.hits import EntryHit, Hit, Retrieved, RuleHit
from service.retrieval.relevance import THRESHOLD, relevance

CANDIDATES = 100
JUDGED = 3
LIMIT = 20


class Retriever:
    """Asks one edition by meaning and by term; the same question gives the same bytes."""

    def __init__(self, edition: Edition, embedder: Embedder) -> None:
        self._edition = edition
        self._embedder = embedder

    def embed(self, text: str) -> Vectors:
        """The vector of a question; the one expensive step, so it is done once and handed around."""
        vector: Vectors = self._embedder.embed([text])[0]
        return vector

    def retrieve(self, text: str, vector: Vectors, limit: int = LIMIT) -> Retrieved:
        """Sections, entries and rules for a question and its vector. Raises RetrievalError."""
        terms = tokenize(text)
        found = self._candidates(terms, vector)
        sections = _best_by_section(found)
        best = sections[0].dense if sections else 0.0
        scored = by_entry((hit.entry, hit.score) for hit in sections)
        entries = [EntryHit(entry, damped(scores)) for entry, scores in scored.items()]
        return Retrieved(
            hits=tuple(sections[:limit]),
            entries=tuple(sorted(entries, key=lambda hit: (-hit.score, hit.entry))),
            rules=tuple(_rules(found)),
            relevance=relevance(best, 0.0),
            relevant=relevance(best, 0.0) >= THRESHOLD,
        )
