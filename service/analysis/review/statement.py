"""What rules ask of a query's tree: conditions by column, aliases, and what wraps a column."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from kb.query import Query
from kb.schema import Column, Place, Table
from service.analysis.review.subject import Subject

_RANGES = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)


@dataclass(frozen=True)
class Condition:
    """One comparison of a column: `wrapped` where a function or a sum stands around the column."""

    table: Table | None
    column: exp.Column
    kind: str
    node: exp.Expr
    wrapped: bool


def place_of(query: Query, node: exp.Expr | None = None) -> Place:
    """Where a node stands, or the first line of its query."""
    found = node.find(exp.Identifier) if node is not None else None
    if found is not None and "start" in found.meta:
        start = query.start + int(found.meta["start"])
        return Place(start, start + len(found.name), found.name)
    first = query.text.splitlines()[0] if query.text else ""
    return Place(query.start, query.start + len(first), first)


def shown(query: Query) -> str:
    """The query's table, or its first words, as the object of a finding."""
    return query.tables[0] if query.tables else query.text.split("\n")[0][:40]


def aliases(subject: Subject, tree: exp.Expr) -> dict[str, Table]:
    """Tables of the schema by the names that the query uses for them."""
    found: dict[str, Table] = {}
    for node in tree.find_all(exp.Table):
        table = subject.table(node.name) if node.name else None
        if table is not None:
            found[(node.alias or node.name).lower()] = table
    return found


def table_of(column: exp.Column, known: dict[str, Table]) -> Table | None:
    """The table of a column: by its qualifier, or the only one that has such a column."""
    if column.table:
        return known.get(column.table.lower())
    holding = [t for t in known.values() if column_of(t, column.name)]
    return holding[0] if len(holding) == 1 else None


def column_of(table: Table | None, name: str) -> Column | None:
    return next((c for c in table.columns if c.name.lower() == name.lower()), None) if table else None


def wheres(tree: exp.Expr) -> Iterator[exp.Where]:
    yield from tree.find_all(exp.Where)


def conditions(subject: Subject, tree: exp.Expr) -> Iterator[Condition]:
    """Every comparison of a column with something else in a WHERE."""
    known = aliases(subject, tree)
    for where in wheres(tree):
        for node in where.find_all(exp.EQ, exp.In, exp.Is, exp.Like, exp.ILike, exp.NEQ, *_RANGES):
            side = node.this
            if isinstance(node.args.get("expression"), exp.Column) and not isinstance(side, exp.Column):
                side = node.args["expression"]
            column = side if isinstance(side, exp.Column) else side.find(exp.Column) if isinstance(side, exp.Expression) else None  # fmt: skip
            if column is None:
                continue
            kind = "equal" if isinstance(node, exp.EQ | exp.In | exp.Is) else "range" if isinstance(node, _RANGES) else "other"  # fmt: skip
            if isinstance(node, exp.EQ) and isinstance(node.this, exp.Column) and _is_column(node.expression, known):
                kind = "join"
            other = node.args.get("expression")
            if isinstance(node, _RANGES) and side.find(exp.Column) and isinstance(other, exp.Expression) and other.find(exp.Column):  # fmt: skip
                kind = "join"
            yield Condition(table_of(column, known), column, kind, node, side is not column)


def _is_column(node: exp.Expr, known: dict[str, Table]) -> bool:
    """Whether it is a column of some table of the query; in a procedure it may be a variable."""
    if not isinstance(node, exp.Column):
        return False
    return bool(node.table) or not known or any(column_of(table, node.name) for table in known.values())


def orders(tree: exp.Expr) -> list[exp.Column]:
    """The columns of the outermost ORDER BY."""
    order = tree.args.get("order")
    return [o.this for o in order.expressions if isinstance(o.this, exp.Column)] if order else []


def sought(tree: exp.Expr, name: str, inner: bool, led: bool = False) -> list[str]:
    """Columns compared with a value, those of the join where it is inner, then those of the order, then one range.

    Those of the join come first where it is `led` by the other table, which has few rows.
    """
    alone = len(list(tree.find_all(exp.Table))) == 1

    def own(node: object) -> str:
        """The name of a column of this table, also within lower() or upper(), which an index can hold; else nothing."""
        folded = isinstance(node, exp.Lower | exp.Upper)
        column = node.this if isinstance(node, exp.Lower | exp.Upper) else node
        if not isinstance(column, exp.Column) or not (column.table.lower() == name.lower() or (alone and not column.table)):  # fmt: skip
            return ""
        return f"{type(node).__name__.lower()}({column.name})" if folded else column.name

    valued: list[str] = []
    joined: list[str] = []
    for node in tree.find_all(exp.EQ, exp.In, exp.Is):
        # What either side of an OR compares is no part of one index.
        if node.find_ancestor(exp.Or):
            continue
        other = node.args.get("expression")
        for side, opposite in ((node.this, other), (other, node.this)):
            if column := own(side):
                (joined if isinstance(opposite, exp.Column) else valued).append(column)
    order = [column for each in orders(tree) if (column := own(each))]
    ranges = [column for node in tree.find_all(*_RANGES) if (column := own(node.this)) and "(" not in column][:1]
    first, last = (joined, []) if led else ([], joined if inner else [])
    return [*first, *valued, *last, *(order or ranges)] or joined


def each_query(subject: Subject) -> Iterator[tuple[Query, exp.Expr]]:
    """Every query that was given, with its tree."""
    for query in subject.artefacts.queries:
        yield query, query.tree
