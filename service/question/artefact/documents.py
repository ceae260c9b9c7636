"""Documents of a document store, their schema in code, and the calls that look for them: arrays, and what a call asks for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.schema import Place

_DOCUMENT = re.compile(r"\A\s*\[?\s*\{\s*(?:['\"]\w+['\"]|_id)\s*:|\bnew (?:mongoose\.)?Schema\(|\bdb\.\w+\.\w+\(")
_ARRAY = re.compile(r"['\"]?(?P<name>[A-Za-z_]\w*)['\"]?\s*:\s*\[")
_FIND = re.compile(
    r"\bdb\.(?P<name>\w+)\.find(?:One)?\(\s*\{(?P<filter>(?:[^{}]|\{[^{}]*\})*)\}[^)]*\)(?P<rest>[^;\n]*)"
)
_SORT = re.compile(r"\.sort\(\s*\{(?P<keys>[^{}]*)\}")
_PAIR = re.compile(r"['\"]?(?P<name>[\w.]+)['\"]?\s*:\s*(?P<value>\{[^{}]*\}|\[[^\]]*\]|'[^']*'|\"[^\"]*\"|[^,]+)")
_RANGE = re.compile(r"\$(?:gte?|lte?|ne|nin|regex|exists)\b")


@dataclass(frozen=True)
class Array:
    """A list inside a document, by its name."""

    name: str
    place: Place


@dataclass(frozen=True)
class Find:
    """A call that looks for documents; `order` is each field with 1 or -1."""

    collection: str
    equal: tuple[str, ...]
    order: tuple[tuple[str, int], ...]
    ranges: tuple[str, ...]
    place: Place


def is_document(text: str) -> bool:
    """Whether a text is a document, a schema of documents, or a call of a document store."""
    return _DOCUMENT.search(text) is not None


def calls_mongodb(text: str) -> bool:
    return (
        re.search(r"\bdb\.\w+\.(?:find\w*|aggregate|createIndex|update\w+|insert\w+)\(|\bmongoose\b", text) is not None
    )


def arrays_of(text: str) -> Iterator[Array]:
    for match in _ARRAY.finditer(text):
        yield Array(match["name"], Place(match.start(), match.end(), match.group()))


def finds_of(text: str) -> Iterator[Find]:
    """Every find with a filter of plain fields; one with $or or $and at its top is none."""
    for match in _FIND.finditer(text):
        pairs = [(pair["name"], pair["value"]) for pair in _PAIR.finditer(match["filter"])]
        if not pairs or "$" in match["filter"].split(":")[0]:
            continue
        ranges = tuple(name for name, value in pairs if _RANGE.search(value))
        sort = _SORT.search(match["rest"])
        order = tuple((pair["name"], -1 if "-" in pair["value"] else 1) for pair in _PAIR.finditer(sort["keys"])) if sort else ()  # fmt: skip
        equal = tuple(name for name, _ in pairs if name not in ranges)
        yield Find(match["name"], equal, order, ranges, Place(match.start(), match.end(), match.group()))
