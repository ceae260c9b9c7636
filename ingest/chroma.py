"""Chroma: one collection per edition, embedded in its directory or on a server."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ingest.embeddings import DECIMALS, Vectors
from ingest.errors import StoreError
from ingest.nodes import Node

# Default HNSW disagreed with exact search on up to one of a hundred of the top ten, and differed between builds.
HNSW: Mapping[str, str | int] = {"space": "cosine", "ef_construction": 400, "ef_search": 400, "max_neighbors": 32}
_BATCH = 500


@dataclass(frozen=True)
class ChromaPlace:
    """Where a collection lies: in a directory, or under a URL."""

    collection: str
    directory: Path
    url: str | None = None

    def __str__(self) -> str:
        return f"{self.url} (collection {self.collection!r})" if self.url else str(self.directory)


@dataclass(frozen=True)
class DenseIndex:
    """A collection that is open for reading; nothing here writes."""

    place: ChromaPlace
    client: Any
    collection: Any

    def count(self) -> int:
        """How many vectors the collection holds. Raises StoreError."""
        with _answering(self.place):
            return int(self.collection.count())

    def nearest(self, vector: Vectors, limit: int) -> tuple[tuple[str, float], ...]:
        """The nearest nodes with their cosine, best first, ties by id. Raises StoreError."""
        with _answering(self.place):
            found = self.collection.query(query_embeddings=[vector], n_results=limit, include=["distances"])
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        scored = [(node_id, round(1.0 - float(distance), DECIMALS)) for node_id, distance in pairs]
        return tuple(sorted(scored, key=lambda pair: (-pair[1], pair[0])))

    def close(self) -> None:
        """Let go of the files; the index cannot be asked any more."""
        _close(self.client)


def open_dense(place: ChromaPlace) -> DenseIndex:
    """Open the collection of an edition. Raises StoreError."""
    client = _client(place)
    try:
        with _answering(place):
            return DenseIndex(place, client, client.get_collection(place.collection, embedding_function=None))
    except StoreError:
        _close(client)
        raise


def write_dense(place: ChromaPlace, nodes: Sequence[Node], vectors: Vectors) -> None:
    """Write nodes with their vectors through llama-index's store. Raises StoreError.

    Ids that are there already are left alone: two replicas may write the same edition to one server.
    """
    # Imported here: llama-index takes two seconds, and reading an edition needs none of it.
    from llama_index.core.schema import TextNode  # noqa: PLC0415
    from llama_index.vector_stores.chroma import ChromaVectorStore  # noqa: PLC0415

    client = _client(place)
    try:
        with _answering(place):
            collection = client.get_or_create_collection(
                place.collection, configuration={"hnsw": dict(HNSW)}, embedding_function=None
            )
            store = ChromaVectorStore(chroma_collection=collection)
            for start in range(0, len(nodes), _BATCH):
                pairs = zip(nodes[start : start + _BATCH], vectors[start : start + _BATCH], strict=True)
                store.add([_text_node(TextNode, node, vector) for node, vector in pairs])
    finally:
        _close(client)


def drop_dense(place: ChromaPlace) -> None:
    """Remove the collection of an edition that nobody reads any more; one that is gone already is no error."""
    from chromadb.errors import NotFoundError  # noqa: PLC0415

    client = _client(place)
    try:
        with _answering(place):
            client.delete_collection(place.collection)
    except StoreError as error:
        if not isinstance(error.__cause__, NotFoundError):
            raise
    finally:
        _close(client)


def _text_node(text_node: Any, node: Node, vector: Vectors) -> Any:
    keys = ("entry", "section", "route", "kind", "rule")
    metadata = {key: getattr(node, key) for key in keys}
    return text_node(id_=node.id, text=node.text, metadata=metadata, embedding=vector.tolist())


def _client(place: ChromaPlace) -> Any:
    import chromadb  # noqa: PLC0415  # half a second that `dbarch --help` should not wait for
    from chromadb.config import Settings  # noqa: PLC0415

    settings = Settings(anonymized_telemetry=False)
    with _answering(place):
        if place.url is None:
            return chromadb.PersistentClient(str(place.directory), settings=settings)
        url = urlsplit(place.url)
        secure = url.scheme == "https"
        return chromadb.HttpClient(url.hostname or "", url.port or (443 if secure else 8000), secure, settings=settings)


def _close(client: Any) -> None:
    client.close()
    # Chroma 1.5 leaves the connections of both of its HTTP sessions open; the embedded client has none.
    for server in (client._server, client._admin_client._server):
        session = getattr(server, "_session", None)
        if session is not None:
            session.close()


@contextmanager
def _answering(place: ChromaPlace) -> Iterator[None]:
    """Turn what Chroma and its client raise into one line with a remedy."""
    import httpx  # noqa: PLC0415
    from chromadb.errors import ChromaError  # noqa: PLC0415

    try:
        yield
    except (ChromaError, httpx.HTTPError, OSError, ValueError) as error:
        remedy = "check that the server runs and DBARCH_CHROMA_URL is right" if place.url else "run `make index`"
        reason = " ".join(str(error).split()) or type(error).__name__
        raise StoreError(f"Chroma at {place} failed: {reason}; {remedy}") from error
