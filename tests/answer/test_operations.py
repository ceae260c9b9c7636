"""Questions of those who run something: their engine answers, and what leads is what was asked."""

import pytest

from service.advisor import Advisor
from service.question.request import AskRequest


def summary(advisor: Advisor, question: str) -> str:
    return " ".join(claim.text for claim in advisor.advise(AskRequest(question=question)).summary)


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        (
            "One of our MySQL replicas is an hour late every morning, how do we mend that?",
            "A MySQL replica falls behind",
        ),
        ("Our MariaDB replica falls minutes back while prices are loaded", "A MariaDB replica falls behind"),
        ("tempdb in SQL Server has eaten the whole volume, by whom?", "SQL Server's tempdb is filled by one of three"),
        ("Redis stalls whenever it writes its snapshot", "Redis stands still during the fork"),
        ("How do I keep usernames unique in Cassandra?", "Cassandra has no unique constraint"),
        ("our elastic cluster is red since a machine broke", "A red Elasticsearch cluster lacks"),
        ("Oracle: unable to extend the temp segment in the night batch, whose query is it?", "Oracle raises ORA-01652"),
    ],
)
def test_trouble_with_an_engine_is_answered_from_that_engine(advisor: Advisor, question: str, opening: str) -> None:
    assert summary(advisor, question).startswith(opening)


def test_a_section_that_only_a_rivals_question_found_stands_behind(advisor: Advisor) -> None:
    advice = advisor.advise(AskRequest(question="pgvector for 8 million vectors of 768 dimensions, how much memory?"))
    assert not [section.title for section in advice.sections if "Typesense" in section.title]


def test_a_rule_that_waits_for_what_nobody_said_does_not_lead(advisor: Advisor) -> None:
    said = summary(advisor, "mongo: acknowledged writes with w:1 were gone after the primary changed. normal?")
    assert "arbiter: Replace" not in said
    assert "acknowledged by the primary alone" in said


def test_a_figure_in_passing_does_not_outdo_the_section_that_an_author_has_put(advisor: Advisor) -> None:
    said = summary(advisor, "Dead tuples keep growing although vacuum runs on our table of 300 million rows")
    assert "scale_factor" not in said
    assert "snapshot" in said


def test_numbers_of_the_asker_decide_between_log_shipping_and_a_group(advisor: Advisor) -> None:
    said = summary(advisor, "SQL Server Standard with RPO 20 minutes and RTO 2 hours: Always On or log shipping?")
    assert said.startswith("Log shipping is enough for an RPO of 20 minutes and an RTO of 2 hours")


def test_figures_beside_an_engine_of_a_cloud_open_no_choice_where_the_case_is_written(advisor: Advisor) -> None:
    said = summary(advisor, "Aurora MySQL with 500 GB costs $6k a month, most of it I/O. Does I/O-Optimized pay?")
    assert "Take PostgreSQL" not in said
    assert "I/O-Optimized" in said


def test_an_ask_for_memory_is_computed_although_it_says_need(advisor: Advisor) -> None:
    said = summary(advisor, "How much RAM do we need to cache 10 million sessions of 2 KB in Valkey?")
    assert said.startswith("About 20 GB of memory keeps 10 million sessions of 2 KB")


def test_who_excludes_redis_is_given_neither_it_nor_its_fork(advisor: Advisor) -> None:
    said = summary(advisor, "no redis please. sessions and limits of logins in postgres, will that do?")
    assert "Valkey" not in said
    assert said.startswith("PostgreSQL alone carries sessions, quotas")


def test_a_replica_that_lags_is_no_upgrade(advisor: Advisor) -> None:
    advice = advisor.advise(
        AskRequest(question="We run MySQL 8.0 with three replicas and Seconds_Behind_Source is 900 during the import.")
    )
    assert "A MySQL replica falls behind" in advice.summary[0].text
    assert not [section.title for section in advice.sections if section.title.startswith("Cutover")]
