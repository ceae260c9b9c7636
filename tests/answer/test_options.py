"""Two ways of doing a thing, put side by side."""

import pytest

from service.advisor import Advisor
from service.answer.options import options, speaks_of_both, weighing
from service.question.request import AskRequest


def test_what_tells_the_options_apart_are_the_words_that_only_one_of_them_has() -> None:
    found = options("Optimistic or pessimistic locking for parcels?")
    assert found is not None
    assert "optimistic" in found[0]
    assert {"pessimistic", "locking"} <= found[1]


def test_two_terms_to_be_told_apart_are_options_too() -> None:
    assert options("What's the difference between a lease and a lock?") == (frozenset({"lease"}), frozenset({"lock"}))


@pytest.mark.parametrize("text", ["How do we lock rows?", "Use it or use it"])
def test_without_two_options_there_are_none(text: str) -> None:
    assert options(text) is None


def test_an_inflected_word_counts_and_one_option_alone_does_not() -> None:
    wanted = options("normalised or denormalised orders?")
    assert wanted is not None
    assert speaks_of_both("normalise first, denormalise what is measured", wanted)
    assert not speaks_of_both("normalise everything", wanted)


def test_who_weighs_both_options_leads(advisor: Advisor) -> None:
    advice = advisor.advise(AskRequest(question="UUIDv7 or bigint identity for wagons of a railway, which is better?"))
    assert "bigint" in advice.summary[0].text
    assert "UUIDv7" in advice.summary[0].text


def test_nobody_weighs_what_is_not_put_side_by_side() -> None:
    assert weighing("How do we lock rows?", ()) is None
