"""Every promise is tried on both kinds of store."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb.postgres import Cluster
from service.answer.advice import Advice, Confidence, Understanding
from service.store.store import Store, open_store

NOON = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
Making = Callable[..., Advice]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty place for a store, of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    with cluster.database() as name:
        yield f"postgresql://postgres@/{name}?host={cluster.directory}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def noon() -> dt.datetime:
    return NOON


@pytest.fixture
def make_advice() -> Making:
    def made(answer_id: str = "a1", question: str = "How?") -> Advice:
        understood = Understanding(intents=(), facts=(), assumptions=(), not_taken_into_account=())
        sure = Confidence(level="low", reason="it is small")
        return Advice(id=answer_id, question=question, understanding=understood, clarifying_questions=(), summary=(), sections=(), citations=(), alternatives=(), confidence=sure, edition="e", composer="c")  # fmt: skip

    return made
