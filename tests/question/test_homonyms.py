"""Words of our trade that mean something else beside certain others."""

import pytest

from service.question.homonyms import plain


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("3,000 shards of pottery", "3,000 pieces of pottery"),
        ("glass shards by layer", "glass pieces by layer"),
        ("the index cards of a library", "the register cards of a library"),
        ("two primary schools", "two elementary schools"),
        ("8 shards of the orders database", "8 shards of the orders database"),
        ("the primary fails and the index is lost", "the primary fails and the index is lost"),
    ],
)
def test_a_word_of_ours_that_is_said_of_other_things_is_replaced_and_no_other(text: str, meant: str) -> None:
    assert plain(text) == meant
