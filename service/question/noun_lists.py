"""Nouns of lists and counts: the things that a list names or a number counts, known or not."""

import re
from collections.abc import Iterator
from functools import lru_cache

from service.question.noun_words import TWOFOLD, Noun, head, singular, word_lists
from service.question.numbers import mentions

_SEGMENT = re.compile(r"[.;:!?()\n]|\s[-–—]\s")
_SEPARATOR = re.compile(
    r"\s*,\s*(?:(?:and|or|plus)\s+)?|\s+(?:and|or|plus|&)\s+|\s*/(?!(?:s|sec|min|h|hour|d|day|week|month|y|year)\b)\s*"
)
_WORD = re.compile(r"(?<!\w)[a-z][a-z'-]*", re.IGNORECASE)
_SINGLE = re.compile(r"\b(?:an?|each|every|one)\s+$", re.IGNORECASE)
_PARTICIPLE = re.compile(r"[a-z]{2,}(?<!e)ed", re.IGNORECASE)
_WORDS = re.compile(r"[a-z-]+(?: [a-z-]+)?")
_LISTED, _KNOWN_AMONG, _LONGEST = 3, 2, 2
# "A schema for a choir: singers, rehearsals, dues": what stands behind such a colon is the list of things.
_INTRODUCED = re.compile(
    r"(?:\b(?:schema|tables?|data ?base|data model|model|entities|entity|erd?|diagram)\b[^.;!?\n]*|^[^.;:!?\n]{3,40}|[.!?]\s+[^.;:!?\n]{3,40}):$",
    re.IGNORECASE,
)
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


@lru_cache(maxsize=64)
def listed_nouns(text: str, known: frozenset[str]) -> tuple[Noun, ...]:
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
    return [n for n in items if n.name in plural or n.name not in word_lists()["verbs"] or len(single) > 1]


def _is_announced(text: str, start: int, items: list[Noun]) -> bool:
    """Whether a list names things: they are in the plural, which qualities are not, all but a third, or half behind a colon."""
    words = word_lists()
    barred = words["uncounted"] | words["trade"] | words["stop"]
    plural = [noun for noun in items if text[noun.start : noun.end].lower() != noun.name]
    if _INTRODUCED.search(text, 0, start) is not None:
        return 2 * len(plural) >= len(items)
    return 3 * sum(not barred & set(noun.name.split()) for noun in plural) >= 2 * len(items)


@lru_cache(maxsize=64)
def counted_nouns(text: str) -> tuple[Noun, ...]:
    """What numbers count, in the plural: the trams and the tracks of "180 trams parked on 24 tracks"; no measures, nothing of our trade."""
    return tuple(_behind_numbers(text))


def _behind_numbers(text: str) -> Iterator[Noun]:
    words = word_lists()
    barred = words["uncounted"] | words["never"] | words["trade"] | (words["stop"] - TWOFOLD)
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
        if len(name) > 1 and len(run) <= _LONGEST and len(spans) > 1 and name not in word_lists()["never"]:
            last, begin = run[-1]
            clause = number > 0 and _is_clause([word.lower() for word, _ in words], run[0][0].lower(), len(run))
            yield Noun(name, run[0][1], begin + len(last), True), clause


def _is_clause(words: list[str], first: str, length: int) -> bool:
    """ "must be traceable", "go to hospitals": a predicate before the words, or a direction behind them."""
    at = words.index(first)
    behind = words[at + length : at + length + 1]
    return bool(word_lists()["predicate"] & set(words[:at])) or behind in (["to"], ["into"])


def _without_verb(run: list[tuple[str, int]]) -> list[tuple[str, int]]:
    first = run[0][0].lower() if run else ""
    plural = len(run) > 1 and first not in _PLURAL_FIRST and singular(first) != first
    return run[:1] if plural else run


def _first_run(words: list[tuple[str, int]]) -> list[tuple[str, int]]:
    run: list[tuple[str, int]] = []
    if words and words[0][0].lower() in word_lists()["asking"]:
        return run
    for word in words:
        if word[0].lower() in word_lists()["stop"]:
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
        if word[0].lower() in word_lists()["stop"] or len(run) == _LONGEST:
            break
        run.insert(0, word)
    return run[-1:] if len(run) == _LONGEST else run
