"""What is wanted beside an answer: a diagram of what is pasted, where to cut it, or the record of a decision."""

import itertools
import re
from collections.abc import Sequence

from service.question.clauses import negated
from service.question.entities import Named

_SPLIT = re.compile(
    r"\b(?:micro-?services?|bounded contexts?|modular monolith|(?:split|break|carve|cut|decompos\w*|extract\w*|separat\w*)\b.{0,60}\b(?:monolith|services?|schema|database|modules?|domains?|contexts?)|(?:monolith|schema|database)\b.{0,40}\b(?:split|apart|decompos\w*))\b",
    re.IGNORECASE | re.DOTALL,
)
_DIAGRAM = re.compile(r"\b(?:erd|er[- ]diagrams?|entity[- ]relationship|diagrams?|mermaid|draw)\b", re.IGNORECASE)

_AGAINST = re.compile(
    r"^(?:[ -][\w-]+){0,3},? (?:instead of|over|rather than|and not|not) (?:[\w-]+ )?$", re.IGNORECASE
)


def decided(text: str, named: Sequence[Named]) -> tuple[Named, Named] | None:
    """Of a decision that is told as made, what was taken and what it was taken instead of; None where it is still open."""
    pairs = ((a, b) for a, b in itertools.pairwise(named) if a.id != b.id)
    return next((pair for pair in pairs if _AGAINST.match(text[pair[0].end : pair[1].start])), None)


def wants_contexts(text: str) -> bool:
    """Whether the question is about splitting what is pasted."""
    return _SPLIT.search(text) is not None


def wants_diagram(text: str) -> bool:
    """Whether a diagram of it is asked for."""
    return any(not negated(text, found.start()) for found in _DIAGRAM.finditer(text))
