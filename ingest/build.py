"""The build: a knowledge base becomes an edition, aside, and `current` points to it last."""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ingest.edition import (
    EDITIONS,
    PARAMETERS,
    SCHEMA,
    Manifest,
    Utterances,
    current_name,
    edition_id,
    fences_digest,
    open_edition,
    read_manifest,
)
from ingest.embeddings import Embedder
from ingest.errors import BuildError, EditionError, LockedError
from ingest.nodes import Node, build_nodes, text_digest
from ingest.steps import STEPS, Draft, Step
from ingest.subjects import load_subjects, load_utterances
from ingest.vectors import Embedded, VectorCache, embed_cached
from kb.entry import KnowledgeBase

Progress = Callable[[int, int], None]
CACHE = "cache"
LOCK = "build.lock"


@dataclass(frozen=True)
class BuildRequest:
    """What to build and where; `rebuild` writes a new edition even where one with the same content stands."""

    kb: KnowledgeBase
    data_dir: Path
    chroma_url: str | None = None
    rebuild: bool = False
    subjects: Mapping[str, str] = field(default_factory=load_subjects)
    utterances: Mapping[str, tuple[str, ...]] = field(default_factory=load_utterances)


@dataclass(frozen=True)
class BuildReport:
    """What a build did; without `created` the edition was up to date."""

    edition: str
    created: bool
    entries: int
    sections: int
    nodes: int
    embedded: int
    cached: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Machinery:
    """What a test replaces: the clock, and the steps, between which it fails or kills."""

    clock: Callable[[], float] = time.perf_counter
    steps: tuple[Step, ...] = STEPS


def quiet(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


def build(
    request: BuildRequest, embedder: Embedder, progress: Progress = quiet, machinery: Machinery | None = None
) -> BuildReport:
    """Build the edition of a knowledge base, unless the current one is it. Raises BuildError or StoreError.

    Whatever happens before the last steps, the edition before stays as it was and stays current.
    """
    tools = machinery or Machinery()
    started = tools.clock()
    if not request.kb.entries:
        raise BuildError("the knowledge base holds no entries: check DBARCH_KB_DIR and the installation")
    with _writing(request.data_dir), _locked(request.data_dir):
        before = _current_manifest(request.data_dir)
        done = None if request.rebuild else _up_to_date(request, embedder)
        if done is not None:
            return _report(done, before, None, tools.clock() - started)
        manifest, embedded = _create(request, embedder, progress, tools.steps)
        return _report(manifest, before, embedded, tools.clock() - started)


def _up_to_date(request: BuildRequest, embedder: Embedder) -> Manifest | None:
    try:
        edition = open_edition(request.data_dir, embedder, request.chroma_url)
    except EditionError:
        return None
    edition.close()
    return edition.manifest if edition.id == _wanted(request, embedder) else None


def _create(
    request: BuildRequest, embedder: Embedder, progress: Progress, steps: tuple[Step, ...]
) -> tuple[Manifest, Embedded]:
    draft, embedded = drafted(request, embedder, progress)
    try:
        for step in steps:
            step(draft)
    finally:
        shutil.rmtree(draft.staging, ignore_errors=True)
    return draft.manifest, embedded


def drafted(request: BuildRequest, embedder: Embedder, progress: Progress = quiet) -> tuple[Draft, Embedded]:
    """All that goes into an edition, before anything but the cache of vectors is written."""
    nodes = build_nodes(request.kb, request.subjects)
    digests = {node.id: text_digest(node.text) for node in nodes}
    said = [(intent, text) for intent, texts in sorted(request.utterances.items()) for text in texts]
    texts = {digests[node.id]: node.text for node in nodes} | {text_digest(text): text for _, text in said}
    cache = VectorCache.open(request.data_dir / CACHE, embedder)
    embedded = embed_cached(texts, embedder, cache, progress)
    rows = {digest: row for row, digest in enumerate(texts)}
    vectors = embedded.vectors[[rows[digests[node.id]] for node in nodes]]
    heard = Utterances(
        tuple(intent for intent, _ in said), embedded.vectors[[rows[text_digest(text)] for _, text in said]]
    )
    name = _free_name(request.data_dir, _wanted(request, embedder))
    manifest = _manifest(request, embedder, nodes, name)
    previous = current_name(request.data_dir)
    places = (request.data_dir, name, previous)
    draft = Draft(*places, request.kb, manifest, nodes, vectors, heard, request.chroma_url)
    return draft, embedded


def _wanted(request: BuildRequest, embedder: Embedder) -> str:
    named = {**request.subjects, **{f"{intent}?": "\n".join(texts) for intent, texts in request.utterances.items()}}
    return edition_id(request.kb, named, embedder)


def _manifest(request: BuildRequest, embedder: Embedder, nodes: tuple[Node, ...], name: str) -> Manifest:
    kb = request.kb
    return Manifest(
        edition=_wanted(request, embedder),
        code_schema=SCHEMA,
        kb_digest=kb.digest,
        fences_digest=fences_digest(kb.fences),
        model=embedder.name,
        model_digest=embedder.digest,
        dimension=embedder.dimension,
        parameters=PARAMETERS,
        store="server" if request.chroma_url else "embedded",
        collection=f"dbarch-{name}",
        sections=sum(len(entry.anchors) for entry in kb.entries.values()),
        nodes=len(nodes),
        entries=_entry_digests(kb),
    )


def _entry_digests(kb: KnowledgeBase) -> Mapping[str, str]:
    """What changed between two editions is told entry by entry; a repr holds all that an entry is made of."""
    return {
        entry_id: hashlib.sha256(repr(kb.entries[entry_id]).encode()).hexdigest()[:16]
        for entry_id in sorted(kb.entries)
    }


def _free_name(data_dir: Path, edition: str) -> str:
    """The id, or with a number behind it: an edition that stands is never written again, not even by a rebuild."""
    number, name = 1, edition
    while (data_dir / EDITIONS / name).exists():
        number += 1
        name = f"{edition}-{number}"
    return name


def _current_manifest(data_dir: Path) -> Manifest | None:
    try:
        name = current_name(data_dir)
        return read_manifest(data_dir / EDITIONS / name) if name else None
    except EditionError:
        return None


def _report(manifest: Manifest, before: Manifest | None, embedded: Embedded | None, seconds: float) -> BuildReport:
    old = before.entries if before else {}
    new = manifest.entries
    return BuildReport(
        edition=manifest.edition,
        created=embedded is not None,
        entries=len(new),
        sections=manifest.sections,
        nodes=manifest.nodes,
        embedded=embedded.embedded if embedded else 0,
        cached=embedded.cached if embedded else 0,
        added=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(sorted(entry for entry in new.keys() & old.keys() if new[entry] != old[entry])),
        removed=tuple(sorted(old.keys() - new.keys())),
        seconds=seconds,
    )


@contextmanager
def _writing(data_dir: Path) -> Iterator[None]:
    """Turn a full disk or a forbidden directory into one line with a remedy."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise BuildError(
            f"the edition cannot be written to {str(data_dir)!r} ({reason}), the one before is untouched: "
            "free some space or set DBARCH_DATA_DIR to a directory that can be written, then run `make index`"
        ) from error


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    """One builder at a time; the lock goes with the process, so a killed one leaves nothing to clear."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / LOCK).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise LockedError(
                f"another build (process {file.read().strip() or 'unknown'}) is writing to {str(data_dir)!r}: wait until it is done"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
