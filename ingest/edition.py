"""An edition: the immutable directory of indexes, vectors and compiled entries that the service answers from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ingest.chroma import HNSW, ChromaPlace, open_dense
from ingest.embeddings import Identity, Vectors
from ingest.errors import EditionError
from ingest.lexical import K1, B, LexicalIndex
from ingest.nodes import TOKENS, Node
from kb.entry import FenceStatus, KnowledgeBase
from kb.errors import KbError
from kb.snapshot import restore

# Raise it with every change of what is written into an edition or how text is cut, embedded or tokenized.
SCHEMA = 4
CURRENT = "current"
EDITIONS = "editions"
MANIFEST = "manifest.json"
SNAPSHOT = "kb.json"
NODES = "nodes.json"
VECTORS = "vectors.npy"
UTTERANCES = "utterances.npy"
INTENTS = "intents.json"
LEXICAL = "bm25"
CHROMA = "chroma"
REPAIR = "run `make index` (or `dbarch ingest --rebuild`)"
_NODES = TypeAdapter(tuple[Node, ...])


class Manifest(BaseModel):
    """What an edition was made of and with; an edition that does not say this is none of ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    edition: str
    code_schema: int
    kb_digest: str
    fences_digest: str
    model: str
    model_digest: str
    dimension: int
    parameters: Mapping[str, str | int | float]
    store: Literal["embedded", "server"]
    collection: str
    sections: int
    nodes: int
    entries: Mapping[str, str]


class Dense(Protocol):
    """The nearest nodes by meaning."""

    def count(self) -> int: ...
    def nearest(self, vector: Vectors, limit: int) -> tuple[tuple[str, float], ...]: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Utterances:
    """What people say who want a thing: row n of `vectors` is a sentence of intent n."""

    intents: tuple[str, ...]
    vectors: Vectors

    def save(self, directory: Path) -> None:
        """Write both beside each other."""
        (directory / INTENTS).write_text(json.dumps(self.intents), encoding="utf-8")
        np.save(directory / UTTERANCES, self.vectors, allow_pickle=False)

    @classmethod
    def load(cls, directory: Path) -> "Utterances":
        """Read what `save` wrote. Raises OSError or ValueError."""
        intents = tuple(json.loads((directory / INTENTS).read_text(encoding="utf-8")))
        vectors = np.load(directory / UTTERANCES, allow_pickle=False)
        if len(intents) != len(vectors):
            raise ValueError(f"{len(vectors)} utterances for {len(intents)} intents")
        return cls(intents, vectors)


@dataclass(frozen=True)
class Edition:
    """An edition that is open for reading; row n of `vectors` and of the lexical index is node n."""

    path: Path
    manifest: Manifest
    kb: KnowledgeBase
    nodes: tuple[Node, ...]
    vectors: Vectors
    dense: Dense
    lexical: LexicalIndex
    utterances: Utterances

    @property
    def id(self) -> str:
        return self.manifest.edition

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The row of each node by its id."""
        return {node.id: row for row, node in enumerate(self.nodes)}

    @cached_property
    def elsewhere(self) -> Vectors:
        """The vectors of what is none of our business."""
        found: Vectors = self.vectors[[row for row, node in enumerate(self.nodes) if node.route == "elsewhere"]]
        return found

    def close(self) -> None:
        """Let go of the files."""
        self.dense.close()


PARAMETERS: Mapping[str, str | int | float] = {**HNSW, "k1": K1, "b": B, "tokens": TOKENS}


def edition_id(kb: KnowledgeBase, subjects: Mapping[str, str], identity: Identity) -> str:
    """Named after its content: the same entries, subjects, model and code give the same edition."""
    content = [kb.digest, fences_digest(kb.fences), sorted(subjects.items())]
    parts = [SCHEMA, identity.digest, sorted(PARAMETERS.items()), content]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def fences_digest(fences: Mapping[str, FenceStatus]) -> str:
    """One digest over the lock of verified fences: an answer shows what it says."""
    return hashlib.sha256(json.dumps(sorted(fences.items())).encode()).hexdigest()


def is_stale(edition: Edition, kb_digest: str) -> bool:
    """Whether the entries on disk are others than those in the edition."""
    return edition.manifest.kb_digest != kb_digest


def current_name(data_dir: Path) -> str | None:
    """The directory name that `current` points to; cheap enough to look at between requests."""
    try:
        return (data_dir / CURRENT).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EditionError(
            f"{str(data_dir / CURRENT)!r} cannot be read: {error.strerror}; check DBARCH_DATA_DIR"
        ) from error


def read_manifest(path: Path) -> Manifest:
    """The manifest of an edition's directory. Raises EditionError."""
    try:
        return Manifest.model_validate_json((path / MANIFEST).read_bytes())
    except OSError as error:
        raise EditionError(
            f"the edition {path.name!r} in {str(path.parent)!r} is incomplete: it has no manifest; {REPAIR}"
        ) from error
    except ValidationError as error:
        raise EditionError(
            f"the edition {path.name!r} in {str(path.parent)!r} was written by another version; {REPAIR}"
        ) from error


