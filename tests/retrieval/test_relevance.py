"""The number that decides whether a question is ours."""

import pytest

from service.retrieval.relevance import ELSEWHERE_WEIGHT, closeness, relevance


def test_five_close_texts_are_a_subject_and_one_is_chance() -> None:
    assert relevance([0.6] * 5, 0.5) > relevance([0.6, 0.1, 0.1, 0.1, 0.1], 0.5)


@pytest.mark.parametrize(
    ("cosines", "overlap", "expected"), [([], 0.0, 0.0), ([-0.5], 0.0, 0.0), ([1.0] * 9, 1.0, 1.0)]
)
def test_it_lies_between_nothing_and_one(cosines: list[float], overlap: float, expected: float) -> None:
    assert relevance(cosines, overlap) == expected


def test_what_is_nearer_to_others_counts_against_a_question_and_what_is_not_does_not() -> None:
    near = [0.5] * 5
    assert relevance(near, 0.5, 0.4) == relevance(near, 0.5)
    assert relevance(near, 0.5, 0.6) == pytest.approx(relevance(near, 0.5) - ELSEWHERE_WEIGHT * 0.1)
    assert relevance(near, 0.5, 1.0) == 0.0


def test_closeness_is_the_mean_of_the_nearest() -> None:
    assert closeness([0.1, 0.9, 0.9, 0.9, 0.9, 0.9]) == pytest.approx(0.9)
    assert closeness([]) == closeness([-1.0]) == 0.0
