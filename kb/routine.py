"""Statements inside functions and procedures, found without understanding the language around them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.statements import split_statements, without_comments

_ROUTINE = re.compile(
    r"^\s*CREATE\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?(?:DEFINER\s*=\s*\S+\s+)?(?:FUNCTION|PROCEDURE|PROC|TRIGGER)\s+([\w.\"`\[\]]+)",
    re.IGNORECASE,
)
_ORACLE = re.compile(
    r"^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE|TRIGGER)\s+([\w.\"]+).*?(?=^\s*/\s*$|\Z)",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_VERB = re.compile(r"\b(?:SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO)\b", re.IGNORECASE)
_END = re.compile(r"[();']|\b(?:THEN|LOOP)\b|\n\s*(?=(?:SELECT|INSERT|UPDATE|DELETE|IF|END|RETURN|SET|DECLARE|EXEC)\b)", re.IGNORECASE)  # fmt: skip
# What a procedure reads into is no table and no column.
_INTO = re.compile(r"\bINTO\s+(?:STRICT\s+)?[@\w.]+(?:\s*,\s*[@\w.]+)*(?=\s+FROM\b)", re.IGNORECASE)
_ASSIGNED = re.compile(r"@\w+\s*=\s*(?=[\w.(])")


@dataclass(frozen=True)
class Routine:
    """A function, procedure or trigger: its last name, and its characters in the text."""

    name: str
    start: int
    end: int
    text: str


def routines(sql: str, dialect: str) -> tuple[Routine, ...]:
    """The routines that a text creates, in order."""
    found = []
    if dialect == "oracle":
        # PL/SQL declares between AS and BEGIN, so that a semicolon ends nothing: a routine goes on to its slash.
        for block in _ORACLE.finditer(without_comments(sql)):
            name = block.group(1).rpartition(".")[2].strip('"')
            found.append(Routine(name, block.start(), block.end(), block.group()))
        return tuple(found)
    for statement in split_statements(sql, dialect):
        bare = without_comments(statement.text)
        if match := _ROUTINE.match(bare):
            name = match.group(1).rpartition(".")[2].strip('"`[]')
            found.append(Routine(name, statement.start, statement.end, bare))
    return tuple(found)


def inner_statements(routine: Routine) -> Iterator[tuple[str, int]]:
    """What could be statements over rows, each with its place in the text; variables are blanked out."""
    position = 0
    while match := _VERB.search(routine.text, position):
        end = _end(routine.text, match.end())
        text = routine.text[match.start() : end]
        if match.group().upper() == "SELECT":
            text = _INTO.sub(lambda m: " " * len(m.group()), text)
            head, word, rest = text.partition("FROM") if "FROM" in text else text.partition("from")
            text = f"{_ASSIGNED.sub(lambda m: ' ' * len(m.group()), head)}{word}{rest}"
        yield text, routine.start + match.start()
        position = max(end, match.end())


def _end(text: str, position: int) -> int:
    depth, quoted = 0, False
    for match in _END.finditer(text, position):
        sign = match.group()
        if sign == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth < 0:
                return match.start()
        elif depth == 0 and not (
            sign.startswith("\n") and _goes_on(text[position : match.start()], text[match.end() :])
        ):
            return match.start()
    return len(text)


def _goes_on(before: str, after: str) -> bool:
    """Whether a line that begins with SELECT or SET belongs to the statement before it: INSERT … SELECT, UPDATE … SET."""
    if re.match(r"SET\b", after, re.IGNORECASE):
        return re.search(r"\bSET\b", before, re.IGNORECASE) is None
    return re.match(r"SELECT\b", after, re.IGNORECASE) is not None and re.search(r"\bVALUES\b|\bFROM\b", before, re.IGNORECASE) is None  # fmt: skip
