"""Nouns as words: a noun, and what its form and the word lists say of it: its singular, whether a person or an event, whether barred."""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TypedDict

import yaml

_AGENT = re.compile(r"(?:[a-z]{3}(?:er|or)|[a-z]{2}(?:ist|eer|ian|ant)|[a-z]man|[a-z]woman)$")
_HAPPENING = re.compile(r"[a-z]{2}(?:[ts]ion|ment|ing|ance)$")
# Mostly verbs, but never behind a number, nor where two things are related.
TWOFOLD = frozenset({"track", "store", "book"})
_LOCATED = re.compile(
    r"\b(?:at|across|in|over)\s+(?:(?:all|our|the|about|some|these)\s+){0,2}(?:\d[\d.,]*|two|three|four|five|six|seven|eight|nine|ten|a dozen|several|many)\s+([a-z-]+s)\b(?!\s+(?:ago|later|time)\b)",
    re.IGNORECASE,
)
_PER = re.compile(r"(?<=[a-z]) per (?:each |every )?([a-z]+)\b", re.IGNORECASE)


class WordLists(TypedDict):
    """The file nouns.yaml, whose comments say what each list is."""

    stop: frozenset[str]
    verbs: frozenset[str]
    trade: frozenset[str]
    never: frozenset[str]
    asking: frozenset[str]
    uncounted: frozenset[str]
    predicate: frozenset[str]
    no_agents: frozenset[str]
    no_events: frozenset[str]
    compounds: dict[str, str]
    irregular: dict[str, str]
    happens: dict[str, str]


@lru_cache(maxsize=1)
def word_lists() -> WordLists:
    """The lists of nouns.yaml, read once."""
    text = resources.files("service.question").joinpath("nouns.yaml").read_text(encoding="utf-8")
    lists = yaml.load(text, Loader=yaml.CSafeLoader)
    stop, verbs, trade, never, asking, predicate, no_agents, no_events, uncounted = (
        frozenset(lists[name].split())
        for name in ("stop", "verbs", "trade", "never", "asking", "predicate", "no_agents", "no_events", "uncounted")
    )
    return {
        "stop": stop, "verbs": verbs, "trade": trade, "never": never, "asking": asking, "uncounted": uncounted, "predicate": predicate, "no_agents": no_agents, "no_events": no_events, "compounds": lists["compounds"], "irregular": lists["irregular"], "happens": lists["happens"],
    }  # fmt: skip


@lru_cache(maxsize=1)
def _happens() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The verbs of what happens with their nouns."""
    verbs = word_lists()["happens"].items()
    return tuple((re.compile(rf"(?<![\w-]){verb}(?![\w-])", re.IGNORECASE), noun) for verb, noun in verbs)


@dataclass(frozen=True)
class Noun:
    """A thing to be stored: its singular in lower case, where it stands, and whether a list names it."""

    name: str
    start: int
    end: int
    listed: bool


@lru_cache(maxsize=64)
def happening(text: str) -> str | None:
    """The noun of what the text first says to happen: "boats get rented" are rentals."""
    places = [(match.start(), noun) for verb, noun in _happens() if (match := verb.search(text))]
    return min(places)[1] if places else None


def is_person(noun: str) -> bool:
    """Whether an unfamiliar noun is by its ending somebody who does something: a singer, a juror, an archivist."""
    last = head(noun)
    return _AGENT.search(last) is not None and last not in word_lists()["no_agents"]


def is_event(noun: str) -> bool:
    """Whether an unfamiliar noun is by its ending something that happens: a calculation, a treatment, a briefing."""
    last = noun.rpartition(" ")[2]
    return _HAPPENING.search(last) is not None and last not in word_lists()["no_events"]


def is_barred(noun: str) -> bool:
    """Whether a word of it ends nouns, or belongs to our trade and never names a thing."""
    words = noun.split()
    return (
        not words
        or bool({*words} & (word_lists()["stop"] - TWOFOLD | word_lists()["asking"] | word_lists()["predicate"]))
        or words[-1] in word_lists()["never"]
    )


def located(text: str) -> tuple[str, ...]:
    """What something is said to be at or in several of, or kept for each of, in the singular: "at 12 resorts", "stock per truck"."""
    several = [singular(match[1]) for match in _LOCATED.finditer(text)]
    barred = word_lists()["uncounted"] | word_lists()["trade"] | word_lists()["never"] | word_lists()["stop"]
    return (*several, *(match[1].lower() for match in _PER.finditer(text) if match[1].lower() not in barred))


def head(name: str) -> str:
    """The word that says what a thing is: the truck of a food truck, the order of an online pre-order."""
    return re.split(r"[ -]", name)[-1]


def singular(phrase: str) -> str:
    """The singular of a noun phrase by its last word."""
    *before, last = phrase.lower().split()
    if last in word_lists()["irregular"]:
        last = word_lists()["irregular"][last]
    elif last.endswith("ies") and len(last) > 4:
        last = f"{last[:-3]}y"
    elif last.endswith(("sses", "shes", "ches", "xes", "zes")) or (
        last.endswith("uses") and not last.endswith(("ouses", "auses")) and len(last) > 4
    ):
        last = last[:-2]
    elif last.endswith("s") and not last.endswith(("ss", "us", "is")):
        last = last[:-1]
    return " ".join((*before, last))
