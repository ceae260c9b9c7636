"""Reads: how rows are asked for in the asker's words, by which columns with one value, over which range, in which order."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

import yaml

from service.question.noun_words import singular

_SENTENCE = re.compile(r"[.;?!](?:\s|$)|\n|\s[-–—]\s")
# A place for a value ends no sentence.
_PLACE = re.compile(r"(?<=[=<>(,])\s*(?:\?|\$\d|:\w+|%s)")
_VERB = r"(?:find|finds|found|filter(?:s|ed|ing)?|look(?:s|ed|ing)?[ -]?up|search(?:es|ed)?|quer(?:y|ies|ied)|select(?:s|ed)?|fetch(?:es|ed)?|read|asks?|asked(?: for)?|gets?(?! \w+ed\b)|access(?:es|ed)?|lists?|listed|show|shows|shown|retriev(?:e|es|ed))"
_NAME = r"[a-z_][\w-]*"
# "filtered by", "search listings by", "find them by": what stands behind is a list of columns.
_BY = re.compile(
    rf"\b(?:{_VERB}\b(?P<object>(?: {_NAME}){{0,3}}?),? (?:only |always |mostly |usually |either )?(?:by|per)|(?:filter|quer|search)\w* on)\s+",
    re.IGNORECASE,
)
# "messages by conversation, newest first": without a verb the order says that a read is meant.
_LISTED = re.compile(rf"\b(?P<object>{_NAME}s) (?:by|of (?:a|an|one|each|every)) (?=[a-z_])", re.IGNORECASE)
_TABLES = (
    re.compile(rf"\b(?:table|collection)s? (?:of|for|with|named|called) (?P<name>(?:{_NAME} )?{_NAME})", re.IGNORECASE),
    re.compile(rf"\b(?P<name>{_NAME}) (?:table|collection)\b", re.IGNORECASE),
)
# "Orders are filtered by", "an index for flats to rent, filtered by": of which rows a list of columns speaks.
_SUBJECT = re.compile(
    rf"\b(?P<subject>{_NAME}s) (?:that |which )?(?:(?:are|is|get|gets|mostly|usually|always|often) )+$"
    rf"|\b(?:for|on|of) (?:our |the |all |a )?(?:[a-z]+ )?(?P<about>{_NAME}s)\b(?: [a-z]+){{0,3}},? (?:that |which )?(?:we |users |people )?$",
    re.IGNORECASE,
)
# "An index on comments? We fetch them by": what "them" are.
_MEANT = re.compile(rf"\b(?:on|for|of) (?:our |the |all )?(?P<about>{_NAME}s)\b", re.IGNORECASE)
_BETWEEN = re.compile(
    r"\s*,\s*(?:and\s+|then\s+|or\s+(?:by\s+)?)?|\s+(?:and|plus|&|\+|then)\s+"
    r"|\s+(?=(?:newest|latest|most recent|oldest|earliest|highest|largest|biggest|lowest|smallest|cheapest)\b[^,]*\bfirst\b)"
    r"|\s+(?=(?:sort|order|rank)(?:ed|ing)? by )|\s+(?=(?:within|in|over|during|for|from) the (?:last|past|previous) )"
    r"|\s+(?:with|where|whose)\s+(?:the\s+)?(?=(?:status|state)\b)",
    re.IGNORECASE,
)
_EITHER = re.compile(r",?\s+or\s+(?:by\s+)?", re.IGNORECASE)
_ALONE = re.compile(r"\s*,\s*(?:or\s+)?(?:by\s+)?|\s+or\s+(?:by\s+)?", re.IGNORECASE)
_ORDERED = re.compile(
    r"^(?:and )?(?:(?:are|is) )?(?:sort(?:ed|ing|s)?|order(?:ed|ing|s)?|rank(?:ed)?)(?: (?:them|it|the results?|results?))? by (?P<column>.+)$",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"^(?:the |with the |always |usually |show(?:ing)? |and )*(?P<which>newest|latest|most recent|oldest|earliest|highest|largest|biggest|lowest|smallest|cheapest)(?: (?P<column>(?!ones\b)[a-z_]\w*(?: (?!ones\b)[a-z_]\w*)?))? (?:ones )?first\b",
    re.IGNORECASE,
)
# "with state open": one value, and always the same.
_STATE = re.compile(r"^(?P<column>status|state)(?: is| =|:)? \w+$", re.IGNORECASE)
_OF_TIME = frozenset(["newest", "latest", "most recent", "oldest", "earliest"])
_LAST = re.compile(
    r"^(?:only |usually |just |and |within |in |over |during |for |from )*(?:the )?(?:last|past|previous) (?:\d+ )?(?:hours?|days?|weeks?|months?|years?)\b",
    re.IGNORECASE,
)
_DOWN = re.compile(r"[ _-](?:desc|descending|downwards?)$", re.IGNORECASE)
_UP = re.compile(r"[ _-](?:asc|ascending|upwards?)$", re.IGNORECASE)
_RANGE = re.compile(
    r"\s+(?:ranges?|between|from|since|after|before|window|interval|period|and so on)\b.*$|^(?:a |any )?range of ", re.I
)
_WITHIN = re.compile(r"^(?:with)?in (?:a|the) |^over (?:a|the) ", re.IGNORECASE)
_DETERMINERS = re.compile(
    r"^(?:(?:a|an|the|their|its|his|our|one|single|given|each|every|either|both|by|with|on|exact|for) )+", re.I
)
_APPENDED = re.compile(
    r"\b(?:append[- ]only|insert[- ]only|only ever inserted|never updated|immutable|audit|logs?|time[- ]series)\b", re.I
)
_WORD_OF_TIME = re.compile(r"(?:^|_)(?:at|on|date|time|timestamp|day|month)$")
_COMPARED = re.compile(
    r"\b(?P<column>[a-z_][\w.]*)\s*(?:(?P<one>=|==|\bin\s*\(|\bis\b)|(?P<range>[<>]=?|\bbetween\b))", re.IGNORECASE
)
_WHERE = re.compile(
    r"\bwhere\s+(?P<tests>.+?)(?:\border\s+by\s+(?P<order>[\w.]+(?:\s+(?:asc|desc))?(?:\s*,\s*[\w.]+\b(?:\s+(?:asc|desc)\b)?(?!\s+[a-z]))*)|\blimit\b|[;?]|$)",
    re.I | re.S,
)
_MOMENT, _UNNAMED = "created_at", "your_table"
_LONGEST, _MOST_COLUMNS, _MOST_READS, _FEWEST = 3, 5, 4, 2


@lru_cache(maxsize=1)
def _words() -> Mapping[str, frozenset[str]]:
    """The lists of reads.yaml, whose comments say what each is."""
    text = resources.files("service.question").joinpath("reads.yaml").read_text(encoding="utf-8")
    return {name: frozenset(words.split()) for name, words in yaml.load(text, Loader=yaml.CSafeLoader).items()}


@dataclass(frozen=True)
class Read:
    """One way of asking a table: columns with one value, then the order (name, whether downwards), then one range at most;
    `appended` where rows are only ever added."""

    table: str
    equal: tuple[str, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()
    ranged: str | None = None
    appended: bool = False

    @property
    def by_place(self) -> bool:
        """Whether only a range of what grows with the table is asked for, so that where a row lies tells its value."""
        return self.appended and not self.equal and not self.sort and _is_moment(self.ranged or "")

    @property
    def columns(self) -> tuple[tuple[str, bool], ...]:
        """The columns of its index in order, and whether each goes downwards: equality, order, range."""
        last = self.ranged if self.ranged not in {name for name, _ in self.sort} else None
        return (*((name, False) for name in self.equal), *self.sort, *(((last, False),) if last else ()))


def reads(text: str) -> tuple[Read, ...]:
    """The reads that the text tells of a table that it names; nothing where no table, or nothing to order, is told."""
    text = _PLACE.sub(" 1", text).replace("`", "").replace('"', "")
    table = _table(text)
    told = list(_conditions(text, table))
    if not told:
        for start, end, named in _places(text):
            told = list(_listed(text[start:end], table or named))
            if _worth(told):
                break
    kept = dict.fromkeys(read for read in told if read.table and read.columns)
    appended = _APPENDED.search(text) is not None
    if not _worth([*kept]) or any(_is_otherwise(name) for read in kept for name, _ in read.columns):
        return ()
    return tuple(replace(read, appended=appended) for read in kept)[:_MOST_READS]


def _worth(told: Sequence[Read]) -> bool:
    """A single column of a single read needs nobody's advice."""
    return len(told) >= _FEWEST or any(len(read.columns) >= _FEWEST for read in told)


