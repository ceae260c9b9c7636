"""Where a claim stands on technologies: what it recommends and what it advises against, beside what was concluded."""

import re

from service.check.ground import Ground
from service.check.words import sentences

_FOR = re.compile(r"\b(?:use|take|choose|pick|prefer|recommend|adopt|select|go with|best choice is|right choice is|move to|stay (?:on|with)|start with|winner is)\b", re.IGNORECASE)  # fmt: skip
_AGAINST = re.compile(r"\b(?:avoid|reject|rule out|drop|leave|not|never|n't|rather than|instead of|wrong choice|does not meet|before|over|against|ahead of)\b", re.IGNORECASE)  # fmt: skip
_OPEN = re.compile(r"\b(?:if|unless|where|when|whether|could|may|might|only|until|once|beside|besides|close behind|also|either)\b", re.IGNORECASE)  # fmt: skip
_DENIED = re.compile(r"\b(?:not|never|n't)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:.]\s|\s[–—-]\s")
_ON_VERB = 60


def against_conclusions(text: str, ground: Ground) -> str:
    """Why the claim contradicts a conclusion, or nothing: it recommends what was refused, or refuses what was favoured."""
    for clause in _asserted(text):
        for start, name in ground.places(clause):
            title = ground.technologies[name].name
            if _advised_against(clause, start) and name in ground.favoured:
                return f"{clause.strip()!r} speaks against {title}, which what is known of the case speaks for"
            if _recommended(clause, start) and name in ground.refused:
                return f"{clause.strip()!r} recommends {title}, which what is known of the case speaks against"
    return ""


def _asserted(text: str) -> list[str]:
    """The clauses that hold without a condition before or in them."""
    kept = []
    for sentence in sentences(text):
        for clause in _CLAUSE.split(sentence):
            if _OPEN.search(clause):
                break
            kept.append(clause)
    return kept


def _recommended(clause: str, start: int) -> bool:
    verbs = [m for m in _FOR.finditer(clause) if 0 <= start - m.end() <= _ON_VERB]
    if not verbs or _AGAINST.search(clause[verbs[-1].end() : start]):
        return False
    return not _DENIED.search(clause[: verbs[-1].start()])


def _advised_against(clause: str, start: int) -> bool:
    verbs = [m for m in _FOR.finditer(clause) if 0 <= start - m.end() <= _ON_VERB]
    if verbs and _DENIED.search(clause[: verbs[-1].start()]):
        return True
    before = clause[max(0, start - 20) : start]
    return bool(
        re.search(r"\b(?:avoid|reject|rule out|rather than|instead of|drop)\s+(?:the\s+)?$", before, re.IGNORECASE)
    )
