"""Subjects: what the knowledge base is to cover; one without an entry is a gap that an answer can name."""

from collections.abc import Mapping
from importlib import resources

import yaml


def load_subjects() -> Mapping[str, str]:
    """Titles by the id that the entry has or will have."""
    text = resources.files("kb").joinpath("terms/subjects.yaml").read_text(encoding="utf-8")
    titles: Mapping[str, str] = yaml.load(text, Loader=yaml.CSafeLoader)
    return titles