def _table(text: str) -> str:
    """The table that is called one: the noun behind "table of", else the word before "table"."""
    for pattern in _TABLES:
        for match in pattern.finditer(text):
            words = match["name"].lower().split()
            kept = list(itertools.takewhile(lambda word: word not in _words()["stop"], words))
            if kept and not any(_DETERMINERS.match(f"{word} ") for word in kept) and kept[-1] not in _words()["tables"]:
                return _identifier(" ".join(kept))
    return ""


def _places(text: str) -> Iterator[tuple[int, int, str]]:
    """Where a list of columns stands, up to the end of its sentence, and the table that the words before it name."""
    for pattern in (_BY, _LISTED):
        for match in pattern.finditer(text):
            end = _SENTENCE.search(text, match.end())
            named = _object(match["object"] or "", text[: match.start()])
            yield match.end(), end.start() if end else len(text), _identifier(named)


def _object(said: str, before: str) -> str:
    """What is asked for: the object of the verb, else its subject, else what a pronoun means."""
    words = [word for word in said.lower().split() if not (_DETERMINERS.match(f"{word} ") or word in _words()["stop"])]
    if own := " ".join(word for word in words if word not in _words()["rows"]):
        return own
    subject = _SUBJECT.search(before) or (_MEANT.search(before) if words else None)
    return next((name for name in subject.groups() if name), "") if subject else ""


