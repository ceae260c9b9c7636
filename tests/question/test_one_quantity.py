"""However a quantity is spelled and worded, it is one value in one role."""

from hypothesis import given
from hypothesis import strategies as st

from kb.fact import FactSet
from kb.quantity import Quantity
from kb.vocabulary import load_vocabulary
from service.question.question import understand
from service.question.request import AskRequest

VOCABULARY = load_vocabulary()
PERIODS = [("/s", 1.0), (" per second", 1.0), (" a second", 1.0), (" each second", 1.0), ("/min", 60.0), (" a minute", 60.0), (" per hour", 3600.0), (" every hour", 3600.0), (" a day", 86400.0), (" daily", 86400.0), (" per week", 604800.0), (" a month", 2628000.0)]  # fmt: skip
SPANS = [("days", 86400.0), ("weeks", 604800.0), ("months", 2628000.0), ("mo", 2628000.0), ("years", 31536000.0), ("yrs", 31536000.0), ("y", 31536000.0)]  # fmt: skip
KEEPING = ["kept for {}", "kept {}", "we keep them for {}", "retention is {}", "with a retention of {}", "retained for {}", "stored for {}", "{} of history", "deleted after {}", "we delete them after {}", "they are purged after {}", "the auditors want {} of them"]  # fmt: skip
SIZES = [("{} GB", 1e9), ("{}GB", 1e9), ("{} gigabytes", 1e9), ("{} TB", 1e12), ("{} terabytes", 1e12), ("{} GiB", 2.0**30)]  # fmt: skip
HOLDING = ["our database has {} today", "a database of {}", "our {} database", "the data set is {}", "we are at {} of data", "our warehouse is {} so far"]  # fmt: skip


def facts_of(text: str) -> FactSet:
    return understand(AskRequest(question=text), VOCABULARY).facts


def value_of(text: str, attribute: str) -> float | None:
    fact = facts_of(text).by_attribute.get(attribute)
    assert fact is None or (fact.span and text[fact.span.start : fact.span.end] == fact.span.text)
    return fact.value.value if fact is not None and isinstance(fact.value, Quantity) else None


@given(st.integers(2, 999), st.sampled_from(PERIODS), st.sampled_from(["orders", "readings", "bookings", "inserts"]))
def test_a_rate_is_one_value_in_every_period(amount: int, period: tuple[str, float], noun: str) -> None:
    written, seconds = period
    assert value_of(f"the shop takes {amount}k {noun}{written}", "workload.writes_per_s") == amount * 1000 / seconds


@given(st.integers(2, 30), st.sampled_from(SPANS), st.sampled_from(KEEPING))
def test_a_retention_is_one_value_however_it_is_worded(amount: int, span: tuple[str, float], words: str) -> None:
    unit, seconds = span
    text = f"400 readings/s, {words.format(f'{amount} {unit}')}"
    assert value_of(text, "workload.retention") == amount * seconds


@given(st.integers(2, 900), st.sampled_from(SIZES), st.sampled_from(HOLDING))
def test_a_size_is_one_value_however_it_is_worded(amount: int, size: tuple[str, float], words: str) -> None:
    written, bytes_ = size
    assert value_of(words.format(written.format(amount)), "db.size") == amount * bytes_


@given(
    st.sampled_from([("99.9%", 99.9), ("99.9 %", 99.9), ("99.9 percent", 99.9), ("99.9 per cent", 99.9), ("three nines", 99.9), ("99.95%", 99.95), ("four nines", 99.99)]),
    st.sampled_from(["availability of {}", "{} availability", "{} uptime", "an SLA of {}", "an SLO of {}", "we promise {} of availability"]),
)  # fmt: skip
def test_an_availability_is_one_value_however_it_is_worded(share: tuple[str, float], words: str) -> None:
    written, percent = share
    found = value_of(words.format(written), "availability")
    assert found is not None
    assert abs(found - percent) < 1e-9


@given(
    st.integers(2, 900),
    st.sampled_from(["${}", "$ {}", "{} dollars", "{} USD", "€{}", "{} euros", "{} EUR", "{}€"]),
    st.sampled_from(["a budget of {} a month", "our budget is {} per month", "we can spend {} a month", "it may cost {} a month"]),
)  # fmt: skip
def test_money_is_money_in_every_spelling_and_no_rate(amount: int, spelling: str, words: str) -> None:
    text = words.format(spelling.format(amount))
    assert value_of(text, "budget") == amount
    assert value_of(text, "workload.writes_per_s") is None


@given(
    st.sampled_from([("half an hour", 1800), ("a quarter of an hour", 900), ("three quarters of an hour", 2700), ("an hour and a half", 5400), ("one and a half hours", 5400), ("1.5 hours", 5400), ("90 minutes", 5400), ("half a day", 43200)]),
    st.sampled_from(["RTO of {}", "our RTO is {}", "back within {}"]),
)  # fmt: skip
def test_parts_of_a_unit_are_read_as_parts(span: tuple[str, float], words: str) -> None:
    assert value_of(words.format(span[0]), "rto") == span[1]


@given(st.integers(2, 99), st.sampled_from(["each of our {} X sends", "every X sends", "each X sends"]))
def test_what_each_of_many_sends_is_no_rate_of_all(amount: int, words: str) -> None:
    text = f"{words.format('650').replace('X', 'turnstiles')} {amount} messages per second"
    assert value_of(text, "source.writes_per_s") == amount
    assert value_of(text, "workload.writes_per_s") is None
