"""Follow-ups: what a turn takes over from the turns before it."""

import pytest

from kb.quantity import Quantity
from kb.vocabulary import load_vocabulary
from service.question.question import understand
from service.question.request import AskRequest, Turn

VOCABULARY = load_vocabulary()


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


MOVE = (Turn(role="user", content="How do we move from MySQL to PostgreSQL, 600 GB, 5 minutes of downtime?"),)


@pytest.mark.parametrize("text", ["and the rollback?", "and how do we roll back if it goes wrong?"])
def test_who_asks_on_about_the_plan_wants_that_part_of_it(text: str) -> None:
    assert understand(AskRequest(question=text, history=MOVE), VOCABULARY).goes_on


@pytest.mark.parametrize(
    "text", ["and from Oracle to PostgreSQL?", "then migrate it to MariaDB instead please, step by step"]
)
def test_who_names_another_move_wants_another_plan(text: str) -> None:
    assert not understand(AskRequest(question=text, history=MOVE), VOCABULARY).goes_on


@pytest.mark.parametrize(
    ("text", "attribute", "value"),
    [
        ("does that hold with 20x the traffic?", "workload.writes_per_s", 10_000),
        ("And what if it becomes ten times as much?", "workload.writes_per_s", 5_000),
        ("what if the load doubles, so twice the writes?", "workload.writes_per_s", 1_000),
        ("and with 3 times the data?", "workload.writes_per_s", 500),
        ("and for Kotlin?", "workload.writes_per_s", 500),
    ],
)
def test_a_factor_multiplies_what_was_said_before(text: str, attribute: str, value: float) -> None:
    history = (Turn(role="user", content="Is one PostgreSQL enough for 500 writes per second?"),)
    found = understand(AskRequest(question=text, history=history), VOCABULARY).facts.get(attribute)
    assert isinstance(found, Quantity)
    assert found.value == value


def test_what_is_multiplied_is_shown_in_the_unit_it_was_said_in() -> None:
    history = (Turn(role="user", content="Our MySQL database of 600 GB takes 500 writes per second."),)
    facts = understand(AskRequest(question="and at 10x?", history=history), VOCABULARY).facts
    assert (str(facts.get("db.size")), str(facts.get("workload.writes_per_s"))) == (
        "6,000 GB",
        "5,000 writes per second",
    )
