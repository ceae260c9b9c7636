"""Opening editions: what is refused, and with which remedy."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ingest.build import BuildReport, BuildRequest, build
from ingest.chroma import ChromaPlace, open_dense
from ingest.edition import current_name, is_stale, open_edition
from ingest.embeddings import Embedder
from ingest.errors import EditionError, StoreError
from kb.entry import KnowledgeBase

Make = Callable[..., KnowledgeBase]


@pytest.fixture
def built(tmp_path: Path, make_kb: Make, words: Embedder) -> Path:
    report = build(BuildRequest(make_kb(), tmp_path, subjects={}), words)
    return tmp_path / "editions" / report.edition


@pytest.fixture
def repair(tmp_path: Path, make_kb: Make, words: Embedder) -> Callable[[], BuildReport]:
    return lambda: build(BuildRequest(make_kb(), tmp_path, subjects={}, rebuild=True), words)


def test_what_was_built_can_be_read(built: Path, tmp_path: Path, make_kb: Make, words: Embedder) -> None:
    edition = open_edition(tmp_path, words)
    assert edition.kb == make_kb()
    assert edition.path == built
    assert edition.vectors.shape == (10, 16)
    assert [edition.rows[node.id] for node in edition.nodes] == list(range(10))
    assert edition.dense.nearest(edition.vectors[3], 10)[0][1] == pytest.approx(1, abs=1e-5)
    edition.close()


def test_an_edition_is_stale_when_the_entries_are_others(built: Path, tmp_path: Path, words: Embedder) -> None:
    edition = open_edition(tmp_path, words)
    edition.close()
    assert not is_stale(edition, "k" * 64)
    assert is_stale(edition, "n" * 64)


def test_a_directory_without_an_edition_says_how_to_build_one(tmp_path: Path, words: Embedder) -> None:
    with pytest.raises(EditionError, match=r"there is no edition in .*make index"):
        open_edition(tmp_path, words)


def test_a_pointer_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "current").mkdir()
    with pytest.raises(EditionError, match="cannot be read"):
        current_name(tmp_path)


def test_another_model_is_refused(built: Path, tmp_path: Path, make_embedder: Callable[..., Embedder]) -> None:
    with pytest.raises(EditionError, match=r"embedded with 'words' \(dddd.*not with 'words' \(eeee.*make index"):
        open_edition(tmp_path, make_embedder("e" * 64))


def test_a_server_is_not_asked_for_an_embedded_edition(built: Path, tmp_path: Path, words: Embedder) -> None:
    with pytest.raises(EditionError, match=r"embedded Chroma, the settings ask for server.*make index"):
        open_edition(tmp_path, words, "http://127.0.0.1:9")


def _schema(path: Path) -> None:
    manifest = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps({**manifest, "code_schema": 999}))


def _foreign(path: Path) -> None:
    (path / "manifest.json").write_text('{"name": "foreign"}')


def _no_manifest(path: Path) -> None:
    (path / "manifest.json").unlink()


def _no_directory(path: Path) -> None:
    shutil.rmtree(path)


def _snapshot(path: Path) -> None:
    (path / "kb.json").write_text("{")


def _nodes(path: Path) -> None:
    (path / "nodes.json").write_text("[]")


def _vectors(path: Path) -> None:
    np.save(path / "vectors.npy", np.zeros((2, 16), dtype=np.float32))


def _lexical(path: Path) -> None:
    shutil.rmtree(path / "bm25")


def _chroma(path: Path) -> None:
    shutil.rmtree(path / "chroma")


def _chroma_count(path: Path) -> None:
    name = json.loads((path / "manifest.json").read_text())["collection"]
    dense = open_dense(ChromaPlace(name, path / "chroma"))
    dense.collection.delete(ids=["patterns/queue#problem"])
    dense.close()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_schema, "has schema 999"),
        (_foreign, "another version"),
        (_no_manifest, "incomplete"),
        (_no_directory, "incomplete"),
        (_snapshot, "damaged"),
        (_nodes, "0 nodes"),
        (_vectors, "2 vectors"),
        (_lexical, "damaged"),
        (_chroma, "Chroma directory is missing"),
        (_chroma_count, "holds 9 vectors.*says 10"),
    ],
)
def test_what_is_damaged_is_refused_with_the_command_that_repairs_it_and_that_command_does(
    built: Path, words: Embedder, repair: Callable[[], BuildReport], damage: Callable[[Path], None], message: str
) -> None:
    damage(built)
    tmp_path = built.parents[1]
    with pytest.raises(EditionError, match=f"{message}.*make index") as caught:
        open_edition(tmp_path, words)
    assert "\n" not in str(caught.value)
    assert repair().created
    open_edition(tmp_path, words).close()


def test_a_chroma_file_that_is_garbage_is_one_line(built: Path, tmp_path: Path, words: Embedder) -> None:
    (built / "chroma" / "chroma.sqlite3").write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreError, match="make index") as caught:
        open_edition(tmp_path, words)
    assert "\n" not in str(caught.value)
