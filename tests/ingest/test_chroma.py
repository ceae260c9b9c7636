"""Chroma on a server: shared by replicas, one collection per edition, and gone."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.build import BuildRequest, Machinery, build
from ingest.chroma import ChromaPlace, drop_dense, open_dense
from ingest.edition import chroma_place, open_edition
from ingest.embeddings import Embedder
from ingest.errors import BuildError, StoreError
from ingest.steps import STEPS, Draft, write_vectors
from kb.entry import KnowledgeBase
from service.errors import RetrievalError
from service.retrieval.search import Retriever

Make = Callable[..., KnowledgeBase]
Server = tuple[str, "subprocess.Popen[bytes]"]
pytestmark = pytest.mark.slow


def test_replicas_share_the_collection_of_an_edition(
    tmp_path: Path, make_kb: Make, words: Embedder, chroma_server: Server
) -> None:
    url, _ = chroma_server
    ids = [build(BuildRequest(make_kb(), tmp_path / name, url, subjects={}), words).edition for name in ("a", "b")]
    assert ids[0] == ids[1]
    for name in ("a", "b"):
        edition = open_edition(tmp_path / name, words, url)
        assert edition.dense.count() == 10
        edition.close()
    assert not (tmp_path / "a" / "editions" / ids[0] / "chroma").exists()


def test_the_collection_of_an_edition_goes_with_its_directory(
    tmp_path: Path, make_kb: Make, words: Embedder, chroma_server: Server
) -> None:
    url, _ = chroma_server
    first = build(BuildRequest(make_kb(), tmp_path, url, subjects={}), words).edition
    place = ChromaPlace(f"dbarch-{first}", tmp_path, url)
    build(BuildRequest(make_kb("1" * 64), tmp_path, url, subjects={}), words)
    open_dense(place).close()
    build(BuildRequest(make_kb("2" * 64), tmp_path, url, subjects={}), words)
    with pytest.raises(StoreError, match=r"does not exist.*DBARCH_CHROMA_URL"):
        open_dense(place)
    drop_dense(place)


def test_an_embedded_edition_is_not_up_to_date_for_a_server(
    tmp_path: Path, make_kb: Make, words: Embedder, chroma_server: Server
) -> None:
    build(BuildRequest(make_kb(), tmp_path, subjects={}), words)
    assert build(BuildRequest(make_kb(), tmp_path, chroma_server[0], subjects={}), words).created


def test_a_server_that_is_gone_is_told_when_asked_opened_and_written_to(
    tmp_path: Path, make_kb: Make, words: Embedder, chroma_server: Server
) -> None:
    url, server = chroma_server
    build(BuildRequest(make_kb(), tmp_path, url, subjects={}), words)
    edition = open_edition(tmp_path, words, url)
    retriever = Retriever(edition, words)
    assert retriever.retrieve("queue", retriever.embed("queue")).hits
    server.kill()
    server.wait()
    with pytest.raises(RetrievalError, match=r"cannot be searched: Chroma at http.*DBARCH_CHROMA_URL"):
        retriever.retrieve("queue", retriever.embed("queue"))
    edition.close()
    with pytest.raises(StoreError, match="check that the server runs"):
        open_edition(tmp_path, words, url)
    with pytest.raises(StoreError, match="check that the server runs"):
        build(BuildRequest(make_kb("n" * 64), tmp_path, url, rebuild=True), words)
    with pytest.raises(StoreError, match="check that the server runs"):
        drop_dense(chroma_place(edition.path, edition.manifest, url))


def test_a_collection_that_took_too_little_is_no_edition(tmp_path: Path, make_kb: Make, words: Embedder) -> None:
    def twice(draft: Draft) -> None:
        dense_nodes = draft.nodes[:3]
        write_vectors(Draft(**{**vars(draft), "nodes": dense_nodes, "vectors": draft.vectors[:3]}))
        write_vectors(Draft(**{**vars(draft), "nodes": dense_nodes[:1], "vectors": draft.vectors[:1]}))

    steps = tuple(twice if step is write_vectors else step for step in STEPS)
    with pytest.raises(BuildError, match="took 3 of 1"):
        build(BuildRequest(make_kb(), tmp_path, subjects={}), words, machinery=Machinery(steps=steps))
