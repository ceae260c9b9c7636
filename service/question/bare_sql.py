"""Statements in the middle of a question, without fences: found by their words, and taken only where they can be read."""

import re
from collections.abc import Iterator

from sqlglot import exp

from kb.query import parse_query

_NAME = r"[\"`\[]?[A-Za-z_][\w$.\"`\]\[]*"
# In capitals a statement may begin anywhere; in small letters only where a line, a colon or a question mark is before it.
_LOUD = re.compile(
    rf"\b(?:EXPLAIN\s+(?:ANALYZE\s+|ANALYSE\s+|\([^()]*\)\s*|FORMAT=\w+\s+)?)?(?:SELECT\s[^;]{{1,2000}}?\bFROM\s+(?:{_NAME}|\()|UPDATE\s+{_NAME}\s+SET\s+{_NAME}\s*=|DELETE\s+FROM\s+{_NAME}|INSERT\s+INTO\s+{_NAME}|WITH\s+(?:RECURSIVE\s+)?\w+\s+AS\s*\(\s*SELECT\b)"
)
_QUIET = re.compile(rf"(?:^|[:`?!])[ \t]*(?P<statement>{_LOUD.pattern})", re.IGNORECASE | re.MULTILINE)
# A question mark behind an operator is a place for a value.
_END = re.compile(
    r";|\n\s*\n|\Z|`|\\G|(?<![=<>(,]\s)(?<![=<>(,])(?<!LIMIT\s)(?<!OFFSET\s)(?<!LIKE\s)(?<!AND\s)(?<!BETWEEN\s)\?(?=\s*(?:\Z|[A-Z]|\n))",
    re.IGNORECASE,
)
# What a sentence about a statement does not have.
_SIGNS = re.compile(r"[=<>*(,]|\bWHERE\b|\bJOIN\b|\bORDER BY\b|\bLIMIT\b", re.IGNORECASE)
_PROSE = re.compile(r"\bIS\s+(?!NOT\b|NULL\b|TRUE\b|FALSE\b|DISTINCT\b|UNKNOWN\b|JSON\b)", re.IGNORECASE)
_CREATE = re.compile(
    rf"\bCREATE\s+(?:(?:GLOBAL\s+|LOCAL\s+)?TEMP\w*\s+|UNIQUE\s+|UNLOGGED\s+|(?:NON)?CLUSTERED\s+)*(?P<what>TABLE|INDEX)\b(?:\s+(?:IF\s+NOT\s+EXISTS\s+|CONCURRENTLY\s+)*{_NAME}(?:\s+ON\s+{_NAME}(?:\s+USING\s+\w+)?)?\s*(?P<opened>\())?",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"[^\"\n]*\"|[()]", re.DOTALL)
_UNTIL = re.compile(r";|(?=\n\s*\n)|\Z")
# What may stand behind the last bracket, each to the end of its line: options of a table, the condition of an index.
_OF_TABLE = re.compile(
    r"\s*(?:(?:ENGINE|(?:DEFAULT\s+)?(?:CHARSET|CHARACTER\s+SET)|COLLATE|AUTO_INCREMENT|ROW_FORMAT)\b|COMMENT\s*[='\"]|PARTITION(?:ED)?\s+(?:BY|OF)\b|WITH\s*\(|WITHOUT\s+ROWID\b|TABLESPACE\s|STRICT\b|ON\s+\[|TEXTIMAGE_ON\b|PCTFREE\b|INHERITS\s*\(|ORGANIZATION\s+INDEX\b|(?:ORDER|PRIMARY|CLUSTER)\s+(?:BY|KEY)\b|SETTINGS\s+\w+\s*=)",
    re.IGNORECASE,
)
_OF_INDEX = re.compile(r"(?:[ \t]*(?:\n[ \t]+)?)(?:WHERE|INCLUDE|WITH\s*\(|TABLESPACE|NULLS|ON\s+\[)", re.IGNORECASE)
_LAST = re.compile(r"[ \t]*[;|]|\s*\n\s*GO\b(?=\s|\Z)", re.IGNORECASE)
_LONGEST, _MOST_TRIES, _MOST = 8_000, 80, 20


def bare_tables(text: str) -> Iterator[tuple[int, int]]:
    """The characters of every CREATE TABLE or INDEX: to its last bracket with the options behind it, a GO or a semicolon."""
    position = 0
    while match := _CREATE.search(text, position):
        closed = _closed(text, match.end()) if match.group("opened") else 0
        end = _UNTIL.search(text, match.end())
        position = _after(text, closed, match.group("what")) if closed else end.end() if end else len(text)
        yield match.start(), position


def _after(text: str, at: int, what: str) -> int:
    """Behind the options that follow the last bracket, and behind what ends the statement."""
    option = _OF_TABLE if what.upper() == "TABLE" else _OF_INDEX
    while match := option.match(text, at):
        opened = match.end() if text[match.end() - 1] == "(" else 0
        at = _closed(text, opened) or match.end() if opened else match.end()
        while (rest := re.compile(r"[^;\n(]*").match(text, at)) and text[rest.end() : rest.end() + 1] == "(":
            at = _closed(text, rest.end() + 1) or rest.end() + 1
        at = rest.end() if rest else at
    last = _LAST.match(text, at)
    return last.end() if last else at


def _closed(text: str, start: int) -> int:
    """Behind the bracket that closes the one before `start`; 0 where none does. Strings and comments hold none."""
    depth = 1
    for token in _BRACKETS.finditer(text, start):
        depth += {"(": 1, ")": -1}.get(token.group(), 0)
        if depth == 0:
            return token.end()
    return 0


def bare_statements(text: str) -> Iterator[tuple[int, int]]:
    """The characters of every statement, in order; at most twenty, and none longer than eight thousand characters."""
    position, found = 0, 0
    while found < _MOST:
        starts = [m.start() for m in (_LOUD.search(text, position),) if m]
        starts += [m.start("statement") for m in (_QUIET.search(text, position),) if m]
        if not starts:
            return
        start = min(starts)
        end = _end(text, start)
        if end > start:
            found += 1
            yield start, end
        position = max(end, start + 6)


def _end(text: str, start: int) -> int:
    """Where the longest readable statement ends that begins here; its start where there is none."""
    stop = _END.search(text, start)
    whole = text[start : min(stop.start() if stop else len(text), start + _LONGEST)].rstrip(" \n\t.,:")
    cuts = [len(whole), *(m.start() for m in reversed(list(re.finditer(r"\s+|[.,:](?=\s|\Z)", whole))))]
    for position, cut in enumerate(cuts[:_MOST_TRIES]):
        if whole[cut - 1] != "," and _is_statement(whole[:cut]):
            # A word behind the last name would be read as its alias: "FROM orders takes nine seconds".
            shorter = cuts[position + 1] if cut < len(whole) and position + 1 < len(cuts) else cut
            last = re.search(r"[\w\"`\]]\s+[A-Za-z]+$", whole[:cut])
            return start + (shorter if last and _is_statement(whole[:shorter]) else cut)
    return start


def _is_statement(text: str) -> bool:
    bare = re.sub(r"^\s*EXPLAIN\b(?:\s*\([^)]*\)|\s+(?:ANALY[SZ]E|VERBOSE|FORMAT\s*=\s*\w+))*", "", text, flags=re.I)
    if _SIGNS.search(bare) is None or _PROSE.search(bare):
        return False
    query = parse_query(bare, 0, "postgresql") or parse_query(bare, 0, "mysql")
    return query is not None and bool(query.tables) and bool(query.tree.args.get("expressions") or not isinstance(query.tree, exp.Select))  # fmt: skip
