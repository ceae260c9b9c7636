"""What a figure or a quantifier stands beside: two sessions and three tickets are not three sessions and two tickets."""

import re
from itertools import permutations, product

from service.check.figures import figures
from service.check.words import AND, clauses, signed

_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9_]*|\d[\d,.]*\d|\d|[,:;()]")
_QUANTIFIED = re.compile(r"\b(all|every|any|only|some|few|one|same|fixed)\s+(?:(?:of|the|their|its|a|those|these)\s+)*([A-Za-z]+)", re.IGNORECASE)  # fmt: skip
_WHOLE = frozenset({"all", "every", "any"})
_ONE = frozenset({"one", "same", "fixed"})
# What follows these is no longer what is counted: "4,000 for halfvec".
_LEAVES = frozenset({"for", "in", "at", "on", "with", "from", "to", "by", "and", "or", "against", "than", "per"})
_ALONE = re.compile(r"\b(?:only|just|merely|solely|exclusively)\s+((?:[\w-]+\s*){1,8})", re.IGNORECASE)
_ALONE_NEXT = re.compile(r"\b(?:only|just|merely|solely|exclusively)\s+((?:(?:the|its|a|an|their)\s+)?\w+)", re.IGNORECASE)  # fmt: skip
_JOINED = re.compile(r"(\w+) and (?:(?:the|its|a|an|their|all)\s+)*(\w+)")
_EITHER, _BOTH = (re.compile(rf"\b{word}\b", re.IGNORECASE) for word in ("either", "both"))
_PER = re.compile(
    r"\b(?:per|each|every)\s+(?!(?:second|minute|hour|day|week|month|quarter|year|cent)s?\b)([A-Za-z]{3,})",
    re.IGNORECASE,
)
_EVERYWHERE = re.compile(r"\b(?:all|every|any|each|both)\s+(?:(?:of|the|their|its|a|those|these)\s+)*([A-Za-z]+)", re.IGNORECASE)  # fmt: skip
_INDIFFERENT = re.compile(r"\b(?:whether\s+([^,;:.]+?)\s+or\b|(?:regardless of|no matter|irrespective of)\s+([^,;:.]+))", re.IGNORECASE)  # fmt: skip
_WHATEVER = re.compile(r"\b(?:whatever|any)\b", re.IGNORECASE)
_DEFAULT_IS = re.compile(r"\bdefaults?\b[^,.;:)]*?\s(?:is|are)\s+(\w+)", re.IGNORECASE)
_IS_DEFAULT = re.compile(r"(\w+)(?:,| is| are)? (?:the default|by default)\b", re.IGNORECASE)
_SHARED = re.compile(r"\b(?:shares?|shared|sharing|common|jointly)\b", re.IGNORECASE)
_OWN = re.compile(r"\b(?:each|every|per)\b.*\bown\b", re.IGNORECASE)
_SHORT = 2


def rebound(claim: str, source: str) -> str:
    """The word whose figure or quantifier is another one in the source, where the claim's stands beside another word; or nothing."""
    mine, theirs = _counted(claim), _counted(source)
    for noun in sorted(mine.keys() & theirs.keys()):
        elsewhere = {mark for other, marks in theirs.items() if other != noun for mark in marks}
        if not mine[noun] & theirs[noun] and mine[noun] & elsewhere:
            return noun
    said, read = _quantified(claim), _quantified(source)
    narrowed = next(
        (
            n
            for n in sorted(said.keys() & read.keys())
            if said[n] <= _WHOLE and not read[n] & _WHOLE and (read[n] - _ONE or "any" in said[n])
        ),
        "",
    )
    return narrowed or _restricted(claim, source) or _in_common(claim, source)


def _restricted(claim: str, source: str) -> str:
    """What the claim says only of some and the source of all."""
    if _ALONE.search(source):
        return ""
    mine = {stem for found in _ALONE.finditer(claim) for stem in signed(found.group(1))}
    theirs = {stem for found in _EVERYWHERE.finditer(source) for stem in signed(found.group(1))}
    if found := mine & theirs:
        return min(found)
    joined = [(signed(m.group(1)), signed(m.group(2))) for m in _JOINED.finditer(source)]
    first = [signed(found.group(1).split()[-1]) for found in _ALONE_NEXT.finditer(claim)]
    return next((min(one) for each in first for one, two in joined if each & one and two <= signed(claim) - each), "")


def _in_common(claim: str, source: str) -> str:
    """What the one wants both and the other either of, or what all share in the one and each has of its own in the other."""
    for one, other in ((_EITHER, _BOTH), (_BOTH, _EITHER)):
        if one.search(claim) and other.search(source) and not one.search(source):
            return "both"
    for one, other in ((_SHARED, _OWN), (_OWN, _SHARED)):
        mine, theirs = _parts_with(claim, one, other), _parts_with(source, other, one)
        if any(len(signed(this) & signed(that)) >= _SHORT for this, that in product(mine, theirs)):
            return "own"
    return ""


def _parts_with(text: str, wanted: re.Pattern[str], unwanted: re.Pattern[str]) -> list[str]:
    return [part for part in clauses(text) if wanted.search(part) and not unwanted.search(text)]


def other_default(claim: str, source: str) -> str:
    """What the claim calls the default, where the source names it and calls something else so; or nothing."""
    mine = {m.group(1).lower() for m in _DEFAULT_IS.finditer(claim)}
    theirs = {m.group(1).lower() for m in _IS_DEFAULT.finditer(source)}
    named = {word.lower() for word in _TOKEN.findall(source)}
    return min(mine & named - theirs, default="") if theirs and not mine & theirs else ""


def counted_per(claim: str, source: str) -> str:
    """What the claim counts per one thing and the source per another, or nothing."""
    mine, theirs = ({stem for m in _PER.finditer(text) for stem in signed(m.group(1))} for text in (claim, source))
    return min(mine) if mine and theirs and not mine & signed(source) and not mine & theirs else ""


def indifferent(claim: str, source: str) -> str:
    """What makes no difference to the claim and is named in the source without saying so; or nothing."""
    if _INDIFFERENT.search(source) or _WHATEVER.search(source):
        return ""
    said = (stem for found in _INDIFFERENT.finditer(claim) for stem in signed(found.group(1) or found.group(2)))
    return next((stem for stem in said if stem in signed(source)), "")


def predicated(claim: str, source: str) -> str:
    """The figure of one part of a sentence that the claim gives to all that another part says of a figure of its own, or nothing."""
    mine, bag = _kinds(claim), signed(claim)
    for (here, held), (there, other) in permutations(_figured(source), 2):
        ours, theirs = signed(here) - signed(there), signed(there) - signed(here)
        if held & mine and not other & mine and theirs and theirs <= bag and ours - bag and _alike(held, other):
            return min(held & mine).partition(" ")[2]
    return ""


def _figured(source: str) -> list[tuple[str, frozenset[str]]]:
    parts = [part for clause in clauses(source) for part in AND.split(clause)]
    return [(part, found) for part in parts if (found := _kinds(part))]


def _kinds(text: str) -> frozenset[str]:
    return frozenset(f"{f.unit or '#'} {f.bare:g}" for f in figures(text))


def _alike(held: frozenset[str], other: frozenset[str]) -> bool:
    """Whether figures of one kind stand in both."""
    return bool({mark.partition(" ")[0] for mark in held} & {mark.partition(" ")[0] for mark in other})


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
