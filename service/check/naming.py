"""Whether the figures and names of a sentence stand in what it cites, each in its place."""

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.check.case import FEWEST, NEARLY, PLAINLY, Case
from service.check.figures import Figure, elided, figures, folds, names, stands
from service.check.ground import Ground
from service.check.words import Words, clauses, words

_SIDE = 2
# HNSW, IVFFlat, PgBouncer, Pgpool-II: two capitals make a name, whether or not the vocabulary knows it.
_PROPER = re.compile(r"(?<![\w-])(?:[A-Za-z]*[A-Z]\w*[A-Z]\w*(?:-\w+)*|[A-Z]\w+-[A-Z]\w+)(?!\w)")
# A capital inside a sentence or of whom something is, and what only code is spelled like.
_OWN_NAME = re.compile(r"(?<=[a-z0-9,)] )[A-Z][a-z]\w+|^[A-Z]\w+(?='s\b)|(?<![\w.])[a-z]+_\w+")
_CAMEL = re.compile(r"(?<![\w-])(?:[A-Z]?[a-z]+[A-Z]\w+|[A-Z]\w*[a-z]-[A-Z]\w*)")
_CALENDAR = frozenset({*calendar.month_name, *calendar.day_name})
_THE_SAME = 0.8
_THAN = re.compile(r"\b(?:than|instead of)\b", re.IGNORECASE)


def misfigured(case: Case) -> str:
    """A figure stands neither where the claim rests nor in the facts nor in a result."""
    ground = case.ground
    there = [
        f for text in _about(case) for f in (*figures(text), *folds(text), *elided(text), *_bare(text, case.claim))
    ]
    titles = [f for passage in case.passages for f in figures(f"{passage.title} {passage.code}")]
    for figure in figures(case.sentence):
        if stands(figure, there) or stands(figure, ground.given) or stands(figure, ground.results, loosely=True):
            continue
        if figure.unit or not stands(figure, titles):
            return f"{figure.text!r} stands neither in what {case.sentence!r} cites nor in facts or results"
    known = (
        frozenset(n for passage in case.passages for n in passage.names) | ground.asked.names | ground.computed.names
    )
    strange = sorted(names(case.sentence) - known)
    return f"{strange[0]!r} stands nowhere in what {case.sentence!r} cites" if strange else _unknown(case)


def _bare(text: str, claim: Words) -> Iterator[Figure]:
    """The figures of a text without their unit, where the claim has the unit elsewhere: "measure the hours … more than 40"."""
    for figure in figures(text):
        if figure.unit == "time" and words(figure.text).bag & claim.bag:
            yield replace(figure, value=figure.bare, unit="")


def _unknown(case: Case) -> str:
    """A proper name or an identifier that neither what is cited nor the question holds."""
    said = [m.group() for pattern in (_OWN_NAME, _CAMEL) for m in pattern.finditer(case.sentence)]
    if not said:
        return ""
    held = " ".join(
        text
        for p in (*case.passages, case.ground.asked, case.ground.computed)
        for text in (p.title, p.code, *p.sentences)
    ).lower()
    strange = [
        name
        for name in said
        if name.lower().removesuffix("s") not in held and not case.ground.engines(name) and name not in _CALENDAR
    ]
    return f"{strange[0]!r} stands nowhere in what {case.sentence!r} cites" if strange else ""


def _about(case: Case) -> list[str]:
    """Sentences that a figure may stand in: the nearest, and others of the same passages that share a word or two with the claim."""
    bag, mine = case.claim.bag, figures(case.sentence)
    others = [
        w.text
        for passage in case.passages
        for w in passage.read
        if len(bag & w.bag) >= FEWEST or (w.bag and w.bag <= bag) or _together(mine, w.text)
    ]
    return [*(each.words.text for each in case.window), *others]


def _together(mine: Sequence[Figure], text: str) -> bool:
    """Whether two of the figures stand in one sentence: it is the one that is meant, whatever its words."""
    return sum(stands(figure, figures(text)) for figure in mine) >= FEWEST


