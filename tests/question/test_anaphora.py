"""Turns that speak of what was said before."""

import pytest

from kb.vocabulary import load_vocabulary
from service.question.anaphora import only_draws
from service.question.question import Question, understand
from service.question.request import AskRequest

EARLIER = "Design a schema for a kennel with dogs, owners and stays"


def follow_up(text: str) -> Question:
    history = [{"role": "user", "content": EARLIER}, {"role": "assistant", "content": "…"}]
    return understand(AskRequest.model_validate({"question": text, "history": history}), load_vocabulary())


@pytest.mark.parametrize(
    "text", ["draw the ERD for it", "Can you show that as a diagram, please?", "now the ER diagram"]
)
def test_who_wants_it_drawn_speaks_of_what_he_said_before(text: str) -> None:
    assert only_draws(text)
    question = follow_up(text)
    assert question.subject == question.context == EARLIER
    assert question.intent_ids == {"erd"}


@pytest.mark.parametrize(
    "text", ["draw the ERD of a bakery", "and the indexes?", "Make it an ERD for trains and stations"]
)
def test_who_names_something_speaks_of_that(text: str) -> None:
    assert not only_draws(text)
    question = follow_up(text)
    assert question.subject == text
    assert question.context == f"{EARLIER} {text}"


@pytest.mark.parametrize(
    "text",
    ["Can you draw that as an ERD and add translations for the names?", "show me this as an ER diagram with prices"],
)
def test_who_wants_that_drawn_and_more_speaks_of_what_he_said_before(text: str) -> None:
    question = follow_up(text)
    assert question.subject == EARLIER
    assert question.text == text
    assert "erd" in question.intent_ids


def test_without_a_turn_before_the_question_is_its_own_subject() -> None:
    assert understand(AskRequest(question="draw the ERD for it"), load_vocabulary()).subject == "draw the ERD for it"
