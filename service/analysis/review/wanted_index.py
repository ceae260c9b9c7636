"""The index that a pasted query asks for where its tables were not pasted: equality first, then the order, then the range."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from kb.query import Query
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import index_on
from service.analysis.review.plan import PLAN
from service.analysis.review.statement import each_query, place_of
from service.analysis.review.subject import Subject

_RANGES = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)
_MOST_COLUMNS = 4


@dataclass(frozen=True)
class _Compared:
    """A bare column of a table, compared with a value: with = or within a range."""

    table: str
    column: str
    equal: bool


def wanted_index(subject: Subject) -> Iterable[Hit]:
    """One index for each table of a query that is filtered by bare columns; tables that were pasted are judged by what they have."""
    told: set[tuple[str, ...]] = set()
    # What a plan shows of a table tells more than the query alone, and one index is proposed once.
    planned = {re.split(r"[. ]", hit.object)[0].lower() for rule in PLAN for hit in rule.find(subject)}
    for query, tree in each_query(subject):
        if not isinstance(tree, exp.Select | exp.Update | exp.Delete):
            continue
        names = _names(tree)
        compared = list(_comparisons(tree, names))
        for table in dict.fromkeys(each.table for each in compared):
            if subject.table(table) is not None or table.lower() in planned:
                continue
            columns = _columns(table, compared, _order(tree, names))
            statement = index_on(subject, table, columns)
            if (table, *columns) not in told:
                told.add((table, *columns))
                yield _hit(table, columns, query, statement)


def _hit(table: str, columns: tuple[str, ...], query: Query, statement: str) -> Hit:
    return Hit(
        f"{table} ({', '.join(columns)})",
        place_of(query),
        "Create this index unless one begins so already: what is compared with = first, then the order, then one range",
        "the query then reads the rows that it wants, in their order, and stops at its LIMIT",
        statement,
    )


def _names(tree: exp.Expr) -> dict[str, str]:
    """Tables by the names that the query knows them by, without what it makes itself in WITH, or only locks by an alias."""
    made = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    tables = [
        node
        for node in tree.find_all(exp.Table)
        if node.name and node.name.lower() not in made and not node.find_ancestor(exp.Lock)
    ]
    return {(node.alias or node.name).lower(): node.name for node in tables}


def _table(column: exp.Column, names: dict[str, str]) -> str:
    if column.table:
        return names.get(column.table.lower(), "")
    return next(iter(names.values())) if len(names) == 1 else ""


def _comparisons(tree: exp.Expr, names: dict[str, str]) -> Iterator[_Compared]:
    where = tree.args.get("where")
    for node in where.find_all(exp.EQ, exp.In, exp.Is, exp.Like, *_RANGES) if where is not None else ():
        column = node.this
        if not isinstance(column, exp.Column) or isinstance(node.args.get("expression"), exp.Column):
            continue
        if node.find_ancestor(exp.Or, exp.Not) or node.find_ancestor(exp.Select) not in (None, tree):
            continue
        prefix = isinstance(node, exp.Like)
        if prefix and not _is_prefix(node):
            continue
        table = _table(column, names)
        if table:
            yield _Compared(table, column.name, not prefix and not isinstance(node, _RANGES))


def _is_prefix(node: exp.Like) -> bool:
    pattern = node.expression
    return isinstance(pattern, exp.Literal) and not pattern.name.startswith(("%", "_"))


def _order(tree: exp.Expr, names: dict[str, str]) -> list[tuple[str, str]]:
    """The columns of ORDER BY with their tables, each as an index would have it; none where something else is sorted by."""
    order = tree.args.get("order")
    terms = order.expressions if order is not None else []
    if not all(isinstance(term.this, exp.Column) for term in terms):
        return []
    return [
        (_table(term.this, names), f"{term.this.name} DESC" if term.args.get("desc") else term.this.name)
        for term in terms
    ]


def _columns(table: str, compared: list[_Compared], order: list[tuple[str, str]]) -> tuple[str, ...]:
    equal = [each.column for each in compared if each.table == table and each.equal]
    ranges = [each.column for each in compared if each.table == table and not each.equal]
    # An order over several tables is served by no index of one.
    sort = [column for _, column in order] if all(name == table for name, _ in order) else []
    rest = sort or ranges[:1]
    return tuple(dict.fromkeys((*equal, *(c for c in rest if c.split()[0] not in equal))))[:_MOST_COLUMNS]


WANTED = (
    Rule(
        "wanted-index", "indexes", "medium", "patterns/composite-index-ordering#equality-then-sort-then-range", wanted_index
    ),
)  # fmt: skip
