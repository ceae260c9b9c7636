"""Options: "A or B?" about two ways of doing a thing, and what says a word on both."""

import re
from collections.abc import Iterable

from service.answer.selection import Chosen

_OPTIONS = re.compile(r"((?:[\w-]+\s){0,2}[\w-]+)\s*,?\s+(?:or|vs\.?|versus)\s+((?:[\w-]+\s?){1,3})", re.IGNORECASE)
_BETWEEN = re.compile(
    r"\b(?:difference|differences|distinction)s? between ((?:[\w-]+\s){0,2}?[\w-]+) and ((?:[\w-]+\s?){1,2})",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z0-9][a-z0-9_-]*")
# Words that tell no option from another.
_COMMON = frozenset(
    [
        "a",
        "an",
        "the",
        "use",
        "using",
        "should",
        "would",
        "could",
        "we",
        "i",
        "our",
        "is",
        "are",
        "be",
        "do",
        "does",
        "take",
        "with",
        "for",
        "of",
        "to",
        "in",
        "on",
        "as",
        "and",
        "which",
        "what",
        "better",
        "keep",
        "store",
        "have",
        "it",
        "them",
        "not",
    ]
)
# Inflections of a word share this many of its first letters.
_STEM = 6


def options(text: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """The words that tell the two options apart, each set in lower case; None where the text puts no two side by side."""
    match = _BETWEEN.search(text) or _OPTIONS.search(text)
    if match is None:
        return None
    left, right = (frozenset(_WORD.findall(part.lower())) - _COMMON for part in match.groups())
    first, second = left - right, right - left
    return (first, second) if first and second else None


def speaks_of_both(text: str, wanted: tuple[frozenset[str], frozenset[str]]) -> bool:
    """Whether the text has a word of each option."""
    stems = {word[:_STEM] for word in _WORD.findall(text.lower())}
    return all(any(word[:_STEM] in stems for word in option) for option in wanted)


def weighing(text: str, chosen: Iterable[Chosen]) -> Chosen | None:
    """The first pattern or trade-off whose summary speaks of both options: its author has weighed them."""
    wanted = options(text)
    if wanted is None:
        return None
    found = (c for c in chosen if c.entry.kind in ("patterns", "tradeoffs"))
    return next((c for c in found if speaks_of_both(c.entry.meta.summary, wanted)), None)
