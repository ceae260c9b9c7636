"""The one place where objects are constructed."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.edition import Edition, open_edition
from ingest.embeddings import Embedder
from ingest.graph import open_embedder
from kb.vocabulary import load_vocabulary
from service.advisor import Advisor
from service.answer.composer import DeterministicComposer
from service.check.rehearsal import Rehearsal
from service.model.breaker import Breaker
from service.model.calls import Bounds, Caller
from service.model.composer import ModelComposer
from service.model.provider import Wanted, load_model
from service.retrieval.search import Retriever
from service.settings import Settings

if TYPE_CHECKING:
    from service.store.store import Store

STORE_FILE = "store.db"


def build_advisor(settings: Settings) -> Advisor:
    """Open the current edition and everything that answers from it. Raises IngestError when there is none that fits."""
    embedder = open_embedder(settings.embedding_model, settings.data_dir)
    edition = open_edition(settings.data_dir, embedder, settings.chroma_url)
    return advisor_of(edition, embedder, settings.public_url, build_model(settings))


def advisor_of(
    edition: Edition, embedder: Embedder, public_url: str = "", model: ModelComposer | None = None
) -> Advisor:
    """An advisor over an open edition; without a model of its own it says that there is none."""
    return Advisor(
        kb=edition.kb,
        vocabulary=load_vocabulary(),
        retriever=Retriever(edition, embedder),
        composer=DeterministicComposer(public_url),
        edition=edition.manifest.edition,
        public_url=public_url,
        model=replace(model or ModelComposer(), embedder=embedder),
    )


def build_store(settings: Settings) -> "Store":
    """The store that the settings name, open and its schema up to date. Raises AnswerStoreError."""
    # SQLAlchemy and Alembic take as long to import as several answers to make, and `dbarch ask` keeps none.
    from service.store.store import open_store  # noqa: PLC0415

    return open_store(store_url(settings), settings.store_days)


def store_url(settings: Settings) -> str:
    """Where the store is: a file in the data directory unless another one is named."""
    return settings.store_url or f"sqlite:///{settings.data_dir.absolute() / STORE_FILE}"


def build_model(settings: Settings) -> ModelComposer:
    """Who words answers with the configured model; nothing of a provider is imported where there is none. Raises SettingsError."""
    caller = None
    if settings.llm:
        wanted = Wanted(settings.llm, settings.llm_base_url, settings.llm_timeout, settings.llm_tokens)
        into, _, out = settings.llm_price.partition("/")
        bounds = Bounds(settings.llm_timeout, settings.llm_concurrency, (float(into or 0), float(out or 0)))
        caller = Caller(load_model(wanted), time.monotonic, Breaker(time.monotonic), bounds)
    trial = Rehearsal(settings.check_database_url) if settings.check_database_url else None
    return ModelComposer(caller, trial, settings.llm_unsourced == "mark", settings.public_url)
