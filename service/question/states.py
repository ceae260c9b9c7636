"""States: what a thing is said to be one after the other, which is no list of things."""

import re
from dataclasses import dataclass

from service.question.noun_words import singular

# Participles, and words that say as much.
_STATE = r"(?:not (?:yet )?)?(?:partly |partially |fully )?(?:(?:in|on|out of|under) [a-z]+|[a-z]+(?:ed|en|wn|ught)|open|new|draft|sent|paid|sold|lost|done|built|left|won|active|inactive|pending|ready|progress|hold|review|available|free|closed|overdue|late|live|dead|idle|busy|fit|sick|due|out|in|running|waiting)"
_SEVERAL = (
    rf"(?P<states>{_STATE}(?:\s*,\s*(?:or |and |then )?{_STATE})*\s*,?\s*(?:or|and|then|and then|->|→)\s+{_STATE})"
)
_SAID = re.compile(
    rf"\b(?P<of>[a-z]+(?: [a-z]+)?)\s+(?:is|are|can be|may be|gets?|be|being|go from|moves? from)\s+(?:either\s+|first\s+)?{_SEVERAL}(?![\w-])",
    re.IGNORECASE,
)
# Behind such a word anything is a state.
_ANY = r"(?!(?:each|every|the|an?|of|which|who|that)\b)[a-z]+(?: (?!or\b|and\b)[a-z]+)?"
_NAMED = re.compile(
    rf"\b(?:(?P<of>[a-z]+)\s+(?:with|have|has)\s+(?:an?\s+)?)?(?:status(?:es)?|states?)\b\s*(?:(?:is|are|can be|one of|such as|like|:|\(|=)\s*|(?=[a-z]+/|[a-z]+(?:, [a-z]+)*,? or ))+(?P<states>{_ANY}(?:\s*(?:,|/|->|→)\s*(?:(?:or|and)\s+)?{_ANY})+(?:\s*,?\s*(?:or|and)\s+[a-z]+)?)",
    re.IGNORECASE,
)
_LISTED = re.compile(
    rf"\b(?:(?P<of>[a-z]+)\s+(?:with|have|has)\s+(?:an?\s+)?)?status(?:es)?\s+(?P<states>{_STATE}(?:\s*,\s*(?:or |and )?{_STATE})+)(?![\w-])",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*,\s*(?:or |and |then )?|\s+(?:or|and then|and|then)\s+|\s*(?:->|→|/)\s*", re.IGNORECASE)
# Two with "and" between them is done to a thing at once: scanned and weighed.
_FEWEST = 3
_EITHER = re.compile(r"\bor\b|/|->|→", re.IGNORECASE)


@dataclass(frozen=True)
class States:
    """The thing in the singular, empty where it is not said, its states in their order, and where they stand."""

    of: str
    names: tuple[str, ...]
    start: int
    end: int


def states(text: str) -> tuple[States, ...]:
    """Every list of states in the text."""
    found: list[States] = []
    for form in (_SAID, _NAMED, _LISTED):
        for match in form.finditer(text):
            names = tuple(dict.fromkeys(name.lower() for name in _BETWEEN.split(match["states"].strip()) if name))
            enough = 2 if form is not _SAID or _EITHER.search(match["states"]) else _FEWEST
            if len(names) >= enough and not any(match.start("states") < each.end for each in found):
                of = singular((match["of"] or "").split()[-1]) if match["of"] else ""
                found.append(States(of, names, match.start("states"), match.end("states")))
    return tuple(found)


def without_states(text: str) -> str:
    """The text with its states blanked out, at the same length."""
    for each in states(text):
        text = f"{text[: each.start]}{' ' * (each.end - each.start)}{text[each.end :]}"
    return text
