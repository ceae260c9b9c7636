"""Whether a sentence means what a passage says although it has few words in common with it.

Vectors are the only witness here and none anywhere else: they tell other words for the same thing and are blind to a denial, so what
they let pass is held against its source word by word all the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from ingest.embeddings import Embedder, Vectors

# Of 67 planted sentences on the subject of a section that are not in it one is as near as this to a sentence of it.
SAME = 0.6
# A section is some ten sentences; embedding one costs as much as the rest of the check.
_MOST = 24


@dataclass(frozen=True)
class Meaning:
    """The vectors of one answer: what was embedded for one of its claims is there for the next."""

    embedder: Embedder
    known: dict[str, Vectors] = field(default_factory=dict, repr=False)

    def same(self, sentence: str, texts: Iterable[str]) -> bool:
        """Whether some of the texts, the first two dozen of them, is as near as one that says the same in other words."""
        among = list(texts)[:_MOST]
        if not among:
            return False
        vectors = self._vectors([sentence, *among])
        return bool(np.max(vectors[1:] @ vectors[0]) >= SAME)

    def _vectors(self, texts: list[str]) -> Vectors:
        if unknown := [text for text in dict.fromkeys(texts) if text not in self.known]:
            self.known.update(zip(unknown, self.embedder.embed(unknown), strict=True))
        return np.stack([self.known[text] for text in texts])
