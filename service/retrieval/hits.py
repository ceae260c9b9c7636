"""What retrieval hands on: sections, entries and rules with their scores."""

from dataclasses import dataclass

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
