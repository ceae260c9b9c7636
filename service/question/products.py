"""Things that each of many has: of 8,000 elevators with 25 sensors each the sensors are 200,000."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from kb.vocabulary import Attribute
from service.question.numbers import Mention
from service.question.roles import bind

# What is counted over all; whose they are stays a figure of its own where it is one.
_MULTIPLIED = frozenset({"workload.devices", "workload.users"})
_OF_ITS_OWN = frozenset({"tenants", "regions", "nodes", "app.instances"})
# A signal of a machine is no source of its own: the machine sends them together.
_SIGNALS = re.compile(r"(?:tags|signals|channels|values|registers)$")
_ABOUT = r"(?:(?:about|around|roughly|some|on average|typically|up to)\s+|~\s?)?"
_OURS = r"(?:(?:our|the|these|those|their|its)\s+)?"
_WITH = re.compile(rf"^(?:,\s+|,?\s+(?P<each>each\s+)?(?:with|w/|has|have|having|x|×)\s+){_ABOUT}$", re.IGNORECASE)
_TIMES = re.compile(r"^\s+[x×]\s+$")
_EACH_BEHIND = re.compile(r"^\s+(?:each|apiece|in each|on each|per\s+(?P<one>[a-z-]+))\b", re.IGNORECASE)
_EACH_OF = re.compile(rf"\b(?:each|every one) of {_OURS}{_ABOUT}$", re.IGNORECASE)
_HAS = re.compile(rf"^\s+(?:has|have|with|carries|runs)\s+{_ABOUT}$", re.IGNORECASE)
_IN_EACH_OF = re.compile(rf"^\s+(?:in|on|at|for|from)\s+each\s+of\s+{_OURS}{_ABOUT}$", re.IGNORECASE)
_STEM = 4


def multiplied_out(
    text: str, counted: Sequence[Mention], attributes: Mapping[str, Attribute], source: str
) -> list[Mention]:
    """The numbers, where two that say how many each of so many has are one: their product, spanning both."""
    told = list(counted)
    for one, other in pairwise(counted):
        product = _product(text, one, other)
        bound = bind(text, product, attributes, source) if product else None
        if product is None or bound is None or bound.fact.attribute not in _MULTIPLIED or not bound.is_counted:
            continue
        owner = other if _IN_EACH_OF.match(text[one.end : other.start]) else one
        own = bind(text, owner, attributes, source)
        kept = [owner] if own and own.fact.attribute in _OF_ITS_OWN else []
        place = told.index(one) if one in told else -1
        if place >= 0:
            told[place : place + 2] = [*kept, product]
    return told


def _product(text: str, one: Mention, other: Mention) -> Mention | None:
    """The product of two neighbours, or None where they do not say what each of so many has or something else is said of each."""
    if not (one.unit == other.unit == "count" and one.noun and other.noun):
        return None
    if _SIGNALS.search(one.noun) or _SIGNALS.search(other.noun):
        return None
    gap, behind = text[one.end : other.start], _EACH_BEHIND.match(text[other.end :])
    many, had, end = one, other, other.end
    if _IN_EACH_OF.match(gap):
        many, had = other, one
    elif _TIMES.match(gap) or (
        (with_ := _WITH.match(gap)) and (with_["each"] or (behind and _is_of(behind["one"], one.noun)))
    ):
        end += behind.end() if behind else 0
    elif not (_EACH_OF.search(text[: one.start]) and _HAS.match(gap)):
        return None
    if _speaks_of_one(text[end:], many.noun):
        return None
    return replace(had, start=one.start, end=end, text=text[one.start : end], value=one.value * other.value)


def _is_of(one: str | None, noun: str) -> bool:
    return one is None or noun.rpartition(" ")[2].startswith(one.lower()[:_STEM])


def _speaks_of_one(text: str, noun: str) -> bool:
    """Whether what is said further is of one of the many: "each greenhouse sends a message"."""
    last = noun.rpartition(" ")[2]
    stem = re.escape(last[: max(_STEM, len(last) - 2)])
    return re.search(rf"\b(?:each|every|per|one|an?)\s+{stem}", text, re.IGNORECASE) is not None
