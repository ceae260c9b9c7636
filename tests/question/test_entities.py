"""Technologies by name, alias and slip, and the part they play."""

import pytest

from kb.vocabulary import load_vocabulary
from service.question.entities import called, technologies
from service.question.question import understand
from service.question.request import AskRequest

VOCABULARY = load_vocabulary()


def parts(text: str) -> list[tuple[str, str]]:
    return [(named.id, named.part) for named in technologies(text, VOCABULARY.technologies)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Help me choose between PostgreSQL and MongoDB", [("postgresql", "compared"), ("mongodb", "compared")]),
        ("postgres or mongo for a shop?", [("postgresql", "compared"), ("mongodb", "compared")]),
        ("move from MySQL to PostgreSQL with zero downtime", [("mysql", "from"), ("postgresql", "to")]),
        ("MySQL to Postgres migration", [("mysql", "from"), ("postgresql", "to")]),
        ("We have to move a MySQL database of 600 GB to PostgreSQL.", [("mysql", "from"), ("postgresql", "to")]),
        ("Our MySQL database of 40 GB moves to PostgreSQL", [("mysql", "from"), ("postgresql", "to")]),
        (
            "move RDS MySQL to Aurora PostgreSQL",
            [("amazon-rds", "host"), ("mysql", "from"), ("amazon-aurora", "host"), ("postgresql", "to")],
        ),
        ("Should I use MongoDB or PostgreSQL for a CRM?", [("mongodb", "compared"), ("postgresql", "compared")]),
        ("should we go with mysql or postgres", [("mysql", "compared"), ("postgresql", "compared")]),
        ("We use MySQL or Postgres, depending on the team", [("mysql", "stack"), ("postgresql", "compared")]),
        (
            "ClickHouse, Druid or Elasticsearch for events?",
            [("clickhouse", "compared"), ("druid", "compared"), ("elasticsearch", "compared")],
        ),
        ("We run Redis, Postgres and Kafka", [("redis", "stack"), ("postgresql", "asked"), ("kafka", "asked")]),
        ("why not mongo tho?", [("mongodb", "compared")]),
        ("would cassandra not be faster for that?", [("cassandra", "compared")]),
        ("How do we get from SQL Server 2016 to Postgres", [("sql-server", "from"), ("postgresql", "to")]),
        ("we're on MySQL", [("mysql", "stack")]),
        ("MySQL is fixed", [("mysql", "stack")]),
        ("no Oracle please", [("oracle-database", "excluded")]),
        ("we'd rather not run Cassandra", [("cassandra", "excluded")]),
        ("can we do without redis?", [("redis", "asked")]),
        ("Should I drop MongoDB?", [("mongodb", "asked")]),
        ("We want to do without Redis, how?", [("redis", "excluded")]),
        ("anything but MongoDB", [("mongodb", "excluded")]),
        ("we dont want redis here", [("redis", "excluded")]),
        ("Postgres 11 -> 17 on RDS", [("postgresql", "asked"), ("amazon-rds", "stack")]),
        ("ORA-00060 in the batch", [("oracle-database", "asked")]),
        ("a jsonb column like in Postgres", [("postgresql", "simile")]),
        ("How do I shard postgress?", [("postgresql", "asked")]),
        ("is clikhouse any good", [("clickhouse", "asked")]),
        ("casandra partitions", [("cassandra", "asked")]),
        ("the spanned range was scanned by a scanner", []),
        ("reading many readings", []),
        ("mongo to postgres, 3 TB, no outage. where do we start", [("mongodb", "from"), ("postgresql", "to")]),
        ("Oracle -> Postgres in a clinic, 400 GB", [("oracle-database", "from"), ("postgresql", "to")]),
        ("postgres to elasticsearch sync every minute", [("postgresql", "asked"), ("elasticsearch", "asked")]),
        (
            "How do we move 4,000 changes a second from Oracle to Elasticsearch?",
            [("oracle-database", "stack"), ("elasticsearch", "asked")],
        ),
        ("we push changes continuously from MySQL into ClickHouse", [("mysql", "stack"), ("clickhouse", "asked")]),
        ("migrate 300 orders a second from MySQL to Postgres", [("mysql", "from"), ("postgresql", "to")]),
        ("everything goes to a SQL Server Express", [("sql-server", "asked")]),
        ("Kinesis -> Lambda -> Aurora pipeline", [("amazon-aurora", "asked")]),
        ("mysql to kafka, how?", [("mysql", "asked"), ("kafka", "asked")]),
        ("We're on self-hosted Postgres", [("postgresql", "stack")]),
        (
            "pgsql vs maria vs sqlserver",
            [("postgresql", "compared"), ("mariadb", "compared"), ("sql-server", "compared")],
        ),
        ("My colleague Maria likes cookies", []),
    ],
)
def test_a_technology_is_found_with_its_part(text: str, expected: list[tuple[str, str]]) -> None:
    assert parts(text) == expected


def test_the_longest_name_wins_where_names_overlap() -> None:
    assert [name for name, _ in parts("Is pg bouncer right?")] == ["pgbouncer"]


def test_parts_become_facts() -> None:
    facts = understand(AskRequest(question="Migrate from MySQL to PostgreSQL, no Oracle"), VOCABULARY).facts
    assert facts.get("migration.from") == "mysql"
    assert facts.get("migration.to") == "postgresql"
    assert facts.get("excluded") == frozenset({"oracle-database"})


def test_one_technology_is_the_engine() -> None:
    assert understand(AskRequest(question="Which index in Postgres?"), VOCABULARY).facts.get("engine") == "postgresql"


def test_two_compared_technologies_are_no_engine() -> None:
    facts = understand(AskRequest(question="PostgreSQL vs MongoDB?"), VOCABULARY).facts
    assert facts.get("engine") is None
    assert facts.get("compared") == frozenset({"postgresql", "mongodb"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("is sql lite ok for a till", "is SQLite ok for a till"),
        ("click house or sqlserver?", "ClickHouse or SQL Server?"),
        ("postgres or mongo", "postgres or mongo"),
    ],
)
def test_a_name_written_apart_is_searched_with_as_its_makers_write_it(text: str, expected: str) -> None:
    assert called(text, VOCABULARY.technologies) == expected
