"""Diagrams of an answer as PNG pictures with a text for those who do not see them."""

import re
from collections.abc import Iterator

import mmdr

from service.answer.advice import Advice
from service.frontends.slack.mrkdwn import shortened
from service.frontends.slack.posting import Picture

# Slack takes a thousand characters of alternative text.
MAX_ALT = 1_000
# Sharp on a dense screen, and a picture is never scaled up by much.
WIDTH = 1_600
_ENTITY = re.compile(r"^\s*(\w+)\s+\S*--\S*\s+(\w+)\s*:", re.MULTILINE)
_KIND = re.compile(r"^\s*(\w+)", re.MULTILINE)
_KINDS = {"erDiagram": "Entity-relationship diagram", "flowchart": "Flow chart", "graph": "Flow chart", "sequenceDiagram": "Sequence diagram", "stateDiagram": "State diagram", "xychart": "Chart"}  # fmt: skip


def pictures(advice: Advice) -> Iterator[Picture]:
    """One picture for each diagram; a diagram that cannot be drawn stays out, its source stands in the full answer."""
    diagrams = (b for section in advice.sections for b in section.blocks if b.kind == "diagram")
    for number, block in enumerate(diagrams, 1):
        source = "\n".join(claim.text for claim in block.claims)
        try:
            drawn = mmdr.render(source).png(width=WIDTH, background="#ffffff")
        except ValueError:
            continue
        yield Picture(f"diagram-{number}.png", bytes(drawn), kind(source), alt(source))


def kind(source: str) -> str:
    found = _KIND.search(source)
    return _KINDS.get(found[1] if found else "", "Diagram")


def alt(source: str) -> str:
    """The entities and what is related to what, in words."""
    related = list(dict.fromkeys(f"{left} to {right}" for left, right in _ENTITY.findall(source)))
    told = f"{kind(source)} with {len(related)} relations: {', '.join(related)}." if related else f"{kind(source)}."
    return shortened(told, MAX_ALT)
