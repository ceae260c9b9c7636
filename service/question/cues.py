"""Flags, choices, sets and measures: attributes that words state, and words deny."""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from kb.fact import Fact, Span
from kb.quantity import Quantity, parse_quantity
from kb.vocabulary import Attribute
from service.question.clauses import Stretch, find_cue, negated
from service.question.forms import places

_ALTERNATIVE = re.compile(r"\b(?:or|vs|versus|instead|than|to)\b", re.IGNORECASE)
_WEIGHED_BEFORE = re.compile(r"\b(?:vs\.?|versus)\s+(?:an?\s+)?$", re.IGNORECASE)
_WEIGHED_BEHIND = re.compile(r"\s+(?:(?:vs\.?|versus)\s|or\s+(?:by|per|in)\s)", re.IGNORECASE)
# "bigint, timestamptz" are two columns, "32-bit integer" is one.
_LISTED = re.compile(r",|\band\b|\+|&", re.IGNORECASE)
_NEGATIVE_START = ("no ", "not ", "without ", "zero", "can't", "cannot", "don't", "never", "lacks", "missing")
# "No cloud outside Germany" allows those inside.
_EXCEPT = re.compile(r"\s+(?:outside|other than|except|besides|beyond)\b", re.IGNORECASE)


def flags(text: str, attributes: Iterable[Attribute], source: str) -> tuple[Fact, ...]:
    """A flag is true where one of its cues stands, false where every place of its cues is denied."""
    found = []
    for attribute in attributes:
        if attribute.kind != "flag":
            continue
        places = [(place, _denied(text, place, cue)) for cue in attribute.cues for place in find_cue(cue, text)]
        if places:
            affirmed = [place for place, denied in places if not denied]
            place = min(affirmed or [place for place, _ in places], key=lambda p: (p.start, -p.end))
            found.append(Fact(attribute.name, bool(affirmed), "stated", _span(text, place, source)))
    return tuple(found)


def on_subject(text: str, attribute: Attribute) -> bool:
    """Whether the text is on what the attribute is of: a length of time is a query's only where there are queries."""
    return not attribute.only_with or any(True for word in attribute.only_with for _ in find_cue(word, text))


def choices(text: str, attributes: Iterable[Attribute], source: str) -> tuple[Fact, ...]:
    """A choice is made where cues of exactly one of its values stand undenied; a set holds every value with a cue."""
    found = []
    for attribute in attributes:
        if attribute.kind not in ("choice", "set") or not attribute.values or not on_subject(text, attribute):
            continue
        hits = _undenied(text, attribute.values)
        if not hits:
            continue
        first = min(hits.values(), key=lambda p: p.start)
        if attribute.kind == "set":
            found.append(Fact(attribute.name, frozenset(hits), "stated", _span(text, first, source)))
        elif len(hits) == 1:
            found.append(Fact(attribute.name, next(iter(hits)), "stated", _span(text, first, source)))
    return tuple(found)


def measures(text: str, attributes: Iterable[Attribute], source: str) -> tuple[Fact, ...]:
    """Quantities that words state without a number ("by day", "a bigint column"): the longest words, then the first."""
    found = []
    for attribute in attributes:
        if not on_subject(text, attribute):
            continue
        hits = [
            (place.start - place.end, place.start, value, place)
            for value, forms in attribute.measures.items()
            for form in forms
            for place in places(form, text)
            if not negated(text, place.start) and (attribute.adds or not _is_alternative(text, place))
        ]
        free = [hit for hit in hits if not any(_covers(other[3], hit[3]) for other in hits)]
        if free:
            places_ = {
                hit[3]: parse_quantity(hit[2], attribute.unit or None) for hit in sorted(free, key=lambda hit: hit[1])
            }
            fact = _measured(text, attribute, places_, source)
            found += [fact] if fact else []
    return tuple(found)


def _measured(text: str, attribute: Attribute, hits: Mapping[Stretch, Quantity], source: str) -> Fact | None:
    """The first of several; the columns of one key are added, and of alternatives none is stated."""
    stretch, first = next(iter(hits.items()))
    value = first.value
    if attribute.adds and len(hits) > 1:
        whole = Stretch(stretch.start, max(place.end for place in hits))
        if _ALTERNATIVE.search(text[whole.start : whole.end]):
            return None
        ordered = list(hits)
        if all(_LISTED.search(text[a.end : b.start]) for a, b in pairwise(ordered)):
            stretch, value = whole, sum(each.value for each in hits.values())
    span = _span(text, stretch, source)
    # "Growing by double every year" is no figure to be said again.
    spelling = f"{value:g}%" if first.unit == "percent" else span.text
    return Fact(attribute.name, Quantity(value, first.unit, spelling), "stated", span)


def _is_alternative(text: str, place: Stretch) -> bool:
    """Whether it is one of two that are weighed: "by day or by site?", "uuid vs bigint"."""
    return bool(_WEIGHED_BEFORE.search(text[: place.start]) or _WEIGHED_BEHIND.match(text, place.end))


def _covers(place: Stretch, other: Stretch) -> bool:
    """Whether a place holds another that is shorter: "int unsigned" is no "int"."""
    return place.start <= other.start and other.end <= place.end and place != other


def _undenied(text: str, values: Mapping[str, tuple[str, ...]]) -> dict[str, Stretch]:
    hits: dict[str, Stretch] = {}
    for value, value_cues in values.items():
        places = [place for cue in value_cues for place in find_cue(cue, text) if not _denied(text, place, cue)]
        if places:
            hits[value] = min(places, key=lambda p: (p.start, -p.end))
    return hits


def _denied(text: str, place: Stretch, cue: str) -> bool:
    # A cue that is itself a negation ("no downtime") is not denied by its own word, but by an exception behind it.
    if cue.lower().startswith(_NEGATIVE_START):
        return bool(_EXCEPT.match(text, place.end))
    return negated(text, place.start, place.end)


def _span(text: str, place: Stretch, source: str) -> Span:
    return Span(source, place.start, place.end, text[place.start : place.end])
