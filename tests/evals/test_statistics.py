"""Statistics against values worked out by hand."""

from itertools import product
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.statistics import auroc, exact_interval, excess_augrc, holm, mcnemar, sign_flip


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (12, 12, 0.025 ** (1 / 12), 1.0),
        (0, 60, 0.0, 1 - 0.025 ** (1 / 60)),
        # Clopper and Pearson for 1 of 2: the roots of 1 - (1 - p)^2 = .025 and 1 - p^2 = .025.
        (1, 2, 1 - 0.975**0.5, 0.975**0.5),
    ],
)
def test_the_interval_of_a_share_is_exact(successes: int, n: int, low: float, high: float) -> None:
    found = exact_interval(successes, n)
    assert found.low == pytest.approx(low)
    assert found.high == pytest.approx(high)


@pytest.mark.parametrize(("lost", "won"), [(5, 0), (7, 1), (4, 0), (3, 3), (0, 4)])
def test_the_p_of_lost_and_won_cases_is_a_binomial_tail(lost: int, won: int) -> None:
    n = lost + won
    assert mcnemar(lost, won) == pytest.approx(sum(comb(n, k) for k in range(lost, n + 1)) / 2**n)


def test_five_lost_cases_are_no_chance_and_four_may_be() -> None:
    assert mcnemar(5, 0) == pytest.approx(1 / 32)
    assert mcnemar(4, 0) == pytest.approx(1 / 16)
    assert mcnemar(0, 0) == 1.0


def test_the_signs_of_few_differences_are_flipped_exhaustively() -> None:
    before, after = [0.9, 0.8, 0.7, 0.6], [0.8, 0.7, 0.75, 0.4]
    differences = [b - a for a, b in zip(before, after, strict=True)]
    flips = [sum(s * d for s, d in zip(signs, differences, strict=True)) for signs in product((1, -1), repeat=4)]
    expected = sum(total <= sum(differences) + 1e-12 for total in flips) / 16
    assert sign_flip(before, after) == pytest.approx(expected)


def test_the_same_run_gives_the_same_p() -> None:
    before, after = [0.5 + (i % 7) / 20 for i in range(60)], [0.5 + (i % 5) / 20 for i in range(60)]
    assert sign_flip(before, after) == sign_flip(before, after) < 0.05
    assert sign_flip(after, before) > 0.95
    assert sign_flip(before, before) == 1.0


def test_holm_multiplies_by_what_is_left_and_never_falls() -> None:
    adjusted = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.9})
    assert adjusted == {
        "a": pytest.approx(0.04),
        "c": pytest.approx(0.09),
        "b": pytest.approx(0.09),
        "d": pytest.approx(0.9),
    }


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.floats(0, 1), max_size=6))
def test_an_adjusted_p_is_no_smaller_and_still_a_probability(values: dict[str, float]) -> None:
    adjusted = holm(values)
    assert adjusted.keys() == values.keys()
    assert all(values[name] <= adjusted[name] <= 1 for name in values)


def test_the_area_under_the_curve_is_the_chance_of_the_right_order_and_a_tie_is_half_of_it() -> None:
    assert auroc([1.0, 0.6], [0.6, 0.0]) == 0.875
    assert auroc([1.0], [0.0]) == 1.0
    assert auroc([0.3], [0.3]) == 0.5


def test_failures_ranked_last_leave_little_excess_and_ranked_first_much() -> None:
    last = [(1.0 - n / 100, float(n >= 90)) for n in range(100)]
    first = [(n / 100, error) for n, (_, error) in enumerate(last)]
    # The area of m errors at the end of n is m (m + 1) / 2 n^2.
    assert excess_augrc(last) == pytest.approx(10 * 11 / 2 / 100**2 - 0.1**2 / 2)
    assert excess_augrc(first) > 0.08


def test_answers_of_the_same_confidence_have_no_order() -> None:
    tied = [(0.6, 1.0), (0.6, 0.0)]
    assert excess_augrc(tied) == excess_augrc(tied[::-1]) == pytest.approx(0.375 - 0.125)
