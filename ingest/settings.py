"""The settings of ingest, read from the environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest.embeddings import BUNDLED


class IngestSettings(BaseSettings):
    """Where the edition lies, what embeds it and what goes into it; the names carry the prefix DBARCH_.

    Unknown names with the prefix are refused by service.settings, which knows all of them.
    """

    model_config = SettingsConfigDict(env_prefix="DBARCH_", env_ignore_empty=True, extra="ignore", frozen=True)

    data_dir: Path = Path("data")
    chroma_url: Annotated[str | None, Field(pattern=r"^https?://[^/\s]+/?$")] = None
    embedding_model: Annotated[str, Field(min_length=1)] = BUNDLED
    kb_dir: Path | None = None
