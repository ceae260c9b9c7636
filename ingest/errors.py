"""Everything that ingest raises.

IngestError
├── EmbeddingError     the embedding model is not there, or is not the one it should be
├── BuildError         an edition cannot be written; the one before stays as it was
│   └── LockedError    another build is running on the same data directory
├── EditionError       there is no edition that this code, model and store can read
└── StoreError         Chroma does not answer
"""


class IngestError(Exception):
    """Root of everything that ingest raises; the message is one line that says what to do."""


class EmbeddingError(IngestError):
    """The embedding model is not there, or is not the one it should be."""


class BuildError(IngestError):
    """An edition cannot be written; the one before stays as it was."""


class LockedError(BuildError):
    """Another build is running on the same data directory."""


class EditionError(IngestError):
    """There is no edition that this code, model and store can read."""


class StoreError(IngestError):
    """Chroma does not answer."""
