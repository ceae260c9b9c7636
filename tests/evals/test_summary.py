"""A run in numbers: means and totals with their n, exact intervals, the worst cases, calibration."""

import pytest

from evals.measures import leading
from evals.score import Row
from evals.summary import Figure, calibration, figures, worst

ROWS = (
    Row("out_of_scope", "a", "d", {"refused": 1.0, "errors": 0.0}, group="far"),
    Row("out_of_scope", "b", "d", {"refused": 0.0, "errors": 0.0}, group="near"),
    Row("numeric", "c", "d", {"carried": 0.5, "words": 100.0, "wrong_numbers": 1.0, "confidence": 1.0}),
    Row("numeric", "d", "d", {"carried": 1.0, "words": 301.0, "wrong_numbers": 2.0, "confidence": 1.0}),
    Row("numeric", "e", "d", {"errors": 1.0}, error="ValueError: no"),
)


def figure(suite: str, metric: str) -> Figure | None:
    return next((f for f in figures(ROWS) if (f.suite, f.metric) == (suite, metric)), None)


def test_means_totals_and_intervals_are_told_with_their_n() -> None:
    assert figure("numeric", "carried") == Figure("numeric", "carried", 0.75, 2)
    assert figure("numeric", "wrong_numbers") == Figure("numeric", "wrong_numbers", 3.0, 2)
    refused = figure("out_of_scope", "refused")
    assert refused is not None
    assert (refused.value, refused.n) == (0.5, 2)
    assert refused.low == pytest.approx(1 - 0.975**0.5)
    assert refused.high == pytest.approx(0.975**0.5)


def test_groups_are_told_apart_where_there_are_some() -> None:
    assert {f.suite for f in figures(ROWS)} == {"out_of_scope", "out_of_scope: far", "out_of_scope: near", "numeric"}


def test_errors_are_told_where_there_are_some_and_not_where_there_are_none() -> None:
    assert figure("numeric", "errors") == Figure("numeric", "errors", 1.0, 1)
    assert figure("out_of_scope", "errors") is None


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (Figure("s", "words", 200.5, 2), "200"),
        (Figure("s", "must_not", 3.0, 2), "3"),
        (Figure("s", "vital", 2 / 3, 3), "0.667"),
        (Figure("s", "refused", 1.0, 12, 0.7353, 1.0), "1.000 [0.74, 1.00]"),
    ],
)
def test_a_figure_is_shown_as_what_it_is(shown: Figure, text: str) -> None:
    assert shown.shown == text


def test_the_worst_come_first_and_errors_before_them() -> None:
    assert [row.case for row in worst(ROWS, 4)] == ["e", "b", "c", "d"]
    assert leading(Row("numeric", "x", "d", {"words": 3.0})) is None
    assert worst([Row("numeric", "x", "d", {})], 3) == ()


def test_calibration_is_what_answers_had_by_what_they_said_of_themselves() -> None:
    unsure = Row("premises", "f", "d", {"corrected": 0.0, "confidence": 0.3})
    elsewhere = Row("adversarial", "g", "d", {"resisted": 1.0, "confidence": 0.3})
    assert calibration([*ROWS, unsure, elsewhere]) == ((0.3, 0.0, 1), (1.0, 0.75, 2))
