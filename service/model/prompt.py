"""Prompts: instructions from the Markdown files beside the code, data in marked blocks that nothing in them can leave."""

from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

from service.model.calls import Prompt

MOST_TEXT, MOST_ATTACHED = 60_000, 12_000


@lru_cache(maxsize=8)
def instructions(name: str) -> str:
    """The text of prompts/NAME.md."""
    return resources.files("service.model").joinpath(f"prompts/{name}.md").read_text(encoding="utf-8")


def block(name: str, lines: Iterable[str]) -> str:
    """A named block of data: each line begins with `> `, so that no line of it reads as one of ours."""
    quoted = [f"> {line}" for text in lines for line in (text.splitlines() or [""])]
    return "\n".join((name, *quoted)) if quoted else ""


def prompt(system: str, blocks: Iterable[str]) -> Prompt:
    """Instructions, and the blocks that hold something as data."""
    return Prompt(system, "\n\n".join(("DATA", *(each for each in blocks if each))))
