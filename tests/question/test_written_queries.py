"""Queries and plans that stand in a question without a fence."""

import pytest

from kb.vocabulary import load_vocabulary
from service.question.pasted import pasted
from service.question.question import understand
from service.question.request import AskRequest, Turn

VOCABULARY = load_vocabulary()
PLAN = "Seq Scan on events  (cost=0.00..18.00 rows=41 width=96) (actual time=0.02..38.40 rows=39 loops=1)\n  Filter: (tenant_id = 7)"


def found(text: str) -> list[str]:
    return [given.content for given in pasted(AskRequest(question=text)).given]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("slow:\nSELECT id\nFROM orders\nWHERE a = 1\nhas 80M rows", "SELECT id\nFROM orders\nWHERE a = 1"),
        ("Our query SELECT * FROM t WHERE a = $1 LIMIT 20 takes 3 seconds.", "SELECT * FROM t WHERE a = $1 LIMIT 20"),
        ("select u.id from users u where u.mail = 'x'; on mysql", "select u.id from users u where u.mail = 'x'"),
        ("1) SELECT a FROM t WHERE b=?\n2) what now", "SELECT a FROM t WHERE b=?"),
    ],
)
def test_a_query_is_read_from_its_verb_to_where_prose_goes_on(text: str, query: str) -> None:
    assert found(text) == [query]


@pytest.mark.parametrize(
    "text",
    ["How do I select a database from the list of engines?", "SELECT FOR UPDATE or optimistic locking?"],
)
def test_a_sentence_about_selecting_is_no_query(text: str) -> None:
    assert found(text) == []


def test_what_no_parser_reads_is_taken_to_its_end() -> None:
    assert found("SELECT FROM WHERE ((") == ["SELECT FROM WHERE (("]


def test_a_plan_is_taken_with_its_details_and_leaves_no_numbers_in_the_prose() -> None:
    text = f"Why is this slow?\n{PLAN}\nThere is an index!"
    read = pasted(AskRequest(question=text))
    assert [given.content for given in read.given] == [PLAN]
    assert read.prose.split() == ["Why", "is", "this", "slow?", "There", "is", "an", "index!"]
    assert not understand(AskRequest(question=text), VOCABULARY).loose


def test_a_candidate_is_held_against_what_the_last_answer_recommended() -> None:
    history = (Turn(role="user", content="Which database for invoices?"), Turn(role="assistant", content="PostgreSQL."))
    question = understand(AskRequest(question="why not mongo tho?", history=history), VOCABULARY)
    assert question.facts.get("compared") == frozenset({"mongodb", "postgresql"})
    assert "compare" in question.intent_ids


def test_a_candidate_alone_is_held_against_nothing() -> None:
    question = understand(AskRequest(question="why not mongo?"), VOCABULARY)
    assert question.facts.get("compared") == frozenset({"mongodb"})


def test_a_follow_up_with_a_subject_of_its_own_goes_on_and_one_without_takes_over_what_was_wanted() -> None:
    history = (Turn(role="user", content="Design a booking database for concert halls."),)
    going = understand(
        AskRequest(question="and what if we sell four adjacent seats together?", history=history), VOCABULARY
    )
    short = understand(AskRequest(question="and for MySQL?", history=history), VOCABULARY)
    assert (going.goes_on, "design" in going.intent_ids) == (True, False)
    assert (short.goes_on, "design" in short.intent_ids) == (False, True)


def test_who_names_where_he_comes_from_and_goes_to_wants_to_migrate() -> None:
    assert "migrate" in understand(AskRequest(question="get us from mysql to pg"), VOCABULARY).intent_ids
