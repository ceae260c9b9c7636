"""The vector cache: one file per model, to which vectors are appended under the digest of their text."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ingest.edition import SCHEMA
from ingest.embeddings import Embedder, Vectors

CHUNK = 64
_KEY = 32
_CHECK = 4


@dataclass
class VectorCache:
    """Records of one size (digest, vector, checksum): a record cut short by a kill is seen and dropped.

    Only the holder of the build lock writes.
    """

    path: Path
    dimension: int
    vectors: dict[str, Vectors] = field(default_factory=dict)

    @classmethod
    def open(cls, directory: Path, embedder: Embedder) -> "VectorCache":
        """Read what is there for this model, whole records only."""
        cache = cls(directory / f"{embedder.digest[:16]}-{SCHEMA}.vectors", embedder.dimension)
        cache.path.parent.mkdir(parents=True, exist_ok=True)
        data = cache.path.read_bytes() if cache.path.exists() else b""
        whole = len(data) - len(data) % cache._size
        for start in range(0, whole, cache._size):
            cache._take(data[start : start + cache._size])
        if whole != len(data):
            with cache.path.open("r+b") as file:
                file.truncate(whole)
        return cache

    def add(self, vectors: Mapping[str, Vectors]) -> None:
        """Append vectors by the digest of their text."""
        data = b"".join(_record(digest, vector) for digest, vector in vectors.items())
        # In one write, so that two builds that share a cache through a link do not mix their records.
        with self.path.open("ab", buffering=len(data) + 1) as file:
            file.write(data)
        self.vectors.update(vectors)

    @property
    def _size(self) -> int:
        return _KEY + 4 * self.dimension + _CHECK

    def _take(self, record: bytes) -> None:
        body, check = record[:-_CHECK], record[-_CHECK:]
        if zlib.crc32(body).to_bytes(_CHECK, "little") == check:
            self.vectors[body[:_KEY].hex()] = np.frombuffer(body[_KEY:], dtype=np.float32)


@dataclass(frozen=True)
class Embedded:
    """One vector per text, in order; how many were computed and how many were known."""

    vectors: Vectors
    embedded: int
    cached: int


def embed_cached(
    texts: Mapping[str, str], embedder: Embedder, cache: VectorCache, progress: Callable[[int, int], None]
) -> Embedded:
    """Vectors for texts by their digest; what is computed is kept chunk by chunk, so that a killed build resumes."""
    missing = [digest for digest in texts if digest not in cache.vectors]
    done = len(texts) - len(missing)
    progress(done, len(texts))
    for chunk in _chunks(missing):
        computed = embedder.embed([texts[digest] for digest in chunk])
        cache.add(dict(zip(chunk, computed, strict=True)))
        done += len(chunk)
        progress(done, len(texts))
    known = [cache.vectors[digest] for digest in texts]
    matrix = np.stack(known) if known else np.zeros((0, embedder.dimension), dtype=np.float32)
    return Embedded(matrix, len(missing), len(texts) - len(missing))


def _record(digest: str, vector: Vectors) -> bytes:
    body = bytes.fromhex(digest) + vector.tobytes()
    return body + zlib.crc32(body).to_bytes(_CHECK, "little")


def _chunks(digests: Sequence[str]) -> list[Sequence[str]]:
    return [digests[start : start + CHUNK] for start in range(0, len(digests), CHUNK)]
