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
_LONGEST, _MOST_TRIES, _MOST = 8_000, 80, 20


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
