"""Text as clauses: where words stand, and whether a cue is negated within its clause."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

# "RTO max. 1.5 h" goes on behind the full stop.
_STOP = r"(?:[;!?]|(?<!\bmax)(?<!\bapprox)(?<!\bavg)(?<!\bincl)(?<!\bca)(?<!\bvs)\.)(?=\s|$)"
_CLAUSE_END = re.compile(rf"{_STOP}|\n|,(?=\s)|\s(?:but|although|whereas|while|and then)\s", re.IGNORECASE)
_SENTENCE_END = re.compile(rf"{_STOP}|\n", re.IGNORECASE)
_NUMBER = r"(?:[2-9]|\d{2,}|two|three|four|five|six|several|multiple|both|all)"
_NEGATION = re.compile(
    r"\b(?:no|not|never|without|neither|nor|cannot|hardly|n't|don't|doesn't|isn't|aren't|won't|can't|needn't|no need for|instead of|rather than)\s+(?:\w+\s+){0,3}$",
    re.IGNORECASE,
)

# "AWS is a no-go", "ad hoc queries are not needed", "personal data? none".
_DENIED_BEHIND = re.compile(
    r"\s*(?:[\w-]+\s+)?(?:(?:is|are)(?:n't|\s+not)\s+(?:really\s+|at all\s+)?(?:needed|required|necessary|important|planned|relevant|wanted|allowed|possible|permitted|an? \w+)|(?:is|are)\s+(?:a no-?go|out of the question|out|off the table|forbidden|banned|unnecessary|overkill|irrelevant|ruled out)|[?:]\s*(?:no|none|not|never)(?=\s*(?:[.,;!?]|$|\n))|not\s+(?:needed|required|necessary))(?![\w])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Stretch:
    """Characters start to end of a text."""

    start: int
    end: int

    def holds(self, position: int) -> bool:
        return self.start <= position < self.end


@lru_cache(maxsize=64)
def clauses(text: str) -> tuple[Stretch, ...]:
    """The clauses of a text, in order, covering it whole."""
    return _cut(text, _CLAUSE_END)


@lru_cache(maxsize=64)
def sentences(text: str) -> tuple[Stretch, ...]:
    """The sentences of a text, in order, covering it whole."""
    return _cut(text, _SENTENCE_END)


def around(stretches: tuple[Stretch, ...], position: int) -> Stretch:
    """The stretch that a position stands in; the last one for the end of the text."""
    return next((s for s in stretches if s.holds(position)), stretches[-1])


def _cut(text: str, pattern: re.Pattern[str]) -> tuple[Stretch, ...]:
    ends = [match.end() for match in pattern.finditer(text)]
    starts = [0, *ends]
    return tuple(Stretch(a, b) for a, b in zip(starts, [*ends, len(text) + 1], strict=True) if b > a)


@lru_cache(maxsize=4096)
def cue_pattern(cue: str) -> re.Pattern[str]:
    """A cue as a pattern: whole words, hyphen or space alike, any case, singular or plural; `#` is a number above one."""
    words = [_NUMBER if word == "#" else re.escape(word) for word in re.split(r"[\s-]+", cue.strip())]
    plural = "" if cue.endswith("s") or not cue[-1].isalpha() else "(?:s|es)?"
    return re.compile(r"(?<![\w-])" + r"[\s-]+".join(words) + plural + r"(?![\w])", re.IGNORECASE)


@lru_cache(maxsize=8192)
def _first_word(cue: str) -> str:
    """The word that a cue begins with, in lower case; empty where it begins with a number."""
    return re.split(r"[\s-]+", cue.strip())[0].lower().removeprefix("#")


@lru_cache(maxsize=64)
def _lower(text: str) -> str:
    return text.lower()


def may_stand(cue: str, text: str) -> bool:
    """Whether the text has the letters that the cue begins with.

    Most cues do not stand in most texts, and looking for a word is far cheaper than matching a pattern.
    """
    return _first_word(cue) in _lower(text)


def find_cue(cue: str, text: str) -> Iterable[Stretch]:
    """Every place where the cue stands as whole words; of "warehouse + etl" where the text has the others too."""
    return _places(cue, text) if _first_word(cue) in _lower(text) else ()


def _places(cue: str, text: str) -> Iterator[Stretch]:
    cue, *others = cue.split(" + ")
    if not all(cue_pattern(other).search(text) for other in others):
        return
    for match in cue_pattern(cue).finditer(text):
        yield Stretch(match.start(), match.end())


def negated(text: str, at: int, end: int | None = None) -> bool:
    """Whether the words before the position, within its clause, or those behind the end of what stands there deny it."""
    clause = around(clauses(text), at)
    return bool(_NEGATION.search(text[clause.start : at])) or (
        end is not None and bool(_DENIED_BEHIND.match(text, end))
    )
