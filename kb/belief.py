"""Whether a text asserts a false belief: groups of cues in one clause that is neither a question nor negated."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

Group = Sequence[str] | Mapping[str, Sequence[str]]

# A clause ends where the assertion may turn; commas end only a part of one.
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+")
_TURN = re.compile(
    r"\s*(?:,\s*)?\b(?:but|however|although|though|whereas|except that|even if)\b\s*|\s+[–—-]+\s+", re.IGNORECASE
)
_PART = re.compile(r"\s*,\s*|\s+(?=(?:so|because|since|while|and)\b)", re.IGNORECASE)
_INTERROGATIVE = re.compile(
    r"^(?:(?:so|and|but|then|well|hi|hello),?\s+)*(?:do|does|did|is|are|was|were|can|could|will|would|should|shall|may|might|must|has|have we|have you|why|how|what|which|when|where|who|whether|if|am i|isn't|aren't|doesn't|don't|won't|can't)\b",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"^(?:right|correct|ok|okay|yes|no|isn't it|aren't they|doesn't it|don't they|won't they|true)\s*\?+\s*$",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|cannot|none|nobody|nothing|without|hardly|barely|unlikely|doubt|doubts|myth|wrong|false|misconception|incorrect|untrue)\b|n't\b",
    re.IGNORECASE,
)
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'"})


def belief_groups(test: object) -> tuple[Group, ...]:
    """The groups of cues of a `believes`, none where it is not written as such."""
    groups = test if isinstance(test, list | tuple) else ()
    lists = [group.get("not") if isinstance(group, Mapping) else group for group in groups]
    sound = len(lists) > 1 and all(isinstance(each, list | tuple) and each for each in lists)
    return tuple(groups) if sound else ()


class _Cues:
    """Spellings of one thing, any of which will do."""

    def __init__(self, cues: Sequence[str]) -> None:
        self._cues = tuple(str(cue).translate(_APOSTROPHES) for cue in cues)
        self._stems = tuple(_stem(cue.lower()) for cue in self._cues)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        # The longest first, so that a cue with its negation is taken whole: "doesn't support" before "support".
        alternatives = sorted((_cue(cue) for cue in self._cues), key=len, reverse=True)
        return re.compile(rf"(?<![A-Za-z_])(?:{'|'.join(alternatives)})(?![A-Za-z0-9_])", re.IGNORECASE)

    def stand(self, clause: str) -> bool:
        """Whether one of them stands in the clause."""
        # Most cues do not stand in most texts, and looking for a part of a word is far cheaper than matching a pattern.
        lower = _lower(clause)
        for stem in self._stems:
            if stem in lower:
                return self.pattern.search(clause) is not None
        return False


class Belief:
    """What somebody may wrongly take for true, as groups of cues; the same as itself only, so that what a text says of it is kept."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.wanted = tuple(_Cues(group) for group in groups if not isinstance(group, Mapping))
        self.absent = tuple(_Cues(group["not"]) for group in groups if isinstance(group, Mapping))


def believed(belief: Belief, text: str) -> bool:
    """Whether some clause of the text holds a cue of every group and is neither a question nor negated otherwise.

    By cues, never by similarity: "replicas do not help with writes" is as close to the belief as the belief.
    """
    return not all(_asserted(belief, text))


def denied(belief: Belief, text: str) -> bool:
    """Whether the text holds the cues only in clauses that negate them: the asker knows better already."""
    found = _asserted(belief, text)
    return bool(found) and all(found)


@lru_cache(maxsize=4096)
def _asserted(belief: Belief, text: str) -> tuple[bool, ...]:
    """Of each clause that holds the cues whether it negates them; kept, because a rule is asked about the same text several times."""
    return tuple(_assert(belief, text))


def _assert(belief: Belief, text: str) -> Iterator[bool]:
    plain = _plain(text)
    if not _holds(belief, plain):
        # Nearly every rule ends here: what no part of the text has, no clause has.
        return
    for clause in _clauses(plain):
        for window in _windows(clause, belief):
            yield _negated(belief, window)


@lru_cache(maxsize=64)
def _plain(text: str) -> str:
    return text.translate(_APOSTROPHES)


