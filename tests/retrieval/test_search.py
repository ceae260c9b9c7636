"""Search over the real edition, beside the ways of searching that it is made of."""

import pytest

from evals.case import Query
from evals.case_files import load_cases
from evals.retrieval import rank_all
from ingest.edition import Edition
from ingest.embeddings import Embedder
from service.retrieval.search import Retriever

TENANT = "where do I put tenant_id in my indexes"


@pytest.fixture(scope="module")
def retriever(edition: Edition, embedder: Embedder) -> Retriever:
    return Retriever(edition, embedder)


def test_a_question_finds_its_section_entry_and_rule(retriever: Retriever) -> None:
    found = retriever.retrieve(TENANT, retriever.embed(TENANT), 5)
    assert found.hits[0].section == "patterns/composite-index-ordering#tenant-column-first"
    assert found.entries[0].entry == "patterns/composite-index-ordering"
    assert ("patterns/composite-index-ordering", "tenant-first") in {(hit.entry, hit.rule) for hit in found.rules[:3]}
    assert len(found.hits) == 5
    assert found.relevant
    assert not found.gaps


def test_sections_stand_once_best_first(retriever: Retriever) -> None:
    hits = retriever.retrieve(TENANT, retriever.embed(TENANT)).hits
    assert len({hit.section for hit in hits}) == len(hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_every_hit_is_a_section_of_the_edition(retriever: Retriever, edition: Edition) -> None:
    hits = retriever.retrieve(TENANT, retriever.embed(TENANT), 100).hits
    assert all(edition.kb.section(hit.section) is not None for hit in hits)


def test_the_same_question_gives_the_same_bytes(retriever: Retriever) -> None:
    first, second = (repr(retriever.retrieve(TENANT, retriever.embed(TENANT))) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("question", ["How long do I boil an egg?", "...", "fix my Excel macro", "what is it"])
def test_what_is_not_ours_is_not_relevant(retriever: Retriever, question: str) -> None:
    assert not retriever.retrieve(question, retriever.embed(question)).relevant


def test_an_example_of_others_business_is_astray_and_found_nowhere(retriever: Retriever, edition: Edition) -> None:
    foreign = next(node for node in edition.nodes if node.route == "elsewhere")
    found = retriever.retrieve(foreign.text, retriever.embed(foreign.text))
    assert found.astray
    assert not found.relevant
    assert all(hit.route != "elsewhere" for hit in found.hits)
    assert not retriever.retrieve(TENANT, retriever.embed(TENANT)).astray


def test_a_subject_without_an_entry_is_named(retriever: Retriever, edition: Edition) -> None:
    unwritten = next(node for node in edition.nodes if node.route == "subject")
    found = retriever.retrieve(unwritten.text, retriever.embed(unwritten.text))
    assert unwritten.entry in {gap.subject for gap in found.gaps}
    assert all(hit.route != "subject" for hit in found.hits)


def test_the_service_ranks_better_than_meaning_words_or_reciprocal_ranks_alone(
    edition: Edition, retriever: Retriever
) -> None:
    queries = [case for case in load_cases()["queries"] if isinstance(case, Query)]
    service, *others = rank_all(edition, retriever, queries)
    assert [other.system for other in others] == ["bm25", "dense", "rrf"]
    assert service.mean("ndcg@10") > max(other.mean("ndcg@10") for other in others)
    # Reciprocal ranks find as much among twenty; they order it worse.
    assert service.mean("recall@20") > max(other.mean("recall@20") for other in others if other.system != "rrf")


def test_the_index_finds_what_exact_search_finds(edition: Edition) -> None:
    # The graph of the index is approximate: of two thousand neighbours one or two at the edge may be others.
    rows, missed = range(0, len(edition.nodes), 40), 0
    for row in rows:
        exact = {edition.nodes[i].id for i in (-(edition.vectors @ edition.vectors[row])).argsort()[:10]}
        missed += len(exact - {node_id for node_id, _ in edition.dense.nearest(edition.vectors[row], 10)})
    assert missed <= len(rows) * 10 // 200
