"""Loads at peak, numbers said in passing, labels and shares: what a number is by the words next to it."""

import pytest

from kb.quantity import Quantity
from kb.vocabulary import load_vocabulary
from service.question.question import understand
from service.question.request import AskRequest

VOCABULARY = load_vocabulary()
DAY = 86400.0


def figures_of(text: str) -> dict[str, float]:
    facts = understand(AskRequest(question=text), VOCABULARY).facts.by_attribute.values()
    return {
        fact.attribute: fact.value.value
        for fact in facts
        if fact.origin == "stated" and isinstance(fact.value, Quantity)
    }


@pytest.mark.parametrize(
    ("text", "usual", "peak"),
    [
        ("200 orders/s during the sale and 5 orders/s otherwise", 5, 200),
        ("40 orders/s on average, 900 orders/s on Black Friday", 40, 900),
        ("price changes 1,200/s on a friday, otherwise maybe 40/s", 40, 1200),
        ("it peaks at 350 tickets/s where normal is 2/s", 2, 350),
        ("we take 30 orders/s, 400 orders/s at peak", 30, 400),
    ],
)
def test_of_two_loads_the_usual_one_is_the_load(text: str, usual: float, peak: float) -> None:
    assert figures_of(text) == {"workload.writes_per_s": usual, "workload.peak_writes_per_s": peak}


def test_of_two_loads_without_a_mark_the_first_is_the_load() -> None:
    assert figures_of("200 orders/s now, 5,000 orders/s in some years")["workload.writes_per_s"] == 200


def test_of_two_loads_at_peak_neither_is_the_usual_one() -> None:
    read = figures_of("500 orders/s during matches and 900 orders/s during finals")
    assert "workload.writes_per_s" not in read


def test_a_load_at_peak_alone_is_no_sustained_one() -> None:
    assert figures_of("bursts of up to 9k events/s") == {"workload.peak_writes_per_s": 9000}
    assert figures_of("peaks at 4k requests/s") == {"workload.peak_requests_per_s": 4000}


@pytest.mark.parametrize(
    "text",
    [
        "the disk has 90 GB left",
        "the slot is 180 GB behind",
        "is 16 TB max a problem",
        "it corrupts once we are more than 12 people in it",
        "files older than ten years",
        "each bag makes 14,000 events",
        "5 tenants of us, each ~1B rows",
        "an album has on average 1,400 photos",
        "4 million votes in a 10-minute window",
        "20 regions of France",
        "40 docks each",
    ],
)
def test_what_is_said_in_passing_is_no_figure(text: str) -> None:
    assert set(figures_of(text)) <= {"tenants"}


def test_dimensions_are_of_the_vectors_and_count_none_of_them() -> None:
    assert figures_of("1536-dim vectors") == {"vector.dimensions": 1536}


def test_of_what_fell_the_last_value_counts() -> None:
    assert figures_of("the hit ratio fell from 97% to 88%") == {"cache.hit_ratio": 88}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("users: 90k", {"workload.users": 90_000}),
        ("smart meters (460,000)", {"workload.devices": 460_000}),
        ("searches 90/s", {"workload.reads_per_s": 90}),
        ("viewers 250k concurrent", {"workload.users": 250_000}),
        ("10k concurrent customers", {"workload.users": 10_000}),
        ("each tenant 12", {}),
    ],
)
def test_a_noun_before_a_number_labels_it(text: str, expected: dict[str, float]) -> None:
    assert figures_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("26 cranes stand there", {}),
        ("26 cranes report every 5 s", {"workload.devices": 26, "workload.interval": 5}),
        ("26 cranes, position from 140 carriers every 2 s", {"workload.devices": 140, "workload.interval": 2}),
        ("4 scans per second per gate, 330 gates", {"source.writes_per_s": 4}),
    ],
)
def test_things_are_sources_only_where_they_report(text: str, expected: dict[str, float]) -> None:
    assert figures_of(text) == expected


def test_where_a_system_gives_in_is_its_capacity_and_no_load() -> None:
    assert figures_of("our database chokes at 6k inserts/s") == {"db.capacity": 6000}
    assert figures_of("8k writes/sec/node before it lags") == {"node.capacity": 8000}


@pytest.mark.parametrize(
    ("text", "percent"), [("1 in 5", 20), ("one in four", 25), ("3 out of 4", 75), ("nine out of ten", 90)]
)
def test_a_share_in_words_is_a_percentage_and_never_a_count(text: str, percent: float) -> None:
    (loose,) = understand(AskRequest(question=f"{text} requests is a write"), VOCABULARY).loose
    assert loose.text == text
    assert figures_of(f"we keep {text} free for growth").get("headroom", percent) == percent


def test_nothing_is_out_of_zero_and_none_may_be_out_of_five() -> None:
    assert figures_of("3 out of 0 requests") == {}
    assert figures_of("0 out of 5 requests, zero out of five") == {}


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("The turnstiles log 1,000 writes/s at peak", "workload.writes_per_s"),
        ("our site peaks at 4,600 page views/s", "workload.reads_per_s"),
    ],
)
def test_a_load_of_which_only_the_peak_is_stated_is_sized_by_it(text: str, attribute: str) -> None:
    facts = understand(AskRequest(question=text), VOCABULARY).facts
    assert next(fact.origin for fact in facts.facts if fact.attribute == attribute) == "assumed"


def test_the_share_that_reads_divides_a_load_of_both() -> None:
    found = figures_of("Postgres with 11,000 tps, reads 80 %")
    assert found["workload.reads_per_s"] == pytest.approx(8800)
    assert found["workload.writes_per_s"] == pytest.approx(2200)


@pytest.mark.parametrize("text", ["11,000 writes/s, reads 80 %", "11,000 tps", "reads 80 %"])
def test_a_share_without_a_load_of_both_divides_nothing(text: str) -> None:
    assert "workload.reads_per_s" not in figures_of(text)
