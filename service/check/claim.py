"""One claim against what it cites: whether its words, figures and names stand there, and whether it says the contrary."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from service.check.bounds import overstepped
from service.check.figures import Figure, figures, folds, names, stands
from service.check.ground import Ground, Passage
from service.check.relations import chunks, inverted, pieces, regrouped, swapped
from service.check.rows import misplaced
from service.check.stance import against_conclusions
from service.check.words import LIGHT, Words, clauses, letters, opposed, plain, sentences, words

Finding = Literal["supported", "beyond", "contradicts", "unsound"]
# Shares of a sentence's words: found in the sentences it rests on; in one of them, for it to be about the same.
SUPPORT, ALIGNED, CLOSE = 0.5, 0.3, 0.5
# What cites nothing contradicts only what it is plainly about.
_PLAINLY = 0.6
_NEARLY = 0.8
_SIDE = 2
# HNSW, IVFFlat, PgBouncer, Pgpool-II: two capitals make a name, whether or not the vocabulary knows it.
_PROPER = re.compile(r"(?<![\w-])(?:[A-Za-z]*[A-Z]\w*[A-Z]\w*(?:-\w+)*|[A-Z]\w+-[A-Z]\w+)(?!\w)")
_THE_SAME = 0.8
_THAN = re.compile(r"\b(?:than|instead of)\b", re.IGNORECASE)
_WINDOW, _FEWEST = 3, 2
_FITS = re.compile(r"\b(?:right|fits?|suits?|good|best|ideal|made for|use|choose|take|excels?|handles?|serves?|well|strength|belongs?)\b", re.IGNORECASE)
_UNFIT = re.compile(r"\b(?:wrong|poor(?:ly)?|bad(?:ly)?|avoid|worse|unfit|mistakes?|instead|rather|better)\b", re.IGNORECASE)
_TYPED = re.compile(r"https?://|www\.\w|\]\(|<\s*/?\s*[a-z!][^>]*>|javascript:|\bdata:\w+/", re.IGNORECASE)


@dataclass(frozen=True)
class Verdict:
    """What the check found of one claim, and why; `rests_on` are the passages that its words stand in."""

    finding: Finding
    reason: str = ""
    rests_on: tuple[str, ...] = ()


def typed(text: str) -> str:
    """What a claim of a model may not hold: an address or markup. A citation is resolved from a number, never written."""
    found = _TYPED.search(text)
    return f"holds {found.group()!r}: addresses and markup are never written, citations are numbers" if found else ""


def check_claim(text: str, cited: Sequence[Passage], ground: Ground) -> Verdict:
    """The verdict on a claim; without citations it is held against the whole ground."""
    said = plain(text)
    whole = next((p.id for p in cited if letters(said) in p.verbatim), "")
    if whole:
        return Verdict("supported", "", (whole,))
    if reason := against_conclusions(said, ground):
        return Verdict("contradicts", reason)
    if reason := _scattered(said, cited):
        return Verdict("contradicts", reason)
    verdicts = [_sentence(sentence, cited, ground) for sentence in sentences(said)]
    return _joined([v for v in verdicts if v is not None])


def _scattered(said: str, cited: Sequence[Passage]) -> str:
    """Two parts of a claim whose words stand in two parts of a passage, each with something of the other's."""
    for passage in cited:
        theirs = tuple(piece for text in passage.sentences for piece in pieces(text))
        held = frozenset(mark for piece in theirs for mark in piece)
        mine = [piece for piece in pieces(said) if piece <= held]
        if found := regrouped(mine, theirs, whole=True):
            return f"{said!r} puts {found[0]!r} and {found[1]!r} in each other's place"
    return ""


def _joined(verdicts: Sequence[Verdict]) -> Verdict:
    """A claim is what the worst of its sentences is."""
    if not verdicts:
        return Verdict("beyond", "says nothing that can be held against a passage")
    order: tuple[Finding, ...] = ("unsound", "contradicts", "beyond", "supported")
    worst = min(verdicts, key=lambda v: order.index(v.finding))
    rests = tuple(dict.fromkeys(name for verdict in verdicts for name in verdict.rests_on))
    return Verdict(worst.finding, worst.reason, rests)


