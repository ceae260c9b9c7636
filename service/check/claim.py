"""One claim against what it cites: whether its words, figures and names stand there, and whether it says the contrary."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from service.check.case import ALIGNED, FEWEST, PLAINLY, SCATTERED, SUPPORT, TOGETHER, Case, aligned, support
from service.check.contrary import negated, other_row, praised
from service.check.denial import denied
from service.check.figures import figures
from service.check.grants import granted
from service.check.ground import Ground, Passage
from service.check.naming import misfigured, misnamed
from service.check.relations import pieces, regrouped
from service.check.stance import against_conclusions
from service.check.words import letters, plain, sentences, statements, words

Finding = Literal["supported", "beyond", "contradicts", "unsound"]
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
    verdicts = [
        _sentence(sentence, whole, cited, ground) for whole in statements(said) for sentence in sentences(whole)
    ]
    return _joined([v for v in verdicts if v is not None])


def _scattered(said: str, cited: Sequence[Passage]) -> str:
    """Two parts of a claim whose words stand in two parts of a passage, each with something of the other's."""
    for passage in cited:
        theirs = tuple(piece for text in passage.sentences for piece in pieces(text))
        held = frozenset(mark for piece in theirs for mark in piece)
        mine = [piece for piece in pieces(said) if len(piece - held) <= 1]
        if found := regrouped(mine, theirs):
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


def _sentence(sentence: str, whole: str, cited: Sequence[Passage], ground: Ground) -> Verdict | None:
    read_from = cited or ground.passages
    quoted = next((p.id for p in read_from if letters(sentence) in p.verbatim), "")
    if quoted:
        return Verdict("supported", "", (quoted,))
    claim = words(sentence)
    if len(claim.bag) < FEWEST and not figures(sentence):
        return None
    case = _case(sentence, read_from, ground)
    there = _stands(case, cited) or (whole != sentence and _stands(_case(whole, read_from, ground), cited))
    if case.best < ALIGNED and not there:
        return Verdict("beyond", f"{sentence!r} does not stand in what it cites")
    for look in (
        (negated, denied, granted, misfigured, misnamed, other_row, praised)
        if cited or case.best >= PLAINLY
        else (negated,)
    ):
        if reason := look(case):
            return Verdict("contradicts", reason)
    if not there:
        return Verdict("beyond", f"{sentence!r} stands only in part in what it cites")
    return Verdict("supported", "", tuple(passage.id for passage in case.passages))


def _case(sentence: str, read_from: Sequence[Passage], ground: Ground) -> Case:
    claim = words(sentence)
    return Case(sentence, claim, aligned(claim, read_from, ground), ground)


def _stands(case: Case, cited: Sequence[Passage]) -> bool:
    """Whether enough of its words stand in the window, more where no sentence has many of them, or some cited sentence means the same in other words."""
    held = support(case)
    if held >= SUPPORT and (case.best >= TOGETHER or held >= SCATTERED):
        return True
    meaning = case.ground.meaning
    return meaning is not None and meaning.same(case.sentence, (text for p in cited for text in p.sentences))
