"""The noun that a number counts: behind it ("90k users"), or before it as a label ("users: 90k")."""

import re
from collections.abc import Sequence
from functools import lru_cache

from service.question.numbers import Mention

# What may stand between a number and the thing that it counts, or instead of one: "10k concurrent editors", "viewers: 250k online".
_QUALITIES = re.compile(
    r"^(?:(?:concurrent|concurrently|simultaneous|simultaneously|active|daily|online|registered|paying|internal|external|remote|connected|deployed|distinct|different|unique|separate|individual|busy|total|today|currently|now|overall)(?:\s+|$))+"
)
# "Users: 90k", "meters (460,000)", "plays are 55M a day"; what another number counts, or what is one of many, labels nothing.
_LABELS = r"(?<![\w-])(?:{nouns})(?:\s+(?:are|is|at|now|today|currently|only|about|around|roughly|themselves|count))*\s*[:=(x×~≈<>-]*\s*$"
_NAMED = 1000
_NO_LABEL = re.compile(
    r"(?:\b(?:per|each|every|an?|one|single|of|than|by)|\d[\d.,]*\s?\w*(?:\s+[\w-]+){0,2})\s+$", re.IGNORECASE
)


def counted(noun: str) -> str:
    """The counted noun without its qualities."""
    return _QUALITIES.sub("", noun)


def noun_of(noun: str, nouns: Sequence[str]) -> str:
    """The longest noun that the noun phrase begins or ends with."""
    bare = counted(noun)
    hits = [
        w
        for w in nouns
        if noun == w or noun.endswith(f" {w}") or f"{noun} ".startswith(f"{w} ") or f"{bare} ".startswith(f"{w} ")
    ]
    return max(hits, key=len, default="")


def label_of(text: str, mention: Mention, nouns: tuple[str, ...]) -> str:
    """The noun that stands before a number which counts nothing behind it."""
    if not nouns or mention.unit not in ("count", "rate") or counted(mention.noun):
        return ""
    found = _label_pattern(nouns).search(text[: mention.start])
    if found is None or _NO_LABEL.search(text[: found.start()]):
        return ""
    # "Shard 7" is one of them, "shards 7" and "shard: 7" are so many.
    if (
        mention.value < _NAMED
        and found.group().rstrip(" #").lower() == found.group(1).lower()
        and not found.group(1).lower().endswith("s")
    ):
        return ""
    return found.group(1).lower()


@lru_cache(maxsize=256)
def _label_pattern(nouns: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join(re.escape(noun) for noun in sorted(nouns, key=len, reverse=True))
    return re.compile(_LABELS.format(nouns=words).replace("(?:", "(", 1), re.IGNORECASE)
