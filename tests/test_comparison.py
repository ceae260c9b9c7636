"""A comparison by names as a question."""

import pytest

from kb.entry import KnowledgeBase
from kb.vocabulary import load_vocabulary
from service.comparison import comparison_of
from service.errors import RequestError, UnknownEntryError

VOCABULARY = load_vocabulary()


def test_names_and_aliases_become_one_question(real_kb: KnowledgeBase) -> None:
    request = comparison_of(real_kb, VOCABULARY, ("Postgres", " mongo ", "MySQL", "postgresql"), " a  shop ")
    assert request.question == "Which is the better choice for a shop: PostgreSQL, MongoDB or MySQL?"
    assert request.constraints == {"compared": ["postgresql", "mongodb", "mysql"]}


def test_without_a_purpose_none_is_named(real_kb: KnowledgeBase) -> None:
    request = comparison_of(real_kb, VOCABULARY, ("postgresql", "mongodb"), "")
    assert request.question == "Which is the better choice: PostgreSQL or MongoDB?"


def test_a_name_that_nobody_knows_is_refused(real_kb: KnowledgeBase) -> None:
    with pytest.raises(UnknownEntryError, match="'frobnicator' is no technology"):
        comparison_of(real_kb, VOCABULARY, ("postgresql", "frobnicator"), "")


def test_a_known_technology_without_a_profile_is_refused_by_name() -> None:
    with pytest.raises(UnknownEntryError, match="no profile of PostgreSQL yet"):
        comparison_of(KnowledgeBase({}, "0" * 64, {}), VOCABULARY, ("postgres", "mongo"), "")


@pytest.mark.parametrize("names", [(), ("postgresql",), ("postgresql", "postgres")])
def test_fewer_than_two_are_no_comparison(names: tuple[str, ...], real_kb: KnowledgeBase) -> None:
    with pytest.raises(RequestError, match="name 2 to 6 to compare"):
        comparison_of(real_kb, VOCABULARY, names, "")


def test_more_than_six_are_too_many(real_kb: KnowledgeBase) -> None:
    seven = ("postgresql", "mongodb", "mysql", "redis", "cassandra", "clickhouse", "neo4j")
    with pytest.raises(RequestError, match="7 different"):
        comparison_of(real_kb, VOCABULARY, seven, "")


def test_a_purpose_that_no_question_may_hold_is_refused(real_kb: KnowledgeBase) -> None:
    with pytest.raises(RequestError, match="purpose cannot be asked about"):
        comparison_of(real_kb, VOCABULARY, ("postgresql", "mongodb"), "x" * 20_001)
