"""Whether a product may still be started on is said first: ended, closed, renamed or relicensed, with its date."""

import pytest

from service.advisor import Advisor
from service.question.request import AskRequest


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Can we start on Fauna?", "2025-05-30"),
        ("Is Timestream still supported?", "2025-06-20"),
        ("Can we start on Timestream LiveAnalytics?", "Timestream for InfluxDB"),
        ("Is Aurora Serverless v1 still supported?", "ended on 2025-03-31"),
        ("Can we start on Aurora Serverless?", "Aurora serverless since April 2026"),
        ("Can we start on DocumentDB?", "Three living products"),
        ("Is Redis still open source?", "AGPLv3"),
        ("Can we start on Redis?", "AGPLv3"),
        ("Can we start on Valkey?", "BSD-3-Clause"),
        ("Is Elasticsearch still open source?", "AGPL-3.0"),
        ("Can we start on OpenSearch?", "Apache License 2.0"),
        ("Is Cosmos DB for PostgreSQL still supported?", "retirement path"),
        ("Is Azure DocumentDB the same as Cosmos DB?", "until May 2017"),
        ("Can we start on Synapse?", "start with Fabric"),
        ("Is Azure Synapse still supported?", "Plan the move to Fabric"),
        ("Can we start on ScyllaDB?", "source-available"),
        ("Can we start on CockroachDB?", "proprietary since 24.3"),
    ],
)
def test_the_first_lines_say_whether_it_lives(advisor: Advisor, question: str, said: str) -> None:
    summary = advisor.advise(AskRequest(question=question)).summary
    assert said in " ".join(claim.text for claim in summary)
    assert not [claim for claim in summary if claim.support.kind == "connective"]


def test_of_two_names_in_one_the_first_is_the_product(advisor: Advisor) -> None:
    summary = advisor.advise(AskRequest(question="Is Cosmos DB for PostgreSQL still supported?")).summary
    assert summary[0].text.startswith("Cosmos DB")
