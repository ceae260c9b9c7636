"""What is asked, one thing at a time."""

import pytest

from service.question.parts import parts


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
