"""Nouns: the things that the asker wants stored, in his own words and in the order in which he names them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TypedDict

import yaml

from service.question.clauses import cue_pattern, may_stand
from service.question.numbers import mentions

_SEGMENT = re.compile(r"[.;:!?()\n]|\s[-–—]\s")
_SEPARATOR = re.compile(
    r"\s*,\s*(?:(?:and|or|plus)\s+)?|\s+(?:and|or|plus|&)\s+|\s*/(?!(?:s|sec|min|h|hour|d|day|week|month|y|year)\b)\s*"
)
# "samples (several levels)": a remark within a list, where a list in brackets has commas.
_ASIDE = re.compile(r"\([^(),]{1,60}\)")
_WORD = re.compile(r"(?<!\w)[a-z][a-z'-]*", re.IGNORECASE)
_DETERMINED = re.compile(r"\b(?:a|an|the|each|every|per|one|this|that|their|our|its|of|no)\s+$", re.IGNORECASE)
# A user is a word of our trade; users are people who do something.
_PEOPLE = "user"
_AFTER_NOUN = re.compile(r"\b(?:a|an|the|our|each|every|one)\s+[a-z]+\s+$", re.IGNORECASE)
_SINGLE = re.compile(r"\b(?:an?|each|every|one)\s+$", re.IGNORECASE)
# "Who parks where": what follows is done.
_WHO = re.compile(r"\bwho\s+$", re.IGNORECASE)
_PARTICIPLE = re.compile(r"[a-z]{2,}(?<!e)ed", re.IGNORECASE)
_OBJECT = re.compile(r"\s+(?:the\s+|our\s+|their\s+)?[a-z]+s\b", re.IGNORECASE)
_AGENT = re.compile(r"(?:[a-z]{3}(?:er|or)|[a-z]{2}(?:ist|eer|ian|ant)|[a-z]man|[a-z]woman)$")
_HAPPENING = re.compile(r"[a-z]{2}(?:[ts]ion|ment|ing|ance)$")
# Mostly verbs, but never behind a number, nor where two things are related.
_TWOFOLD = frozenset({"track", "store", "book"})
# "Lane metres" and "machine hours" are measures.
_MEASURED = re.compile(
    r"[\s-]+(?:metres?|meters?|kilomet(?:re|er)s?|km|miles?|hours?|minutes?|kg|ton(?:ne)?s?|kilos?)\b", re.IGNORECASE
)
_WORDS = re.compile(r"[a-z-]+(?: [a-z-]+)?")
_LOCATED = re.compile(
    r"\b(?:at|across|in|over)\s+(?:(?:all|our|the|about|some|these)\s+){0,2}(?:\d[\d.,]*|two|three|four|five|six|seven|eight|nine|ten|a dozen|several|many)\s+([a-z-]+s)\b(?!\s+(?:ago|later|time)\b)",
    re.IGNORECASE,
)
_PER = re.compile(r"(?<=[a-z]) per (?:each |every )?([a-z]+)\b", re.IGNORECASE)
_LISTED, _KNOWN_AMONG, _LONGEST = 3, 2, 2
# "A schema for a choir: singers, rehearsals, dues": what stands behind such a colon is the list of things.
_INTRODUCED = re.compile(
    r"(?:\b(?:schema|tables?|data ?base|data model|model|entities|entity|erd?|diagram)\b[^.;!?\n]*|^[^.;:!?\n]{3,40}|[.!?]\s+[^.;:!?\n]{3,40}):$",
    re.IGNORECASE,
)


class _Words(TypedDict):
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
def _words() -> _Words:
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
    verbs = _words()["happens"].items()
    return tuple((re.compile(rf"(?<![\w-]){verb}(?![\w-])", re.IGNORECASE), noun) for verb, noun in verbs)


@dataclass(frozen=True)
class Noun:
    """A thing to be stored: its singular in lower case, where it stands, and whether a list names it."""

    name: str
    start: int
    end: int
    listed: bool


def nouns(text: str, known: Iterable[str], familiar: Iterable[str] = ()) -> tuple[Noun, ...]:
    """Known nouns wherever they stand, and unknown ones in a list among known or `familiar` ones; each once, in order."""
    text = _ASIDE.sub(lambda aside: " " * len(aside[0]), text)
    found = {noun.name: noun for noun in sorted(_known(text, known), key=lambda noun: -noun.start)}
    listed = _listed(text, frozenset((*known, *familiar)))
    for noun in reversed(listed):
        found[noun.name] = noun
    for noun in _counted(text):
        found.setdefault(noun.name, noun)
    inside = {part for name in found if " " in name for part in name.split()}
    # The "truck" beside a "food truck" is the same thing.
    heads = {head(name) for name in found if head(name) != name}
    kept = [n for n in found.values() if n.name not in heads and (n.listed or n.name not in inside)]
    return tuple(sorted(kept, key=lambda noun: noun.start))


@lru_cache(maxsize=64)
def happening(text: str) -> str | None:
    """The noun of what the text first says to happen: "boats get rented" are rentals."""
    places = [(match.start(), noun) for verb, noun in _happens() if (match := verb.search(text))]
    return min(places)[1] if places else None


def is_person(noun: str) -> bool:
    """Whether an unfamiliar noun is by its ending somebody who does something: a singer, a juror, an archivist."""
    last = head(noun)
    return _AGENT.search(last) is not None and last not in _words()["no_agents"]


def is_event(noun: str) -> bool:
    """Whether an unfamiliar noun is by its ending something that happens: a calculation, a treatment, a briefing."""
    last = noun.rpartition(" ")[2]
    return _HAPPENING.search(last) is not None and last not in _words()["no_events"]


def is_barred(noun: str) -> bool:
    """Whether a word of it ends nouns, or belongs to our trade and never names a thing."""
    words = noun.split()
    return (
        not words
        or bool({*words} & (_words()["stop"] - _TWOFOLD | _words()["asking"] | _words()["predicate"]))
        or words[-1] in _words()["never"]
    )


def located(text: str) -> tuple[str, ...]:
    """What something is said to be at or in several of, or kept for each of, in the singular: "at 12 resorts", "stock per truck"."""
    several = [singular(match[1]) for match in _LOCATED.finditer(text)]
    barred = _words()["uncounted"] | _words()["trade"] | _words()["never"] | _words()["stop"]
    return (*several, *(match[1].lower() for match in _PER.finditer(text) if match[1].lower() not in barred))


def head(name: str) -> str:
    """The word that says what a thing is: the truck of a food truck, the order of an online pre-order."""
    return re.split(r"[ -]", name)[-1]


def singular(phrase: str) -> str:
    """The singular of a noun phrase by its last word."""
    *before, last = phrase.lower().split()
    if last in _words()["irregular"]:
        last = _words()["irregular"][last]
    elif last.endswith("ies") and len(last) > 4:
        last = f"{last[:-3]}y"
    elif last.endswith(("sses", "shes", "ches", "xes", "zes")) or (
        last.endswith("uses") and not last.endswith(("ouses", "auses")) and len(last) > 4
    ):
        last = last[:-2]
    elif last.endswith("s") and not last.endswith(("ss", "us", "is")):
        last = last[:-1]
    return " ".join((*before, last))


def _known(text: str, known: Iterable[str]) -> Iterator[Noun]:
    taken: list[tuple[int, int]] = []
    standing = (word for word in known if may_stand(word, text))
    for word in sorted(standing, key=lambda each: (-len(each), each)):
        for match in cue_pattern(word).finditer(text):
            if any(a < match.end() and match.start() < b for a, b in taken):
                continue
            taken.append((match.start(), match.end()))
            if _is_noun(text, word, match):
                yield Noun(_words()["irregular"].get(word, word), match.start(), match.end(), False)


def _is_noun(text: str, word: str, match: re.Match[str]) -> bool:
    """A verb in the singular is one unless a determiner stands before it; words of our trade are never things."""
    plural = match[0].lower() != word
    before = text[: match.start()]
    trade = word in _words()["trade"] and not (plural and word == _PEOPLE)
    if (
        trade
        or _WHO.search(before)
        or _MEASURED.match(text, match.end())
        or word in _words()["never"]
        or _is_compound(word, before)
    ):
        return False
    if word not in _words()["verbs"] or _DETERMINED.search(before):
        return True
    # "The warehouse ships orders": what follows a noun and has an object is a verb in the plural too.
    return plural and not (_AFTER_NOUN.search(before) and _OBJECT.match(text, match.end()))


def _is_compound(word: str, before: str) -> bool:
    firsts = _words()["compounds"].get(word, "").split()
    return bool(firsts) and f" {before.lower().rstrip()}".endswith(tuple(f" {first}" for first in firsts))


@lru_cache(maxsize=64)
def _listed(text: str, known: frozenset[str]) -> tuple[Noun, ...]:
    """The nouns of every list of three or more, two of which are known, or which is announced as what is to be stored."""
    return tuple(_in_lists(text, known))


def _in_lists(text: str, known: frozenset[str]) -> Iterator[Noun]:
    start = 0
    for end in [*(match.start() for match in _SEGMENT.finditer(text)), len(text)]:
        items = [noun for noun, clause in _items(text, start, end) if not clause or _is_known(noun, known)]
        enough = sum(_is_known(noun, known) for noun in items) >= _KNOWN_AMONG
        items = _without_clauses(text, items)
        if len(items) >= _LISTED and (enough or _is_announced(text, start, items)):
            yield from items
        start = end + 1


def _without_clauses(text: str, items: list[Noun]) -> list[Noun]:
    """Without a verb among things that are all named in the plural: "rates per client, and change each year"."""
    plural = {noun.name for noun in items if text[noun.start : noun.end].lower() != noun.name}
    single = {noun.name for noun in items} - plural
    return [n for n in items if n.name in plural or n.name not in _words()["verbs"] or len(single) > 1]


def _is_announced(text: str, start: int, items: list[Noun]) -> bool:
    """Whether a list names things: they are in the plural, which qualities are not, all but a third, or half behind a colon."""
    words = _words()
    barred = words["uncounted"] | words["trade"] | words["stop"]
    plural = [noun for noun in items if text[noun.start : noun.end].lower() != noun.name]
    if _INTRODUCED.search(text, 0, start) is not None:
        return 2 * len(plural) >= len(items)
    return 3 * sum(not barred & set(noun.name.split()) for noun in plural) >= 2 * len(items)


@lru_cache(maxsize=64)
def _counted(text: str) -> tuple[Noun, ...]:
    """What numbers count, in the plural: the trams and the tracks of "180 trams parked on 24 tracks"; no measures, nothing of our trade."""
    return tuple(_behind_numbers(text))


def _behind_numbers(text: str) -> Iterator[Noun]:
    words = _words()
    barred = words["uncounted"] | words["never"] | words["trade"] | (words["stop"] - _TWOFOLD)
    for mention in mentions(text):
        said = mention.noun.split()
        ends = [at for at, word in enumerate(said[:_LONGEST], 1) if singular(word) != word]
        if mention.unit not in ("count", "rate") or not ends or not _WORDS.fullmatch(" ".join(said[: ends[0]])):
            continue
        name = singular(" ".join(said[: ends[0]]))
        start = text.lower().find(mention.noun, mention.start)
        if start >= 0 and not barred & set(name.split()):
            yield Noun(name, start, start + len(" ".join(said[: ends[0]])), True)


def _is_known(noun: Noun, known: frozenset[str]) -> bool:
    return noun.name in known or head(noun.name) in known


def _items(text: str, start: int, end: int) -> Iterator[tuple[Noun, bool]]:
    """The parts of a segment between separators: of the first the last words, of the others the first, up to a word that ends
    a noun; and whether the part is a clause, which says what happens to a thing and names none."""
    cuts = [*_SEPARATOR.finditer(text, start, end)]
    spans = [*zip([start, *(cut.end() for cut in cuts)], [*(cut.start() for cut in cuts), end], strict=True)]
    for number, (at, stop) in enumerate(spans):
        words = [(match[0], match.start()) for match in _WORD.finditer(text, at, stop)]
        run = _without_verb(_last_run(words) if number == 0 else _first_run(words))
        # "A walker takes several dogs": behind one of a kind what ends as a plural is its verb.
        if len(run) > 1 and _SINGLE.search(text, 0, run[0][1]) and singular(run[-1][0]) != run[-1][0].lower():
            run = run[:-1]
        name = singular(" ".join(word for word, _ in run)) if run else ""
        # The "s" of "bookings/s" is a second.
        if len(name) > 1 and len(run) <= _LONGEST and len(spans) > 1 and name not in _words()["never"]:
            last, begin = run[-1]
            clause = number > 0 and _is_clause([word.lower() for word, _ in words], run[0][0].lower(), len(run))
            yield Noun(name, run[0][1], begin + len(last), True), clause


def _is_clause(words: list[str], first: str, length: int) -> bool:
    """ "must be traceable", "go to hospitals": a predicate before the words, or a direction behind them."""
    at = words.index(first)
    behind = words[at + length : at + length + 1]
    return bool(_words()["predicate"] & set(words[:at])) or behind in (["to"], ["into"])


# The first word of a compound is singular but for these: "members check in" is members and what they do.
_PLURAL_FIRST = frozenset(
    [
        "sports",
        "goods",
        "news",
        "sales",
        "savings",
        "customs",
        "operations",
        "logistics",
        "series",
        "species",
        "gas",
        "bus",
    ]
)


def _without_verb(run: list[tuple[str, int]]) -> list[tuple[str, int]]:
    first = run[0][0].lower() if run else ""
    plural = len(run) > 1 and first not in _PLURAL_FIRST and singular(first) != first
    return run[:1] if plural else run


def _first_run(words: list[tuple[str, int]]) -> list[tuple[str, int]]:
    run: list[tuple[str, int]] = []
    if words and words[0][0].lower() in _words()["asking"]:
        return run
    for word in words:
        if word[0].lower() in _words()["stop"]:
            if run:
                break
            continue
        if run and word[0].lower().endswith("ed"):
            # "aliquots derived from samples": a participle after a noun begins a clause.
            break
        run.append(word)
    # "Stored in several freezers": a participle alone is what is done, and no thing.
    return [] if len(run) == 1 and _PARTICIPLE.fullmatch(run[0][0]) else run


def _last_run(words: list[tuple[str, int]]) -> list[tuple[str, int]]:
    run: list[tuple[str, int]] = []
    for word in reversed(words):
        if word[0].lower() in _words()["stop"] or len(run) == _LONGEST:
            break
        run.insert(0, word)
    return run[-1:] if len(run) == _LONGEST else run
