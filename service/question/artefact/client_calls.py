"""Traits of C# and TypeScript code around a client of a database: made for each call, given raw text, left outside a transaction."""

import re
from collections.abc import Iterator

from kb.schema import Place
from service.question.artefact.lines import Line
from service.question.artefact.model import Trait

_CLIENT = re.compile(r"\bnew\s+(PrismaClient|DataSource|Pool|Sequelize|MongoClient|NpgsqlDataSourceBuilder)\s*\(|\b(?:mysql2?|pg)\.(createPool|createConnection)\s*\(")  # fmt: skip
# One that is kept for the next call is no new one.
_KEPT = re.compile(r"\b(?:global|globalThis)\b|\?\?=|\|\|=|\bstatic\b|\bthis\.\w+\s*=|\bsingleton\b|\bif\s*\(\s*!", re.IGNORECASE)  # fmt: skip
_RAW = re.compile(r"(\$(?:query|execute)RawUnsafe|\.query|\.raw|\.execute)\(\s*(?:`[^`]*\$\{|['\"][^'\"]*['\"]\s*\+)")
_STATEMENT = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
_CALLBACK = re.compile(r"(?:\.|\$)transaction\(\s*(?:['\"][\w ]+['\"],\s*)?async\s*\(?\s*(\w+)[^)]*\)?\s*=>")
_WRITES = re.compile(r"\b((?:this\.)?[A-Za-z_$][\w.$]*)\.(?:update|insert|save|delete|remove|create|upsert|updateMany|createMany|deleteMany)\(")  # fmt: skip


def client_traits(text: str, lines: list[Line]) -> Iterator[Trait]:
    """Of one function or method: `text` is it as written, `lines` the same by lines with their places."""
    for line in lines[1:]:
        if (match := _CLIENT.search(line.text)) and not _KEPT.search(text):
            yield Trait("client_per_call", match.group(1) or match.group(2), line.place)
    yield from _outside(lines)


def raw_traits(text: str) -> Iterator[Trait]:
    """Statements put together from pieces, wherever they stand."""
    for match in _RAW.finditer(text):
        if _STATEMENT.search(match.group()):
            first = text[match.start() :].split("\n", maxsplit=1)[0]
            name = match.group(1).strip(".$")
            yield Trait("formatted_sql", name, Place(match.start(), match.start() + len(first), first))


def _outside(lines: list[Line]) -> Iterator[Trait]:
    """Inside the callback of a transaction, a write that does not go through what the callback was given."""
    given, depth = "", 0
    for line in lines:
        if not given and (match := _CALLBACK.search(line.text)):
            given, depth = match.group(1), 0
        elif given and (written := _WRITES.search(line.text)) and not re.search(rf"\b{re.escape(given)}\b", line.text):
            yield Trait("outside_transaction", written.group(1), line.place, given)
        depth += line.text.count("{") - line.text.count("}")
        given = given if depth > 0 else ""
