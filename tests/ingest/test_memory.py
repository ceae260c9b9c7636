"""An edition in memory is the one that a build writes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.build import BuildRequest, build
from ingest.edition import open_edition
from ingest.embeddings import Embedder
from ingest.memory import edition_in_memory
from kb.entry import KnowledgeBase
from service.retrieval.search import Retriever


def test_an_edition_in_memory_finds_what_the_written_one_finds(
    tmp_path: Path, make_kb: Callable[..., KnowledgeBase], words: Embedder
) -> None:
    request = BuildRequest(make_kb(), tmp_path, subjects={})
    build(request, words)
    written, held = open_edition(tmp_path, words), edition_in_memory(request, words)
    assert (held.manifest.edition, held.kb, held.nodes) == (written.manifest.edition, written.kb, written.nodes)
    assert held.dense.count() == written.dense.count()
    for text in ("workers take jobs", "money between accounts"):
        vector = words.embed([text])[0]
        # The last decimal is the index's own arithmetic.
        near = dict(written.dense.nearest(vector, len(held.nodes)))
        assert dict(held.dense.nearest(vector, len(held.nodes))) == pytest.approx(near, abs=2e-6)
        one, other = (Retriever(edition, words).retrieve(text, vector) for edition in (held, written))
        assert one == other
    written.close()
    held.close()


def test_an_edition_in_memory_writes_nothing_but_vectors(
    tmp_path: Path, make_kb: Callable[..., KnowledgeBase], words: Embedder
) -> None:
    edition_in_memory(BuildRequest(make_kb(), tmp_path), words)
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
