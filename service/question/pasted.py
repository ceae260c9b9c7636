"""What is pasted: SQL in the question or in attachments, taken apart so that prose is read as prose and DDL as DDL."""

import re
from dataclasses import dataclass

from kb.ddl import parse_schema, pasted_objects
from kb.errors import SqlError
from kb.fact import PastedObject
from service.question.request import AskRequest

_FENCED = re.compile(r"```[ \t]*([\w-]*)[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)
_BARE_DDL = re.compile(
    r"\bCREATE\s+(?:TEMP\w*\s+|UNIQUE\s+|UNLOGGED\s+)?(?:TABLE|INDEX)\b.*?(?:;|\n\s*\n|\Z)", re.IGNORECASE | re.DOTALL
)
_DDL = re.compile(r"\bCREATE\s+(?:TEMP\w*\s+|UNIQUE\s+|UNLOGGED\s+)?(?:TABLE|INDEX)\b|\bALTER\s+TABLE\b", re.IGNORECASE)


@dataclass(frozen=True)
class Pasted:
    """One pasted text: where it comes from, and what it is parsed into; `unparsed` is what nobody could read."""

    source: str
    text: str
    objects: tuple[PastedObject, ...] = ()
    unparsed: tuple[str, ...] = ()


def pasted(request: AskRequest) -> tuple[str, tuple[Pasted, ...]]:
    """The question with its pasted SQL blanked out (same length, so that spans hold), and the pasted texts."""
    texts = []
    prose = request.question
    for pattern, group in ((_FENCED, 2), (_BARE_DDL, 0)):
        for match in pattern.finditer(prose):
            texts.append(("question", match.group(group)))
        prose = pattern.sub(lambda found: " " * len(found.group()), prose)
    texts += [(f"attachment:{a.name}", a.content) for a in request.attachments]
    return prose, tuple(_parse(source, text) for source, text in texts)


def _parse(source: str, text: str) -> Pasted:
    if not _DDL.search(text):
        return Pasted(source, text, unparsed=(text,))
    try:
        schema = parse_schema(text, _dialect(text))
    except SqlError:
        return Pasted(source, text, unparsed=(text,))
    return Pasted(source, text, pasted_objects(schema), schema.unparsed)


def _dialect(text: str) -> str:
    low = text.lower()
    if "auto_increment" in low or "engine=" in low or "`" in text:
        return "mysql"
    if "autoincrement" in low:
        return "sqlite"
    if "identity(" in low or "nvarchar" in low or "[dbo]" in low:
        return "sqlserver"
    if "varchar2" in low or "number(" in low:
        return "oracle"
    return "postgresql"
