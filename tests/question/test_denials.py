"""What is denied, forbidden, disliked or kept."""

import pytest

from kb.vocabulary import load_vocabulary
from service.question.question import understand
from service.question.request import AskRequest

VOCABULARY = load_vocabulary()


def facts_of(text: str) -> dict[str, str]:
    facts = understand(AskRequest(question=text), VOCABULARY).facts.by_attribute.values()
    return {fact.attribute: fact.spelling for fact in facts}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("no budget for Oracle, so what else?", "oracle-database"),
        ("anything but Mongo please", "mongodb"),
        ("we'd rather not run Kafka ourselves", "kafka"),
        ("our boss hates SQL Server", "sql-server"),
        ("Cassandra is off the table", "cassandra"),
        ("We got burned by MongoDB once, never again", "mongodb"),
        ("Postgres or MySQL, but not MariaDB", "mariadb"),
        ("we are not going to use Elasticsearch just for that", "elasticsearch"),
        ("Neither Neo4j nor ArangoDB is allowed by procurement", "arangodb, neo4j"),
    ],
)
def test_what_nobody_wants_is_excluded(text: str, name: str) -> None:
    assert facts_of(text)["excluded"] == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("MySQL stays, no discussion", "mysql"),
        ("we don't want to leave Postgres", "postgresql"),
        ("there are no plans to replace our MySQL", "mysql"),
        ("we're stuck with Oracle until 2028", "oracle-database"),
    ],
)
def test_what_stays_is_the_stack_and_nobody_leaves_it(text: str, name: str) -> None:
    facts = facts_of(text)
    assert facts["stack"] == name
    assert not {"excluded", "migration.from"} & facts.keys()


@pytest.mark.parametrize(
    ("text", "attribute", "spelling"),
    [
        ("not that we need multi-region writes, one site is fine", "writes.several_regions", None),
        ("a ledger written in 5 regions", "writes.several_regions", "yes"),
        ("a ledger written in 1 region", "writes.several_regions", None),
        ("AWS is a no-go for legal reasons", "cloud", None),
        ("no cloud, everything stays in our basement", "cloud", "on_premises"),
        ("personal data? none.", "data.personal", "no"),
        ("we don't have a DBA", "team.no_dba", "yes"),
        ("We do have a DBA", "team.no_dba", None),
        ("ad hoc queries are not needed, everything by key", "access.adhoc", "no"),
        ("ad hoc queries are not needed, everything by key", "access.key_only", "yes"),
        ("5 warehouses with pallets", "workload", None),
        ("the warehouse gets its facts by ETL", "workload", "warehouse"),
        ("we can't lose a single donation record", "rpo", "can't lose a single donation"),
        ("we can't lose a single customer", "rpo", None),
    ],
)
def test_words_on_both_sides_decide_what_is_meant(text: str, attribute: str, spelling: str | None) -> None:
    assert facts_of(text).get(attribute) == spelling
