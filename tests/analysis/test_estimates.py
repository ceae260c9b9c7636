"""Estimates: certain facts through the formulas, chained, and silent where an input lacks."""

import pytest

from kb.calculation import FORMULAS
from kb.entry import KnowledgeBase
from kb.loader import load, own_entries
from kb.vocabulary import load_vocabulary
from service.analysis.conclusions import conclude
from service.analysis.estimates import Estimated, blanks, derived, estimate, estimate_table, said
from service.question.question import understand
from service.question.request import AskRequest

VOCABULARY = load_vocabulary()
INTERNAL = {"rate.count", "rate.period", "replicas"}


def results_of(text: str) -> dict[str, Estimated]:
    facts = understand(AskRequest(question=text), VOCABULARY).facts
    return {each.estimate.name: each for each in said(estimate(facts), facts.text)}


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("9,000 beehives report every 2 minutes with 40 bytes each, kept 5 years: how much?", "write_rate", 75),
        ("9,000 beehives report every 2 minutes with 40 bytes each, kept 5 years: how much?", "rows_kept", 1.18e10),
        ("9,000 beehives report every 2 minutes with 40 bytes each, kept 5 years: how much?", "bytes_kept", 4.73e11),
        ("750 turbines, every one writes 2 KB every second, kept 90 days, RF 3. Disk?", "stored_total", 3.5e13),
        ("We log 4 TB a day, keep 30 days, compressed 4:1, two copies. Disk?", "stored_total", 6e13),
        ("1.5 million players each send 20 moves an hour; writes per second?", "fleet_writes", 8333),
        ("9 million parcels a day, the peak is 6 times the average. Write rate?", "average", 104.2),
        ("9 million parcels a day, the peak is 6 times the average. Write rate?", "peak_writes", 625),
        ("30k clicks/s of 800 bytes each: what network bandwidth, and GB per day?", "bandwidth", 2.4e7),
        ("30k clicks/s of 800 bytes each: what network bandwidth, and GB per day?", "bytes_a_day", 2.07e12),
        ("2,200 transfers per second, each takes 15 ms: which pool?", "connections", 33),
        ("A pool of 40 connections, each query 5 ms: how many queries per second?", "pool_throughput", 8000),
        ("12 app servers each open 50 connections. Total?", "all_connections", 600),
        ("A pool for 24 cores and two disks?", "pool_size", 50),
        ("120k page views/s, Postgres can serve 9k/s. Which hit rate of the cache?", "hit_ratio_needed", 92.5),
        ("12k lookups/s and 85% hits: what reaches the database?", "misses", 1800),
        ("12k lookups/s and a miss rate of 15%: what reaches the database?", "missed_share", 1800),
        ("20% of our 50 million products are hot, 2 KB each. How big is the cache?", "cache_bytes", 2e10),
        ("60 TB of traces, a node should hold no more than 4 TB, 25% kept free", "shards_by_bytes", 20),
        ("250k inserts/s, each shard sustains 20k/s, 40% reserve. Shards?", "shards_by_rate", 21),
        ("30,000 queries/s, a replica handles 7,500/s, we stay below 70% utilisation", "read_replicas", 6),
        ("A consumer handles 3,000 messages/s, the Kafka topic gets 40,000 messages/s", "lanes_by_rate", 14),
        ("Kafka topic with 200 MB/s, one partition takes 12 MB/s. Partitions?", "lanes_by_bytes", 17),
        ("Moving 22 TB over a 500 Mbit/s uplink", "transfer", 352_000),
        ("Backfill of 3 billion rows at 40k rows/s", "load", 75_000),
        ("The replica is 20 minutes behind; 2,000 rows/s written, it applies 5,000/s", "catch_up", 800),
        ("99.95% SLA: how much downtime in a year?", "downtime_year", 15_768),
        ("99.9% uptime: downtime a month?", "downtime_month", 2628),
        ("needs both the oven (99.95% available) and the mixer (99.9%)", "series", 99.85005),
        ("Three ovens of 99.5% availability, any one suffices; three nodes", "redundant", 99.9999875),
        ("400 ovens a second, key is INTEGER, when do ids run out?", "key_exhaustion", 5.369e6),
        ("the id is an int already at 1.6 billion, 90 rows/s are inserted, how long?", "key_exhaustion", 6.08e6),
        ("Index on a bigint column with 2 billion rows", "index_bytes", 4.44e10),
        ("daily partitions, kept 2 years, how many partitions?", "partitions", 730),
        ("6 statements one after the other, round trip 85 ms", "round_trips", 0.51),
        ("The replica is 40 seconds behind at 700 writes/s. What is lost when the primary dies?", "lost_by_lag", 28_000),
        ("The replica is 40 seconds behind at 700 writes/s. What is lost when the primary dies?", "exposure_by_lag", 40),
        ("Backups run every 6 hours. What do we lose?", "exposure_by_backup", 21_600),
        ("5,200 writes/s, one customer makes 25% of them, 16 shards", "hot_rate", 1300),
        ("DynamoDB: 9,000 writes/s of 1 KB each, the largest customer makes 30% of the load", "hot_key_splits", 3),
        ("A cache of 80 million records of 600 bytes with 90 bytes of overhead each", "cache_bytes_whole", 5.52e10),
        ("30 inserts/s of 200 bytes with 50 bytes of overhead each, kept 10 days: storage?", "bytes_kept_whole", 6.48e9),
        ("120 writes/s and reads outnumber writes 50 to 1", "reads_from_writes", 6000),
        ("London to New York are 5,600 km, what round trip at least?", "fibre", 0.056),
        ("Our 800 GB wiki grows 60% a year. Where in 3 years?", "growth", 3.277e12),
        ("5 TB that grows by 300 GB a month: in 18 months?", "growth_steady", 1.04e13),
        ("1.2 billion rows now and 35 million more each month. Rows in two years?", "growth_rows", 2.04e9),
        ("1,200 orders/s, doubling every nine months. When is a primary that does 10k writes/s too small?", "rate_outgrown", 7.23e7),
        ("We have 2 TB and it doubles every 6 months. Disk is 8 TB, how long does it last?", "size_outgrown", 3.15e7),
        ("We expect to double every year from 200 GB. When do we pass 2 TB?", "size_outgrown", 1.0476e8),
        ("One region is down once a year for 4 hours. What availability is that?", "outage_year", 99.954),
        ("Our shop was down for 90 minutes last month, what availability is that?", "outage_month", 99.795),
        ("Strong consistency between Oslo and Osaka (160 ms): how fast can one row be updated?", "one_row", 6.25),
        ("How much memory for 100 million embeddings of 1,024 dimensions?", "vector_size", 4.104e11),
        ("30 racing cars at 100 Hz with 200 channels: how many values a second?", "values_of_signals", 600_000),
        ("46 turbines with 1,100 tags each, all tags once every 10 s. Write rate?", "values_of_signals", 5060),
        ("400 GB now, doubles every 6 months. how large in 2 years?", "growth", 6.4e12),
        ("A volume of 10 TB holds 6 TB and 25 GB a day are added. When full?", "time_to_fill", 1.3824e7),
        ("Nine node Raft cluster: quorum?", "quorum", 5),
        ("Nine node Raft cluster: how many may fail?", "tolerated", 4),
        ("survive two node failures with Raft", "nodes_for", 5),
        ("DynamoDB: 3,000 writes/s of 2.5 KB items", "write_units", 9000),
        ("DynamoDB: 10,000 eventually consistent reads per second of 6 KB items", "read_units_eventual", 10_000),
        ("Cosmos DB: 20k reads/s, 2k writes/s of 1 KB items", "request_units", 30_000),
        ("Cassandra: a sensor writes every 5 seconds, 100 bytes each, bucketed by day", "partition_size", 1.728e6),
        ("3,000 transactions a second until transaction id wraparound", "wraparound", 715_828),
        ("RPO of 5 minutes at 800 orders/s: how many may be lost?", "lost", 240_000),
    ],
)  # fmt: skip
def test_an_estimate_follows_from_what_is_stated(text: str, name: str, value: float) -> None:
    assert results_of(text)[name].calculated.result.value == pytest.approx(value, rel=0.01)


