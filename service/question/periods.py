"""Periods: amounts that are said to hold from a date on, and what they are of."""

import re
from collections.abc import Iterator
from functools import lru_cache

from service.question.noun_words import is_barred, singular

OVER_TIME = re.compile(
    r"\b(?:histor(?:y|ies)|over time|over the years|(?:every|each) (?:year|semester|season|term|quarter|month)|yearly|annually|per year|by year|year by year|(?:on|per|by|of) the year|valid (?:from|since|until|on)|from (?:a|some|a certain|a given) (?:date|day) on|effective (?:date|from)|as of|in the past|at (?:a|any|some|each|every) (?:given )?(?:date|day|moment)|old|previous|past|former|next year|(?:changes?|changed|raised|adjusted|go(?:es)? up) on|new (?:prices|rents|fees|rates|tariffs))\b",
    re.IGNORECASE,
)
AMOUNTS = frozenset(
    ["price", "rent", "fee", "rate", "tariff", "premium", "salary", "wage", "discount", "cost", "charge", "due", "percentage", "quota", "commission", "interest", "surcharge", "factor", "tax", "toll", "fare"]
)  # fmt: skip
_WORDS = "|".join(sorted(AMOUNTS - {"due", "interest"}))
# In the plural, or behind what a noun stands behind: "rent units" is done with units.
_AMOUNT = re.compile(
    rf"(?:\b(?:an?|the|old|new|current|its|their|our|each|every)\s+(?:(?P<which>(?!old|new|current)[a-z]+)\s+)?(?P<one>{_WORDS})\b|\b(?:(?P<whose>[a-z]+)\s+)?(?P<many>(?:{_WORDS.replace('salary', 'salarie')})s)\b)",
    re.IGNORECASE,
)
_HAS = re.compile(
    r"\b(?:an?|each|every|the)\s+(?P<of>[a-z]+(?: [a-z]+)?)\s+(?:has|have|costs?|carries)\b", re.IGNORECASE
)
_OF = re.compile(r"^[^.;]{0,40}?\b(?:of|for|per)\s+(?:(?:an?|each|every|the|our|all)\s+)?(?P<of>[a-z]+)", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?;\n]")
_TELLING = frozenset(
    ["hourly", "daily", "weekly", "monthly", "yearly", "annual", "unit", "standing", "fixed", "base", "basic"]
)
# What qualifies an amount otherwise and is no thing that it is of.
_MANNER = _TELLING | frozenset(["different", "current", "old", "new", "past", "the", "and", "all", "which", "whose", "with", "where", "when", "of", "kg", "hour", "day", "night", "month", "year", "week", "time", "km", "kwh", "litre", "piece"])  # fmt: skip


@lru_cache(maxsize=64)
def over_time(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every amount that a sentence says to hold for a time, and the things that it may be of, the likeliest first.

    What has an amount itself, as a tariff with its rates, is a thing and no amount.
    """
    found: dict[str, tuple[str, ...]] = {}
    start = 0
    for end in [*(match.start() for match in _SENTENCE.finditer(text)), len(text)]:
        sentence, start = text[start:end], end + 1
        if OVER_TIME.search(sentence):
            for match in _AMOUNT.finditer(sentence):
                found.setdefault(_called(match), tuple(_things(match, sentence)))
    owners = {thing for things in found.values() for thing in things}
    return tuple((name, things) for name, things in found.items() if name not in owners)


def _called(match: re.Match[str]) -> str:
    """The amount with the word that tells it from others: an hourly rate."""
    name = singular((match["one"] or match["many"]).lower())
    which = (match["which"] or match["whose"] or "").lower()
    return f"{which} {name}" if which in _TELLING else name


def _things(match: re.Match[str], sentence: str) -> Iterator[str]:
    """The noun before the amount, what it is of or per, and what has it."""
    said = [(match["which"] or match["whose"] or "")]
    said += [found["of"] for found in [_OF.match(sentence[match.end() :])] if found]
    said += [found["of"] for found in [*_HAS.finditer(sentence[: match.start()])][-1:]]
    for each in said:
        name = singular(each.lower()) if each else ""
        if name and name not in _MANNER and name not in AMOUNTS - {"tariff"} and not is_barred(name):
            yield name