def _listed(text: str, table: str) -> Iterator[Read]:
    """The reads of one list: "or" between columns is another read, and what is said of the order holds for all."""
    # Of "by depot, by courier or by postcode" each is asked for alone.
    alone = _EITHER.search(text) and not re.search(r"\band\b|, *(?:or|sort|order|new|old)", text, re.IGNORECASE)
    found = [_of_items(_BETWEEN.split(part), table) for part in (_ALONE if alone else _EITHER).split(text)]
    order = next((read.sort for read in found if read.sort), ())
    yield from (replace(read, sort=order) for read in found if read.columns)


def _of_items(items: Sequence[str], table: str) -> Read:
    """The read of a list of columns, up to the first item that is none."""
    read = Read(table)
    for item in items:
        longer = _with_item(read, " ".join(item.split()))
        if longer is None:
            break
        read = longer
    return read


def _with_item(read: Read, item: str) -> Read | None:
    """The read with one more column; None where the item is none, which ends the list."""
    if match := _ORDERED.match(item):
        down = bool(_DOWN.search(match["column"]))
        name = _column(_UP.sub("", _DOWN.sub("", match["column"])))
        return replace(read, sort=(*read.sort, (name, down))) if name else None
    if match := _FIRST.match(item):
        which = match["which"].lower()
        name = _identifier(match["column"] or "") or ("price" if which == "cheapest" else read.ranged or _MOMENT)
        if which in _OF_TIME and not _is_moment(name):
            # "The newest tickets first" are tickets, and no column.
            name = _MOMENT
        return replace(read, sort=((name, which not in ("oldest", "earliest", "lowest", "smallest", "cheapest")),))
    if match := _STATE.match(item):
        return replace(read, equal=(*read.equal, match["column"].lower()))
    if _LAST.match(item):
        return replace(read, ranged=read.ranged or _MOMENT)
    if " by " in item:
        return None
    bare = _DETERMINERS.sub("", item)
    name = _column(_RANGE.sub("", bare))
    if not name or len(read.columns) >= _MOST_COLUMNS:
        return None
    if bare != _RANGE.sub("", bare) or _WITHIN.match(item) or _is_ranged(name):
        return read if read.ranged else replace(read, ranged=name)
    return replace(read, equal=(*read.equal, name)) if name not in read.equal else read


def _column(phrase: str) -> str:
    """The words up to one that ends a name, as an identifier; empty where they are none or too many."""
    words: list[str] = []
    for word in _DETERMINERS.sub("", _WITHIN.sub("", phrase).strip()).lower().split():
        if word in _words()["stop"]:
            break
        words.append(word.strip("`'\""))
    return _identifier(" ".join(words)) if 0 < len(words) <= _LONGEST else ""


def _is_ranged(name: str) -> bool:
    return _is_moment(name) or singular(name.rpartition("_")[2]) in _words()["measures"]


def _is_otherwise(name: str) -> bool:
    return not _words()["otherwise"].isdisjoint(name.split("_"))


def _is_moment(name: str) -> bool:
    return singular(name.rpartition("_")[2]) in _words()["moments"] or _WORD_OF_TIME.search(name) is not None


def _identifier(phrase: str) -> str:
    name = re.sub(r"\W+", "_", phrase.strip().lower()).strip("_")
    return name if re.fullmatch(r"[a-z_]\w*", name) else ""


def _conditions(text: str, table: str) -> Iterator[Read]:
    """What a WHERE within the sentence compares: with one value, or over a range, and its ORDER BY."""
    match = _WHERE.search(text)
    if match is None:
        return
    read = Read(table or _UNNAMED)
    for test in _COMPARED.finditer(match["tests"]):
        name = test["column"].rpartition(".")[2].lower()
        more = {"equal": (*read.equal, name)} if test["one"] else {"ranged": read.ranged or name}
        read = replace(read, **more)
    for item in (match["order"] or "").split(","):
        if name := _column(_UP.sub("", _DOWN.sub("", item.strip()))):
            read = replace(read, sort=(*read.sort, (name, bool(_DOWN.search(item.strip())))))
    yield read
