"""Spelling: slips in words of our subject are mended before the question is searched with; what was typed stays what is shown."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from kb.tokens import load_words
from kb.vocabulary import Vocabulary, load_vocabulary
from service.question.intents import intent_table

# Not within an identifier, a path or code.
_TOKEN = re.compile(r"(?<![\w./`-])[A-Za-z]{5,}(?![\w/`]|\.\w)")
_PART = re.compile(r"[a-z]{5,}")
# Two slips in one word are believed of long words only: "deletion" is not "detection".
_LONG = 11


@dataclass(frozen=True)
class Speller:
    """Mends a token that is no word by the one term that is a slip away from it."""

    words: frozenset[str]
    terms: frozenset[str]

    def mended(self, text: str) -> str:
        return _TOKEN.sub(lambda match: self._mended(match.group()), text)

    def _mended(self, token: str) -> str:
        low = token.lower()
        # Capitals inside a word are a name's own.
        if low in self.words or low in self.terms or not (token.islower() or token.istitle()) or self._is_form(low):
            return token
        near = sorted(self._near(low))
        if not near or (len(near) > 1 and near[0][0] == near[1][0]):
            return token
        return near[0][1]

    def _is_form(self, low: str) -> bool:
        """A plural, a verb's form or the beginning of a known word is no slip: "delete" beside "deleted"."""
        if any(term.startswith(low.removesuffix("s")) for term in self.terms):
            return True
        stems = (low[: -len(end)] for end in ("s", "es", "ed", "d", "ing", "er", "ly", "able") if low.endswith(end))
        return any(stem in self.words or stem in self.terms or f"{stem}e" in self.words for stem in stems)

    def _near(self, low: str) -> Iterator[tuple[int, str]]:
        allowed = 2 if len(low) >= _LONG else 1
        for term in self.terms:
            if term[0] == low[0] and abs(len(term) - len(low)) <= allowed:
                distance = DamerauLevenshtein.distance(low, term, score_cutoff=allowed)
                if distance <= allowed:
                    yield distance, term


@lru_cache(maxsize=1)
def load_speller() -> Speller:
    """A speller over the words of our vocabulary."""
    return Speller(load_words(), frozenset(_terms(load_vocabulary())))


def _terms(vocabulary: Vocabulary) -> Iterator[str]:
    for phrase in _phrases(vocabulary):
        yield from _PART.findall(phrase.lower())


def _phrases(vocabulary: Vocabulary) -> Iterable[str]:
    for intent in intent_table().values():
        yield from intent.cues
    for attribute in vocabulary.attributes.values():
        yield from (*attribute.cues, *attribute.nouns)
        for cues in attribute.values.values():
            yield from cues
    for shape in vocabulary.shapes.values():
        yield from shape.cues
    for technology in vocabulary.technologies.values():
        yield from (technology.name, *technology.aliases)
    yield from vocabulary.subjects.values()