def chroma_place(path: Path, manifest: Manifest, chroma_url: str | None) -> ChromaPlace:
    """Where the vectors of an edition lie."""
    return ChromaPlace(manifest.collection, path / CHROMA, chroma_url)


def open_edition(data_dir: Path, identity: Identity, chroma_url: str | None = None) -> Edition:
    """Open the current edition; what does not fit this code, model and store is refused with the command that repairs it.

    Raises EditionError, and StoreError when Chroma does not answer.
    """
    name = current_name(data_dir)
    if name is None:
        raise EditionError(f"there is no edition in {str(data_dir)!r}; {REPAIR}")
    path = data_dir / EDITIONS / name
    manifest = read_manifest(path)
    for misfit in _misfits(manifest, identity, chroma_url):
        raise EditionError(f"the edition {name!r} {misfit}; {REPAIR}")
    try:
        edition = _read(path, manifest, chroma_url)
    except (OSError, ValueError, KeyError, KbError) as error:
        raise EditionError(f"the edition {name!r} in {str(path.parent)!r} is damaged ({error}); {REPAIR}") from error
    _count(edition)
    return edition


def _misfits(manifest: Manifest, identity: Identity, chroma_url: str | None) -> tuple[str, ...]:
    store = "server" if chroma_url else "embedded"
    checks = (
        (manifest.code_schema == SCHEMA, f"has schema {manifest.code_schema}, this code reads {SCHEMA}"),
        (
            manifest.model_digest == identity.digest,
            f"was embedded with {manifest.model!r} ({manifest.model_digest[:12]}), not with {identity.name!r} ({identity.digest[:12]})",
        ),
        (manifest.store == store, f"has its vectors in the {manifest.store} Chroma, the settings ask for {store}"),
    )
    return tuple(text for holds, text in checks if not holds)


def _read(path: Path, manifest: Manifest, chroma_url: str | None) -> Edition:
    kb = restore((path / SNAPSHOT).read_bytes())
    nodes = _NODES.validate_json((path / NODES).read_bytes())
    # Read whole, not mapped: the files may go when two newer editions have been built.
    vectors = np.load(path / VECTORS, allow_pickle=False)
    if vectors.shape != (manifest.nodes, manifest.dimension) or len(nodes) != manifest.nodes:
        raise ValueError(f"{len(nodes)} nodes and {len(vectors)} vectors where the manifest says {manifest.nodes}")
    lexical = LexicalIndex.load(path / LEXICAL)
    place = chroma_place(path, manifest, chroma_url)
    if chroma_url is None and not place.directory.is_dir():
        # Chroma would create it, empty, inside an edition that nobody may change.
        raise ValueError("its Chroma directory is missing")
    return Edition(path, manifest, kb, nodes, vectors, open_dense(place), lexical, Utterances.load(path))


def _count(edition: Edition) -> None:
    found = edition.dense.count()
    if found != edition.manifest.nodes:
        edition.close()
        raise EditionError(
            f"Chroma holds {found} vectors of the edition {edition.path.name!r}, its manifest says {edition.manifest.nodes}; {REPAIR}"
        )


def dump_nodes(nodes: tuple[Node, ...]) -> bytes:
    """The node table without the lexical terms, which the BM25 index holds."""
    return _NODES.dump_json(tuple(replace(node, terms="") for node in nodes))