@dataclass(frozen=True)
class _Aligned:
    """A sentence of a passage, with the share of the claim's words that it holds."""

    passage: Passage
    words: Words
    share: float


@dataclass(frozen=True)
class _Case:
    """A sentence of a claim with the sentences nearest to it, best first."""

    sentence: str
    claim: Words
    window: tuple[_Aligned, ...]
    ground: Ground

    @property
    def best(self) -> float:
        return self.window[0].share if self.window else 0.0

    @property
    def passages(self) -> tuple[Passage, ...]:
        return tuple({each.passage.id: each.passage for each in self.window}.values())


def _sentence(sentence: str, cited: Sequence[Passage], ground: Ground) -> Verdict | None:
    read_from = cited or ground.passages
    quoted = next((p.id for p in read_from if letters(sentence) in p.verbatim), "")
    if quoted:
        return Verdict("supported", "", (quoted,))
    claim = words(sentence)
    if len(claim.bag) < _FEWEST and not figures(sentence):
        return None
    case = _Case(sentence, claim, _window(claim, read_from, ground), ground)
    share = _support(case)
    if case.best < ALIGNED and share < SUPPORT:
        return Verdict("beyond", f"{sentence!r} does not stand in what it cites")
    for look in (_negated, _misfigured, _misnamed, _misplaced, _unfit) if cited or case.best >= _PLAINLY else (_negated,):
        if reason := look(case):
            return Verdict("contradicts", reason)
    if share < SUPPORT:
        return Verdict("beyond", f"{sentence!r} stands only in part in what it cites")
    return Verdict("supported", "", tuple(passage.id for passage in case.passages))


def _window(claim: Words, cited: Iterable[Passage], ground: Ground) -> tuple[_Aligned, ...]:
    found = [
        _Aligned(passage, each, len(claim.bag & each.bag) / max(len(claim.bag), 1))
        for passage in (*cited, ground.computed)
        for each in passage.read
    ]
    found.sort(key=lambda each: -each.share)
    return tuple(each for each in found[:_WINDOW] if each.share > 0)


def _support(case: _Case) -> float:
    """The share of the claim's words that stand in the window and its titles; the asker's own words count half where they do not."""
    held = frozenset(s for each in case.window for s in (*each.words.bag, *words(each.passage.title).bag))
    own = frozenset(s for each in case.ground.asked.read for s in each.bag) - held
    bag = case.claim.bag
    there = [f for each in case.window for f in (*figures(each.words.text), *folds(each.words.text))]
    counted = sum(stands(figure, there) for figure in figures(case.sentence))
    weight = len(bag) - 0.5 * len(bag & (own | LIGHT - held)) + counted
    return (len(bag & held) + counted) / weight if weight else 0.0


def _negated(case: _Case) -> str:
    """A sentence, or a part of one, that is about the same says the opposite, and none as near agrees."""
    adverse = frozenset(text for passage in case.passages for text in passage.adverse)
    near = [
        (each.share, each.words)
        for each in case.window
        if each.share >= CLOSE and (each.words.believed or each.words.text not in adverse)
    ]
    if turned := _turned(case.claim, near):
        return f"{case.sentence!r} says the opposite of {turned[1].text!r} on {turned[0]!r}"
    if near and (mark := inverted(case.sentence, near[0][1].text)):
        return f"{case.sentence!r} turns {near[0][1].text!r} around at {mark!r}"
    for _, each in near:
        if bound := overstepped(case.sentence, each.text):
            return f"{case.sentence!r} means the other side of {bound!r} than {each.text!r}"
        if found := regrouped(chunks(case.sentence), chunks(each.text)) or swapped(case.sentence, each.text):
            return f"{case.sentence!r} puts {found[0]!r} and {found[1]!r} in each other's place"
    said = [w.text for passage in case.passages for w in passage.read if w.text not in adverse]
    parts = [words(part) for text in said for part in clauses(text)]
    for clause in (replace(words(part), denies=case.claim.denies) for part in clauses(case.sentence)):
        close = [
            (likeness, part)
            for part in parts
            if (likeness := _likeness(clause, part)) >= (CLOSE if len(clause.bag) > 1 else 1)
        ]
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
        not turn and (share >= _NEARLY * most or _agrees(turns[0], claim, each, against))
        for (share, each), turn in zip(near, turns, strict=True)
    )
    return None if agrees else (turns[0], near[0][1])


