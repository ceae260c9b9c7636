"""Whether a claim denies what nothing near it in its source denies, or affirms what everything near it denies, whatever the words."""

import re
from collections.abc import Iterable

from service.check.case import CLOSE, Case
from service.check.words import Words, clauses, propositions, words

# "Not only", "no more than", "no difference" and "do not forget" deny nothing.
_DENIES = re.compile(
    r"\b(?:not(?! (?:only|just|merely|forget)\b)|never|cannot|no(?! (?:difference|doubt|matter|more than|less than|fewer than|later than|longer than)\b)|nothing|none|nobody|neither|nor)\b|n't\b",
    re.IGNORECASE,
)
# Whoever restricts, loses, prevents or excludes may be said to deny: "stays in the service" and "never leaves it".
_MAY_DENY = re.compile(
    _DENIES.pattern
    + r"|\b(?:without|lack\w*|instead|rather|avoid\w*|refus\w*|reject\w*|forbid\w*|prevent\w*|block\w*|fail\w*|only|alone|but|except|unless|hardly|little|few|fewer|less|stop\w*|lose\w*|lost|left|away|out|off|drop\w*|den(?:y|ied)\w*|ignore\w*|skip\w*|miss\w*|empty|free|zero|un\w+|in(?:visible|valid|consistent|complete|compatible|dependent)\w*|dis\w+|im(?:possible|mutable)\w*|\w+less|wrong|poor|beyond|other|else|last|end\w*|exclu\w*|hid\w*|outside|absent|gone|either|believing|stay\w*|too|once|unique\w*)\b",
    re.IGNORECASE,
)
# A claim that holds one of these may deny as well: with them it is not said to affirm.
DENIES_SOMEHOW = re.compile(
    _DENIES.pattern
    + r"|\b(?:without|lack\w*|instead|rather|avoid\w*|refus\w*|reject\w*|forbid\w*|prevent\w*|block\w*|fail\w*|only|except|unless|hardly|less|stop\w*|lose\w*|lost|den(?:y|ied)\w*|ignore\w*|skip\w*|miss\w*|empty|zero|un(?!til|der|ion|ique|it)\w+|in(?:visible|valid|consistent|complete|compatible|dependent)\w*|dis(?!k|tinct|tribut)\w+|im(?:possible|mutable)\w*|\w+less|wrong|exclu\w*|hid\w*|absent|gone|too (?!$|[,.;]))\b",
    re.IGNORECASE,
)
# Shares of a part's words: for the nearest wording to be about it, and for others to be as near; and the fewest words that both hold.
_ABOUT, _AS_NEAR = 0.4, 0.6
_FEWEST, _FEWEST_WHOLE = 3, 2


def denied(case: Case) -> str:
    """The part of the claim that stands alone with its denial, or with its lack of one; or nothing."""
    said = spoken(case)
    parts = [words(part) for each in said for part in parted(each.text)]
    return _denies(case, said, parts) or _affirms(case, parts)


def _denies(case: Case, said: list[Words], parts: list[Words]) -> str:
    nearest = case.window[0].words if case.best >= CLOSE else None
    for part in propositions(case.sentence):
        if not _DENIES.search(part):
            continue
        if nearest is not None and _DENIES.search(nearest.text) and words(part).bag & nearest.bag:
            # What the whole claim is about denies as well.
            continue
        for among, fewest in ((said, _FEWEST_WHOLE), (parts, _FEWEST)):
            near = _near(words(part), among, fewest)
            if near and not any(_MAY_DENY.search(each.text) for each in near):
                return f"{part!r} denies what {near[0].text!r} says"
    return ""


def _affirms(case: Case, parts: list[Words]) -> str:
    if DENIES_SOMEHOW.search(case.sentence):
        return ""
    for part in parted(case.sentence):
        near = _near(words(part), parts, _FEWEST, back=True)
        if near and all(_DENIES.search(each.text) for each in near):
            return f"{part!r} affirms what {near[0].text!r} denies"
    return ""


def spoken(case: Case) -> list[Words]:
    """What the passages of a claim say, without what they name as wrong."""
    adverse = frozenset(text for passage in case.passages for text in passage.adverse)
    return [w for passage in case.passages for w in passage.read if w.text not in adverse]


def parted(sentence: str) -> tuple[str, ...]:
    """The parts of a sentence, wider and narrower ones."""
    return tuple(dict.fromkeys((*clauses(sentence), *propositions(sentence))))


def _near(claim: Words, among: Iterable[Words], fewest: int, back: bool = False) -> list[Words]:
    """The wordings that are about the same as the nearest one; `back` asks that the claim says a good part of what that one says."""
    if not claim.bag:
        return []
    shares = [(len(claim.bag & each.bag) / len(claim.bag), each) for each in among]
    most, nearest = max(shares, key=lambda pair: pair[0], default=(0.0, claim))
    shared = len(claim.bag & nearest.bag)
    if shared < fewest and not (back and shared == len(nearest.bag) > 1):
        return []
    if most < _ABOUT or (back and shared < _ABOUT * len(nearest.bag)):
        return []
    return [each for share, each in sorted(shares, key=lambda pair: -pair[0]) if share >= _AS_NEAR * most]
