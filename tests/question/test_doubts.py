"""Doubts: numbers that look like a figure of the case, and are none."""

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
    "text",
    [
        "We're not doing 10k inserts/s",
        "10k inserts/s is wrong",
        "The vendor says the box does 10k inserts/s",
        "Gate 7 sends a reading",
        "page 12 of the report lists the sensors that send readings",
        "18 admins, of whom 12 users write",
        "1,300 calls on a bad day",
        "our biggest customer has 9,000 employees",
        "4 backend people, 1 data engineer",
        "in the pilot we measured 700 events/s",
        "Suppose each of our 90 lifts sent 10 events/s",
        '"It handles 30k inserts/s" stood in the folder that we were sent last week',
        "Someone on reddit does 1M inserts/s",
        "300 things happen, 5 of which only for reports; they report daily",
        "it does 50/50 reads and writes, 1,800 per second",
        "400 deploys a year",
    ],
)
def test_a_doubtful_number_is_listed_and_no_fact(text: str) -> None:
    question = understand(AskRequest(question=text), VOCABULARY)
    doubtful = ("workload.writes_per_s", "workload.devices", "workload.users", "workload.requests_per_s")
    assert not {"team.size", *doubtful} & {
        fact.attribute for fact in question.facts.facts if fact.value != 18.0 and "18" not in str(fact.span)
    }
    assert question.loose


@pytest.mark.parametrize(
    ("text", "attribute", "value"),
    [
        ("We don't do 50k events/s. It's more like 2k events/s", "workload.writes_per_s", 2000),
        ("The vendor claims 200k inserts/s; we see 9k inserts/s", "workload.writes_per_s", 9000),
        ("The old shop took 300 orders a day, now we get 11,000 orders a day", "workload.writes_per_s", 11000 / 86400),
        ("a multi-tenant product for 75 customers", "tenants", 75),
        ("our biggest customer makes 41 % of all the rows, in total 75 customers are on it", "tenants", 75),
        ("not more than 20 minutes of downtime", "downtime.window", 1200),
        ("95% of all queries are reads", "workload.read_share", 95),
        ("the migration deadline is in 10 weeks", "deadline", 10 * 604800),
        ("2,000 inserts/s sustained, then 6,000 updates/s", "workload.writes_per_s", 2000),
        ("from January on we write in 6 regions; at present we write in 1 region", "regions", 1),
        ("the db was 180 GB before the cleanup, it's 74 GB now", "db.size", 74e9),
        ("p99 must stay under 300 ms; right now p99 is 1.1 s", "latency.p99", 0.3),
        ("80 GB database, 75 GB of which is one table", "db.size", 80e9),
        ("RPO max 5 min, RTO max. 1.5 h", "rto", 5400),
        ("Planned for 2027: 1,000 requests/s. Today: 210 requests/s.", "workload.requests_per_s", 210),
        ("26 riggers use it", "workload.users", 26),
    ],
)
def test_the_figure_of_the_case_is_told_from_the_other(text: str, attribute: str, value: float) -> None:
    assert read(text).get(attribute) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("the db has 40 GB, the db has 90 GB", "db.size"),
        ("18 months ago the table had 200M rows, today 510M", "table.rows"),
        ("Could a single Postgres do 20k inserts per second? We need about 3k", "workload.writes_per_s"),
        ("we were 9 engineers before the merger, now it's 5", "team.size"),
        ("the 1.8 TB of data in the slide deck is wrong", "db.size"),
        ("a node takes 11k writes/s; real load is a tenth of that", "utilisation"),
        ("Table 3 shows 400 rows", "table.rows"),
        ("shard 7 is the hot one", "nodes"),
        ("96,000 orders every morning", "workload.rows"),
        ("a DELETE of 3 million rows", "workload.rows"),
        ("refunds within 14 days", "horizon"),
        ("items expire from the cache, after 2 h", "workload.retention"),
        ("1.8 TB volume, WAL grows 5 GB per hour", "db.growth"),
        ("the API refuses a key when more than 100 requests per minute come", "workload.requests_per_s"),
        ("30 million nodes and 120 million edges", "nodes"),
        ("trains stop within 2 seconds", "latency.p99"),
        ("a tracker sends 50 positions per second", "workload.writes_per_s"),
        ("RDS with 1 TB gp3", "db.size"),
        ("an on-premises SQL Server with 2 TB", "shard.bytes"),
        ("about 650 field workers with tablets", "app.instances"),
        ("the search of 5M classified ads lives here, write down why", "workload.devices"),
        ("In the Monday class there were 21 people on 20 mats", "workload.users"),
        ("we're 6 choirs and about 400 singers", "team.size"),
        ("the db gets 6,000 reads/s of 20,000", "workload.reads_per_s"),
        ("wardens check plates in the database, 25 checks per second", "workload.writes_per_s"),
        ("40 drones x 10 positions per second", "workload.writes_per_s"),
        ("two thousand vending machines, ~60 sales/day/machine", "node.capacity"),
        ("Customers look at the status 3 times on average", "workload.peak_factor"),
        ("sensors send readings; WAL archiving every 60 sec", "workload.interval"),
        ("session state, updated every 5 sec", "freshness"),
        ("all prices are exported every night (2 h import)", "downtime.window"),
        ("DynamoDB costs us 9k EUR/month at the moment", "budget"),
        ("Confluence Cloud guarantees just 99.9%", "availability"),
        ("pg_dump takes forever, the catalog is 30 GB", "db.size"),
        ("40 pods x 10 conns", "connections"),
    ],
)
def test_what_only_looks_like_the_figure_is_listed(text: str, attribute: str) -> None:
    question = understand(AskRequest(question=text), VOCABULARY)
    assert attribute not in question.facts.by_attribute
    assert question.loose


