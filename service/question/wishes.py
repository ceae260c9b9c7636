"""What is wanted of a pasted schema beside its review: a diagram, or where to cut it."""

import re

from service.question.clauses import negated

_SPLIT = re.compile(
    r"\b(?:micro-?services?|bounded contexts?|modular monolith|(?:split|break|carve|cut|decompos\w*|extract\w*|separat\w*)\b.{0,60}\b(?:monolith|services?|schema|database|modules?|domains?|contexts?)|(?:monolith|schema|database)\b.{0,40}\b(?:split|apart|decompos\w*))\b",
    re.IGNORECASE | re.DOTALL,
)
_DIAGRAM = re.compile(r"\b(?:erd|er[- ]diagrams?|entity[- ]relationship|diagrams?|mermaid|draw)\b", re.IGNORECASE)


def wants_contexts(text: str) -> bool:
    """Whether the question is about splitting what is pasted."""
    return _SPLIT.search(text) is not None


def wants_diagram(text: str) -> bool:
    """Whether a diagram of it is asked for."""
    return any(not negated(text, found.start()) for found in _DIAGRAM.finditer(text))
