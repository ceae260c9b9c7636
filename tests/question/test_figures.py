"""Sentences from domains in no entry: the figures that they state, and no other figure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.fact import Fact
from kb.quantity import Quantity
from kb.vocabulary import load_vocabulary
from service.question.question import understand
from service.question.request import AskRequest

VOCABULARY = load_vocabulary()
MIN, HOUR, DAY, MONTH, YEAR = 60.0, 3600.0, 86400.0, 2628000.0, 31536000.0


def figures_of(text: str) -> dict[str, float]:
    facts = understand(AskRequest(question=text), VOCABULARY).facts.by_attribute.values()
    return {fact.attribute: fact.value.value for fact in facts if isinstance(fact.value, Quantity)}


def fact_of(text: str, attribute: str) -> Fact:
    return understand(AskRequest(question=text), VOCABULARY).facts.by_attribute[attribute]


SENTENCES: list[tuple[str, dict[str, float]]] = [
    ("2,400 soil probes report once a minute with 48 bytes", {"workload.devices": 2400, "workload.interval": MIN, "workload.item_bytes": 48}),
    ("9,000 beehives report their weight every 2 minutes", {"workload.devices": 9000, "workload.interval": 120}),
    ("12 000 ambulances ping their location every 10 s", {"workload.devices": 12_000, "workload.interval": 10}),
    ("half a million wristbands send a 32-byte heartbeat every minute", {"workload.devices": 5e5, "workload.item_bytes": 32, "workload.interval": MIN}),
    ("750 wind turbines, every one writes 2 KB every second", {"workload.devices": 750, "source.bytes_per_s": 2000}),
    ("a lamp controller posts its state twice a minute, there are 80,000 controllers", {"workload.devices": 80_000, "workload.interval": 30}),
    ("1.5 million players each send 20 moves an hour", {"workload.users": 1.5e6, "source.writes_per_s": 20 / HOUR}),
    ("users upload 3 photos a day, and there are 2 million users", {"workload.users": 2e6, "source.writes_per_s": 3 / DAY}),
    ("users upload 3 million photos a day", {"workload.writes_per_s": 3e6 / DAY}),
    ("40,000 users, each makes 50 requests a day", {"workload.users": 40_000, "source.requests_per_s": 50 / DAY}),
    ("20 requests per user per day for 5 million daily users", {"workload.users": 5e6, "source.requests_per_s": 20 / DAY}),
    ("9 million parcels a day", {"workload.writes_per_s": 9e6 / DAY}),
    ("the lottery books 2,200 tickets per second", {"workload.writes_per_s": 2200}),
    ("Write load 36,000/s on the ticket shop", {"workload.writes_per_s": 36_000}),
    ("the API gets 12k rps", {"workload.requests_per_s": 12_000}),
    ("the weather site sees 120k page views/s", {"workload.reads_per_s": 120_000}),
    ("one request holds a session for 25 milliseconds", {"query.time": 0.025}),
    ("average query time 4 ms", {"query.time": 0.004}),
    ("each holds its database connection for 40 ms", {"query.time": 0.04}),
    ("a query takes 12 ms on average", {"query.time": 0.012}),
    ("One node of ours takes 15k writes/s", {"node.capacity": 15_000}),
    ("a single replica handles 7,500 queries a second", {"node.capacity": 7500}),
    ("each replica can do 11k", {"node.capacity": 11_000}),
    ("Each shard sustains 20k/s, and we want a reserve of 40%", {"node.capacity": 20_000, "headroom": 40}),
    ("Postgres can serve 9k/s", {"db.capacity": 9000}),
    ("one partition takes 12 MB/s", {"node.bandwidth": 12e6}),
    ("keep 30 percent headroom", {"headroom": 30}),
    ("with 30% of it left free", {"headroom": 30}),
    ("we'd like to leave a quarter unused", {"headroom": 25}),
    ("we stay below 70% utilisation", {"utilisation": 70}),
    ("a node should hold no more than 4 TB", {"shard.bytes": 4e12}),
    ("at most 2 TB on a shard", {"shard.bytes": 2e12}),
    ("nodes with 64 GB of RAM and 16 cores", {"memory": 64e9, "cores": 16}),
    ("stored with three copies", {"copies": 3}),
    ("RF=3", {"copies": 3}),
    ("replicated twice", {"copies": 2}),
    ("it compresses 10:1", {"compression.ratio": 10}),
    ("zstd compresses it 8x", {"compression.ratio": 8}),
    ("the rush before Christmas has peaks of 6 times the average", {"workload.peak_factor": 6}),
    ("over a 1 Gbit/s line", {"link.bandwidth": 125e6}),
    ("over a gigabit line", {"link.bandwidth": 125e6}),
    ("through a 10 GbE link", {"link.bandwidth": 1.25e9}),
    ("restored at 200 MB/s", {"link.bandwidth": 200e6}),
    ("we log 4 TB a day", {"workload.bytes_per_s": 4e12 / DAY}),
    ("60 TB of seismic traces", {"db.size": 60e12}),
    ("Our 800 GB wiki grows 60% a year", {"db.size": 800e9, "workload.growth": 60}),
    ("it is doubling every year", {"workload.growth": 100}),
    ("5 TB that grows by 300 GB a month", {"db.size": 5e12, "db.growth": 300e9 / MONTH}),
    ("Where are we in three years?", {"horizon": 3 * YEAR}),
    ("We keep 13 months for the insurers", {"workload.retention": 13 * MONTH}),
    ("a year of history", {"workload.retention": YEAR}),
    ("the regulator wants 7 years of them", {"workload.retention": 7 * YEAR}),
    ("six statements one after the other, round trip 85 ms", {"statements.sequential": 6, "latency.rtt": 0.085}),
    ("the database is 40 ms away", {"latency.rtt": 0.04}),
    ("20 pods with a pool of 15 each", {"app.instances": 20, "pool.each": 15}),
    ("four SSDs and 32 vCPUs", {"spindles": 4, "cores": 32}),
    ("a hit rate of 99.2%", {"cache.hit_ratio": 99.2}),
    ("20% of our 50 million products are hot", {"hot.share": 20, "workload.rows": 50e6}),
    ("the sequence is already at 1.6 billion", {"key.used": 1.6e9}),
    ("Needs both the mixer (99.95% available) and the oven (99.9%)", {"availability": 99.95, "availability.second": 99.9, "parts": 2}),
    ("SLO 99.9 for the booking desk", {"availability": 99.9}),
    ("we promise four nines", {"availability": 99.99}),
    ("survive two node failures", {"failures": 2}),
    ("the replica is 20 minutes behind and it applies 5,000/s", {"replication.lag": 1200, "migration.apply_rate": 5000}),
    ("New York and London are 5,600 km apart", {"distance": 5600}),
    ("a backfill at 40k rows/s", {"load.rate": 40_000}),
    ("daily partitions for the ferry tickets", {"partition.interval": DAY}),
    ("we partition ride telemetry by month", {"partition.interval": MONTH}),
    ("Every train of the model railway sends 10 telegrams a second", {"source.writes_per_s": 10}),
    ("sensors sampled at 2 kHz", {"source.writes_per_s": 2000}),
    ("32 bytes and 24 bytes of overhead for each fix", {"workload.item_overhead": 24}),
    ("we lost 4 hours of data because backups run every 6 hours", {"backup.interval": 6 * HOUR}),
    ("erasure within 30 days, and backups kept for 35 days", {"deadline": 30 * DAY, "backup.retention": 35 * DAY}),
    ("we delete photos after 14 days", {"workload.retention": 14 * DAY}),
    ("480 parishes share one database", {"tenants": 480}),
    ("twelve microservices with 20 connections each", {"app.instances": 12, "pool.each": 20}),
    ("workers finish 45 per second and 12 new ones arrive every second", {"migration.apply_rate": 45, "workload.writes_per_s": 12}),
    ("our storage box holds 24 TB", {"disk.size": 24e12}),
    ("80% of the requests go to 5% of the listings", {"hot.share": 5}),
    ("reads outnumber writes 50 to 1", {"workload.reads_per_write": 50}),
    ("read about 900 times for each write", {"workload.reads_per_write": 900}),
    ("on average eleven hives each", {}),
    ("no more than ten euros per month and per museum", {}),
    ("250k uploads over the three days of carnival", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SENTENCES, ids=[text for text, _ in SENTENCES])
def test_a_sentence_states_its_figures_and_no_other(text: str, expected: dict[str, float]) -> None:
    assert figures_of(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("orders.id is INTEGER", 31),
        ("a 4 byte integer primary key", 31),
        ("a 32-bit serial id", 31),
        ("an INT UNSIGNED key", 32),
        ("a smallint key", 15),
        ("a BIGINT id", 63),
    ],
)
def test_the_type_of_a_key_states_its_bits_without_the_sign(text: str, bits: int) -> None:
    assert figures_of(text)["key.bits"] == bits
    assert fact_of(text, "key.bits").spelling in text


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("an index on a bigint column", 8),
        ("an index over a uuid column", 16),
        ("an index over a uuid column (16 bytes)", 16),
        ("an index on (tenant_id bigint, created_at timestamptz)", 16),
        ("an index on a 36-character text uuid column", 36),
    ],
)
def test_the_columns_of_a_key_state_its_bytes(text: str, size: int) -> None:
    assert figures_of(text)["key.bytes"] == size


def test_of_two_alternatives_for_a_key_neither_is_stated() -> None:
    assert "key.bytes" not in figures_of("an index on a bigint or a uuid column")


@pytest.mark.parametrize(
    "text",
    [
        "the shop is open 24/7 since 9:30",
        "on the 3rd of May",
        "on 2026-05-06 at 8 pm",
        "see RFC 7807",
        "floor 12 of the building",
    ],
)
def test_what_counts_nothing_is_no_figure(text: str) -> None:
    assert figures_of(text) == {}


@pytest.mark.parametrize("word", ["documents", "document", "documented", "postures", "valleys"])
def test_an_ordinary_word_is_no_slip_of_a_product(word: str) -> None:
    assert understand(AskRequest(question=f"We store many {word} a day"), VOCABULARY).technologies == ()


@pytest.mark.parametrize(("growth", "yearly"), [("4% a month", 60.1), ("10% per quarter", 46.4), ("60% a year", 60.0)])
def test_growth_is_carried_on_by_the_year(growth: str, yearly: float) -> None:
    assert figures_of(f"our 800 GB wiki grows {growth}")["workload.growth"] == pytest.approx(yearly, rel=0.01)


SPELLINGS = st.sampled_from([("{}k", 1e3), ("{},000", 1e3), ("{} 000", 1e3), ("{} thousand", 1e3), ("{}M", 1e6), ("{} million", 1e6), ("{},000,000", 1e6)])  # fmt: skip


@given(st.integers(2, 999), SPELLINGS, st.sampled_from(["sensors", "trucks", "meters", "cameras"]))
def test_spellings_of_one_count_give_one_value(amount: int, spelling: tuple[str, float], noun: str) -> None:
    written, magnitude = spelling
    text = f"{written.format(amount)} {noun} report every 5 minutes"
    assert figures_of(text) == {"workload.devices": amount * magnitude, "workload.interval": 300}


@given(
    st.integers(1, 900),
    st.sampled_from([(" B", 1), (" bytes", 1), ("-byte", 1), (" KB", 1e3), ("kB", 1e3), (" kilobytes", 1e3), (" KiB", 1024)]),
)  # fmt: skip
def test_spellings_of_one_size_give_one_value(amount: int, unit: tuple[str, float]) -> None:
    written, size = unit
    assert figures_of(f"each reading is {amount}{written} in size")["workload.item_bytes"] == amount * size


@given(
    st.integers(1, 99),
    st.sampled_from([(" Gbit/s", 125e6), (" Gbps", 125e6), ("Gb/s", 125e6), (" Mbit/s", 125e3), (" Mbps", 125e3), (" MB/s", 1e6), (" MBps", 1e6), (" GB/s", 1e9)]),
)  # fmt: skip
def test_bits_and_bytes_of_a_line_are_told_apart(amount: int, unit: tuple[str, float]) -> None:
    written, size = unit
    assert figures_of(f"copied over a {amount}{written} line")["link.bandwidth"] == pytest.approx(amount * size)


@given(
    st.integers(1, 90),
    st.sampled_from([(" s", 1), (" sec", 1), (" seconds", 1), (" min", 60), (" minutes", 60), (" h", 3600), (" hours", 3600)]),
    st.sampled_from(["", "about ", "roughly "]),
)  # fmt: skip
def test_spellings_of_one_interval_give_one_value(amount: int, unit: tuple[str, float], about: str) -> None:
    written, size = unit
    assert figures_of(f"300 buoys send every {about}{amount}{written}")["workload.interval"] == amount * size
