"""Sentences as stems of the words that carry meaning, each with its polarity: what two wordings are compared by."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ingest.lexical import STOPWORDS

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:['’][a-z]+)?|[.,;:()|—–]|\S")
_CLAUSE = re.compile(r"[,;:.]\s+|\s[–—]\s")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_MARKUP = re.compile(r"[*`]+|(?<!\w)_|_(?!\w)")
_LOWER = re.compile(r"[a-z']+")
_SIGN = re.compile(r"[\W_]+")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
# To raise an error is to reject, and raises nothing.
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
    ("not", "never", "no", "cannot", "without", "neither", "nor", "hardly", "avoid", "avoids", "avoiding", "lack", "lacks")
)  # fmt: skip
# These deny the noun that follows; the others deny the verb and what belongs to it.
_NARROW = frozenset({"no", "without", "neither", "nor", "lack", "lacks"})
# These deny and stand for what they deny.
_VOID = frozenset({"none", "nothing", "nobody"})
_PAIRS = frozenset({("rather", "than"), ("instead", "of"), ("anything", "but"), ("place", "of")})
# Who reports a belief denies it.
_BELIEFS = frozenset({"believing", "assuming", "thinking", "expecting", "belief", "myth"})
_ENDS = frozenset(".,;:()|—–")
_TURNS = frozenset(("but", "because", "so", "unless", "if", "when", "which", "that", "while", "until", "then", "although", "where", "since", "and"))  # fmt: skip
_WIDE, _PHRASE, _TIGHT = 4, 2, 1

# Opposites as one stem with a sign.
_OPPOSITES: tuple[tuple[str, str], ...] = (
    ("increase", "decrease"), ("high", "lower"), ("raise", "reduce"), ("grow", "shrink"), ("fast", "slower"), ("fast", "slow"), ("quick", "slow"),
    ("more", "fewer"), ("more", "less"), ("large", "smaller"), ("large", "small"), ("big", "small"), ("large", "tiny"),
    ("before", "after"), ("first", "last"), ("accept", "reject"), ("accept", "refuse"), ("accept", "forbid"), ("accept", "prevent"), ("accept", "block"), ("allow", "disallow"), ("first", "second"), ("one", "several"),
    ("enable", "disable"), ("safe", "unsafe"),
    ("include", "exclude"), ("high", "low"), ("high", "lower"), ("cheap", "expensive"), ("cheap", "dearer"), ("strong", "weak"),
    ("strong", "weaker"), ("strong", "weakest"), ("synchronous", "asynchronous"), ("synchronously", "asynchronously"),
    ("same", "different"), ("short", "long"), ("short", "longer"), ("early", "late"), ("early", "later"), ("above", "below"),
    ("over", "under"), ("add", "remove"), ("succeed", "fail"), ("right", "wrong"), ("mutable", "immutable"), ("optimistic", "pessimistic"),
    ("ascending", "descending"), ("minimum", "maximum"), ("possible", "impossible"), ("useful", "useless"), ("consistent", "inconsistent"),
    ("stale", "fresh"), ("rise", "fall"), ("wide", "narrow"), ("good", "bad"), ("well", "badly"), ("good", "worst"),
    ("good", "worse"), ("unique", "duplicate"), ("open", "close"), ("most", "least"), ("public", "private"), ("internal", "external"),
    ("static", "dynamic"), ("required", "optional"), ("compatible", "incompatible"), ("known", "unknown"), ("ordered", "unordered"),
    ("fast", "slow"), ("cold", "hot"), ("rare", "frequent"), ("rarely", "often"), ("simple", "complex"), ("easy", "hard"), ("forward", "backward"),
    ("read", "skip"), ("stay", "gone"), ("remain", "gone"), ("kept", "lost"), ("kept", "overwritten"),
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """One sentence: its stems in order, the polarity of each that has one polarity only, and the stems that a negation or an opposite turns on."""

    text: str
    stems: tuple[str, ...]
    polarity: Mapping[str, bool]
    heads: frozenset[str]
    believed: bool = False
    denies: bool = False

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


def clauses(sentence: str) -> tuple[str, ...]:
    """The parts of a sentence between its commas and colons."""
    return tuple(part.strip() for part in _CLAUSE.split(sentence) if part.strip())


@lru_cache(maxsize=16384)
def words(sentence: str) -> Words:
    """The sentence as it is compared."""
    read = tuple(_read(_RAISES.sub("rejects", sentence)))
    seen: dict[str, set[bool]] = {}
    signed: set[str] = set()
    scopes: dict[int, list[str]] = {}
    stems = [_signed(word)[0] for word, _ in read]
    for number, (word, scope) in enumerate(read):
        stem, positive = _signed(word)
        says = positive is (scope == 0)
        seen.setdefault(stem, set()).add(says)
        scopes.setdefault(scope, []).append(stem)
        if word in _SIGNS:
            # "Right for counters, wrong for balances": an opposite is one of what stands beside it.
            beside = [f"{stems[number - 1]}<{stem}"] if number else []
            beside += [f"{stem}>{stems[number + 1]}"] if number + 1 < len(stems) else []
            for pair in beside:
                seen.setdefault(pair, set()).add(says)
            signed |= {stem, *beside}
    sure = {stem: next(iter(found)) for stem, found in seen.items() if len(found) == 1}
    firsts = [next((s for s in held if s in sure), "") for scope, held in scopes.items() if scope]
    heads = (signed | set(firsts)) & sure.keys()
    low = sentence.lower()
    believed = any(word in _BELIEFS for word in _LOWER.findall(low))
    denies = any(_negates(word, "") or word in _VOID for word in _LOWER.findall(low))
    return Words(sentence, tuple(stems), sure, frozenset(heads), believed, denies)


def _read(sentence: str) -> Iterator[tuple[str, int]]:
    """Each word that carries meaning, with the number of the negation that reaches it, 0 for none."""
    room, before, denied, scope = 0, "", False, 0
    for token in _WORD.findall(sentence):
        word = token.lower().replace("’", "'")
        if word in _ENDS or word in _TURNS:
            room, denied = 0, False
        elif _negates(word, before):
            narrow = word in _NARROW or (before, word) in _PAIRS
            # "Cannot be read without the key": the second takes the first back.
            room = 0 if denied and word == "without" else _TIGHT if word in _NARROW else _PHRASE if narrow else _WIDE
            denied, scope = denied or not narrow, scope + 1
        elif word in _VOID:
            room, scope = _PHRASE, scope + 1
        elif _carries(word):
            yield word, scope if room > 0 else 0
            room -= 1
        before = word


def _negates(word: str, before: str) -> bool:
    return word in _NEGATORS or word.endswith("n't") or (before, word) in _PAIRS


def _carries(word: str) -> bool:
    if word in _SIGNS:
        return True
    return word[:1].isalpha() and word not in _EMPTY and (word in _KEPT or word not in STOPWORDS) and len(word) > 1


def _signed(word: str) -> tuple[str, bool]:
    found = _SIGNS.get(word)
    return found if found else _SIGNS.get(stem(word), (stem(word), True))


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

# Comparatives are what they compare.
_DEGREES: Mapping[str, str] = {"faster": "fast", "larger": "large", "bigger": "large", "big": "large", "higher": "high", "cheaper": "cheap", "stronger": "strong", "strongest": "strong", "shorter": "short", "earlier": "early", "better": "good", "best": "good"}  # fmt: skip
_SIGNS: dict[str, tuple[str, bool]] = {}
_SIGNS = {
    form: (f"{positive}", sign)
    for positive, negative in reversed(_OPPOSITES)
    for word, sign in ((positive, True), (negative, False))
    for form in (word, f"{word}s", f"{word}ed", f"{word}d", f"{word}ing", f"{word.removesuffix('e')}ing")
}

_SIGNS |= {word: _SIGNS.get(meant, (meant, True)) for word, meant in _DEGREES.items()}


def opposed(claim: Words, source: Words) -> str:
    """The word on which the two wordings contradict each other, or nothing."""
    if source.believed:
        return "" if claim.denies or claim.believed else "a belief that is denied"
    shared = [s for s in sorted(claim.heads | source.heads) if s in claim.polarity and s in source.polarity]
    return next((s for s in shared if claim.polarity[s] != source.polarity[s]), "")


# What stands before these and what stands after them is not the same.
_ASYMMETRIC = re.compile(
    r"\b(?:first|then|before|after|afterwards|than|instead of|from|over|until|into)\b", re.IGNORECASE
)


_IN_ORDER = frozenset({"first", "then", "afterwards"})


def inverted(claim: str, source: str) -> str:
    """The word around which two wordings have changed sides, or nothing: "upload, then insert" beside "insert, then upload"."""
    for mark in sorted({m.group().lower() for m in _ASYMMETRIC.finditer(claim)}):
        mine, theirs = _sides(claim, mark), _sides(source, mark)
        if mine and theirs and mine[0] & theirs[1] and mine[1] & theirs[0]:
            return mark
    return ""


def _sides(text: str, mark: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """The stems on each side of a word that stands there once; an order reaches over the sentence, a relation over its part."""
    parts = [text] if mark in _IN_ORDER else [c for c in clauses(text) if re.search(rf"\b{mark}\b", c, re.IGNORECASE)]
    places = [(part, m) for part in parts for m in re.finditer(rf"\b{mark}\b", part, re.IGNORECASE)]
    if len(places) != 1:
        return None
    part, found = places[0]
    before, after = words(part[: found.start()]).bag, words(part[found.end() :]).bag
    return before - after, after - before
