"""Whether a sentence says the contrary of what stands nearest to it, or the same with its places exchanged."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from service.check.bindings import counted_per, indifferent, other_default, predicated, rebound
from service.check.bounds import overstepped
from service.check.case import CLOSE, FEWEST, NEARLY, Case
from service.check.figures import figures, stands
from service.check.relations import inverted
from service.check.rows import misplaced
from service.check.words import Words, clauses, opposed, propositions, words

_FITS = re.compile(
    r"\b(?:right|fits?|suits?|good|best|ideal|made for|use|choose|take|excels?|handles?|serves?|well|strength|belongs?)\b",
    re.IGNORECASE,
)
_UNFIT = re.compile(
    r"\b(?:wrong|poor(?:ly)?|bad(?:ly)?|avoid|worse|unfit|mistakes?|instead|rather|better)\b", re.IGNORECASE
)


def negated(case: Case) -> str:
    """A sentence, or a part of one, that is about the same says the opposite, and none as near agrees."""
    adverse = frozenset(text for passage in case.passages for text in passage.adverse)
    near = [
        (each.share, each.words)
        for each in case.window
        if each.share >= CLOSE
        and "\n" not in each.words.text
        and (each.words.believed or each.words.text not in adverse)
    ]
    if turned := _turned(case.claim, near):
        return f"{case.sentence!r} says the opposite of {turned[1].text!r} on {turned[0]!r}"
    if near and (mark := inverted(case.sentence, near[0][1].text)):
        return f"{case.sentence!r} turns {near[0][1].text!r} around at {mark!r}"
    for _, each in near:
        if reason := _apart(case, each.text):
            return f"{case.sentence!r} {reason}, where it cites {each.text!r}"
    return _parts_turned(case, adverse)


def _apart(case: Case, source: str) -> str:
    """What the sentence bounds, counts, restricts or places otherwise than one that is near."""
    asked = frozenset(stem for w in case.ground.asked.read for stem in w.bag)
    for compare, reason in _COMPARED:
        if (found := compare(case.sentence, source)) and not (compare is counted_per and found in asked):
            return reason.format(found)
    return ""


# What two sentences are compared by, each with what a difference means.
_COMPARED: tuple[tuple[Callable[[str, str], str], str], ...] = (
    (indifferent, "says of all what depends on {!r}"),
    (overstepped, "means the other side of {!r}"),
    (counted_per, "counts per {!r}"),
    (other_default, "calls {!r} the default"),
    (predicated, "says of {!r} what stands of another figure"),
    (rebound, "has another figure or quantifier for {!r}"),
)


def _parts_turned(case: Case, adverse: frozenset[str]) -> str:
    """A part of the sentence says the opposite of the part of a passage that is nearest to it."""
    said = [w.text for passage in case.passages for w in passage.read if w.text not in adverse]
    parts = [words(part) for text in said for part in dict.fromkeys((*clauses(text), *propositions(text)))]
    parts = [part for part in parts if not (part.elided and case.claim.denies)]
    for clause in (
        replace(words(part), elided=False)
        for part in dict.fromkeys((*clauses(case.sentence), *propositions(case.sentence)))
    ):
        close = [(likeness, part) for part in parts if (likeness := _comparable(clause, part))]
        if turned := _turned(clause, sorted(close, key=lambda pair: -pair[0])):
            return f"{clause.text!r} says the opposite of {turned[1].text!r} on {turned[0]!r}"
    return ""


def _turned(claim: Words, near: Sequence[tuple[float, Words]]) -> tuple[str, Words] | None:
    """The nearest wording, where it says the opposite and none that is nearly as near does not."""
    turns = [opposed(claim, each) for _, each in near]
    if not turns or not turns[0]:
        return None
    most, against = near[0]
    agrees = any(
        not turn and (share >= NEARLY * most or _agrees(turns[0], claim, each, against))
        for (share, each), turn in zip(near, turns, strict=True)
    )
    return None if agrees else (turns[0], near[0][1])


def _agrees(on: str, claim: Words, each: Words, against: Words) -> bool:
    """Whether this wording says the same on a word, of something in the claim that the opposed wording does not speak of."""
    return claim.polarity.get(on) is each.polarity.get(on, None) and bool(claim.bag & each.bag - against.bag)


def _comparable(clause: Words, part: Words) -> float:
    """How alike two parts of sentences are, 0 where they are about different things: of a word or two, or of other figures."""
    likeness = _likeness(clause, part)
    shared = clause.bag & part.bag
    if likeness < (CLOSE if len(clause.bag) > 1 else 1) or len(shared - _ORDER) < FEWEST:
        return 0.0
    mine, theirs = figures(clause.text), figures(part.text)
    return 0.0 if mine and theirs and not any(stands(each, theirs) for each in mine) else likeness


_ORDER = words("before").bag


def _likeness(one: Words, other: Words) -> float:
    return len(one.bag & other.bag) / max(len(one.bag | other.bag), 1)


def other_row(case: Case) -> str:
    """What a table or a list says of one thing is said of another."""
    for passage in case.passages:
        for table in passage.tables:
            if reason := misplaced(case.sentence, table, passage.prose):
                return reason
    return ""


def praised(case: Case) -> str:
    """What a list of poor fits names is called a fit."""
    adverse = frozenset(text for passage in case.passages for text in passage.adverse)
    nearest = case.window[0] if case.window else None
    if nearest is None or nearest.words.text not in adverse or not _FITS.search(case.sentence):
        return ""
    if set(case.ground.engines(case.sentence)) - nearest.passage.about:
        return ""
    if case.claim.denies or _UNFIT.search(case.sentence) or len(nearest.words.bag & case.claim.bag) < FEWEST:
        return ""
    return f"{case.sentence!r} praises for {nearest.words.text!r} what is cited against it"
