"""An edition in memory, searched exactly: for who needs one for a moment and has nothing to keep."""

from dataclasses import dataclass, replace

import numpy as np

from ingest.build import BuildRequest, drafted
from ingest.edition import Edition
from ingest.embeddings import DECIMALS, Embedder, Vectors
from ingest.lexical import LexicalIndex
from ingest.nodes import Node


@dataclass(frozen=True)
class ExactIndex:
    """Every vector compared: what an approximate index agrees with."""

    nodes: tuple[Node, ...]
    vectors: Vectors

    def count(self) -> int:
        return len(self.nodes)

    def nearest(self, vector: Vectors, limit: int) -> tuple[tuple[str, float], ...]:
        """The nearest nodes with their cosine, best first, ties by id."""
        cosines = np.round(np.asarray(self.vectors @ vector, dtype=np.float64), DECIMALS)
        # A few more than asked for, so that ties are broken by id and not by place.
        rows = np.argsort(-cosines, kind="stable")[: 2 * limit]
        scored = ((self.nodes[row].id, float(cosines[row])) for row in rows.tolist())
        return tuple(sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:limit])

    def close(self) -> None:
        """There is nothing to let go of."""


def edition_in_memory(request: BuildRequest, embedder: Embedder) -> Edition:
    """The edition that a build would write; only vectors that the cache lacks are embedded, and nothing else is written."""
    draft, _ = drafted(request, embedder)
    lexical = LexicalIndex.build([f"{node.text}\n{node.terms}" for node in draft.nodes])
    nodes = tuple(replace(node, terms="") for node in draft.nodes)
    dense = ExactIndex(nodes, draft.vectors)
    return Edition(draft.target, draft.manifest, draft.kb, nodes, draft.vectors, dense, lexical, draft.utterances)