@pytest.mark.parametrize(
    "text",
    [
        "How many shards for 40 TB?",
        "How long does the copy of 3 TB take?",
        "Two nodes of 99% and 99.9% availability, combined?",
        "How many connections for 900 requests/s?",
        "The replica lags by 20 minutes and writes come at 5,000/s while it applies 2,000/s",
    ],
)
def test_nothing_is_computed_where_an_input_lacks_or_nothing_follows(text: str) -> None:
    assert results_of(text) == {}


@pytest.mark.parametrize(
    ("text", "name", "missing"),
    [
        ("How many shards for 40 TB?", "shards_by_bytes", "shard.bytes"),
        ("How long does the copy of 3 TB take?", "transfer", "link.bandwidth"),
        ("How many connections for 900 requests/s?", "connections", "query.time"),
    ],
)
def test_a_formula_that_is_asked_for_names_the_input_that_lacks(text: str, name: str, missing: str) -> None:
    facts = understand(AskRequest(question=text), VOCABULARY).facts
    first = blanks(facts, estimate(facts))[0]
    assert (first.estimate.name, tuple(first.missing.values())) == (name, (missing,))


def test_a_default_is_told_from_what_was_stated() -> None:
    assert results_of("60 TB of traces, at most 4 TB on a shard: how many shards?")["shards_by_bytes"].assumed == (
        "headroom",
    )
    assert results_of("60 TB of traces, at most 4 TB on a shard, 20% headroom")["shards_by_bytes"].assumed == ()


