"""The one place where objects are constructed."""

from ingest.edition import Edition, open_edition
from ingest.embeddings import Embedder, load_embedder
from kb.vocabulary import load_vocabulary
from service.advisor import Advisor
from service.answer.composer import DeterministicComposer
from service.retrieval.search import Retriever
from service.settings import Settings


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
