"""The settings of ingest."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from ingest.settings import IngestSettings


def test_a_server_is_given_by_its_address() -> None:
    assert IngestSettings(chroma_url="http://chroma:8000", data_dir=Path("d")).chroma_url == "http://chroma:8000"


@pytest.mark.parametrize("url", ["chroma:8000", "ftp://chroma", "http://chroma/path"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        IngestSettings(chroma_url=url)
