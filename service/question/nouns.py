"""Nouns: the things that the asker wants stored, in his own words and in the order in which he names them."""

import re
from collections.abc import Iterable, Iterator

from service.question.clauses import cue_pattern, may_stand
from service.question.noun_lists import counted_nouns, listed_nouns
from service.question.noun_words import Noun, head, word_lists

# "samples (several levels)": a remark within a list, where a list in brackets has commas.
_ASIDE = re.compile(r"\([^(),]{1,60}\)")
_DETERMINED = re.compile(r"\b(?:a|an|the|each|every|per|one|this|that|their|our|its|of|no)\s+$", re.IGNORECASE)
# A user is a word of our trade; users are people who do something.
_PEOPLE = "user"
_AFTER_NOUN = re.compile(r"\b(?:a|an|the|our|each|every|one)\s+[a-z]+\s+$", re.IGNORECASE)
# "Who parks where": what follows is done.
_WHO = re.compile(r"\bwho\s+$", re.IGNORECASE)
_OBJECT = re.compile(r"\s+(?:the\s+|our\s+|their\s+)?[a-z]+s\b", re.IGNORECASE)
# "Lane metres" and "machine hours" are measures.
_MEASURED = re.compile(
    r"[\s-]+(?:metres?|meters?|kilomet(?:re|er)s?|km|miles?|hours?|minutes?|kg|ton(?:ne)?s?|kilos?)\b", re.IGNORECASE
)


def nouns(text: str, known: Iterable[str], familiar: Iterable[str] = ()) -> tuple[Noun, ...]:
    """Known nouns wherever they stand, and unknown ones in a list among known or `familiar` ones; each once, in order."""
    text = _ASIDE.sub(lambda aside: " " * len(aside[0]), text)
    found = {noun.name: noun for noun in sorted(_known(text, known), key=lambda noun: -noun.start)}
    listed = listed_nouns(text, frozenset((*known, *familiar)))
    for noun in reversed(listed):
        found[noun.name] = noun
    for noun in counted_nouns(text):
        found.setdefault(noun.name, noun)
    inside = {part for name in found if " " in name for part in name.split()}
    # The "truck" beside a "food truck" is the same thing.
    heads = {head(name) for name in found if head(name) != name}
    kept = [n for n in found.values() if n.name not in heads and (n.listed or n.name not in inside)]
    return tuple(sorted(kept, key=lambda noun: noun.start))


def _known(text: str, known: Iterable[str]) -> Iterator[Noun]:
    taken: list[tuple[int, int]] = []
    standing = (word for word in known if may_stand(word, text))
    for word in sorted(standing, key=lambda each: (-len(each), each)):
        for match in cue_pattern(word).finditer(text):
            if any(a < match.end() and match.start() < b for a, b in taken):
                continue
            taken.append((match.start(), match.end()))
            if _is_noun(text, word, match):
                yield Noun(word_lists()["irregular"].get(word, word), match.start(), match.end(), False)


def _is_noun(text: str, word: str, match: re.Match[str]) -> bool:
    """A verb in the singular is one unless a determiner stands before it; words of our trade are never things."""
    plural = match[0].lower() != word
    before = text[: match.start()]
    trade = word in word_lists()["trade"] and not (plural and word == _PEOPLE)
    if (
        trade
        or _WHO.search(before)
        or _MEASURED.match(text, match.end())
        or word in word_lists()["never"]
        or _is_compound(word, before)
    ):
        return False
    if word not in word_lists()["verbs"] or _DETERMINED.search(before):
        return True
    # "The warehouse ships orders": what follows a noun and has an object is a verb in the plural too.
    return plural and not (_AFTER_NOUN.search(before) and _OBJECT.match(text, match.end()))


def _is_compound(word: str, before: str) -> bool:
    firsts = word_lists()["compounds"].get(word, "").split()
    return bool(firsts) and f" {before.lower().rstrip()}".endswith(tuple(f" {first}" for first in firsts))
