"""Whether a sentence means what a passage says although it has few words in common with it.

Vectors are the only witness here and none anywhere else: they tell other words for the same thing and are blind to a denial, so what
they let pass has been held against its source word by word before.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from ingest.embeddings import Embedder, Vectors
from service.check.ground import Passage

# Of 67 planted sentences on the subject of a section that are not in it one is as near as this to a sentence of it.
SAME = 0.6
# A section is some ten sentences; a sentence costs as much as the rest of the check.
_MOST = 24


def meant(sentence: str, cited: Iterable[Passage], embedder: Embedder | None) -> bool:
    """Whether some sentence of what is cited is as near as one that says the same in other words."""
    texts = [text for passage in cited for text in passage.sentences][:_MOST]
    if embedder is None or not texts:
        return False
    vector = embedder.embed([sentence])[0]
    return bool(np.max(_vectors(embedder, tuple(texts)) @ vector) >= SAME)


@lru_cache(maxsize=256)
def _vectors(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    return embedder.embed(texts)
