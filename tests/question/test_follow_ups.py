"""Follow-ups: what a turn takes over from the turns before it."""

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
