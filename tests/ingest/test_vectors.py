"""The vector cache under kills and damage."""

from collections.abc import Callable
from pathlib import Path

from ingest.embeddings import Embedder
from ingest.nodes import text_digest
from ingest.vectors import VectorCache, embed_cached

TEXTS = {text_digest(text): text for text in ("one word", "two words", "three words")}


def silent(_done: int, _total: int) -> None:
    """Nobody watches."""


def test_what_is_cached_is_not_embedded_again(tmp_path: Path, words: Embedder) -> None:
    first = embed_cached(TEXTS, words, VectorCache.open(tmp_path, words), silent)
    again = embed_cached(TEXTS, words, VectorCache.open(tmp_path, words), silent)
    assert (first.embedded, again.embedded, again.cached) == (3, 0, 3)
    assert first.vectors.tobytes() == again.vectors.tobytes()


def test_a_record_cut_short_is_dropped_and_the_file_goes_on_after_the_whole_ones(
    tmp_path: Path, words: Embedder
) -> None:
    embed_cached(TEXTS, words, VectorCache.open(tmp_path, words), silent)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-7])
    assert embed_cached(TEXTS, words, VectorCache.open(tmp_path, words), silent).embedded == 1
    assert len(VectorCache.open(tmp_path, words).vectors) == 3


def test_a_damaged_record_is_embedded_again(tmp_path: Path, words: Embedder) -> None:
    embed_cached(TEXTS, words, VectorCache.open(tmp_path, words), silent)
    (file,) = tmp_path.iterdir()
    data = bytearray(file.read_bytes())
    data[40] ^= 0xFF
    file.write_bytes(data)
    assert embed_cached(TEXTS, words, VectorCache.open(tmp_path, words), silent).embedded == 1


def test_another_model_has_its_own_file(tmp_path: Path, make_embedder: Callable[..., Embedder]) -> None:
    embed_cached(TEXTS, make_embedder(), VectorCache.open(tmp_path, make_embedder()), silent)
    assert not VectorCache.open(tmp_path, make_embedder("e" * 64)).vectors


def test_no_texts_are_no_vectors(tmp_path: Path, words: Embedder) -> None:
    assert embed_cached({}, words, VectorCache.open(tmp_path, words), silent).vectors.shape == (0, 16)
