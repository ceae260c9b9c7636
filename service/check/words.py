"""Sentences as stems of the words that carry meaning, each with its polarity: what two wordings are compared by."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ingest.lexical import STOPWORDS
from service.check.opposites import SIGNS

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:['’][a-z]+)?|[.,;:()|—–]|\S")
_CLAUSE = re.compile(r"[,;:.]\s+|\s[–—]\s")
AND = re.compile(r",?\s+(?:and|but|while|whereas)\s+", re.IGNORECASE)
# A new proposition begins behind these, though no comma says so.
_TURN = re.compile(r",?\s+(?:and|while|whereas|when|if|because|since|unless|until|once|so that|for which|in which|which|whose|where|although)\s+", re.IGNORECASE)  # fmt: skip
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_STATEMENT = re.compile(r"(?<=[.!?])\s+|\n+")
_MARKUP = re.compile(r"[*`]+|(?<!\w)_|_(?!\w)")
_LOWER = re.compile(r"[a-z']+")
_SIGN = re.compile(r"[\W_]+")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
# To raise an error is to reject, and raises nothing.
_SWITCH = re.compile(r"\b(on|off)(?= by default\b)", re.IGNORECASE)
_RAISES = re.compile(r"\b(?:raise|throw)(s|d|ing|n)?\s+(?:an?\s+)?(?:errors?|exceptions?)\b", re.IGNORECASE)
# Words that carry a claim although search passes over them, and words that carry none although search looks at them.
_KEPT = frozenset({"before", "after", "all", "most", "more", "just", "out", "off", "up", "need", "use", "used"})
_EMPTY = frozenset(
    ("may", "might", "must", "shall", "every", "each", "both", "either", "whether", "since", "still", "also", "even",
     "thus", "hence", "therefore", "however", "whose", "here", "rather", "instead", "than", "only", "let", "lets",
     "so", "else", "per", "via", "within", "without", "upon", "never", "cannot", "always", "ever", "one", "thing",
     "case", "way", "means", "mean", "keep", "take", "give", "go", "come", "put", "say", "see", "become", "call",
     "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "thousand", "million", "billion", "half", "third", "quarter")
)  # fmt: skip
_NEGATORS = frozenset(
    ("not", "never", "no", "zero", "cannot", "without", "neither", "nor", "hardly", "avoid", "avoids", "avoiding", "lack", "lacks")
)  # fmt: skip
# These deny the noun that follows; the others deny the verb and what belongs to it.
_NARROW = frozenset({"no", "zero", "without", "neither", "nor", "lack", "lacks"})
# These deny and stand for what they deny.
_VOID = frozenset({"none", "nothing", "nobody"})
_PAIRS = frozenset({("rather", "than"), ("instead", "of"), ("anything", "but"), ("place", "of")})
# Who reports a belief denies it.
_BELIEFS = frozenset({"believing", "assuming", "thinking", "expecting", "belief", "myth"})
_ENDS = frozenset(".,;:()|—–")
# "A thousand a second" orders nothing.
_TICK = re.compile(r"\bseconds\b|\b(?:per|an?|each|every|/)\s*seconds?\b", re.IGNORECASE)
# "No row is read", "nothing inside can be indexed": what follows is denied with what it happens to.
_WHOLE = re.compile(r"\b(?:is|are|was|were|can|could|has|have|does|do|may|might|will|would|must)\b", re.IGNORECASE)
_OUT = re.compile(r"\b(?:out of|rather than|instead of|(?:leave|left|leaves)\b.*\bout)\b")
_LETS = re.compile(r"\blets?\s+([^,;.]+?)\s+(?:through|pass)\b", re.IGNORECASE)
_GOES_ON = re.compile(r"\b(?:go|goes|going|carry|carries|keeps? going) on\b|\bproceeds?\b", re.IGNORECASE)
_OFF = re.compile(r"\b(?:off by default|at the (?:price|cost|expense) of|gives? up|dispenses? with)\b")
_LEFT_OUT = re.compile(r"\b(?:leaves?|left|leaving)\s+([^,;.]+?)\s+out\b", re.IGNORECASE)
_KEPT_IN = re.compile(r"\b(?:keeps?|kept|leaves?)\s+([^,;.]+?)\s+in(?=[.,;]|$)", re.IGNORECASE)
_WHATEVER = re.compile(r"\b(?:whatever|regardless of|no matter(?: what| how)?|irrespective of|independent(?:ly)? of)\b", re.IGNORECASE)  # fmt: skip
_NONE_BUT = re.compile(r"\b(?:no|nothing)\b((?:\s+\w+){0,2})\s+but\b", re.IGNORECASE)
# Where and in which order something is: a negation reaches them only from beside them.
PLACES = frozenset({"inside", "outside", "front", "behind", "above", "below", "before", "after", "over", "under", "first", "last", "ahead", "together", "apart", "old", "older", "oldest", "new", "newer", "newest", "next", "previous"})  # fmt: skip
# What is done to nobody twice is done once.
_COUNTS = frozenset({"twic", "onc"})
# A denial of "the six-year rule" denies the rule.
_TIMES = frozenset({"minut", "hour", "day", "week", "month", "year"})
# "Conditions bind, strings do not": what is denied stands elsewhere.
_ELIDED = re.compile(
    r"\b(?:do|does|did|is|are|can|should|may|must|need|will)\s*(?:not|n't)[.;:!]?$|n't[.;:!]?$", re.IGNORECASE
)
_TURNS = frozenset(("but", "because", "so", "unless", "if", "when", "which", "that", "while", "until", "then", "although", "where", "since", "and"))  # fmt: skip
_WIDE, _PHRASE, _TIGHT = 4, 2, 1


_MEANT = frozenset(stem for stem, _ in SIGNS.values())


@dataclass(frozen=True)
class Words:
    """One sentence: its stems in order, the polarity of each that has one polarity only, and the stems that a negation or an opposite turns on."""

    text: str
    stems: tuple[str, ...]
    polarity: Mapping[str, bool]
    heads: frozenset[str]
    believed: bool = False
    denies: bool = False
    elided: bool = False
    asks: bool = False

    @property
    def bag(self) -> frozenset[str]:
        return frozenset(self.stems)


def plain(markdown: str) -> str:
    """Inline Markdown as it is read."""
    return _MARKUP.sub("", _LINK.sub(r"\1", markdown)).strip()


def letters(text: str) -> str:
    """A text by its letters and digits alone: how a quotation is recognised."""
    return _SIGN.sub("", text).lower()


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text; a semicolon ends one too."""
    return tuple(part.strip() for part in _SENTENCE.split(text) if part.strip())


