"""The number that decides whether a question is ours."""

import pytest

from service.retrieval.relevance import relevance


def test_five_close_texts_are_a_subject_and_one_is_chance() -> None:
    assert relevance([0.6] * 5, 0.5) > relevance([0.6, 0.1, 0.1, 0.1, 0.1], 0.5)


@pytest.mark.parametrize(
    ("cosines", "overlap", "expected"), [([], 0.0, 0.0), ([-0.5], 0.0, 0.0), ([1.0] * 9, 1.0, 1.0)]
)
def test_it_lies_between_nothing_and_one(cosines: list[float], overlap: float, expected: float) -> None:
    assert relevance(cosines, overlap) == expected
