"""What a figure or a quantifier stands beside: two sessions and three tickets are not three sessions and two tickets."""

import re

from service.check.figures import figures
from service.check.words import clauses, signed

_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9_]*|\d[\d,.]*\d|\d|[:;()]")
_QUANTIFIED = re.compile(r"\b(all|every|any|only|some|few)\s+(?:(?:of|the|their|its|a|those|these)\s+)*([A-Za-z]+)", re.IGNORECASE)  # fmt: skip
_WHOLE = frozenset({"all", "every", "any"})
# What follows these is no longer what is counted: "4,000 for halfvec".
_LEAVES = frozenset({"for", "in", "at", "on", "with", "from", "to", "by", "and", "or", "against", "than", "per"})
_ALONE = re.compile(r"\b(?:only|just|merely|solely|exclusively)\s+((?:[\w-]+\s*){1,5})", re.IGNORECASE)
_EVERYWHERE = re.compile(r"\b(?:all|every|any|each|both)\s+(?:(?:of|the|their|its|a|those|these)\s+)*([A-Za-z]+)", re.IGNORECASE)  # fmt: skip
_SHORT = 2


def rebound(claim: str, source: str) -> str:
    """The word whose figure or quantifier is another one in the source, where the claim's stands beside another word; or nothing."""
    mine, theirs = _counted(claim), _counted(source)
    for noun in sorted(mine.keys() & theirs.keys()):
        elsewhere = {mark for other, marks in theirs.items() if other != noun for mark in marks}
        if not mine[noun] & theirs[noun] and mine[noun] & elsewhere:
            return noun
    said, read = _quantified(claim), _quantified(source)
    narrowed = next((n for n in sorted(said.keys() & read.keys()) if said[n] <= _WHOLE and not read[n] & _WHOLE), "")
    return narrowed or _restricted(claim, source)


def _restricted(claim: str, source: str) -> str:
    """What the claim says only of some and the source of all."""
    if _ALONE.search(source):
        return ""
    mine = {stem for found in _ALONE.finditer(claim) for stem in signed(found.group(1))}
    theirs = {stem for found in _EVERYWHERE.finditer(source) for stem in signed(found.group(1))}
    return min(mine & theirs, default="")


def _counted(text: str) -> dict[str, set[str]]:
    """The figures that stand right before each word, in its part of the sentence."""
    found: dict[str, set[str]] = {}
    for part in clauses(text):
        held = ""
        for token in _TOKEN.findall(part):
            number = figures(token)
            if number and "." in token:
                held = ""
            elif number:
                held = number[0].unit or f"#{number[0].value:g}"
            elif token.lower() in _LEAVES:
                held = ""
            elif held and len(token) > _SHORT and (stems := signed(token)):
                found.setdefault(min(stems), set()).add(held)
                held = ""
    return found


def _quantified(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for word, noun in _QUANTIFIED.findall(text):
        for stem in signed(noun):
            found.setdefault(stem, set()).add(word.lower())
    return found
