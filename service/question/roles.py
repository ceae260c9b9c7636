"""Which attribute a number is: a fact only when the words around it name one role, otherwise it stays a number."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kb.fact import Fact, Span
from kb.quantity import Quantity
from kb.vocabulary import Attribute
from service.question.clauses import Stretch, around, clauses, find_cue, sentences
from service.question.numbers import Mention

# A cue in the neighbouring clause counts as if it stood this much farther away.
_COMMA = 40
_REACH = 90
_NEXT = 12
# A quantity outside its range is somebody else's number: no query is answered in a week, nothing is kept for a millisecond.
_PLAUSIBLE: Mapping[str, tuple[float, float]] = {
    "latency.p99": (1e-4, 120.0),
    "latency.rtt": (1e-5, 5.0),
    "workload.retention": (3600.0, 3.2e9),
    "workload.item_bytes": (1.0, 1e9),
    "downtime.window": (0.0, 7 * 86400.0),
    "availability": (50.0, 100.0),
    "workload.peak_factor": (1.0, 1000.0),
    "team.size": (1.0, 10_000.0),
    "regions": (1.0, 100.0),
    "db.size": (1e6, 1e19),
    "freshness": (0.0, 7 * 86400.0),
    "cache.ttl": (1e-3, 3.2e7),
}
_ZERO_DURATION = ("rpo", "rto", "downtime.window", "freshness")


@dataclass(frozen=True)
class _Bid:
    """How well an attribute explains a number: nouns before cues, near before far, long cues before short."""

    attribute: Attribute
    strength: int
    distance: int
    length: int
    noun: str = ""

    @property
    def rank(self) -> tuple[int, int, int]:
        return (-self.strength, self.distance, -self.length)


def bind(text: str, mention: Mention, attributes: Mapping[str, Attribute], source: str) -> Fact | None:
    """The fact that the number states, or None where no role, or more than one, is certain."""
    bids = sorted(_bids(text, mention, attributes), key=lambda bid: bid.rank)
    if not bids:
        return None
    best = bids[0]
    rivals = [bid for bid in bids[1:] if bid.rank == best.rank]
    if rivals:
        return None
    unit = best.attribute.unit or mention.unit
    end = mention.end - _surplus(mention, best)
    span = Span(source, mention.start, end, text[mention.start : end])
    return Fact(best.attribute.name, Quantity(mention.value, unit, span.text.strip()), "stated", span)


def _surplus(mention: Mention, bid: _Bid) -> int:
    """Characters behind the counted noun: of "2 person startup building" the number counts persons."""
    begins = bid.noun and mention.unit == "count" and mention.noun.startswith(bid.noun)
    return len(mention.noun) - len(bid.noun) if begins else 0


def _bids(text: str, mention: Mention, attributes: Mapping[str, Attribute]) -> list[_Bid]:
    bids = (
        _bid(text, mention, attribute)
        for attribute in attributes.values()
        if attribute.kind == "quantity" and _fits(mention, attribute)
    )
    return [bid for bid in bids if bid is not None]


def _bid(text: str, mention: Mention, attribute: Attribute) -> _Bid | None:
    noun = _noun_match(mention.noun, attribute) if mention.noun else None
    # A counted noun that is nobody's ("250 widgets") is not explained by a far-off word.
    cue = _nearest_cue(text, mention, attribute, _REACH if noun or not mention.noun else _NEXT)
    if noun and cue:
        return _Bid(attribute, 3 if attribute.noun_needs_cue else 2, 0, len(noun), noun)
    if noun:
        return None if attribute.noun_needs_cue else _Bid(attribute, 2, 0, len(noun), noun)
    return _Bid(attribute, 1, *cue) if cue else None


def _fits(mention: Mention, attribute: Attribute) -> bool:
    zero = mention.value == 0 and not mention.noun and attribute.name in _ZERO_DURATION
    if attribute.unit != mention.unit and not zero:
        return False
    low, high = _PLAUSIBLE.get(attribute.name, (0.0, float("inf")))
    return zero or low <= mention.value <= high


def _noun_match(noun: str, attribute: Attribute) -> str | None:
    """The longest noun of the attribute that the noun phrase begins or ends with."""
    hits = [w for w in attribute.nouns if noun == w or noun.endswith(f" {w}") or noun.startswith(f"{w} ")]
    return max(hits, key=len, default=None)


def _nearest_cue(text: str, mention: Mention, attribute: Attribute, reach: int) -> tuple[int, int] | None:
    sentence, clause = around(sentences(text), mention.start), around(clauses(text), mention.start)
    best: tuple[int, int] | None = None
    for cue in attribute.cues:
        for place in find_cue(cue, text):
            if not sentence.holds(place.start):
                continue
            distance = _distance(place, mention) + (0 if clause.holds(place.start) else _COMMA)
            length = place.end - place.start
            if distance <= reach and (best is None or (distance, -length) < (best[0], -best[1])):
                best = (distance, length)
    return best


def _distance(place: Stretch, mention: Mention) -> int:
    if place.end <= mention.start:
        return mention.start - place.end
    return max(0, place.start - mention.end)


_AFTER_NAME = re.compile(r"^[\s-]?v?$")


def is_version(text: str, mention: Mention, names: tuple[Stretch, ...]) -> bool:
    """Whether the number directly follows the name of a technology (`PostgreSQL 16`, `MySQL 8.0`)."""
    return mention.unit == "count" and any(
        name.end <= mention.start and _AFTER_NAME.match(text[name.end : mention.start]) for name in names
    )
