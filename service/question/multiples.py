"""A follow-up that multiplies what was said before: "20x the traffic", "what if it becomes ten times as much"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from kb.fact import Fact, Span
from kb.quantity import Quantity
from service.question.number_words import WORDS

_RATES = frozenset(
    {
        "workload.writes_per_s",
        "workload.reads_per_s",
        "workload.requests_per_s",
        "workload.peak_writes_per_s",
        "workload.peak_requests_per_s",
    }
)
_SIZES = frozenset({"db.size", "workload.rows"})
_PEOPLE = frozenset({"workload.users", "workload.devices", "tenants"})
# What is multiplied, by the noun behind the factor; without one, all of it.
_BY_NOUN = (
    (
        re.compile(r"(?:traffic|load|requests?|writes?|reads?|rate|events?|orders?|throughput|messages?|inserts?)\b"),
        _RATES,
    ),
    (re.compile(r"(?:data|volume|size|storage|rows?|records?)\b"), _SIZES),
    (re.compile(r"(?:users?|customers?|clients?|devices?|sensors?|tenants?)\b"), _PEOPLE | _RATES),
)
_SPELLED = "|".join(sorted((re.escape(word) for word in WORDS if WORDS[word] >= 2), key=len, reverse=True))
_FACTOR = re.compile(
    rf"(?<![\w.,])(?:(?P<digits>\d+(?:\.\d+)?)\s*(?:x|×|times|fold)|(?P<words>{_SPELLED})[\s-]+(?:times|fold)|(?P<double>double|twice))(?![\w-])(?P<behind>(?:\s+(?:the|as|our|that|this|many|much|more|of))*\s*)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NAMED = {"double": 2.0, "twice": 2.0}


def multiplied(earlier: Sequence[Fact], text: str) -> tuple[Fact, ...]:
    """The loads and sizes said before, as many times as the follow-up says; none where it says no factor."""
    match = _FACTOR.search(text)
    if match is None:
        return ()
    factor = _factor(match)
    noun = text[match.end() :].lower()
    meant = next((names for pattern, names in _BY_NOUN if pattern.match(noun)), _RATES | _SIZES | _PEOPLE)
    span = Span("question", match.start(), match.end("behind"), text[match.start() : match.end("behind")].strip())
    last = {fact.attribute: fact for fact in earlier if fact.attribute in meant}
    return tuple(
        replace(fact, value=_times(fact.value, factor), span=span)
        for fact in last.values()
        if isinstance(fact.value, Quantity)
    )


def _factor(match: re.Match[str]) -> float:
    if match["digits"]:
        return float(match["digits"])
    return WORDS[match["words"].lower()] if match["words"] else _NAMED[match["double"].lower()]


def _times(value: Quantity, factor: float) -> Quantity:
    """The quantity so many times, in the asker's own unit: 500 writes/s become 10,000 writes/s."""
    said = _NUMBER.sub(lambda number: f"{float(number[0].replace(',', '')) * factor:,.10g}", value.spelling, count=1)
    return replace(value, value=value.value * factor, spelling=said)
