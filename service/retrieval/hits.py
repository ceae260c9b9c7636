"""What retrieval hands on: sections, entries and rules with their scores."""

from dataclasses import dataclass, replace

from ingest.embeddings import DECIMALS
from ingest.nodes import Route


@dataclass(frozen=True)
class Hit:
    """A section, scored by the best of what leads to it; `matched` is that text: its own, a question or a rule."""

    section: str
    entry: str
    score: float
    dense: float
    lexical: float
    route: Route
    matched: str


@dataclass(frozen=True)
class EntryHit:
    """An entry, scored by its best sections."""

    entry: str
    score: float


@dataclass(frozen=True)
class RuleHit:
    """A guidance rule whose own words are near the question."""

    entry: str
    rule: str
    score: float


@dataclass(frozen=True)
class GapHit:
    """A subject that has no entry yet, nearer to the question than any entry."""

    subject: str
    title: str
    score: float


@dataclass(frozen=True)
class Retrieved:
    """What there is on a question, best first; `relevant` says whether it is about our subject at all, `astray` that it is nearer to others'."""

    hits: tuple[Hit, ...]
    entries: tuple[EntryHit, ...]
    rules: tuple[RuleHit, ...]
    gaps: tuple[GapHit, ...]
    relevance: float
    relevant: bool
    astray: bool = False


# Of a question that goes on: its own words weigh more than what was said before, which says what they are about.
_OWN, _BEFORE = 0.6, 0.4


def going_on(whole: Retrieved, own: Retrieved) -> Retrieved:
    """The sections of the whole conversation by how near the last question is to them; what only the one or the other found comes last."""
    said = {hit.section: hit.score for hit in own.hits}
    before = {hit.section: hit.score for hit in whole.hits}
    found = {hit.section: hit for hit in (*own.hits, *whole.hits)}
    merged = (
        replace(hit, score=round(_OWN * said.get(name, 0.0) + _BEFORE * before.get(name, 0.0), DECIMALS))
        for name, hit in found.items()
    )
    return replace(whole, hits=tuple(sorted(merged, key=lambda hit: (-hit.score, hit.section)))[: len(whole.hits)])
