"""What each of many has: read as one number where nothing else is said of each."""

import pytest

from kb.quantity import Quantity
from kb.vocabulary import load_vocabulary
from service.question.question import understand
from service.question.request import AskRequest

VOCABULARY = load_vocabulary()


def read(text: str) -> dict[str, float]:
    facts = understand(AskRequest(question=text), VOCABULARY).facts.facts
    return {fact.attribute: fact.value.value for fact in facts if isinstance(fact.value, Quantity)}


@pytest.mark.parametrize(
    ("text", "devices"),
    [
        ("8,000 elevators with 25 sensors each, one value a second per sensor", 200_000),
        ("52 greenhouses w/ 40 sensors each, measuring every 20 sec", 2080),
        ("300 buildings, each with 40 meters, hourly values", 12_000),
        ("each of our 120 turbines has 350 sensors, 1 Hz", 42_000),
        ("350 sensors on each of 120 turbines, sampled every second", 42_000),
        ("90 factories x 200 machines each, reports every 10 s", 18_000),
        ("90 factories with 200 sensors per factory, reports every 10 s", 18_000),
    ],
)
def test_what_each_of_many_has_is_multiplied(text: str, devices: float) -> None:
    assert read(text)["workload.devices"] == devices


@pytest.mark.parametrize(
    "text",
    [
        "52 greenhouses with 40 sensors each; each greenhouse sends one message of 4 KB a minute",
        "46 turbines with 300 signals each, once every 10 seconds",
        "52 greenhouses, 40 sensors, measuring every 20 sec",
        "52 greenhouses with 40 sensors per hall, measuring every 20 sec",
    ],
)
def test_where_something_else_is_said_of_each_nothing_is_multiplied(text: str) -> None:
    assert read(text).get("workload.devices", 0) < 300


def test_who_has_them_stays_a_figure_where_he_is_one() -> None:
    assert read("400 tenants with 50 users per tenant") == {"tenants": 400, "workload.users": 20_000}
