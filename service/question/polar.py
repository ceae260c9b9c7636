"""Yes-or-no questions: what is proposed in one, and in which sense yes or no is wanted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from service.question.clauses import clauses, sentences

# What "yes" says: it may be done, it should be done, it does harm, it is so.
Sense = Literal["may", "should", "harm", "fact"]

_WE = r"(?:i|we|you|one|u|someone|somebody|they)"
_SOFT = (
    r"(?:just|still|really|actually|also|even|simply|safely|better|maybe|ever|always|now|then|rather|instead|already)"
)
_GREETING = r"(?:(?:so|and|but|hi|hey|hello|ok|okay|well|also|then|now|question|quick question|btw)[\s,:]+)*"
_FINE = r"(?:ok|okay|fine|safe|wise|smart|acceptable|alright|all right|sensible|reasonable|possible|allowed|enough|sufficient|good enough|fast enough|suitable|viable|a good fit|up to it)"
_HARMFUL = r"(?:bad|wrong|unsafe|insecure|too [a-z]+|slow|slower|a problem|a bad idea|a mistake|risky|dangerous|harmful|useless|pointless|overkill|an anti-?pattern|a waste|(?:that|so) (?:bad|wrong))"
_DOING = r"(?:add|raise|increase|lower|keep|store|put|move|switch|use|drop|delete|remove|disable|enable|split|shard|partition|upgrade|replace|buy|give|cache|run|turn (?:on|off))"
_BE = r"(?:is|are|would|will)"
_OPENINGS: tuple[tuple[Sense, str], ...] = (
    ("harm", rf"{_BE} (?:it|this|that|there)? ?(?:be )?(?:{_SOFT} )*{_HARMFUL}\b"),
    ("harm", rf"{_BE} (?P<subject>[^.?!]{{2,80}}?) (?:be )?(?:{_SOFT} )*{_HARMFUL}\b"),
    ("should", rf"{_BE} (?:it|this|that) (?:be )?(?:a good idea|worth|worth it|necessary|required|best practice)\b"),
    ("may", rf"{_BE} (?:it|this|that) (?:be )?(?:{_SOFT} )*{_FINE}\b"),
    ("may", rf"{_BE} (?P<subject>[^.?!]{{2,80}}?) (?:be )?(?:{_SOFT} )*{_FINE}\b"),
    ("may", rf"(?:can|could|may) {_WE} "),
    ("should", rf"(?:should|must|shall) {_WE} |(?:do|does) {_WE} (?:{_SOFT} )*(?:need|have)(?: to)? |need {_WE} "),
    ("should", r"does it make sense|makes? sense to"),
    # "Raise max_connections to 2000?", "keep the PDFs in Postgres?"
    ("should", rf"(?:{_SOFT} )*{_DOING} [^.!]{{3,90}}\?"),
    ("fact", r"(?:does|do|did|is|are|will|would|has|have|can|could|may|should|must) "),
)
_OPENING = tuple((sense, re.compile(rf"\s*{_GREETING}(?:{form})", re.IGNORECASE)) for sense, form in _OPENINGS)
_TAG = re.compile(
    r"^(?P<subject>.{8,}?)[\s,:;.-]+(?:is (?:that|this|it) )?(?:a )?(?P<tag>good idea|ok|okay|safe|fine|smart|wise)\s*\?",
    re.IGNORECASE,
)
# "When" and "where" ask only where they begin.
_OPEN = re.compile(
    r"\b(?:what|which|how|why|who|whats|hows)\b|(?:^|[.!?;,]\s+|\band\s+)(?:when|where)\b", re.IGNORECASE
)
# "… or will it kill us" is no second choice.
_EITHER = re.compile(r"\b(?:or|vs|versus)\b(?! (?:not|so|more|less|will (?:it|this|that))\b)", re.IGNORECASE)
_DENIAL = re.compile(
    r"\b(?:not|never|without|no|nothing|none|isn't|aren't|don't|doesn't|can't|cannot|shouldn't|won't|avoid|skip|instead|rather)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z0-9_+#.-]*[a-z0-9_+#]")
_STEM = 5
_PLURAL = re.compile(r"(?<=[a-z]{3})(?<![su])s$")
# Words that say nothing of what is proposed.
_EMPTY = re.compile(
    r"(?:the|and|are|was|were|for|with|our|your|their|this|that|these|those|its|from|into|onto|over|under|than|then|also|just|still|"
    r"really|can|could|may|should|must|would|will|does|did|have|has|need|needs|make|makes|sense|good|idea|fine|safe|okay|"
    r"enough|sufficient|worth|want|wants|use|using|used|get|gets|there|here|they|them|you|all|any|some|every|each|one|only|when)"
)


@dataclass(frozen=True)
class Proposal:
    """What is asked to be affirmed or denied: in which sense, in which words, and whether it is put with a denial."""

    sense: Sense
    words: str
    denied: bool

    @property
    def stems(self) -> frozenset[str]:
        return stems(self.words)


def proposal(text: str) -> Proposal | None:
    """The one proposal of a text; None where something else is asked, or one of several, or several are."""
    asked = _questions(text)
    if _OPEN.search(asked) or _EITHER.search(asked):
        return None
    found = tuple(_proposals(text))
    return found[0] if len(found) == 1 else None


def _questions(text: str) -> str:
    """The sentences that end in a question mark; the whole text where none does. "They want to see who read it" asks nobody who."""
    said = (text[each.start : each.end] for each in sentences(text))
    return " ".join(each for each in said if each.rstrip().endswith("?")) or text


def _proposals(text: str) -> Iterator[Proposal]:
    if tag := _TAG.match(text):
        yield Proposal(
            "should" if tag["tag"].lower() == "good idea" else "may",
            tag["subject"],
            _DENIAL.search(tag["subject"]) is not None,
        )
        return
    for clause in clauses(text):
        said = text[clause.start : clause.end]
        for sense, opening in _OPENING:
            if opening.match(said):
                yield Proposal(sense, said, _DENIAL.search(said) is not None)
                break


def stems(text: str) -> frozenset[str]:
    """The first letters of the words that mean something, without a plural's s, so that "partitions" and "partitioning" are one."""
    words = (word for word in _WORD.findall(text.lower()) if len(word) > 2 and not _EMPTY.fullmatch(word))
    return frozenset(_PLURAL.sub("", word)[:_STEM] for word in words)