@pytest.mark.parametrize(
    ("text", "attribute", "value"),
    [
        ("our archive holds 96,000 orders", "workload.rows", 96_000),
        ("MongoDB, 3 shards, 2 TB", "db.size", 2e12),
        ("shards: 7", "nodes", 7),
        ("shard count is fine, size now 640 GB", "db.size", 640e9),
        ("lookups under 40 ms", "latency.p99", 0.04),
        ("the dashboards may lag an hour", "freshness", 3600),
        ("we need to store 5 bln sensor rows", "workload.rows", 5e9),
        ("RPO: 1 min\nRTO: 30 min", "rto", 1800),
        ("RPO 0 RTO 2 hrs", "rpo", 0),
        ("MongoDB 3 node replica set", "nodes", 3),
        ("p99 1.4s (goal 250ms)", "latency.p99", 0.25),
        ("150k doses recorded per day in our database", "workload.writes_per_s", 150_000 / 86400),
        ("we have to promise 99,95% uptime", "availability", 99.95),
        ("Budget is 200 $ per month", "budget", 200),
    ],
)
def test_what_stands_near_and_fits_is_the_figure(text: str, attribute: str, value: float) -> None:
    assert read(text).get(attribute) == pytest.approx(value)


def test_of_two_loads_that_nothing_tells_apart_neither_is_the_load() -> None:
    assert "workload.writes_per_s" not in read("order updates 25k updates/s, trades 140k inserts/s")


def test_a_peak_does_not_stand_for_a_usual_load_that_was_not_understood() -> None:
    assert "workload.writes_per_s" not in read("Peak is 12,000 writes per second, normally 1.5k")


def test_a_word_that_has_its_number_explains_no_other() -> None:
    assert "freshness" not in read("the standby is 25 minutes behind after each batch, usually 2 or 3 sec")


def test_a_choice_is_read_only_of_its_subject() -> None:
    facts = understand(AskRequest(question="Which replication do we need?"), VOCABULARY).facts
    assert facts.get("migration.method") is None
    assert facts.get("availability.mode") is None