@lru_cache(maxsize=64)
def _clauses(text: str) -> tuple[list[str], ...]:
    """The parts of each clause; questions are left out. Kept, because a thousand rules ask of the same text."""
    return tuple(_cut(text))


def _cut(text: str) -> Iterator[list[str]]:
    for sentence in _SENTENCE.split(text):
        stripped = sentence.strip()
        if stripped:
            for clause in _TURN.split(_statement(stripped)):
                parts = [part.strip() for part in _PART.split(clause) if part.strip()]
                if parts:
                    yield parts


def _statement(sentence: str) -> str:
    """What a sentence asserts: all of it, what precedes the comma of a question, or nothing."""
    if not sentence.rstrip().endswith("?"):
        return "" if _INTERROGATIVE.match(sentence) and _asks(sentence) else sentence
    if _INTERROGATIVE.match(sentence):
        return ""
    head, comma, last = sentence.rpartition(",")
    return head if comma and (_TAG.match(last.strip()) or _INTERROGATIVE.match(last.strip())) else ""


def _asks(sentence: str) -> bool:
    # "how do I shard" asks without a mark; "when we add replicas, writes get faster" does not.
    return not re.match(r"^(?:when|where|if|while|may|must|whether)\b", sentence, re.IGNORECASE)


def _windows(parts: list[str], belief: Belief) -> Iterator[str]:
    """The shortest runs of neighbouring parts that hold a cue of every group; a cue that must be absent is so in all parts."""
    if any(cues.stand(", ".join(parts)) for cues in belief.absent):
        return
    for length in range(1, len(parts) + 1):
        runs = [", ".join(parts[i : i + length]) for i in range(len(parts) - length + 1)]
        found = [run for run in runs if _holds(belief, run)]
        if found:
            yield from found
            return


def _holds(belief: Belief, clause: str) -> bool:
    return all(cues.stand(clause) for cues in belief.wanted)


def _negated(belief: Belief, clause: str) -> bool:
    """A negation outside the cues: "has no transactions" asserts the belief, "is not faster" denies it."""
    rest = clause
    for cues in belief.wanted:
        rest = cues.pattern.sub(lambda match: "_" * len(match.group()), rest)
    return _NEGATION.search(rest) is not None


@lru_cache(maxsize=64)
def _lower(clause: str) -> str:
    return clause.lower()


def _stem(cue: str) -> str:
    """What stands in every form of a cue: its longest word without the last letter, which inflection may change."""
    for negation, _ in _NEGATIONS:
        cue = negation.sub(" ", cue)
    return max((word[:-1] for word in re.split(r"[\s-]+", cue)), key=len)


# However a negation is written in a cue, all its forms are meant: "SQL doesn't scale", "SQL databases do not scale".
_NEGATIONS = (
    (re.compile(r"\b(?:doesn't|does not|don't|do not)(?![\w'])"), r"(?:do(?:es)?n'?t|do(?:es)?[\s-]+not)"),
    (re.compile(r"\b(?:can't|cannot|can not)(?![\w'])"), r"(?:can'?t|can[\s-]?not)"),
    (re.compile(r"\b(?:isn't|is not|aren't|are not)(?![\w'])"), r"(?:isn'?t|aren'?t|(?:is|are)[\s-]+not)"),
    (re.compile(r"\b(?:won't|will not)(?![\w'])"), r"(?:won'?t|will[\s-]+not)"),
)


def _cue(cue: str) -> str:
    """A cue as it is inflected: `scale` also scales, scaled, scaling; a space may be a hyphen."""
    for negation, forms in _NEGATIONS:
        if found := negation.search(cue):
            around = (cue[: found.start()].strip(), cue[found.end() :].strip())
            before, behind = (_cue(words) if words else "" for words in around)
            return r"[\s-]+".join(part for part in (before, forms, behind) if part)
    words = [re.escape(word) for word in re.split(r"[\s-]+", cue.strip())]
    text = r"[\s-]+".join(words)
    if not cue[-1:].isalpha() or len(words[-1]) < 3:
        return text
    if cue.endswith("e"):
        return rf"{text[:-1]}(?:e|es|ed|ing)"
    if cue.endswith("y") and cue[-2:-1] not in "aeiou":
        return rf"{text[:-1]}(?:y|ies|ied|ying)"
    return rf"{text}(?:s|es|ed|ing)?"
