"""The steps of a build, in order: what is written aside, and how it becomes the current edition."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest.chroma import drop_dense, open_dense, write_dense
from ingest.edition import (
    CURRENT,
    EDITIONS,
    LEXICAL,
    MANIFEST,
    NODES,
    SNAPSHOT,
    VECTORS,
    Manifest,
    Utterances,
    chroma_place,
    dump_nodes,
    read_manifest,
)
from ingest.embeddings import Vectors
from ingest.errors import BuildError, EditionError, StoreError
from ingest.lexical import LexicalIndex
from ingest.nodes import Node
from kb.entry import KnowledgeBase
from kb.snapshot import dump

STAGING = ".building"


@dataclass(frozen=True)
class Draft:
    """An edition on its way: what goes into it, the directory it is built in, and the one it moves to."""

    data_dir: Path
    name: str
    previous: str | None
    kb: KnowledgeBase
    manifest: Manifest
    nodes: tuple[Node, ...]
    vectors: Vectors
    utterances: Utterances
    chroma_url: str | None

    @property
    def staging(self) -> Path:
        return self.data_dir / EDITIONS / STAGING

    @property
    def target(self) -> Path:
        return self.data_dir / EDITIONS / self.name


Step = Callable[[Draft], None]


def prepare(draft: Draft) -> None:
    """An empty directory to build in; what a killed build left there goes."""
    shutil.rmtree(draft.staging, ignore_errors=True)
    draft.staging.mkdir(parents=True)


def write_snapshot(draft: Draft) -> None:
    """The compiled entries."""
    (draft.staging / SNAPSHOT).write_bytes(dump(draft.kb))


def write_nodes(draft: Draft) -> None:
    """The node table and its vectors, row by row the same, and the vectors of what people say."""
    (draft.staging / NODES).write_bytes(dump_nodes(draft.nodes))
    np.save(draft.staging / VECTORS, draft.vectors, allow_pickle=False)
    draft.utterances.save(draft.staging)


def write_lexical(draft: Draft) -> None:
    """The BM25 index over texts and terms."""
    LexicalIndex.build([f"{node.text}\n{node.terms}" for node in draft.nodes]).save(draft.staging / LEXICAL)


def write_vectors(draft: Draft) -> None:
    """The Chroma collection; counted again from the other side before anything points to it."""
    place = chroma_place(draft.staging, draft.manifest, draft.chroma_url)
    write_dense(place, draft.nodes, draft.vectors)
    dense = open_dense(place)
    found = dense.count()
    dense.close()
    if found != len(draft.nodes):
        raise BuildError(f"Chroma at {place} took {found} of {len(draft.nodes)} vectors; run `dbarch ingest --rebuild`")


def write_manifest(draft: Draft) -> None:
    """The manifest: a directory without one is no edition."""
    (draft.staging / MANIFEST).write_text(draft.manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")


def sync(draft: Draft) -> None:
    """Everything to the disk, before a name points to it."""
    for path in sorted(draft.staging.rglob("*")):
        _fsync(path)
    _fsync(draft.staging)


def move(draft: Draft) -> None:
    """The finished directory gets its name."""
    draft.staging.rename(draft.target)
    _fsync(draft.target.parent)


def point(draft: Draft) -> None:
    """`current` names the new edition: from here on readers open it."""
    pointer = draft.data_dir / CURRENT
    aside = pointer.with_suffix(".new")
    aside.write_text(draft.name + "\n", encoding="utf-8")
    _fsync(aside)
    aside.replace(pointer)
    _fsync(draft.data_dir)


def prune(draft: Draft) -> None:
    """Keep the edition before this one, for readers that still have it open; older ones go."""
    kept = {draft.name, draft.previous, STAGING}
    for path in sorted((draft.data_dir / EDITIONS).iterdir()):
        if path.name not in kept:
            # A server that is away now is asked again by the next build, which finds the directory still there.
            with suppress(StoreError):
                _drop_collection(draft, path)
                shutil.rmtree(path, ignore_errors=True)


def _drop_collection(draft: Draft, path: Path) -> None:
    try:
        manifest = read_manifest(path)
    except EditionError:
        return
    # The same content has the same collection on a server, whichever replica built it.
    if draft.chroma_url and manifest.store == "server" and manifest.collection != draft.manifest.collection:
        drop_dense(chroma_place(path, manifest, draft.chroma_url))


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


STEPS: tuple[Step, ...] = (
    prepare,
    write_snapshot,
    write_nodes,
    write_lexical,
    write_vectors,
    write_manifest,
    sync,
    move,
    point,
    prune,
)
