"""The one place where objects are constructed."""

from typing import TYPE_CHECKING

from ingest.edition import Edition, open_edition
from ingest.embeddings import Embedder, load_embedder
from kb.vocabulary import load_vocabulary
from service.advisor import Advisor
from service.answer.composer import DeterministicComposer
from service.retrieval.search import Retriever
from service.settings import Settings

if TYPE_CHECKING:
    from service.store.store import Store

STORE_FILE = "store.db"


def build_advisor(settings: Settings) -> Advisor:
    """Open the current edition and everything that answers from it. Raises IngestError when there is none that fits."""
    embedder = load_embedder(settings.embedding_model)
    return advisor_of(open_edition(settings.data_dir, embedder, settings.chroma_url), embedder, settings.public_url)


def advisor_of(edition: Edition, embedder: Embedder, public_url: str = "") -> Advisor:
    """An advisor over an open edition."""
    return Advisor(
        kb=edition.kb,
        vocabulary=load_vocabulary(),
        retriever=Retriever(edition, embedder),
        composer=DeterministicComposer(public_url),
        edition=edition.manifest.edition,
        public_url=public_url,
    )


def build_store(settings: Settings) -> "Store":
    """The store that the settings name, open and its schema up to date. Raises StoreError."""
    # SQLAlchemy and Alembic take as long to import as several answers to make, and `dbarch ask` keeps none.
    from service.store.store import open_store  # noqa: PLC0415

    return open_store(store_url(settings), settings.store_days)


def store_url(settings: Settings) -> str:
    """Where the store is: a file in the data directory unless another one is named."""
    return settings.store_url or f"sqlite:///{settings.data_dir.absolute() / STORE_FILE}"
