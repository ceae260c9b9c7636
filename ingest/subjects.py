"""Subjects: what the knowledge base is to cover, of which one without an entry is a gap, what is none of its business, and what people say."""

from collections.abc import Mapping
from importlib import resources
from typing import Any

import yaml

# The prefix of ids under which examples of other people's business are indexed.
ELSEWHERE = "elsewhere"


def load_subjects() -> Mapping[str, str]:
    """Titles by the id that the entry has or will have; examples of what lies elsewhere by a number."""
    titles: Mapping[str, str] = _read("subjects")
    examples: list[str] = _read("elsewhere")
    return {**titles, **{f"{ELSEWHERE}/{number:03}": text for number, text in enumerate(examples, 1)}}


def load_utterances() -> Mapping[str, tuple[str, ...]]:
    """What people say who want a thing, by what they want."""
    return {intent: tuple(texts) for intent, texts in _read("utterances").items()}


def _read(name: str) -> Any:
    text = resources.files("kb").joinpath(f"terms/{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.CSafeLoader)
