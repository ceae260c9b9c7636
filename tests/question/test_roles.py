"""The role of a number, from the words around it."""

import pytest

from kb.fact import Fact
from kb.quantity import Quantity
from kb.vocabulary import load_vocabulary
from service.question.question import understand
from service.question.request import AskRequest

VOCABULARY = load_vocabulary()


def facts_of(text: str) -> dict[str, Fact]:
    return dict(understand(AskRequest(question=text), VOCABULARY).facts.by_attribute)


@pytest.mark.parametrize(
    ("text", "attribute", "value"),
    [
        ("IoT sensor data at 1M events/second", "workload.writes_per_s", 1e6),
        ("we serve 20,000 reads/s from one database", "workload.reads_per_s", 20_000),
        ("a social media platform expecting 100M users", "workload.users", 1e8),
        ("4,200 clubs share one schema", "tenants", 4200),
        ("two dozen tenants on PostgreSQL 16", "tenants", 24),
        ("RPO 0 and RTO 15 min", "rpo", 0),
        ("RPO 0 and RTO 15 min", "rto", 900),
        ("we may lose at most 5 minutes of data", "rpo", 300),
        ("must be recovered within 1 hour", "rto", 3600),
        ("p99 under 50 ms", "latency.p99", 0.05),
        ("queries should answer in 200 ms", "latency.p99", 0.2),
        ("kept for 7 years", "workload.retention", 7 * 31536000),
        ("retention of 90 days", "workload.retention", 90 * 86400),
        ("each reading is 120 bytes", "workload.item_bytes", 120),
        ("2 KB per event", "workload.item_bytes", 2000),
        ("a 3 TB MySQL database", "db.size", 3e12),
        ("our largest table has 800 million rows", "table.rows", 8e8),
        ("800 million rows of positions", "workload.rows", 8e8),
        ("99.99% availability", "availability", 99.99),
        ("a maintenance window of 4 hours", "downtime.window", 4 * 3600),
        ("3 regions", "regions", 3),
        ("the database saturates at 3,000/s", "db.capacity", 3000),
        ("a cache hit ratio of 95%", "cache.hit_ratio", 95),
        ("our TTL is 1 hour", "cache.ttl", 3600),
        ("one customer makes 60% of the load", "tenant.largest_share", 60),
        ("a team of 3", "team.size", 3),
        ("300k buoys every 10 min", "workload.devices", 300_000),
        ("300k buoys every 10 min", "workload.interval", 600),
        ("400 connections", "connections", 400),
        ("a shop with 800 orders/s", "workload.writes_per_s", 800),
        ("5 TB, growing 20% a year", "db.size", 5e12),
        ("5 TB, growing 20% a year", "workload.growth", 20),
        ("invoices are kept 7 years", "workload.retention", 7 * 31536000),
        ("replicas: 3, quorum writes, how many nodes may fail?", "copies", 3),
        ("we expect to double every year from 200 GB", "db.size", 2e11),
        ("the nightly job reads 400 GB at 200 MB/s", "db.size", 4e11),
        ("is sharding right at 90 GB?", "db.size", 9e10),
        ("can DynamoDB hold a shopping cart of 600 KB?", "workload.item_bytes", 600_000),
        ("450 stations send 60 bytes every 10 minutes", "workload.item_bytes", 60),
        ("strong consistency between Frankfurt and Singapore (160 ms)", "latency.rtt", 0.16),
        ("is the handler idempotent at 50 webhooks a second?", "workload.requests_per_s", 50),
        ("3 million visits a year, kept 10 years", "workload.writes_per_s", 3e6 / 31536000),
        ("raw data for 30 days", "workload.retention", 30 * 86400),
        ("will it do for another three years at this growth?", "horizon", 3 * 31536000),
    ],
)
def test_a_number_with_a_certain_role_is_a_fact(text: str, attribute: str, value: float) -> None:
    fact = facts_of(text)[attribute]
    assert isinstance(fact.value, Quantity)
    assert fact.value.value == pytest.approx(value)
    assert fact.span is not None
    assert text[fact.span.start : fact.span.end] == fact.span.text


@pytest.mark.parametrize(
    "text",
    [
        "There are 42 widgets and nothing else",
        "Is 5 better?",
        "it happened 3 times",
        "our office is on floor 12",
    ],
)
def test_a_number_without_a_certain_role_is_listed_and_no_fact(text: str) -> None:
    question = understand(AskRequest(question=text), VOCABULARY)
    assert question.loose
    assert not any(isinstance(fact.value, Quantity) for fact in question.facts.facts)


def test_an_overhead_in_bytes_is_not_the_size_of_an_item() -> None:
    facts = facts_of("each with 24 bytes of overhead")
    assert "workload.item_bytes" not in facts
    assert "workload.item_overhead" in facts


def test_a_version_belongs_to_its_engine_and_is_no_quantity() -> None:
    question = understand(AskRequest(question="We run PostgreSQL 16 and MySQL 8.0"), VOCABULARY)
    assert question.loose == ()


def test_an_implausible_value_is_not_taken_for_the_role() -> None:
    assert "latency.p99" not in facts_of("answer within 3 days")


def test_the_last_turn_overrides_what_was_said_before() -> None:
    request = AskRequest.model_validate(
        {
            "question": "and with 900 tenants?",
            "history": [
                {"role": "user", "content": "we have 20 tenants"},
                {"role": "assistant", "content": "5 tenants"},
            ],
        }
    )
    value = understand(request, VOCABULARY).facts.get("tenants")
    assert isinstance(value, Quantity)
    assert value.value == 900


def test_the_spelling_ends_with_the_noun_that_is_counted() -> None:
    fact = facts_of("we are a 2 person startup building a booking app")["team.size"]
    assert fact.spelling == "2 person"
