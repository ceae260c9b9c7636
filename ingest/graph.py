"""A compiled model: the bundled or any other sentence-transformers model as an ONNX graph, which starts in a fraction of a second.

Loading sentence-transformers takes ten seconds and some 300 MB, which no question should wait for. The build writes the
graph once beside the editions; whoever answers reads it, and falls back to the model itself where there is none.
"""

import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ingest.embeddings import Embedder, Identity, Vectors, find, identify, load_embedder, on_threads, rounded
from ingest.errors import EmbeddingError

MODELS = "models"
# What a graph must know beside itself: the tokens that the model reads at most.
_TOKENS = "max_tokens"
_PROBES = ("Which index?", "An order belongs to one customer and has many lines; the newest 20 are read by status.")
# Vectors of the graph and of the model differ by some 1e-6, which is what rounding leaves.
_TOLERANCE = 1e-4


def graph_path(data_dir: Path, identity: Identity) -> Path:
    """Where the graph of a model lies: named after the model's digest, so that another model has another."""
    return data_dir / MODELS / f"{identity.digest[:16]}.onnx"


def open_embedder(name: str, data_dir: Path) -> Embedder:
    """The compiled model where the build has written it, otherwise the model itself. Raises EmbeddingError."""
    identity = identify(name)
    path = graph_path(data_dir, identity)
    return _GraphEmbedder(identity, path, find(name)) if path.exists() else load_embedder(name)


def compile_model(name: str, data_dir: Path) -> Path | None:
    """Write the graph of a model, unless it is there and can be read; None for a model that has no faithful graph. Raises OSError and EmbeddingError."""
    identity, directory = identify(name), find(name)
    path = graph_path(data_dir, identity)
    if _reads(identity, path, directory):
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}.new")
    model = load_embedder(name)
    try:
        # A model with a prompt of its own, or without a fast tokenizer, is more than its graph.
        if not (directory / "tokenizer.json").is_file() or not model.is_plain or not export(model.modules, aside):
            return None
        compiled = _GraphEmbedder(identity, aside, directory)
        if np.abs(compiled.embed(_PROBES) - model.embed(_PROBES)).max() > _TOLERANCE:
            return None
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return path


def _reads(identity: Identity, path: Path, directory: Path) -> bool:
    if not path.exists():
        return False
    try:
        _GraphEmbedder(identity, path, directory)
    except EmbeddingError:
        return False
    return True


class _GraphEmbedder:
    """A graph that is loaded; one text at a time, on one thread, as with the model itself."""

    def __init__(self, identity: Identity, path: Path, directory: Path) -> None:
        # Imported here: half a second that `dbarch --help` should not wait for.
        import onnxruntime  # noqa: PLC0415
        from tokenizers import Tokenizer  # noqa: PLC0415

        self.name = identity.name
        self.digest = identity.digest
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
            tokens = int(self._session.get_modelmeta().custom_metadata_map[_TOKENS])
            self._tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        except Exception as error:  # onnxruntime raises classes of its own, which share no other ancestor
            raise EmbeddingError(
                f"the compiled model {str(path)!r} cannot be read ({str(error).splitlines()[0]}): run `make index`, which compiles it again"
            ) from error
        self.dimension = int(self._session.get_outputs()[0].shape[-1])
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(tokens)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector per text, rounded to six decimals."""
        return on_threads(self._embed_one, texts, self.dimension)

    def _embed_one(self, text: str) -> Vectors:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        (vectors,) = self._session.run(None, {"input_ids": ids})
        return rounded(vectors[0])


def export(modules: Any, path: Path) -> bool:
    """The modules of a sentence-transformers model, pooling and scaling included, as one graph over token ids; False where there is none."""
    import torch  # noqa: PLC0415

    class Sentence(torch.nn.Module):
        """Ids of one text, all of them read, to its vector."""

        def __init__(self) -> None:
            super().__init__()
            self.modules_ = modules

        def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
            features = {"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)}
            if "token_type_ids" in modules.tokenizer.model_input_names:
                features["token_type_ids"] = torch.zeros_like(input_ids)
            vector: torch.Tensor = torch.nn.functional.normalize(self.modules_(features)["sentence_embedding"])
            return vector

    example = (torch.tensor([modules.tokenizer("a text to follow through the model")["input_ids"]]),)
    with _quiet():
        try:
            program = torch.onnx.export(
                Sentence().eval(),
                example,
                input_names=["input_ids"],
                output_names=["vector"],
                dynamic_shapes={"input_ids": {1: torch.export.Dim.DYNAMIC}},
                dynamo=True,
                verbose=False,
            )
        except torch.onnx.OnnxExporterError:
            return False
        if program is None:
            return False
        program.model.metadata_props[_TOKENS] = str(modules.max_seq_length)
        program.save(str(path), external_data=False)
    return True


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter warns of its own future, which is nobody's business here."""
    level = logging.getLogger("torch.onnx").level
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logging.getLogger("torch.onnx").setLevel(level)
