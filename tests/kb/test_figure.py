import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.figure import figure
from kb.quantity import Unit
from service.question.numbers import mentions


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (47.3e9, "count", "47.3 billion"),
        (730, "count", "730"),
        (21.6, "count", "21.6"),
        (34.72, "rate", "34.7/s"),
        (0.01, "rate", "864/d"),
        (5.676e12, "bytes", "5.68 TB"),
        (100e6, "bandwidth", "100 MB/s"),
        (12, "bandwidth", "12 B/s"),
        (48_000, "duration", "13.3 hours"),
        (0.51, "duration", "510 ms"),
        (0, "duration", "0 s"),
        (99.85, "percent", "99.85%"),
        (400, "money", "$400"),
    ],
)
def test_a_value_is_shown_with_three_digits_and_in_words(value: float, unit: Unit, shown: str) -> None:
    assert figure(value, unit) == shown


@given(st.floats(1e-3, 1e13), st.sampled_from(["count", "rate", "bytes", "bandwidth", "duration"]))
def test_what_is_shown_is_read_back_as_the_same_value(value: float, unit: Unit) -> None:
    shown = figure(value, unit)
    (mention,) = mentions(f"{shown} in all")
    assert mention.value == pytest.approx(value, rel=0.006, abs=0.6 if unit in ("bytes", "bandwidth") else 0)