def test_a_result_is_held_against_the_limit_that_was_stated() -> None:
    found = results_of("Restore of 800 GB at 200 MB/s, within our RTO of 1 hour?")["transfer"]
    assert found.limit is not None
    assert found.limit.attribute == "rto"


def test_what_is_stated_is_not_derived_anew() -> None:
    facts = understand(AskRequest(question="200 buoys report every 10 s, in all 50 writes/s"), VOCABULARY).facts
    assert "workload.writes_per_s" not in {fact.attribute for fact in derived(estimate(facts))}


def test_what_is_derived_fires_the_rules_of_entries(kb: KnowledgeBase) -> None:
    text = "900,000 beehives report every 2 seconds with 400 bytes each, kept 5 years"
    facts = understand(AskRequest(question=text), VOCABULARY).facts
    fired = {conclusion.key for conclusion in conclude(kb, facts).fired}
    assert ("references/capacity-estimation", "volume-from-rate") in fired
    assert ("references/capacity-estimation", "volume-needs-partitions") in fired


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return load([own_entries()])


def test_every_row_fits_its_formula_the_vocabulary_and_the_entry_that_it_cites(kb: KnowledgeBase) -> None:
    anchors = kb.entries["references/capacity-estimation"].anchors
    for row in estimate_table():
        formula = FORMULAS[row.formula]
        named = {name for source in row.roles.values() if not isinstance(source, str) for name in source}
        assert named <= {*VOCABULARY.attributes, *INTERNAL}, row.name
        assert {role.name for role in formula.roles if role.required} <= set(row.roles), row.name
        assert set(row.roles) <= {role.name for role in formula.roles}, row.name
        assert not row.gives or VOCABULARY.attributes[row.gives].unit == (
            formula.unit or VOCABULARY.attributes[row.gives].unit
        ), row.name
        assert [block for block in anchors[row.cite].blocks if block.statements], row.name
