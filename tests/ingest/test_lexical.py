"""The tokenizer and the BM25 index."""

from pathlib import Path

import pytest

from ingest.lexical import LexicalIndex, tokenize

DOCUMENTS = ["CREATE INDEX on tenant_id", "a cache stampede of keys", "nothing of it", ""]


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    return LexicalIndex.build(DOCUMENTS)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The tenant_id", ["tenant_id", "tenant", "id"]),
        ("tenantId", ["tenant_id", "tenant", "id"]),
        ("Indexes, queries and classes", ["index", "query", "class"]),
        ("status of redis", ["status", "redis"]),
        ("C++ or C#", ["c++", "c#"]),
        ("99.9%", ["99.9", "99", "9"]),
        ("what is it", []),
    ],
)
def test_words_and_identifiers_become_terms(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


def test_a_part_of_an_identifier_finds_it(index: LexicalIndex) -> None:
    scores = index.scores(tokenize("tenant"))
    assert scores[0] > 0
    assert not scores[1:].any()


def test_terms_that_nobody_knows_score_nothing(index: LexicalIndex) -> None:
    assert not index.scores(["zebra"]).any()


def test_a_rare_term_weighs_more_and_an_unknown_one_as_the_rarest(index: LexicalIndex) -> None:
    assert index.idf("tenant") == index.idf("zebra") > 0


def test_coverage_is_the_weighted_share_of_terms_that_the_documents_hold(index: LexicalIndex) -> None:
    assert index.coverage(["tenant", "zebra"], [0, 2]) == pytest.approx(0.5)
    assert index.coverage(["tenant"], [1]) == 0
    assert index.coverage([], [0]) == 0


def test_an_index_that_is_saved_scores_the_same(index: LexicalIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "bm25")
    terms = tokenize("tenant cache")
    assert LexicalIndex.load(tmp_path / "bm25").scores(terms).tobytes() == index.scores(terms).tobytes()
