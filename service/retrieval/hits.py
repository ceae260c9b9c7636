"""What retrieval hands on: sections, entries and rules with their scores."""

from dataclasses import dataclass, replace

from ingest.embeddings import DECIMALS
from ingest.nodes import Route
from service.retrieval.fusion import by_entry, damped


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
    said, before = ({(hit.entry, hit.rule): hit.score for hit in each.rules} for each in (own, whole))
    rules = tuple(
        RuleHit(
            entry, rule, round(_OWN * said.get((entry, rule), 0.0) + _BEFORE * before.get((entry, rule), 0.0), DECIMALS)
        )
        for entry, rule in dict.fromkeys((*before, *said))
    )
    return replace(whole, hits=_merged(whole, own), rules=rules)


def focused(story: Retrieved, point: Retrieved) -> Retrieved:
    """What there is on the sentence that is the question, in the light of the story around it; entries follow their sections."""
    hits = _merged(story, point)
    by_id = by_entry((hit.entry, hit.score) for hit in hits)
    entries = (EntryHit(entry, damped(scores)) for entry, scores in by_id.items())
    ranked = tuple(sorted(entries, key=lambda hit: (-hit.score, hit.entry)))
    near = max(story, point, key=lambda each: each.relevance)
    rules = {(hit.entry, hit.rule): hit for hit in (*story.rules, *point.rules)}
    return replace(near, hits=hits, entries=ranked, rules=tuple(rules.values()), astray=story.astray and point.astray)


def _merged(whole: Retrieved, own: Retrieved) -> tuple[Hit, ...]:
    said = {hit.section: hit.score for hit in own.hits}
    before = {hit.section: hit.score for hit in whole.hits}
    found = {hit.section: hit for hit in (*whole.hits, *own.hits)}
    merged = (
        replace(hit, score=round(_OWN * said.get(name, 0.0) + _BEFORE * before.get(name, 0.0), DECIMALS))
        for name, hit in found.items()
    )
    return tuple(sorted(merged, key=lambda hit: (-hit.score, hit.section)))[: len(whole.hits)]
