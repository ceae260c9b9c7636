"""Queries as sqlglot sees them: the statements of a text that read or change rows, each with where it stands."""

import re
from dataclasses import dataclass

from sqlglot import exp

from kb.ddl import parse_statement
from kb.errors import SqlError
from kb.routine import inner_statements, routines
from kb.statements import split_statements, without_comments

_VERBS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "MERGE", "REPLACE"})
# Placeholders of drivers; blanked into one that every dialect reads, so that places stay.
_PERCENT = re.compile(r"%s|%\((\w+)\)s|\{(\w+)\}")
_EXPLAIN = re.compile(r"^\s*EXPLAIN\b(?:\s*\([^)]*\)|\s+(?:ANALYZE|VERBOSE|EXTENDED|FORMAT\s*=\s*\w+))*", re.IGNORECASE)
MOST_QUERIES = 500
# A dump's INSERT of thousands of rows says nothing that its first lines do not, and trees of that size take minutes.
LONGEST_QUERY = 20_000


@dataclass(frozen=True)
class Query:
    """One statement over rows; `start` counts characters in the text that was read, `within` is the routine that holds it."""

    text: str
    start: int
    tree: exp.Expr
    within: str = ""

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that it names, in order, without those of its WITH."""
        own = {cte.alias for cte in self.tree.find_all(exp.CTE)}
        return tuple(dict.fromkeys(t.name for t in self.tree.find_all(exp.Table) if t.name and t.name not in own))


def routine_queries(sql: str, dialect: str = "postgresql") -> tuple[Query, ...]:
    """The statements inside functions and procedures, as far as they can be read."""
    found = []
    for routine in routines(sql, dialect):
        for text, start in inner_statements(routine):
            query = parse_query(text, start, dialect, routine.name)
            if query is not None:
                found.append(query)
    return tuple(found[:MOST_QUERIES])


def _beyond(line: int, text: str) -> str:
    return f"queries from line {line} on, beyond the {MOST_QUERIES} that are read at once: {text.rstrip()}"


def parse_query(text: str, start: int, dialect: str, within: str = "") -> Query | None:
    """One statement, or nothing where it cannot be read as one over rows."""
    try:
        tree = parse_statement(_PERCENT.sub(lambda m: "$1".ljust(len(m.group())), text), dialect)
    except SqlError:
        return None
    return Query(text, start, tree, within) if isinstance(tree, exp.Query | exp.DML | exp.Merge) else None


def parse_queries(sql: str, dialect: str = "postgresql") -> tuple[tuple[Query, ...], tuple[str, ...]]:
    """The queries of a text in order, and those that could not be read or are longer than LONGEST_QUERY, quoted.

    After MOST_QUERIES the rest is quoted as one text that says so.
    """
    found: list[Query] = []
    unread: list[str] = []
    for statement in split_statements(sql, dialect):
        bare = _EXPLAIN.sub(lambda m: " " * len(m.group()), without_comments(statement.text))
        verb = bare.split(None, 1)[0].upper().strip("(") if bare.strip() else ""
        if verb not in _VERBS:
            continue
        if len(found) + len(unread) >= MOST_QUERIES:
            return tuple(found), (*unread, _beyond(statement.line, sql[statement.start :]))
        query = parse_query(bare, statement.start, dialect) if len(bare) <= LONGEST_QUERY else None
        if query is None:
            unread.append(statement.text)
        else:
            found.append(Query(statement.text, query.start, query.tree))
    return tuple(found), tuple(unread)
