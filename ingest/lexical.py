"""The lexical index: BM25 over words and identifiers."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

K1 = 1.2
B = 0.75
_WORD = re.compile(r"[a-z0-9]+(?:[_.$+#/-]+[a-z0-9]+)*\+*#?")
_PART = re.compile(r"[a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")
STOPWORDS = frozenset((
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "because", "been",
    "before", "being", "but", "by", "can", "could", "did", "do", "does", "doing", "don", "for", "from", "get",
    "had", "has", "have", "he", "her", "here", "his", "how", "i", "if", "in", "into", "is", "it", "its", "just",
    "like", "ll", "make", "many", "me", "more", "most", "much", "my", "need", "no", "nor", "not", "of", "off",
    "on", "one", "or", "other", "our", "out", "over", "own", "re", "s", "should", "so", "some", "such", "t",
    "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "through", "to",
    "too", "up", "us", "use", "used", "using", "ve", "very", "want", "was", "we", "were", "what", "when", "where",
    "which", "while", "who", "why", "will", "with", "would", "you", "your",
))  # fmt: skip


def tokenize(text: str) -> list[str]:
    """Words in lower case; an identifier such as `tenant_id` counts whole and in its parts."""
    tokens: list[str] = []
    for whole in _WORD.findall(_CAMEL.sub("_", text).lower()):
        parts = _PART.findall(whole)
        tokens += [whole, *parts] if len(parts) > 1 else [whole]
    return [token for token in map(_singular, tokens) if token not in STOPWORDS]


def _singular(word: str) -> str:
    """Plural and singular as one term: indexes are asked about an index."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("xes", "ches", "shes", "sses")) else word[:-1]


class _Model(Protocol):
    """What is used of a bm25s.BM25."""

    vocab_dict: dict[str, int]
    scores: dict[str, NDArray[np.int32]]

    def index(self, corpus: tuple[list[list[int]], dict[str, int]], *, show_progress: bool) -> None: ...
    def save(self, directory: Path, *, show_progress: bool) -> None: ...
    def get_scores_from_ids(self, query_tokens_ids: list[int]) -> Scores: ...


@dataclass(frozen=True)
class LexicalIndex:
    """BM25 scores of documents by position."""

    model: _Model

    @classmethod
    def build(cls, documents: Sequence[str]) -> "LexicalIndex":
        """Index documents; one at least must hold a word."""
        tokens = [tokenize(document) for document in documents]
        # Ids in alphabetical order: bm25s would number the words in the order of a set, another in each process.
        vocabulary = {word: number for number, word in enumerate(sorted({w for words in tokens for w in words}))}
        ids = [[vocabulary[word] for word in words] for words in tokens]
        model: _Model = _bm25()(k1=K1, b=B, method="lucene", backend="numpy")
        model.index((ids, vocabulary), show_progress=False)
        return cls(model)

    @classmethod
    def load(cls, directory: Path) -> "LexicalIndex":
        """Read what `save` wrote."""
        return cls(_bm25().load(directory, show_progress=False))

    def save(self, directory: Path) -> None:
        """Write the index into a directory of its own."""
        self.model.save(directory, show_progress=False)

    def scores(self, terms: Sequence[str]) -> Scores:
        """The score of every document for the terms; a term counts once, in alphabetical order, so that sums repeat."""
        known = [self._vocabulary[term] for term in sorted(set(terms)) if term in self._vocabulary]
        if not known:
            return np.zeros(self._documents, dtype=np.float32)
        return self.model.get_scores_from_ids(known)

    def idf(self, term: str) -> float:
        """How rare a term is among the documents; an unknown term is as rare as one that stands in a single document."""
        number = self._vocabulary.get(term)
        found = 1 if number is None else int(self._pointers[number + 1] - self._pointers[number])
        return float(np.log(1 + (self._documents - found + 0.5) / (found + 0.5)))

    def coverage(self, terms: Sequence[str], documents: Sequence[int]) -> float:
        """The share of the terms, weighted by how rare they are, that at least one of the documents holds."""
        weights = {term: self.idf(term) for term in sorted(set(terms))}
        total = sum(weights.values())
        wanted = np.zeros(self._documents, dtype=np.bool_)
        wanted[list(documents)] = True
        held = sum(weight for term, weight in weights.items() if wanted[self._holders(term)].any())
        return held / total if total else 0.0

    def _holders(self, term: str) -> NDArray[np.int32]:
        number = self._vocabulary.get(term)
        if number is None:
            return np.zeros(0, dtype=np.int32)
        return self.model.scores["indices"][self._pointers[number] : self._pointers[number + 1]]

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        return dict(self.model.vocab_dict)

    @property
    def _documents(self) -> int:
        return int(self.model.scores["num_docs"])

    @property
    def _pointers(self) -> NDArray[np.int32]:
        return self.model.scores["indptr"]


def _bm25() -> Any:
    # Imported here to lower its logger, which it sets to DEBUG while it is imported.
    from bm25s import BM25  # noqa: PLC0415

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return BM25