def misnamed(case: Case) -> str:
    """A technology that what is cited does not speak of, in the place of one that it does."""
    ground = case.ground
    there = frozenset(e for each in case.window for e in (*ground.engines(each.words.text), *each.passage.about))
    there |= frozenset(e for passage in case.passages for e in ground.engines(passage.title))
    own = frozenset(e for text in ground.asked.sentences for e in ground.engines(text))
    said = frozenset(ground.engines(case.sentence))
    for name in sorted(said - there):
        if there - said or name not in own:
            return f"{ground.technologies[name].name!r} is not what {case.sentence!r} cites"
    nearest = case.window[0] if case.window else None
    if nearest is not None and case.best >= PLAINLY:
        named = frozenset(ground.engines(nearest.words.text))
        theirs = named | nearest.passage.about
        second = next(
            (each.share for each in case.window[1:] if frozenset(ground.engines(each.words.text)) & said), 0.0
        )
        if said - theirs and named - said and second < NEARLY * case.best:
            return f"{case.sentence!r} names another technology than {nearest.words.text!r}"
    return _renamed(case) or _exchanged(case)


def _renamed(case: Case) -> str:
    """A name where the nearest sentence has another one, between the same words or in a sentence that is else the same."""
    if not case.window or case.best < PLAINLY:
        return ""
    theirs, mine = _proper(case.window[0].words.text), _proper(case.sentence)
    for name in sorted(mine.keys() - theirs.keys()):
        for other in sorted(theirs.keys() - mine.keys()):
            if case.best >= _THE_SAME or mine[name] == theirs[other]:
                return f"{case.sentence!r} says {name} where what it cites says {other}"
    return ""


def _proper(sentence: str) -> dict[str, tuple[str, ...]]:
    """The names of a sentence with the word on each side."""
    found = _PROPER.finditer(sentence)
    return {m.group(): (*sentence[: m.start()].split()[-1:], "", *sentence[m.end() :].split()[:1]) for m in found}


def _exchanged(case: Case) -> str:
    """Two technologies of the nearest sentence, each in the place of the other."""
    if not case.window:
        return ""
    mine = _neighbours(case.sentence, case.ground)
    theirs = _neighbours(case.window[0].words.text, case.ground)
    for found in _THAN.finditer(case.sentence):
        before = set(case.ground.engines(case.sentence[: found.start()]))
        parts = [_THAN.split(part, 1) for part in clauses(case.window[0].words.text) if _THAN.search(part)]
        behind = {e for part in parts for e in case.ground.engines(part[1])}
        ahead = {e for part in parts for e in case.ground.engines(part[0])}
        if turned := sorted(before & behind - ahead):
            return f"{case.sentence!r} puts {case.ground.technologies[turned[0]].name} on the other side of {found.group().strip()!r}"
    both = sorted(mine.keys() & theirs.keys())
    for one in both:
        for other in both:
            kept = len(mine[one] & theirs[one]) + len(mine[other] & theirs[other])
            crossed = min(len(mine[one] & theirs[other]), len(mine[other] & theirs[one]))
            if one < other and crossed and 2 * crossed > kept:
                names_ = [case.ground.technologies[name].name for name in (one, other)]
                return f"{case.sentence!r} puts {names_[0]} in the place of {names_[1]}"
    return ""


def _neighbours(sentence: str, ground: Ground) -> dict[str, frozenset[str]]:
    """For each technology the words before and after it, up to two on a side, in its part of the sentence."""
    found: dict[str, frozenset[str]] = {}
    for part in clauses(sentence):
        places = ground.places(part)
        for number, (start, name) in enumerate(places):
            begins = places[number - 1][0] if number else 0
            ends = places[number + 1][0] if number + 1 < len(places) else len(part)
            before = words(part[begins:start]).stems[1 if number else 0 :][-_SIDE:]
            after = words(part[start:ends]).stems[1 : 1 + _SIDE]
            found.setdefault(name, frozenset((*(f"<{s}" for s in before), *(f">{s}" for s in after))))
    return found