def statements(text: str) -> tuple[str, ...]:
    """The sentences of a text, those that a semicolon joins as one."""
    return tuple(part.strip() for part in _STATEMENT.split(text) if part.strip())


def clauses(sentence: str) -> tuple[str, ...]:
    """The parts of a sentence between its commas and colons."""
    return tuple(part.strip() for part in _CLAUSE.split(sentence) if part.strip())


@lru_cache(maxsize=16384)
def propositions(sentence: str) -> tuple[str, ...]:
    """The parts of a sentence between its commas, colons and conjunctions."""
    return tuple(part.strip() for clause in clauses(sentence) for part in _TURN.split(clause) if part.strip())


@lru_cache(maxsize=16384)
def words(sentence: str) -> Words:
    """The sentence as it is compared."""
    read = _read(_switched(sentence))
    seen: dict[str, set[bool]] = {}
    signed: set[str] = set()
    scopes: dict[int, list[str]] = {}
    stems = [_signed(word)[0] for word, _, _ in read]
    for number, (word, scope, part) in enumerate(read):
        stem, positive = _signed(word)
        says = positive is (scope == 0)
        seen.setdefault(stem, set()).add(says)
        scopes.setdefault(scope, []).append(stem)
        if word in SIGNS:
            # "Right for counters, wrong for balances": an opposite is one of what stands beside it.
            beside = [f"{stems[number - 1]}<{stem}"] if number and read[number - 1][2] == part else []
            beside += [f"{stem}>{stems[number + 1]}"] if number + 1 < len(stems) and read[number + 1][2] == part else []
            for pair in beside:
                seen.setdefault(pair, set()).add(says)
            signed |= {stem, *beside}
    sure = {stem: next(iter(found)) for stem, found in seen.items() if len(found) == 1}
    firsts = [next((s for s in held if s in sure), "") for scope, held in scopes.items() if scope]
    heads = (signed | set(firsts)) & sure.keys() - _COUNTS
    low = sentence.lower()
    believed = any(word in _BELIEFS for word in _LOWER.findall(low))
    denies = bool(_OUT.search(low) or _OFF.search(low)) or any(
        _negates(word, "") or word in _VOID for word in _LOWER.findall(low)
    )
    elided = bool(_ELIDED.search(sentence))
    asks = "whether" in _LOWER.findall(low)
    return Words(sentence, tuple(stems), sure, frozenset(heads - _TIMES), believed, denies, elided, asks)


