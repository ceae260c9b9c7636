"""The thing that is asked for leads, not what is named beside it."""

import pytest

from service.advisor import Advisor
from service.question.request import AskRequest


def first(advisor: Advisor, text: str) -> str:
    return advisor.advise(AskRequest(question=text)).summary[0].text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # A regulation beside an audit log makes no clinic of it.
        ("HIPAA: we need an audit log of who read or changed patient records. How to design it in PostgreSQL?", "Log reads"),
        # Files are no store to be chosen.
        ("Should I store invoices PDFs in the database or S3? ~ 8 million files, 120 KB average", "object storage"),
        # Whoever asks how to keep them is told where, and who models a waiting list how: neither asks for another database.
        ("How do we store files: in the database or S3?", "object storage"),
        ("How do we model waiting lists for places in day care with priorities?", "Priorities"),
        # Whether to move is no plan of the move, and a list of cases leads with the rule that it explains.
        ("Is it worth moving from RabbitMQ+Postgres to Kafka? We've 40 events/s and 5 consumers", "outbox"),
        # The lag and the rate say how much is lost.
        ("what happens to our data if the primary dies with async streaming replication? 500 commits/s, lag around 2 s", "1,000 commits"),
        # The schema of another shop's engine is said to be one.
        ("theatre wardrobe: costumes, actors, fittings, scenes, rental to theatres. whats a good schema? using mysql 8", "MySQL"),
        # A database with its things listed wants a schema, in no other words.
        ("need a db for court hearings: cases, parties, judges, courtrooms, hearings, documents", "the schema below"),
        # Shards of a museum shard nothing.
        ("We're digitising a museum: 3,000 shards of pottery, find spots, layers, loans, photos. Postgres. how would you structure it?", "the schema below"),
        # What holds for a case of this shape comes before a passage on clocks that happens to be near.
        ("We let holiday flats to guests on three booking sites and twice this summer one flat was sold to two parties, as the calendars sync only every 15 minutes. PostgreSQL 16. What should we change?", "exclusion constraint"),
        # Another engine's vacuum is no index maintenance of this one.
        ("SQL Server 2019: the Sunday job rebuilds all indexes in 9 hours and fills the log. Does a weekly rebuild make sense?", "no weekly rebuild"),
        # A regulation that is asked about comes before the copies that are named.
        ("A user asks to be forgotten. What about his data in our nightly backups and the read replicas?", "Backups are not exempt"),
    ],
)  # fmt: skip
def test_the_first_sentence_is_on_what_is_asked_for(advisor: Advisor, text: str, said: str) -> None:
    assert said in first(advisor, text)


def test_a_formula_with_a_blank_leads_only_where_a_figure_is_asked_for(advisor: Advisor) -> None:
    assert "To compute this" not in first(advisor, "Backup strategy for 6TB MySQL 8, RPO 10min, RTO 2h, budget tight.")
    assert "To compute this" in first(advisor, "How long does it take to restore 6 TB?")


def test_a_version_to_a_version_is_no_move_to_another_engine(advisor: Advisor) -> None:
    text = "MySQL 5.7 to 8.4 on RDS, 900 GB, what can break and how do we do it with < 5 min downtime?"
    advice = advisor.advise(AskRequest(question=text))
    assert not any(cited.entry == "playbooks/mysql-to-postgresql-zero-downtime" for cited in advice.citations)


def test_nobody_is_told_of_a_product_that_he_never_named(advisor: Advisor) -> None:
    text = "Whats the cheapest way to keep 7 years of order history (2.5 TB, hardly ever read after 90 days)?"
    advice = advisor.advise(AskRequest(question=text))
    assert "Firestore" not in advice.model_dump_json()