def _agrees(on: str, claim: Words, each: Words, against: Words) -> bool:
    """Whether this wording says the same on a word, of something in the claim that the opposed wording does not speak of."""
    return claim.polarity.get(on) is each.polarity.get(on, None) and bool(claim.bag & each.bag - against.bag)


def _likeness(one: Words, other: Words) -> float:
    return len(one.bag & other.bag) / max(len(one.bag | other.bag), 1)


def _misfigured(case: _Case) -> str:
    """A figure stands neither where the claim rests nor in the facts nor in a result."""
    ground = case.ground
    there = [f for text in _about(case) for f in (*figures(text), *folds(text))]
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
    return f"{strange[0]!r} stands nowhere in what {case.sentence!r} cites" if strange else ""


def _misplaced(case: _Case) -> str:
    """What a table or a list says of one thing is said of another."""
    for passage in case.passages:
        for table in passage.tables:
            if reason := misplaced(case.sentence, table, passage.prose):
                return reason
    return ""


def _about(case: _Case) -> list[str]:
    """Sentences that a figure may stand in: the nearest, and others of the same passages that share a word or two with the claim."""
    bag, mine = case.claim.bag, figures(case.sentence)
    others = [
        w.text
        for passage in case.passages
        for w in passage.read
        if len(bag & w.bag) >= _FEWEST or (w.bag and w.bag <= bag) or _together(mine, w.text)
    ]
    return [*(each.words.text for each in case.window), *others]


def _together(mine: Sequence[Figure], text: str) -> bool:
    """Whether two of the figures stand in one sentence: it is the one that is meant, whatever its words."""
    return sum(stands(figure, figures(text)) for figure in mine) >= _FEWEST


def _unfit(case: _Case) -> str:
    """What a list of poor fits names is called a fit."""
    adverse = frozenset(text for passage in case.passages for text in passage.adverse)
    nearest = case.window[0] if case.window else None
    if nearest is None or nearest.words.text not in adverse or not _FITS.search(case.sentence):
        return ""
    if set(case.ground.engines(case.sentence)) - nearest.passage.about:
        return ""
    if case.claim.denies or _UNFIT.search(case.sentence) or len(nearest.words.bag & case.claim.bag) < _FEWEST:
        return ""
    return f"{case.sentence!r} praises for {nearest.words.text!r} what is cited against it"


def _misnamed(case: _Case) -> str:
    """A technology that what is cited does not speak of, in the place of one that it does."""
    ground = case.ground
    there = frozenset(e for each in case.window for e in (*ground.engines(each.words.text), *each.passage.about))
    there |= frozenset(e for passage in case.passages for e in ground.engines(passage.title))
    own = frozenset(e for text in ground.asked.sentences for e in ground.engines(text))
    said = frozenset(ground.engines(case.sentence))
    for name in sorted(said - there):
        if there - said or name not in own:
            return f"{ground.technologies[name].name!r} is not what {case.sentence!r} cites"
    return _renamed(case) or _exchanged(case)


def _renamed(case: _Case) -> str:
    """A name where the nearest sentence has another one, between the same words or in a sentence that is else the same."""
    if not case.window or case.best < _PLAINLY:
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


def _exchanged(case: _Case) -> str:
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