def _switched(sentence: str) -> str:
    sentence = _WHATEVER.sub("not depend on", sentence)
    text = _LEFT_OUT.sub(r"excludes \1", _KEPT_IN.sub(r"includes \1", sentence))
    text = _LETS.sub(r"accepts \1", _GOES_ON.sub("continue", text))
    text = _NONE_BUT.sub(r"only \1", text)
    text = _TICK.sub("", _RAISES.sub("rejects", text))
    return _SWITCH.sub(lambda m: "enabled" if m.group().lower() == "on" else "disabled", text)


def signed(text: str) -> frozenset[str]:
    """The stems of a text, each opposite apart from what it is opposed to."""
    pairs = (_signed(word) for word, _, _ in _read(_switched(text)))
    return frozenset(stem if positive else f"un-{stem}" for stem, positive in pairs if stem != "one")


def _read(sentence: str) -> list[tuple[str, int, int]]:
    """Each word that carries meaning, with the number of the negation that reaches it, 0 for none, and that of its part of the sentence."""
    room, before, denied, scope, part = 0, "", False, 0, 0
    found: list[tuple[str, int, int]] = []
    for match in _WORD.finditer(sentence):
        word = match.group().lower().replace("’", "'")
        if word in _TURNS and before in _NEGATORS:
            # "Not when it is hot": the denial goes with what follows.
            pass
        elif word in _ENDS or word in _TURNS:
            room, denied, part = 0, False, part + 1
        elif _negates(word, before):
            narrow = word in _NARROW or (before, word) in _PAIRS
            # "Cannot be read without the key": the second takes the first back.
            room = 0 if denied and word == "without" else _reach(word, narrow, sentence[match.end() :])
            denied, scope = denied or not narrow, scope + 1
        elif word in _VOID:
            room, scope = _PHRASE, scope + 1
            if found and _carries(before) and not _WHOLE.match(sentence[match.end() :].lstrip()):
                # "Reindexes nothing": what was done to nothing was not done.
                found[-1] = (found[-1][0], scope, part)
        elif _carries(word):
            reached = room > 0 and (word not in PLACES or _negates(before, ""))
            found.append((word, scope if reached else 0, part))
            # "No strongly consistent store" denies the store.
            room -= not word.endswith("ly")
        before = word
    return found


def _reach(word: str, narrow: bool, after: str) -> int:
    if word in ("no", "neither") and _WHOLE.search(" ".join(after.split()[:4])):
        return _WIDE
    return _TIGHT if word in _NARROW else _PHRASE if narrow else _WIDE


def _negates(word: str, before: str) -> bool:
    return word in _NEGATORS or word.endswith("n't") or (before, word) in _PAIRS


def _carries(word: str) -> bool:
    if word in SIGNS:
        return True
    return word[:1].isalpha() and word not in _EMPTY and (word in _KEPT or word not in STOPWORDS) and len(word) > 1


def _signed(word: str) -> tuple[str, bool]:
    found = SIGNS.get(word)
    return found if found else SIGNS.get(stem(word), (stem(word), True))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A word without its ending: `partitioned`, `partitions` and `partitioning` are one."""
    word = word.removesuffix("'s")
    for ending, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: -len(ending)]
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "lsez":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] in "ey" else word


_ENDINGS: tuple[tuple[str, int], ...] = (
    ("isations", 4), ("isation", 4), ("izations", 4), ("ization", 4), ("ations", 4), ("ation", 4), ("ments", 4), ("ment", 4),
    ("ings", 3), ("ing", 3), ("ions", 4), ("ion", 4), ("ively", 4), ("ies", 2), ("ied", 2), ("ers", 3), ("er", 4), ("ors", 4), ("or", 4),
    ("edly", 3), ("ed", 3), ("ally", 4), ("ly", 4), ("es", 3), ("s", 3),
)  # fmt: skip


# What hardly says anything of its own: other words for it are as good.
LIGHT = words(
    "keep kept hold take get bring let turn move remain want serve stand find cover need use try stop work come leave start run set list ask hand example inside across whole kind part place own right choose chosen possible usual normal about thus then anyone anything everything something belong happen carry offer provide require say speak sit live go make mean do"
).bag


def opposed(claim: Words, source: Words) -> str:
    """The word on which the two wordings contradict each other, or nothing."""
    if source.believed:
        return "" if claim.denies or claim.believed else "a belief that is denied"
    if (source.elided and not claim.denies) or (claim.elided and not source.denies):
        return "what is left out"
    if claim.asks or source.asks:
        # "Whether it still runs" says neither that it does nor that it does not.
        return ""
    shared = [s for s in sorted(claim.heads | source.heads) if s in claim.polarity and s in source.polarity]
    turned = [s for s in shared if claim.polarity[s] != source.polarity[s]]
    if claim.denies and source.denies and len(turned) == 1:
        # Both deny, and one word stands on the other side of the negation: another way to say it.
        return ""
    return next(iter(turned), "")
