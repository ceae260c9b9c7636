"""The real advisor over the real knowledge base."""

import pytest

from ingest.edition import Edition
from ingest.embeddings import Embedder
from service.advisor import Advisor
from service.wiring import advisor_of


@pytest.fixture(scope="session")
def advisor(edition: Edition, embedder: Embedder) -> Advisor:
    return advisor_of(edition, embedder, "https://kb.example.org")
