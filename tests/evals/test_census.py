"""The census counts what answers are made of."""

from evals.census import INTERACTIONS, survey, table
from ingest.edition import Edition
from ingest.embeddings import Embedder
from service.wiring import advisor_of


def test_every_factual_claim_of_the_twelve_resolves(edition: Edition, embedder: Embedder) -> None:
    rows = survey(advisor_of(edition, embedder, "https://kb.example.org"))
    assert len(rows) == len(INTERACTIONS) == 12
    for row in rows:
        assert row.factual > 0
        assert row.resolved == row.factual, row.question


def test_a_diagram_is_drawn_for_the_one_that_asks(edition: Edition, embedder: Embedder) -> None:
    rows = survey(advisor_of(edition, embedder))
    assert [row.question for row in rows if row.diagrams] == [INTERACTIONS[7]]


def test_the_table_ends_with_the_sum(edition: Edition, embedder: Embedder) -> None:
    rows = survey(advisor_of(edition, embedder), INTERACTIONS[:2])
    text = table(rows)
    assert text.splitlines()[-1].startswith("| all |")
    assert f"{rows[0].factual + rows[1].factual} of" in text
