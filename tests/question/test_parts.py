"""What is asked, one thing at a time."""

import pytest

from service.question.parts import focus, parts


def test_two_questions_in_a_row_are_two_parts() -> None:
    assert parts("How do I shard by tenant? Which index does the tenant need?") == (
        "How do I shard by tenant?",
        "Which index does the tenant need?",
    )


def test_two_questions_in_one_sentence_are_two_parts() -> None:
    assert parts("Which key do I shard by and how do I move a tenant?") == (
        "Which key do I shard by",
        "how do I move a tenant?",
    )


@pytest.mark.parametrize(
    "text",
    [
        "How do I shard by tenant?",
        "We have 400 tenants. How do I shard by tenant?",
        "How do I shard by tenant? Why?",
        "How do I shard by tenant? How do I shard by tenant?",
        "Tell it to read and write",
        "",
    ],
)
def test_one_thing_asked_has_no_parts(text: str) -> None:
    assert parts(text) == ()


def test_an_order_is_a_part_as_a_question_is() -> None:
    assert len(parts("Design a schema for gyms. And please estimate its storage for 5 years.")) == 2


def test_no_more_than_four_parts_are_taken() -> None:
    text = " ".join(f"How do we do number {word}?" for word in ("one", "two", "three", "four", "five"))
    assert len(parts(text)) == 4


STORY = "We are a chain of gyms and a freelancer set up our booking app years ago on one server and then left us alone with it. Every Monday when the new courses open some hundred people try to book within two minutes, and the cache is cold, and there are errors. "


@pytest.mark.parametrize(
    "asked",
    [
        "How do we sell a spot only once?",
        "What we really want to know is how a spot is sold only once.",
        "My question is how we sell a spot only once.",
    ],
)
def test_of_a_long_story_the_one_sentence_that_asks_is_the_question(asked: str) -> None:
    assert focus(f"{STORY}{asked} Thanks a lot!") == asked


@pytest.mark.parametrize(
    "text", ["How do we sell a spot only once?", f"{STORY}Why is that so? What do we do now?", STORY]
)
def test_a_short_question_and_several_have_no_single_one(text: str) -> None:
    assert focus(text) == ""
