"""Search: a question to the sections, entries and rules that there are on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ingest.edition import Edition
from ingest.embeddings import DECIMALS, Embedder, Vectors
from ingest.errors import StoreError
from ingest.lexical import tokenize
from ingest.nodes import WRITTEN, Node
from service.errors import RetrievalError
from service.retrieval.fusion import ALPHA, by_entry, damped, fuse
from service.retrieval.hits import EntryHit, GapHit, Hit, Retrieved, RuleHit
from service.retrieval.relevance import GAP_MARGIN, GAP_SPREAD, JUDGED, MOST_GAPS, THRESHOLD, closeness, relevance

__all__ = ["Retrieved", "Retriever"]

CANDIDATES = 100
# BM25 favours what is short, and the questions that an entry lists are: the terms of one that means something else count half
# (nDCG@10 of 854 graded queries .618, and .613 where they count whole).
QUESTION_TERMS = 0.5
ALIKE = 0.55
LIMIT = 40


@dataclass(frozen=True)
class _Scored:
    """A node with its scores for one question."""

    node: Node
    dense: float
    lexical: float
    score: float


class Retriever:
    """Asks one edition by meaning and by term; the same question gives the same bytes."""

    def __init__(self, edition: Edition, embedder: Embedder, alpha: float = ALPHA) -> None:
        self._edition = edition
        self._embedder = embedder
        self._alpha = alpha

    def embed(self, text: str) -> Vectors:
        """The vector of a question; the one expensive step, so it is done once and handed around."""
        vector: Vectors = self._embedder.embed([text])[0]
        return vector

    def retrieve(self, text: str, vector: Vectors, limit: int = LIMIT) -> Retrieved:
        """Sections, entries, rules and gaps for a question and its vector. Raises RetrievalError."""
        terms = tokenize(text)
        scored = self._scored(terms, vector)
        found = [each for each in scored if each.node.route in WRITTEN]
        sections = _best_by_section(found)
        by_id = by_entry((hit.entry, hit.score) for hit in sections)
        entries = [EntryHit(entry, damped(scores)) for entry, scores in by_id.items()]
        ours = [each for each in scored if each.node.route != "elsewhere"]
        cosines, elsewhere = [each.dense for each in ours], self._elsewhere(vector)
        judged = relevance(cosines, self._overlap(terms, ours), elsewhere)
        return Retrieved(
            hits=tuple(sections[:limit]),
            entries=tuple(sorted(entries, key=lambda hit: (-hit.score, hit.entry))),
            rules=tuple(RuleHit(each.node.entry, each.node.rule, each.score) for each in found if each.node.rule),
            gaps=tuple(_gaps(scored)),
            relevance=judged,
            relevant=judged >= THRESHOLD,
            astray=elsewhere > closeness(cosines),
        )

    def intent(self, vector: Vectors) -> tuple[str, float]:
        """What somebody wants who asks like this, by the nearest of the example sentences, and how near it is."""
        said = self._edition.utterances
        if not said.intents:
            return "", 0.0
        cosines = np.round(said.vectors @ vector, DECIMALS)
        row = int(cosines.argmax())
        return said.intents[row], float(cosines[row])

    def _scored(self, terms: Sequence[str], vector: Vectors) -> list[_Scored]:
        """What is near by meaning or by term, best first, ties by id; both get both scores."""
        edition = self._edition
        lexical = np.round(edition.lexical.scores(terms), DECIMALS)
        try:
            near = edition.dense.nearest(vector, min(CANDIDATES, len(edition.nodes)))
        except StoreError as error:
            raise RetrievalError(f"the index cannot be searched: {error}") from error
        matched = np.flatnonzero(lexical > 0)
        best = matched[np.argsort(-lexical[matched], kind="stable")[:CANDIDATES]]
        rows = sorted({edition.rows[node_id] for node_id, _ in near} | {int(row) for row in best})
        # The exact product: what only the words found has its cosine too, and no score hangs on the index's arithmetic.
        dense = np.round(edition.vectors[rows] @ vector, DECIMALS)
        written = [row for row in rows if edition.nodes[row].route in WRITTEN]
        asked = np.array([edition.nodes[row].route == "answer" for row in rows])
        by_term = np.where(asked & (dense < ALIKE), QUESTION_TERMS * lexical[rows], lexical[rows])
        scores = fuse(dense, by_term, float(lexical[written].max(initial=0.0)), self._alpha)
        scored = [
            _Scored(edition.nodes[row], float(dense[i]), float(lexical[row]), float(scores[i]))
            for i, row in enumerate(rows)
        ]
        return sorted(scored, key=lambda each: (-each.score, each.node.id))

    def _elsewhere(self, vector: Vectors) -> float:
        """How near the question is to what is none of our business."""
        examples = self._edition.elsewhere
        return float(np.round((examples @ vector).max(initial=0.0), DECIMALS))

    def _overlap(self, terms: Sequence[str], scored: Sequence[_Scored]) -> float:
        rows = [self._edition.rows[each.node.id] for each in scored[:JUDGED]]
        return self._edition.lexical.coverage(terms, rows)


def _best_by_section(found: Sequence[_Scored]) -> list[Hit]:
    """A section once, by the best of its own text, its questions and its rules."""
    best: dict[str, _Scored] = {}
    for each in found:
        best.setdefault(each.node.section, each)
    return [
        Hit(section, each.node.entry, each.score, each.dense, each.lexical, each.node.route, each.node.text)
        for section, each in best.items()
    ]


def _gaps(scored: Sequence[_Scored]) -> Iterator[GapHit]:
    """Unwritten subjects that are nearer than everything written."""
    written = max((each.dense for each in scored if each.node.route in WRITTEN), default=0.0)
    unwritten = sorted(
        (each for each in scored if each.node.route == "subject"), key=lambda each: (-each.dense, each.node.id)
    )
    for each in unwritten[:MOST_GAPS]:
        if each.dense > max(written + GAP_MARGIN, unwritten[0].dense - GAP_SPREAD):
            yield GapHit(each.node.entry, each.node.text, each.dense)
