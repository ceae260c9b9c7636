"""Whether a query's plan uses the index that an entry says, on enough rows for the planner to mean it."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.errors import Fault
from kb.postgres import Connection
from kb.statements import Statement, without_comments

MIN_ROWS = 5_000
# A BRIN index summarises 128 pages a range: fewer rows are a handful of ranges.
MIN_ROWS_BRIN = 50_000

_EXPLAINED = ("SELECT", "WITH", "UPDATE", "DELETE", "MERGE", "INSERT", "TABLE", "VALUES")
_ENABLE = re.compile(r"\bSET\s+(?:LOCAL\s+|SESSION\s+)?enable_\w+|\bset_config\s*\(\s*'enable_", re.IGNORECASE)
_SORTS = ("Sort", "Incremental Sort")
_INDEX = """
    WITH RECURSIVE tree AS (
        SELECT c.oid, c.relname FROM pg_class c WHERE c.relname = %s AND c.relkind IN ('i', 'I')
        UNION ALL SELECT c.oid, c.relname FROM tree JOIN pg_inherits h ON h.inhparent = tree.oid JOIN pg_class c ON c.oid = h.inhrelid)
    SELECT (SELECT array_agg(relname::text) FROM tree), i.indrelid::regclass::text, a.amname
    FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_am a ON a.oid = c.relam
    WHERE c.relname = %s AND c.relkind IN ('i', 'I')
"""


@dataclass(frozen=True)
class Plan:
    """The nodes of a plan, flattened: their kinds and the indexes that they use."""

    kinds: tuple[str, ...]
    indexes: tuple[str, ...]


def forces_plans(code: str) -> bool:
    """Whether a fence switches planner methods off: a plan that is forced proves nothing."""
    return _ENABLE.search(without_comments(code)) is not None


def explained(statements: Sequence[Statement]) -> Statement | None:
    """The statement whose plan is meant: the last query or change of the fence."""
    return next((each for each in reversed(statements) if each.verb in _EXPLAINED), None)


def read_plan(connection: Connection, statement: Statement) -> Plan:
    """The plan of a statement, as this connection's role would run it."""
    row = connection.execute(f"EXPLAIN (FORMAT JSON) {statement.text}".encode()).fetchone()
    tree = row[0] if row else []
    nodes = list(_nodes(json.loads(tree) if isinstance(tree, str) else tree))
    indexes = tuple(name for node in nodes if isinstance(name := node.get("Index Name"), str))
    return Plan(tuple(str(node.get("Node Type")) for node in nodes), indexes)


def _nodes(tree: object) -> Iterator[dict[str, object]]:
    if isinstance(tree, list):
        for each in tree:
            yield from _nodes(each)
    elif isinstance(tree, dict):
        if "Node Type" in tree:
            yield tree
        for key in ("Plan", "Plans"):
            yield from _nodes(tree.get(key))


def plan_faults(plan: Plan, superuser: Connection, index: str, line: int, *, nosort: bool) -> Iterator[Fault]:
    """What is wrong with a plan that is to use an index: not used, sorted after all, or too few rows to tell."""
    row = superuser.execute(_INDEX.encode(), [index, index]).fetchone()
    if row is None:
        yield Fault(line, f"plan={index!r}: there is no index of that name")
        return
    names, table, method = row
    least = MIN_ROWS_BRIN if method == "brin" else MIN_ROWS
    counted = superuser.execute(f"SELECT count(*) FROM (SELECT FROM {table} LIMIT {least}) AS t".encode()).fetchone()
    if counted is not None and counted[0] < least:
        yield Fault(line, f"plan={index!r}: {table} has {counted[0]} rows, seed at least {least:,}")
    if not set(plan.indexes) & set(names):
        used = ", ".join(plan.indexes) or "none"
        yield Fault(line, f"plan={index!r}: the plan does not use it; nodes: {', '.join(plan.kinds)}; indexes: {used}")
    if nosort and any(kind in _SORTS for kind in plan.kinds):
        yield Fault(line, f"plan={index!r} nosort: the plan sorts; nodes: {', '.join(plan.kinds)}")
