"""Which attribute a number is: a fact only when the words around it name one role, otherwise it stays a number."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kb.fact import Fact, Span
from kb.quantity import Quantity
from kb.vocabulary import Attribute
from service.question.asides import is_aside, is_of_largest, is_of_one
from service.question.clauses import Stretch, around, clauses, find_cue, sentences
from service.question.counted import counted, label_of, noun_of
from service.question.cues import on_subject
from service.question.forms import form_length
from service.question.numbers import Mention, mentions
from service.question.plausible import fits

# A cue in the neighbouring clause counts as if it stood this much farther away.
_COMMA = 40
# What a word explains stands near it in its clause, but for a size that is an item of a list ("MongoDB, 3 shards, 2 TB") and for nouns.
_REACH, _FAR = 28, 90
_NEXT = 12
# "64 GB of RAM" is memory, whatever stands before it.
_NAMED_BEHIND: Mapping[str, re.Pattern[str]] = {
    "memory": re.compile(r"[\s-]*(?:of\s+)?(?:ram|memory|maxmemory|heap)\b", re.IGNORECASE),
    "workload.item_overhead": re.compile(r"[\s-]*(?:of\s+)?(?:\w+\s+)?(?:overhead|headers?)\b", re.IGNORECASE),
}
_EACH_AT_MOST = 1000
_FEW = 2
# "5h, and the boss wants RPO of 10 min": what a number follows at once is that number's.
_LABELS = re.compile(
    r"\s*[:=<≤(]?\s*(?:(?:of|is|at|to|under|within|max\.?|about|around|below)\s+){0,2}[~<≤]?\d", re.IGNORECASE
)
_LABELLED = 24
# Below that a percentage beside an outage is of anything.
_PROMISED = 99
_A_FEW_BYTES = 10_000
# What is entered is told by the day; three a week merely happen, and things told by the second may as well be read.
_A_DAY, _SELDOM = 86400.0, 1e-4
_WORD = re.compile(r"[^\W\d][\w'-]*")
_ABOUT = frozenset(
    ("about", "around", "roughly", "some", "approx", "total", "nearly", "almost", "only", "just", "over")
)
_FORM_AND_NOUN, _FORM, _NOUN_AND_CUE, _NOUN, _WEAK_FORM, _WEAK_NOUN, _CUE = 8, 7, 6, 5, 4, 3, 1
# Thresholds and rests are figures of their own.
_OF_ASIDES = ("db.capacity", "node.capacity", "backlog", "headroom", "replication.lag", "size.limit")


@dataclass(frozen=True)
class _Bid:
    """How well an attribute explains a number: forms before nouns, nouns before cues, near before far, long before short."""

    attribute: Attribute
    strength: int
    distance: int
    length: int
    noun: str = ""

    @property
    def rank(self) -> tuple[int, int, int]:
        return (-self.strength, self.distance, -self.length)


@dataclass(frozen=True)
class Bound:
    """A number with its role; one that a weak noun suggests gives way to one of the same role that a phrasing states."""

    fact: Fact
    strength: int

    @property
    def is_counted(self) -> bool:
        """Whether the noun that it counts says what it is, and not a phrasing around any noun."""
        return self.strength in (_FORM_AND_NOUN, _NOUN_AND_CUE, _NOUN, _WEAK_NOUN)

    def yields_to(self, other: "Bound") -> bool:
        same = self.fact.attribute == other.fact.attribute
        return same and self.strength == _WEAK_NOUN < other.strength


def bind(text: str, mention: Mention, attributes: Mapping[str, Attribute], source: str) -> Bound | None:
    """The fact that the number states, or None where no role, or more than one, is certain."""
    bids = sorted(_bids(text, mention, attributes) or _wide(text, mention, attributes), key=lambda bid: bid.rank)
    if not bids:
        return None
    best = bids[0]
    if is_aside(text, mention) and best.attribute.name not in _OF_ASIDES:
        return None
    rivals = [bid for bid in bids[1:] if bid.rank == best.rank]
    if rivals:
        return None
    unit = best.attribute.unit or mention.unit
    end = mention.end - _surplus(mention, best)
    span = Span(source, mention.start, end, text[mention.start : end])
    fact = Fact(best.attribute.name, Quantity(mention.value, unit, span.text.strip()), "stated", span)
    return Bound(fact, best.strength)


def _surplus(mention: Mention, bid: _Bid) -> int:
    """Characters behind the counted noun: of "2 person startup building" the number counts persons."""
    begins = bid.noun and mention.unit == "count" and mention.noun.startswith(bid.noun)
    return len(mention.noun) - len(bid.noun) if begins else 0


def _bids(text: str, mention: Mention, attributes: Mapping[str, Attribute]) -> list[_Bid]:
    behind = _NAMED_BEHIND.items() if mention.unit == "bytes" else ()
    named = next((name for name, words in behind if words.match(text, mention.end)), "")
    bids = (
        _bid(text, mention, attribute)
        for attribute in attributes.values()
        if attribute.kind == "quantity"
        and fits(mention, attribute)
        and named in ("", attribute.name)
        and on_subject(text, attribute)
        and not _denied(text, mention, attribute)
    )
    return [bid for bid in bids if bid is not None]


def _denied(text: str, mention: Mention, attribute: Attribute) -> bool:
    return any(form_length(form, text, mention) for form in attribute.unless)


def _wide(text: str, mention: Mention, attributes: Mapping[str, Attribute]) -> list[_Bid]:
    """Attributes whose subject the text is on: "99.9%" beside "availability?", "300/s" of a table."""
    if mention.unit == "bytes" and _is_item(text, mention):
        return [_Bid(attributes["workload.item_bytes"], 0, 0, 0)]
    return [
        _Bid(attribute, 0, 0, 0)
        for attribute in attributes.values()
        if attribute.wide_with
        and fits(mention, attribute)
        and not _denied(text, mention, attribute)
        and mention.unit == attribute.unit
        and (mention.unit != "rate" or _is_load(text, mention))
        and (attribute.name != "availability" or mention.value >= _PROMISED)
        and any(True for word in attribute.wide_with for _ in find_cue(word, text))
    ]


def _is_item(text: str, mention: Mention) -> bool:
    """Whether a few bytes stand alone in a list: of nothing else are so few told."""
    return mention.value <= _A_FEW_BYTES and _words_beside(text, mention, around(clauses(text), mention.start)) == 0


def _is_load(text: str, mention: Mention) -> bool:
    """Whether a rate is a load though nobody knows its things: told by the day and not seldom, or of nothing in particular and alone."""
    if mention.noun:
        return mention.period >= _A_DAY and mention.value >= _SELDOM
    return _words_beside(text, mention, around(clauses(text), mention.start)) <= _FEW


def _bid(text: str, mention: Mention, attribute: Attribute) -> _Bid | None:
    noun = noun_of(mention.noun, attribute.nouns) or label_of(text, mention, attribute.nouns)
    length = _form(text, mention, attribute)
    if noun and (not length or attribute.name == "workload.devices") and _is_anothers(text, mention, attribute):
        return None
    if attribute.bare and mention.unit == "count" and not length:
        return None
    if length and (noun or not attribute.form_needs_noun):
        yields = attribute.forms_yield
        strength = (_NOUN_AND_CUE if yields else _FORM_AND_NOUN) if noun else (_WEAK_FORM if yields else _FORM)
        return _Bid(attribute, strength, 0, length, noun)
    if noun and attribute.form_needs_noun:
        return None
    if attribute.noun_needs_cue and mention.unit == "count" and not noun:
        return None
    if attribute.weak_nouns and not noun:
        return _weak(text, mention, attribute)
    # A counted noun that is nobody's ("250 widgets") is not explained by a far-off word.
    near = not noun and (counted(mention.noun) or mention.value == 0)
    listed = mention.unit == "bytes" and not _words_beside(text, mention, around(clauses(text), mention.start))
    far = _FAR if noun or listed else _REACH
    cue = _nearest_cue(text, mention, attribute.cues, _NEXT if near else far)
    if noun and (cue or not attribute.noun_needs_cue):
        # Of "5 billion sensor rows" the last word says what is counted.
        modifies = int(not mention.noun.endswith(noun))
        return _Bid(attribute, _NOUN_AND_CUE if attribute.noun_needs_cue else _NOUN, modifies, len(noun), noun)
    return _Bid(attribute, _CUE, *cue) if cue and not noun else None


def _is_anothers(text: str, mention: Mention, attribute: Attribute) -> bool:
    """Whether one of many has the counted things; the followers of the largest account are what is asked of it."""
    largest = attribute.name != "account.followers" and is_of_largest(text, mention)
    return largest or is_of_one(text, mention)


def _weak(text: str, mention: Mention, attribute: Attribute) -> _Bid | None:
    """A noun that is a source of data only where something is sent, measured or reported."""
    noun = noun_of(mention.noun, attribute.weak_nouns) or label_of(text, mention, attribute.weak_nouns)
    cue = _nearest_cue(text, mention, attribute.weak_with, _FAR) if noun else None
    return _Bid(attribute, _WEAK_NOUN, cue[0], len(noun), noun) if cue else None


def _form(text: str, mention: Mention, attribute: Attribute) -> int:
    if mention.unit != attribute.unit and mention.value == 0:
        return 0
    # "Users post 3 photos a day" is said of each of them, "users post 3 million photos a day" of all.
    small = attribute.small_forms if mention.value * mention.period <= _EACH_AT_MOST else ()
    return max((form_length(form, text, mention) for form in (*attribute.forms, *small)), default=0)


def _nearest_cue(text: str, mention: Mention, cues: Sequence[str], reach: int) -> tuple[int, int] | None:
    sentence, clause = around(sentences(text), mention.start), around(clauses(text), mention.start)
    best: tuple[int, int] | None = None
    for cue in cues:
        for place in find_cue(cue, text):
            across = reach == _FAR and (mention.unit != "bytes" or place.end <= mention.start)
            if not (sentence if across else clause).holds(place.start):
                continue
            distance = _distance(place, mention) + (0 if clause.holds(place.start) else _COMMA)
            length = place.end - place.start
            nearer = distance <= reach and (best is None or (distance, -length) < (best[0], -best[1]))
            if nearer and not _crosses(text, place, mention):
                best = (distance, length)
    return best


def _crosses(text: str, place: Stretch, mention: Mention) -> bool:
    """Whether the word explains another number: of "32 bytes and 24 bytes of overhead" only the 24 are overhead.

    "25 minutes behind, usually 2 or 3": the word has its number. A noun that another number counts is that number's: "400 GB, 90 tables" is no table of 400 GB.
    """
    if place.end <= mention.start:
        # In a list of labels the one before belongs to the next: "RPO: 1 min\nRTO: 30 min".
        before = [
            m
            for m in mentions(text[: place.start])
            if m.unit == mention.unit and text[m.tail : place.start] in ("", " ", "-")
        ]
        return bool(before) or any(other.unit == mention.unit for other in mentions(text[place.end : mention.start]))
    if (
        mention.unit != "count"
        and _LABELS.match(text, place.end)
        and any(other.unit == mention.unit for other in mentions(text[place.end : place.end + _LABELLED]))
    ):
        return True
    # "3,000 bikes, one position a minute": the one position says that they report.
    others = [other for other in mentions(text[mention.end : place.end]) if other.value != 1]
    reach = place.start - mention.end
    return any(other.tail <= reach and (other.unit == mention.unit or other.end > reach) for other in others)


def _words_beside(text: str, mention: Mention, clause: Stretch) -> int:
    before, behind = text[clause.start : mention.start], text[mention.end : clause.end]
    others = before.rpartition("(")[2] + behind.partition(")")[0]
    return len([word for word in _WORD.findall(others) if word.lower() not in _ABOUT])


def _distance(place: Stretch, mention: Mention) -> int:
    if place.end <= mention.start:
        return mention.start - place.end
    # Labels stand before their numbers: "RPO 0 RTO 2 h".
    return max(0, place.start - mention.end) + 1


_PERIODS: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(r"\s*(?:a|per|each|every|/)\s*month\b|\s*monthly\b|\s*month over month\b|\s*mom\b", re.IGNORECASE), 12),
    (re.compile(r"\s*(?:a|per|each|every|/)\s*quarter\b|\s*quarterly\b", re.IGNORECASE), 4),
    (re.compile(r"\s*(?:a|per|each|every|/)\s*week\b|\s*weekly\b", re.IGNORECASE), 52),
)


def yearly(text: str, fact: Fact) -> Fact:
    """Growth a month or quarter, compounded to a year: that is how growth is carried on."""
    if fact.attribute != "workload.growth" or fact.span is None or not isinstance(fact.value, Quantity):
        return fact
    for pattern, times in _PERIODS:
        if found := pattern.match(text, fact.span.end):
            grown = 100 * ((1 + fact.value.value / 100) ** times - 1)
            span = Span(fact.span.source, fact.span.start, found.end(), text[fact.span.start : found.end()])
            return Fact(fact.attribute, Quantity(grown, "percent"), "stated", span)
    return fact


def further(fact: Fact, attributes: Mapping[str, Attribute], known: Sequence[Fact]) -> Fact | None:
    """The fact, under the first name that is free where its attribute has several; None where none is."""
    taken = {each.attribute for each in known}
    names = (fact.attribute, *attributes[fact.attribute].further)
    free = next((name for name in names if name not in taken), None)
    return replace(fact, attribute=free) if free else None


_AFTER_NAME = re.compile(r"^[\s-]?v?$")
_PARTS = re.compile(r"(?:nodes?|shards|replicas|brokers)\b")


def is_version(text: str, mention: Mention, names: tuple[Stretch, ...]) -> bool:
    """Whether the number directly follows the name of a technology (`PostgreSQL 16`, `MySQL 8.0`)."""
    return (
        mention.unit == "count"
        and not _PARTS.match(mention.noun)
        and any(name.end <= mention.start and _AFTER_NAME.match(text[name.end : mention.start]) for name in names)
    )
