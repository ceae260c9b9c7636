"""Retrieval scored apart from answers: the service's ranking beside BM25 alone, dense alone and reciprocal ranks, on graded queries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
from ir_measures import RR, R, nDCG
from numpy.typing import NDArray

from evals.case import Query
from evals.errors import SuiteError
from ingest.edition import Edition
from ingest.embeddings import DECIMALS, Vectors
from ingest.lexical import tokenize
from service.retrieval.search import Retriever

DEPTH = 20
# The constant of reciprocal rank fusion, from Cormack, Clarke and Büttcher 2009.
RRF = 60
NDCG, RECALL, MRR = nDCG @ 10, R(rel=2) @ 20, RR(rel=2) @ 10
METRICS = {"ndcg@10": NDCG, "recall@20": RECALL, "mrr@10": MRR}

Run = Mapping[str, Sequence[tuple[str, float]]]
Floats = NDArray[np.float64]
System = Callable[[str, Vectors], Sequence[tuple[str, float]]]


@dataclass(frozen=True)
class Ranking:
    """A system's run over the queries, with each query's metrics."""

    system: str
    run: Run
    per_query: Mapping[str, Mapping[str, float]]

    def mean(self, metric: str) -> float:
        values = [scores[metric] for scores in self.per_query.values()]
        return sum(values) / len(values)


def rank_all(edition: Edition, retriever: Retriever, queries: Sequence[Query]) -> tuple[Ranking, ...]:
    """The service first, then its rivals, on the same queries and vectors. Raises SuiteError for gold that is not there."""
    return _ranked(edition, retriever, queries, {"service": _service(retriever), **_rivals(edition)})


def rank_service(edition: Edition, retriever: Retriever, queries: Sequence[Query]) -> tuple[Ranking, ...]:
    """The service alone. Raises SuiteError for gold that is not there."""
    return _ranked(edition, retriever, queries, {"service": _service(retriever)})


def _ranked(
    edition: Edition, retriever: Retriever, queries: Sequence[Query], systems: Mapping[str, System]
) -> tuple[Ranking, ...]:
    _check_gold(edition, queries)
    vectors = {query.id: retriever.embed(query.query) for query in queries}
    return tuple(
        score(name, {q.id: tuple(search(q.query, vectors[q.id]))[:DEPTH] for q in queries}, queries)
        for name, search in systems.items()
    )


def _service(retriever: Retriever) -> System:
    return lambda text, vector: [(h.section, h.score) for h in retriever.retrieve(text, vector).hits]


def _rivals(edition: Edition) -> Mapping[str, System]:
    return {
        "bm25": lambda text, _: _by_section(edition, _lexical(edition, text)),
        "dense": lambda _, vector: _by_section(edition, _dense(edition, vector)),
        "rrf": lambda text, vector: _by_section(edition, _reciprocal(_lexical(edition, text), _dense(edition, vector))),
    }


def score(system: str, run: Run, queries: Iterable[Query]) -> Ranking:
    """Metrics of trec_eval by query; a query without results counts as zero instead of being left out."""
    wanted = tuple(queries)
    qrels = [ir_measures.Qrel(q.id, section, grade) for q in wanted for section, grade in q.gold.items()]
    scored = [
        ir_measures.ScoredDoc(q, section, value) for q, ranked in run.items() for section, value in _spread(ranked)
    ]
    found = {q.id: dict.fromkeys(METRICS, 0.0) for q in wanted}
    names = {measure: name for name, measure in METRICS.items()}
    for metric in ir_measures.iter_calc(list(METRICS.values()), qrels, scored):
        found[metric.query_id][names[metric.measure]] = round(float(metric.value), 6)
    return Ranking(system, run, found)


def _spread(ranked: Sequence[tuple[str, float]]) -> Iterable[tuple[str, float]]:
    """Ranks as scores: trec_eval breaks ties by id, descending, and the order given is already final."""
    return ((section, float(len(ranked) - place)) for place, (section, _) in enumerate(ranked))


def _check_gold(edition: Edition, queries: Iterable[Query]) -> None:
    missing = sorted({s for q in queries for s in q.gold if edition.kb.section(s) is None})
    if missing:
        raise SuiteError(f"evals/cases/queries.yaml names sections that are not there: {', '.join(missing[:5])}")


def _lexical(edition: Edition, text: str) -> Floats:
    return np.asarray(np.round(edition.lexical.scores(tokenize(text)), DECIMALS), dtype=np.float64)


def _dense(edition: Edition, vector: Vectors) -> Floats:
    return np.asarray(np.round(edition.vectors @ vector, DECIMALS), dtype=np.float64)


def _reciprocal(*scores: Floats) -> Floats:
    total = np.zeros(len(scores[0]))
    for each in scores:
        ranks = np.empty(len(each))
        ranks[np.argsort(-each, kind="stable")] = np.arange(1, len(each) + 1)
        total += 1 / (RRF + ranks)
    return total


def _by_section(edition: Edition, scores: Floats) -> list[tuple[str, float]]:
    """Sections by the best of their nodes, ties by id."""
    best: dict[str, float] = {}
    for row in np.argsort(-scores, kind="stable")[: 20 * DEPTH]:
        node = edition.nodes[int(row)]
        if node.route != "subject" and scores[row] > 0:
            best.setdefault(node.section, float(scores[row]))
    return sorted(best.items(), key=lambda item: (-item[1], item[0]))


def trec_run(ranking: Ranking) -> str:
    """The run as TREC writes it: query, Q0, section, rank, score, system."""
    lines = [
        f"{query} Q0 {section} {rank} {value:.6f} {ranking.system}"
        for query, ranked in sorted(ranking.run.items())
        for rank, (section, value) in enumerate(ranked, 1)
    ]
    return "\n".join(lines) + "\n"


def trec_qrels(queries: Iterable[Query]) -> str:
    """The judgements as TREC writes them: query, 0, section, grade."""
    lines = [f"{q.id} 0 {section} {grade}" for q in queries for section, grade in sorted(q.gold.items())]
    return "\n".join(sorted(lines)) + "\n"