def test_no_cloud_outside_a_country_allows_those_inside() -> None:
    assert understand(AskRequest(question="no cloud outside Germany"), VOCABULARY).facts.get("cloud") is None
    assert understand(AskRequest(question="no cloud, please"), VOCABULARY).facts.get("cloud") is not None


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("the vendor quoted $8,400 a month for Cassandra", "budget"),
        ("Going to 2 TB costs +115 € a month, we would like to stay under", "budget"),
        ("savings are estimated at 1.1M€ a year", "budget"),
        ("the disk is at 94% since the connector was down", "availability"),
        ("ops wants 90", "availability"),
        ("MySQL 8, 64 GB", "db.size"),
        ("tempdb is 20 GB", "db.size"),
        ("a Redis with one 8 GB instance", "db.size"),
        ("410 tables, 88 GB", "table.bytes"),
        ("the regulator wants an export in 24 hours", "workload.retention"),
        ("it must work if the line is cut for 24h", "workload.retention"),
        ("replace a 26 year old system that keeps records", "workload.retention"),
        ("82% of the load arrives in six weeks, growth is small", "horizon"),
        ("290 dashboards were not opened in 90 days, how many now?", "horizon"),
        ("one customer (30% of revenue) asks", "tenant.largest_share"),
        ("ALTER TABLE waited 4 min behind a report", "replication.lag"),
        ("alert when the replication lag is more than 30 s", "replication.lag"),
        ("our largest customer (45% of traffic, 2.4k stores) is throttled", "tenants"),
        ("we have 1,200,000 clients", "tenants"),
        ("80% of the rows belong to 5 tenants", "tenants"),
        ("the disk hits 100% IOPS", "cache.hit_ratio"),
        ("evictions 900/s since Tuesday", "workload.writes_per_s"),
        ("25 imports/day", "workload.writes_per_s"),
        ("3 nodes do 16k", "node.capacity"),
        ("25,000 students start at once, last year the database died at 9,000", "db.capacity"),
        ("17 services use it", "workload.users"),
        ("600 trainers who write plans", "workload.devices"),
        ("every farm has between 20 and 60 sensors sending data", "workload.devices"),
        ("primary network 4 Gbps out of 10", "link.bandwidth"),
        ("partition by day or by site?", "partition.interval"),
        ("the system was down for 17 hours in February", "downtime.window"),
        ("the database was back in 35 seconds", "rto"),
        ("we are 4 hospitals", "team.size"),
        ("an account with 2 followers", "account.followers"),
        ("a server with 8 cores, 700 GB", "memory"),
        ("storage 800 GB used of 1 TB", "db.size"),
        ("full weekly, incrementals every 4 hours", "workload.interval"),
        ("the dump runs 5h and the boss wants RPO of 10 min", "rto"),
        ("12 pods with 8 threads", "cores"),
        ("can the database (1,800 qps in our test) survive?", "workload.reads_per_s"),
        ("we moved the app to another region", "regions"),
        ("3 core members and 2 read replicas", "cores"),
    ],
)
def test_what_looks_like_a_figure_of_the_case_is_not_read_as_one(text: str, attribute: str) -> None:
    assert attribute not in read(text)


@pytest.mark.parametrize(
    ("text", "attribute", "value"),
    [
        ("300k events a day are written; the app's reads spike to 25k/s", "workload.reads_per_s", 25_000),
        ("640k users, 1 user does ~80 reviews a day", "source.writes_per_s", 80 / 86400),
        ("85 stations x approx 300 songs per day", "source.writes_per_s", 300 / 86400),
        ("the dump runs 5h and the boss wants RPO of 10 min", "rpo", 600),
        ("One region, 99.95% promised", "regions", 1),
        ("400 sensors at 10 Hz for 2 years", "workload.retention", 2 * 31536000),
        ("top account has 260k followers", "account.followers", 260_000),
        ("ad impressions 120k/s, 250 B, kept 14 days", "workload.item_bytes", 250),
        ("between Lyon and Montreal: latency 92 ms", "latency.rtt", 0.092),
        ("RTO of 8h in contracts", "rto", 28_800),
        ("events with a 30d TTL in Cassandra", "workload.retention", 30 * 86400),
    ],
)
def test_the_words_beside_it_tell_which_figure_it_is(text: str, attribute: str, value: float) -> None:
    assert read(text)[attribute] == pytest.approx(value)
