"""Retrieval is scored by trec_eval's definitions, on the service and on what it has to beat."""

from math import log2

import pytest

from evals.case import Query
from evals.errors import SuiteError
from evals.retrieval import METRICS, rank_all, score, trec_run
from evals.suite import Bench
from service.retrieval.search import Retriever

QUERIES = (
    Query(id="composite", query="In which order do the columns of a composite index go?", gold={"patterns/composite-index-ordering#solution": 3}),
    Query(id="stampede", query="many clients miss the cache at once and all ask the database", gold={"patterns/cache-aside#stampede": 3, "patterns/cache-aside#pitfalls": 2}),
)  # fmt: skip
THREE = Query(id="q", query="q", gold={"a": 3, "b": 2, "c": 1})


def test_metrics_are_those_of_a_hand_calculation() -> None:
    ranking = score("service", {"q": (("x", 0.9), ("b", 0.8), ("c", 0.7))}, [THREE])
    ideal = 3 + 2 / log2(3) + 1 / log2(4)
    found = ranking.per_query["q"]
    assert found["ndcg@10"] == pytest.approx((2 / log2(3) + 1 / log2(4)) / ideal, abs=1e-6)
    assert found["recall@20"] == 0.5
    assert found["mrr@10"] == 0.5


def test_what_is_only_related_is_no_recall() -> None:
    found = score("service", {"q": (("c", 0.9),)}, [THREE]).per_query["q"]
    assert (found["recall@20"], found["mrr@10"]) == (0.0, 0.0)
    assert found["ndcg@10"] > 0


def test_equal_scores_keep_their_order_instead_of_that_of_their_names() -> None:
    first = score("service", {"q": (("a", 0.5), ("z", 0.5))}, [THREE]).per_query["q"]
    second = score("service", {"q": (("z", 0.5), ("a", 0.5))}, [THREE]).per_query["q"]
    assert (first["mrr@10"], second["mrr@10"]) == (1.0, 0.5)


def test_a_query_without_results_counts_as_nothing_found() -> None:
    other = THREE.model_copy(update={"id": "r"})
    ranking = score("service", {"q": (("a", 0.9),), "r": ()}, [THREE, other])
    assert ranking.per_query["r"] == {"ndcg@10": 0.0, "recall@20": 0.0, "mrr@10": 0.0}
    assert ranking.mean("mrr@10") == 0.5
    assert trec_run(ranking) == "q Q0 a 1 0.900000 service\n"


def test_the_service_is_ranked_beside_what_it_has_to_beat(bench: Bench) -> None:
    retriever = Retriever(bench.edition, bench.embedder)
    known = [q.model_copy(update={"gold": {s: g for s, g in q.gold.items() if bench.edition.kb.section(s)} or {retriever.retrieve(q.query, retriever.embed(q.query)).hits[0].section: 3}}) for q in QUERIES]  # fmt: skip
    rankings = rank_all(bench.edition, retriever, known)
    assert [ranking.system for ranking in rankings] == ["service", "bm25", "dense", "rrf"]
    for ranking in rankings:
        assert set(ranking.per_query) == set(ranking.run) == {"composite", "stampede"}
        for query, ranked in ranking.run.items():
            assert 0 < len(ranked) <= 20
            sections = [section for section, _ in ranked]
            assert len(set(sections)) == len(sections)
            assert all(bench.edition.kb.section(section) for section in sections)
            assert [value for _, value in ranked] == sorted((value for _, value in ranked), reverse=True)
            assert set(ranking.per_query[query]) == set(METRICS)
    assert rankings == rank_all(bench.edition, retriever, known)


def test_gold_that_is_not_in_the_knowledge_base_breaks_the_suite(bench: Bench) -> None:
    lost = Query(id="q", query="q", gold={"patterns/nowhere#at-all": 3})
    with pytest.raises(SuiteError, match=r"names sections that are not there: patterns/nowhere#at-all"):
        rank_all(bench.edition, Retriever(bench.edition, bench.embedder), [lost])
