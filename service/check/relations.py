"""What stands in which place of a relation: cause and effect, earlier and later, better and worse, and words that have changed their company."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations, product

from service.check.figures import figures
from service.check.words import AND, clauses, words

_Sides = tuple[frozenset[str], frozenset[str]]
# What stands before these and what stands after them is not the same.
_ASYMMETRIC = re.compile(r"\b(?:first|then|before|after|afterwards|than|instead of|from|over|until|into)\b", re.IGNORECASE)  # fmt: skip
_RATHER = re.compile(r"\b(?:instead of|rather than|over)\b", re.IGNORECASE)
_PREFER = words("prefer use choose take").bag
_FAVOURS = re.compile(r"\b(?:prefer|use|choose|take)s?\b\s+([^,;:.]+)", re.IGNORECASE)
_PREFERS = re.compile(r"\b(?:prefer|use|choose|take)s?\b\s+([^,;:.]+?)\s+(over|rather than|instead of)\s+([^,;:.]+)", re.IGNORECASE)  # fmt: skip
_CONTRAST = re.compile(r"([^,;:.]+),? (?:but |and )?(?:not|never) ([^,;:.]+)", re.IGNORECASE)
_IN_ORDER = frozenset({"first", "then", "afterwards"})


def inverted(claim: str, source: str) -> str:
    """The word around which two wordings have changed sides, or nothing: "upload, then insert" beside "insert, then upload"."""
    for mark in sorted({m.group().lower() for m in _ASYMMETRIC.finditer(claim)}):
        mine, theirs = _sides(claim, mark), _sides(source, mark)
        if mine and theirs and mine[0] & theirs[1] and mine[1] & theirs[0]:
            return mark
    return _preferred(claim, source) or _contrasted(claim, source) or _turned(claim, source) or reordered(claim, source)


def _preferred(claim: str, source: str) -> str:
    """What the one puts behind "instead of" the other puts before it, though the two name different things beside it."""
    for mark in sorted({m.group().lower() for m in _RATHER.finditer(claim)}):
        mine, theirs = _sides(claim, mark), _sides(source, mark)
        if mine and theirs and mine[0] & theirs[1] and not mine[1] & theirs[1] and not mine[0] & theirs[0] - _PREFER:
            return mark
    favoured = [words(found.group(1)).bag - _PREFER for found in _FAVOURS.finditer(source)]
    for found in _PREFERS.finditer(claim):
        taken, left = words(found.group(1)).bag - _PREFER, words(found.group(3)).bag - _PREFER
        if any(left & best and not best - left and not taken & best - left for best in favoured):
            return found.group(2).lower()
    return ""


def _contrasted(claim: str, source: str) -> str:
    """What the one affirms before "not" the other denies behind it: "your sink, not the way in" beside "the way in, not your sink"."""
    for mine, theirs in product(_CONTRAST.finditer(claim), _CONTRAST.finditer(source)):
        (yes, no), (yes_, no_) = ([words(part).bag for part in found.groups()] for found in (mine, theirs))
        if no_ and no_ <= yes - no and no & yes_ - no_:
            return "not"
    return ""


def _sides(text: str, mark: str) -> _Sides | None:
    """The stems on each side of a word that stands there once; an order reaches over the sentence, a relation over its part."""
    parts = [text] if mark in _IN_ORDER else [c for c in clauses(text) if re.search(rf"\b{mark}\b", c, re.IGNORECASE)]
    places = [(part, m) for part in parts for m in re.finditer(rf"\b{mark}\b", part, re.IGNORECASE)]
    if len(places) != 1:
        return None
    part, found = places[0]
    before, after = words(part[: found.start()]).bag, words(part[found.end() :]).bag
    return before - after, after - before


@dataclass(frozen=True)
class _Relation:
    """Words of one relation: those before which its first place stands, and those behind which it stands."""

    name: str
    forth: re.Pattern[str]
    back: re.Pattern[str]
    close: bool = False


def _any(*ways: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(ways)})\b", re.IGNORECASE)


_RELATIONS = (
    _Relation(
        "cause",
        _any(r"so(?! (?:that|much|many|long|far))", "therefore", "hence", "thus", "which is why", "that is why", "causes?", "leads? to", "results? in"),
        _any("because", "since", "as a result of", "due to", "caused by", "follows from", "owing to"),
    ),
    _Relation(
        "order",
        _any("before", "then", "afterwards", "until", "precedes?", "followed by", "and only then"),
        _any("after", "once", "as soon as", "only when"),
    ),
    _Relation("becoming", _any("becomes?", "turns? into", "is replaced by", "gives way to"), _any("replaces?", "comes from"), True),
    _Relation("waiting", _any("waits? for", "waits? on", "is blocked by", "depends on", "needs?", "requires?"), _any("blocks?", "holds? up", "is needed by", "is required by"), True),
)  # fmt: skip


def _turned(claim: str, source: str) -> str:
    """The relation whose places two wordings fill the other way round, whatever the word for it."""
    for relation in _RELATIONS:
        for mine, theirs in product(_places(claim, relation), _places(source, relation)):
            straight = len(mine[0] & theirs[0]) + len(mine[1] & theirs[1])
            crossed = min(len(mine[0] & theirs[1]), len(mine[1] & theirs[0]))
            if crossed and 2 * crossed > straight:
                return relation.name
    return ""


def _places(text: str, relation: _Relation) -> Iterator[_Sides]:
    """What comes first and what comes second in the relation, for each of its words."""
    parts = [part for clause in clauses(text) for part in AND.split(clause)] if relation.close else [text]
    if not relation.close and len(relation.forth.findall(text)) + len(relation.back.findall(text)) != 1:
        # With two of them in a sentence it is open what belongs to which.
        return
    for (pattern, forth), part in product(((relation.forth, True), (relation.back, False)), parts):
        for found in pattern.finditer(part):
            before, after = part[: found.start()], part[found.end() :]
            if not words(before).bag:
                # "After the copy, compare": what follows the comma is the other side.
                after, _, before = after.partition(",")
            one, two = words(before).bag, words(after).bag
            if one - two and two - one:
                yield (one - two, two - one) if forth else (two - one, one - two)


_BEFORE = words("before").bag
# Each finds what comes earlier and what comes later.
_ORDERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<earlier>[^,;:.]+?)\s+before\s+(?P<later>[^,;:.]+)",
        r"(?P<later>[^,;:.]+?)\s+(?:right |only |directly )?after\s+(?P<earlier>[^,;:.]+?)(?= and |[,;:.]|$)",
        r"\bfirst\s+(?P<earlier>.+?)[,;]?\s+(?:and\s+)?then\s+(?P<later>.+)",
        r"(?P<earlier>[^,;:.]+?)\s+first[,;]?\s+(?:and|then|and then)\s+(?P<later>.+)",
        r"(?P<earlier>[^;:.]+?)[,;]?\s+(?:and|then)\s+(?P<later>[^,;:.]+?)\s+(?:afterwards?|later|next)\b",
        r"\bfrom\s+(?P<earlier>[^,;:.]+?)\s+to\s+(?P<later>[^,;:.]+)",
        # Two columns of a table.
        r"\bfrom: (?P<earlier>[^;]+); to: (?P<later>[^;]+)",
    )
)


def reordered(claim: str, source: str) -> str:
    """What comes earlier in the source and later in the claim, whatever the words for the order; or nothing."""
    for mine, theirs in product(_ordered(claim), _ordered(source)):
        became_late, became_early = mine[1] & theirs[0], mine[0] & theirs[1]
        straight = len(mine[0] & theirs[0]) + len(mine[1] & theirs[1])
        crossed = min(len(became_late), len(became_early))
        if crossed and (2 * crossed > straight or not mine[0] & theirs[0]):
            return min(became_late)
    return ""


@lru_cache(maxsize=16384)
def _ordered(text: str) -> tuple[_Sides, ...]:
    found = []
    for pattern in _ORDERS:
        for match in pattern.finditer(text):
            earlier, later = (words(match.group(side)).bag - _BEFORE for side in ("earlier", "later"))
            if earlier - later and later - earlier:
                found.append((earlier - later, later - earlier))
    return tuple(found)


_JOINT = re.compile(r",?\s+(?:and|but|while|whereas|unless)\s+", re.IGNORECASE)


def regrouped(mine: Sequence[frozenset[str]], theirs: Iterable[frozenset[str]]) -> tuple[str, str] | None:
    """Two words that have changed places between two groups: "the new suite on the old schema" beside "the old suite on the new schema"."""
    for one, two in permutations(mine, 2):
        near = [each for each in theirs if each & one and each & two]
        for here, there in permutations(near, 2):
            if any(2 * len(each & (here | there)) < len(each) for each in (one, two)):
                continue
            came_one, came_two = one & there - here, two & here - there
            if came_one and came_two and one & here - there - two and two & there - here - one:
                return min(came_one), min(came_two)
    return None


def pieces(text: str) -> tuple[frozenset[str], ...]:
    """The parts of a sentence between commas and conjunctions, with their figures."""
    parts = (part for clause in clauses(text) for part in _JOINT.split(clause))
    return tuple(
        found for part in parts if (found := words(part).bag - {"one"} | {f"#{f.value:g}" for f in figures(part)})
    )
