"""Relations: what the asker says of two things, a pair of nouns and how many of one belong to how many of the other."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from service.question.noun_words import is_barred, is_person, singular

# `many_to_many`: several on both sides. `one_to_many`: `other` belongs to `one`. `over_time`: `one` is at one `other` at a
# time and moves. `once`: a pair of both occurs once. `not_at_once`: of `one` no two `other` overlap. `valued`: `other` is an
# amount of `one` that holds from a date on; where both are the same it is of no thing that is named. `states`: `one` is in one
# of the states of `other`, which stand between slashes.
Kind = Literal["many_to_many", "one_to_many", "over_time", "once", "not_at_once", "valued", "states"]

_ONE = r"(?:an?|each|every|one|any|the same|the)\s+(?P<one>[a-z-]+(?: [a-z-]+)??)"
_ONES = r"(?<![\w-])(?P<one>[a-z-]+(?<!s)s|[a-z-]+ [a-z-]+(?<!s)s|people|children)"
_MANY = r"(?:several|many|multiple|more than one|two or more|various|different|numerous|any number of|lots of|two|three|a few|2|3)(?:\s+(?:different|other))?"
_OTHERS = r"(?P<other>[a-z-]*[a-z](?<!s)s|[a-z-]+ [a-z-]*[a-z](?<!s)s|people|children)(?![\w-])"
_MAY = r"(?:(?P<may>can|may|might|could|should be able to)\s+(?:(?:also|each|now|even)\s+){0,2})?"
# What several things share, what somebody has for himself, and what a whole is made of.
_SHARING = r"(?P<sharing>(?:be|is|are|gets?)\s+(?:\w+(?:ed|en|wn|ot|ut|ld)\s+)?(?:in|on|at|across|by|over|for|to|part of|with)|belongs? to|appears? in|works? (?:in|at|for|on)|plays? (?:in|for)|attends?|teach(?:es)?|takes?|covers?|serves?|suppl(?:y|ies)|speaks?|joins?|shares?|uses?|needs?|requires?|combines?|mix(?:es)?|visits?|treats?)"
_HAVING = r"(?P<having>have|has|owns?|gets?)"
_PARTS = r"(?P<parts>contains?|includes?|holds?|comprises?|consists? of|(?:is|are|gets?|be) (?:split|divided|broken|cut)(?: up| down)? into|(?:is|are) made (?:up )?of)"
_STATED = (
    re.compile(rf"\b{_ONE}\s+{_MAY}(?:{_SHARING}|{_HAVING}|{_PARTS})\s+(?P<many>{_MANY})\s+{_OTHERS}", re.IGNORECASE),
    re.compile(rf"{_ONES}\s+{_MAY}(?:{_SHARING}|{_HAVING}|{_PARTS})\s+(?P<many>{_MANY})\s+{_OTHERS}", re.IGNORECASE),
    # "A vessel has systems, systems have components."
    re.compile(rf"(?:\b{_ONE}|{_ONES.replace('one', 'ones')})\s+(?:{_HAVING}|{_PARTS})\s+{_OTHERS}", re.IGNORECASE),
    # "... and each roast several lots"
    re.compile(rf"(?:\band|,)\s+(?P<sharing>each|every|one|an?)\s+(?P<one>[a-z-]+(?: [a-z-]+)??)(?<!s)\s+(?P<many>{_MANY})\s+{_OTHERS}", re.IGNORECASE),
)  # fmt: skip
_BELONGS = re.compile(
    rf"\b{_ONE}\s+(?:belongs to|is in|is part of|has)\s+(?:only\s+|exactly\s+)?(?:one|a single|exactly one)\s+(?P<other>[a-z-]+)(?![\w-])(?! of)",
    re.IGNORECASE,
)
_MOVES = re.compile(
    r"(?<![\w-])(?P<one>[a-z-]+)\s+(?:(?:can|may|often|sometimes|also|are|is|get|gets|who)\s+){0,2}(?:moves?|moved|switch(?:es)?|switched|rotates?|rotated|transfers?|transferred|reassigned|changes?)\s+(?:back and forth\s+)?(?:between|from one|among|across)\s+(?:the\s+|our\s+)?(?P<other>[a-z-]+)(?:\s+and\s+(?P<third>[a-z-]+s)(?![\w-]))?",
    re.IGNORECASE,
)
# "Customers switch tariffs over the years": what is kept of the past has a past.
_SWITCHES = re.compile(
    r"(?<![\w-])(?P<one>[a-z-]+(?<!s)s|people)\s+(?:(?:can|may|often|sometimes|also)\s+){0,2}(?:switch|change|move)\s+(?:(?:their|the|its)\s+)?(?P<other>[a-z-]+(?<!s)s|[a-z-]+ies)\b(?=[^.;!?\n]{0,60}\b(?:over time|over the years|every year|each year|from time to time|at any|at a|in the past|histor(?:y|ies))\b)",
    re.IGNORECASE,
)
_ONCE = re.compile(
    rf"\b{_ONE}\s+(?:(?:can|may|must)\s+)?(?:only\s+)?[a-z]+\s+(?:an?|the|each|every|one|any|the same)\s+(?P<other>[a-z-]+(?: [a-z-]+)??)\s+(?:only\s+|at most\s+|exactly\s+|just\s+)?once\b",
    re.IGNORECASE,
)
_NOT_AT_ONCE = re.compile(
    r"(?<![\w-])(?P<one>[a-z-]+)\s+(?:must|can|may|should|could)(?:\s*not|n't|nt)\b[^.;!?\n]{0,60}?\btwo\s+(?P<other>[a-z-]+s)\s+(?:at once|at the same time|at a time|that overlap|overlapping)",
    re.IGNORECASE,
)
# "An ERD for a choir and its concerts": the one, and what it has many of.
_ITS = re.compile(
    r"\b(?:schema|tables?|data ?base|data model|model|erd?|diagram)\s+(?:for|of)\s+(?:an?|our|my|the|one)\s+(?P<one>[a-z-]+(?: [a-z-]+)?)\s+(?:and|with)\s+(?:its|their|his|her|all its)\s+(?P<other>[a-z-]+s)\b",
    re.IGNORECASE,
)
_SOMETIMES = re.compile(r"^(?:can|may|might|could|of|for|in|with|and|or|that|which|also|still|then)\b")


@dataclass(frozen=True)
class Relation:
    """Two nouns in the singular and what is said of them."""

    kind: Kind
    one: str
    other: str


@lru_cache(maxsize=64)
def relations(text: str) -> tuple[Relation, ...]:
    """Every relation that the text states, each pair once, in order; what goes both ways is many to many."""
    found: dict[frozenset[str], Relation] = {}
    for each in (*_stated(text), *_others(text)):
        pair = frozenset((each.one, each.other))
        known = found.get(pair)
        if known is None:
            found[pair] = each
        elif known.kind == each.kind == "one_to_many" and known.one == each.other:
            found[pair] = Relation("many_to_many", known.one, known.other)
        elif each.kind == "many_to_many" and known.kind == "one_to_many":
            found[pair] = each
    return tuple(found.values())


def _stated(text: str) -> Iterator[Relation]:
    """How many of one a thing has, in the order of the text."""
    matches = sorted(
        (match.start(), number, match) for number, form in enumerate(_STATED) for match in form.finditer(text)
    )
    for _, _, match in matches:
        said = match.groupdict()
        yield from _named(_kind(said), said.get("one") or said.get("ones") or "", said["other"])


def _kind(said: dict[str, str | None]) -> Kind:
    """Several that are shared are shared by several; what somebody has is his, unless it is people."""
    other = singular(said["other"] or "")
    if said.get("sharing"):
        return "many_to_many"
    if said.get("having"):
        return (
            "many_to_many"
            if said.get("many") and (is_person(other) or other in ("person", "people"))
            else "one_to_many"
        )
    return "many_to_many" if said.get("may") else "one_to_many"


def _others(text: str) -> Iterator[Relation]:
    for match in _BELONGS.finditer(text):
        yield from _named("one_to_many", match["other"], match["one"])
    for match in _ITS.finditer(text):
        yield from _named("one_to_many", match["one"], match["other"])
    for match in _MOVES.finditer(text):
        for other in filter(None, (match["other"], match["third"])):
            yield from _named("over_time", match["one"], other)
    for match in _SWITCHES.finditer(text):
        yield from _named("over_time", match["one"], match["other"])
    for match in _ONCE.finditer(text):
        yield from _named("once", match["one"], match["other"])
    for match in _NOT_AT_ONCE.finditer(text):
        yield from _named("not_at_once", match["one"], match["other"])


def _named(kind: Kind, one: str, other: str) -> Iterable[Relation]:
    """The relation of both, unless one is no noun: a word of our trade, a pronoun, a modal."""
    names = [singular(one.lower()), singular(other.lower())]
    if names[0] == names[1] or any(is_barred(name) or _SOMETIMES.match(name) for name in names):
        return ()
    return (Relation(kind, *names),)
