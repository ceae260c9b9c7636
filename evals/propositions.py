"""Propositions: whether one claim says that a subject stands in a relation to an object, with which number, affirmed or denied.

Never a match over the whole answer: two sentences that each hold half of a proposition do not make it. After Nuggeteer
(Marton and Radul 2006) a nugget is made or not; half a point where a relation or number is missing, as in TREC RAG.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from evals.case import Form, quantity
from evals.units import Unit
from kb.quantity import Quantity
from service.question.numbers import Mention, mentions

_DENIAL = re.compile(
    r"(?:\b(?:no|not|never|without|neither|nor|cannot|avoid|avoids|refuse|refuses|instead of|rather than|hardly|wrong|mistake|do not|don't|doesn't|isn't|aren't|can't|won't)\b|n't)(?:\W+\w+){0,6}\W*$",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    r"^(?:\W+\w+){0,3}?\W+(?:no|not|never|none|nothing|is wrong|are wrong|fails?|loses?)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Match:
    """How well a claim makes a proposition: 1 whole, 0.5 without its relation or number, 0 not; or that it contradicts it."""

    grade: float
    contradicted: bool = False
    unit: Unit | None = None


NONE = Match(0.0)


@lru_cache(maxsize=8192)
def alias_pattern(alias: str) -> re.Pattern[str]:
    """Whole words, any case, hyphen, underscore and space alike, plural tolerated; `*` ends a prefix."""
    parts = [part for part in re.split(r"[\s\-_]+", alias.strip().lower()) if part]
    bodies = [re.escape(part[:-1]) + r"\w*" if part.endswith("*") else re.escape(part) for part in parts]
    tail = r"(?:s|es)?" if parts and parts[-1][-1:].isalpha() and not parts[-1].endswith("s") else ""
    head = r"(?<![\w])" if parts and (parts[0][0].isalnum()) else ""
    end = r"(?!\w)" if parts and (parts[-1][-1].isalnum() or parts[-1].endswith("*")) else ""
    return re.compile(head + r"[\s\-_]+".join(bodies) + tail + end, re.IGNORECASE)


def found(aliases: Iterable[str], text: str) -> re.Match[str] | None:
    """The first place where one of the names stands."""
    hits = (match for alias in aliases if (match := alias_pattern(alias).search(text)))
    return min(hits, key=lambda match: match.start(), default=None)


def match(forms: Iterable[Form], over: Iterable[Unit]) -> Match:
    """The best match of any form in any one claim; a contradiction counts only where nothing makes the proposition."""
    wanted = tuple(forms)
    best = NONE
    contradicting = NONE
    for unit in over:
        for form in wanted:
            graded = _grade(form, unit)
            if graded.contradicted:
                contradicting = graded
            elif graded.grade > best.grade:
                best = graded
        if best.grade == 1.0:
            return best
    return best if best.grade else contradicting


def _grade(form: Form, unit: Unit) -> Match:
    if not found(form.about, f"{unit.heading}. {unit.text}"):
        return NONE
    contradicted = False
    for stretch in _stretches(form, unit):
        places = [found(group, stretch) for group in form.objects]
        if not all(places):
            continue
        if form.polarity != "either" and _denied(stretch, places) != (form.polarity == "denied"):
            contradicted = True
            continue
        complete = (not form.relation or bool(found(form.relation, stretch))) and _holds_number(form, stretch)
        return Match(1.0 if complete else 0.5, unit=unit)
    return Match(0.0, contradicted=contradicted, unit=unit)


def _stretches(form: Form, unit: Unit) -> tuple[str, ...]:
    """Polarity is a matter of one sentence; where it does not matter, the whole claim is one."""
    return unit.sentences if form.polarity != "either" else (unit.text,)


def _denied(sentence: str, places: Iterable[re.Match[str] | None]) -> bool:
    return any(
        place and (_DENIAL.search(sentence[: place.start()]) or _DENIED_AFTER.match(sentence[place.end() :]))
        for place in places
    )


def _holds_number(form: Form, text: str) -> bool:
    return not form.number or holds_number(text, quantity(form.number), form.tolerance)


def holds_number(text: str, wanted: Quantity, tolerance: float) -> bool:
    """Whether a number in the text is of the wanted kind and within the tolerance of its value."""
    return any(_agrees(mention, wanted, tolerance) for mention in mentions(text))


def _agrees(mention: Mention, wanted: Quantity, tolerance: float) -> bool:
    if mention.unit != wanted.unit:
        return False
    return abs(mention.value - wanted.value) <= tolerance * abs(wanted.value) + 1e-12
