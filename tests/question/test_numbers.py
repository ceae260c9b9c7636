"""Numbers as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.question.numbers import mentions


@pytest.mark.parametrize(
    ("text", "value", "unit", "noun"),
    [
        ("IoT sensor data at 1M events/second", 1e6, "rate", "events"),
        ("12k ev/s", 12e3, "rate", "ev"),
        ("50k writes per second", 5e4, "rate", "writes"),
        ("86,400 orders per day", 1.0, "rate", "orders"),
        ("10 000 rows a minute", 10_000 / 60, "rate", "rows"),
        ("864k messages daily", 10.0, "rate", "messages"),
        ("43,200 sales on a festival day", 0.5, "rate", "sales"),
        ("300 qps", 300.0, "rate", "qps"),
        ("a platform expecting 100M users", 1e8, "count", "users"),
        ("two dozen tenants", 24.0, "count", "tenants"),
        ("half a million parcels", 5e5, "count", "parcels"),
        ("5m users", 5e6, "count", "users"),
        ("2B messages", 2e9, "count", "messages"),
        ("400 B each", 400.0, "bytes", ""),
        ("a 5 TB database", 5e12, "bytes", ""),
        ("2 GiB", 2.0 * 2**30, "bytes", ""),
        ("kept 7 yrs", 7 * 31536000.0, "duration", ""),
        ("under 50ms", 0.05, "duration", ""),
        ("99.99% uptime", 99.99, "percent", ""),
        ("80 percent reads", 80.0, "percent", ""),
        ("$400 per month", 400.0, "money", ""),
        ("10-20k orders", 20e3, "count", "orders"),
        ("3 GB per day", 3e9 / 86400, "bandwidth", ""),
    ],
)
def test_a_number_is_read_with_its_unit_and_its_noun(text: str, value: float, unit: str, noun: str) -> None:
    (mention,) = mentions(text)
    assert (mention.unit, mention.noun) == (unit, noun)
    assert mention.value == pytest.approx(value)
    assert text[mention.start : mention.end].strip() == mention.text


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1.250 offices", "count", 1250),
        ("1.250.000 rows", "count", 1_250_000),
        ("we pay 1.900 €", "money", 1900),
        ("1.250 s", "duration", 1.25),
        ("a base with 6,2 bn rows", "count", 6.2e9),
        ("it takes 0,5 s", "duration", 0.5),
        ("12 crore rows", "count", 1.2e8),
        ("3 lakh records per day", "rate", 3e5 / 86400),
        ("2 and a half million animals", "count", 2.5e6),
        ("the batch takes 5h50", "duration", 21_000),
        ("the report takes 3m40s", "duration", 220),
        ("a box with 64G of RAM", "bytes", 64e9),
        ("16vCPU", "count", 16),
        ("900 lines each night", "rate", 900 / 86400),
        ("80 GB of changes/night", "bandwidth", 80e9 / 86400),
    ],
)
def test_a_number_is_read_as_people_elsewhere_write_it(text: str, unit: str, value: float) -> None:
    (mention,) = mentions(text)
    assert mention.unit == unit
    assert mention.value == pytest.approx(value)


def test_a_point_before_three_digits_parts_thousands_where_others_are_so_written() -> None:
    (disk, table) = mentions("a disk of 2,3 TB and a table of 1.450 GB")
    assert (disk.value, table.value) == (2.3e12, 1.45e12)


def test_a_span_of_clock_times_counts_nothing() -> None:
    assert mentions("at 8:55-9:10 every weekday, started at 9:00:00") == ()


@pytest.mark.parametrize("text", ["since 2019", "p99 and tenant_id2", "version 8.0", "utf8mb4", "nothing at all", ""])
def test_years_versions_and_names_are_not_numbers(text: str) -> None:
    assert mentions(text) == ()


def test_a_noun_ends_where_the_phrase_ends() -> None:
    (first, second) = mentions("400 tenants with 3 regions")
    assert (first.noun, second.noun) == ("tenants", "regions")


@given(
    st.integers(min_value=1, max_value=999),
    st.sampled_from(["k", "K", " thousand", "000", ",000"]),
    st.sampled_from(["/s", "/sec", " per second", " a second", "/second"]),
)
def test_spellings_of_one_rate_give_one_value(amount: int, magnitude: str, per: str) -> None:
    (mention,) = mentions(f"we take {amount}{magnitude} orders{per} all day")
    assert mention.unit == "rate"
    assert mention.value == pytest.approx(amount * 1000)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    for mention in mentions(text):
        assert 0 <= mention.start < mention.end <= len(text)
