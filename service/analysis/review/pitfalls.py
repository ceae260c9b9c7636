"""Queries that run and answer something else than was asked: divisions without a rest, counted gaps, any row of a group."""

from collections.abc import Iterable

from sqlglot import exp

from kb.schema import Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.statement import aliases, column_of, each_query, orders, place_of, shown, table_of
from service.analysis.review.subject import Subject

_JOINS = "patterns/join-strategies"
_WHOLE = ("int", "bigint", "smallint")


def integer_division(subject: Subject) -> Iterable[Hit]:
    if subject.is_mysql or subject.dialect == "oracle":
        return
    for query, tree in each_query(subject):
        known = aliases(subject, tree)
        for node in tree.find_all(exp.Div):
            if _is_whole(node.this, known) and _is_whole(node.expression, known):
                yield Hit(
                    f"{shown(query)}: {node.sql()[:60]}",
                    place_of(query, node),
                    f"Both sides of the division are integers, so the fraction is cut off ({node.sql()[:60]}); multiply by 1.0 or cast one side to numeric, and guard the divisor with NULLIF",
                    "3 of 4 gives 0 and not 0.75, and no error is raised",
                )


def _is_whole(node: exp.Expr, known: dict[str, Table]) -> bool:
    bare = node.unnest()
    if isinstance(bare, exp.Filter):
        bare = bare.this
    if not isinstance(bare, exp.Column):
        return isinstance(bare, exp.Count)
    column = column_of(table_of(bare, known), bare.name)
    return column is not None and column.type in _WHOLE


def having_for_where(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        for having in tree.find_all(exp.Having):
            if having.find(exp.AggFunc, exp.Subquery, exp.Window) is None and having.find(exp.Column) is not None:
                yield Hit(
                    f"{shown(query)}: HAVING",
                    place_of(query, having),
                    "HAVING filters plain columns after the groups are made; filter them in WHERE",
                    "every row is read and grouped first, and no index helps",
                    severity="low",
                )


def any_row_of_a_group(subject: Subject) -> Iterable[Hit]:
    """A column beside an aggregate that the groups do not fix; MySQL without ONLY_FULL_GROUP_BY and SQLite take any row's."""
    for query, tree in each_query(subject):
        for select in tree.find_all(exp.Select):
            group = select.args.get("group")
            if group is None or not group.expressions or group.args.get("all"):
                continue
            fixed = {node.sql().lower() for node in group.expressions} | {n.name.lower() for n in group.expressions}
            keys = {c for t in aliases(subject, select).values() for c in t.primary_key if len(t.primary_key) == 1}
            loose = [c for e in select.expressions if isinstance(c := e.unalias(), exp.Column) and not isinstance(c.this, exp.Star) and c.name.lower() not in fixed]  # fmt: skip
            places = any(isinstance(node, exp.Literal) for node in group.expressions)
            if not loose or places or {k.lower() for k in keys} & fixed:
                continue
            yield Hit(
                f"{shown(query)}: {loose[0].sql()}",
                place_of(query, loose[0]),
                f"{loose[0].sql()} is neither in GROUP BY nor inside an aggregate; name it in GROUP BY, or say which row's value is meant (MAX, a window function, a lateral join)",
                "an engine that allows it returns the value of any row of the group (ONLY_FULL_GROUP_BY refuses it), so the numbers of two rows stand side by side",
            )


def counted_gap(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        for select in tree.find_all(exp.Select):
            outer = [j for j in select.args.get("joins") or () if str(j.args.get("side") or "").upper() == "LEFT"]
            stars = [c for c in select.find_all(exp.Count) if isinstance(c.this, exp.Star) and c.find_ancestor(exp.Select) is select]  # fmt: skip
            where = select.args.get("where")
            if len(outer) != 1 or not stars or select.args.get("group") is None or (where and where.find(exp.Is)):
                continue
            name = outer[0].this.alias_or_name
            yield Hit(
                f"{shown(query)}: COUNT(*) over LEFT JOIN {outer[0].this.name}",
                place_of(query, outer[0].this),
                f"COUNT(*) counts one for a row without a partner in the LEFT JOIN; count a column of the joined table, such as COUNT({name}.id)",
                "the row of NULLs is a row, so what has none shows up with one",
            )


def counted_for_existence(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        for node in tree.find_all(exp.GT, exp.NEQ, exp.GTE, exp.EQ):
            inner = node.this.unnest() if isinstance(node.this, exp.Subquery) else None
            counted = isinstance(inner, exp.Select) and len(inner.expressions) == 1 and isinstance(inner.expressions[0], exp.Count)  # fmt: skip
            number = node.expression.name if isinstance(node.expression, exp.Literal) else ""
            if counted and number == ("1" if isinstance(node, exp.GTE) else "0"):
                yield Hit(
                    f"{shown(query)}: {', '.join(t.name for t in inner.find_all(exp.Table)) if inner else ''}",
                    place_of(query, node),
                    "Rows are counted only to ask whether there are any; use EXISTS or NOT EXISTS",
                    "a count reads every matching row, EXISTS stops at the first and can be planned as a semi-join",
                    severity="low",
                )


def loose_or(subject: Subject) -> Iterable[Hit]:
    """`a = 1 OR a = 2 AND b = 3`: the AND binds first, and the same column on both sides says that it was not meant so."""
    for query, tree in each_query(subject):
        for node in tree.find_all(exp.Or):
            for one, other in ((node.this, node.expression), (node.expression, node.this)):
                if not isinstance(one, exp.And) or isinstance(other, exp.And):
                    continue
                first = one.find(exp.EQ, exp.Like, exp.In)
                alone = other if isinstance(other, exp.EQ | exp.Like | exp.In) else None
                if first is not None and alone is not None and first.this == alone.this:
                    yield Hit(
                        f"{shown(query)}: {node.sql()[:60]}",
                        place_of(query, node),
                        f"AND binds closer than OR, so the last condition holds for one side only ({node.sql()[:80]}); put the OR in parentheses, or write IN",
                        "rows come back that the other filters should have kept out, a tenant or a deleted flag among them",
                    )


def tied_order(subject: Subject) -> Iterable[Hit]:
    """A page whose sort key is not unique: rows of equal key change places between two pages."""
    for query, tree in each_query(subject):
        known = aliases(subject, tree)
        columns = orders(tree)
        order = tree.args.get("order")
        if len(known) != 1 or not tree.args.get("limit") or order is None or len(columns) != len(order.expressions):
            continue
        table = next(iter(known.values()))
        names = {c.name.lower() for c in columns}
        if tree.args.get("group") or any({u.lower() for u in unique} <= names for unique in subject.uniques(table)):
            continue
        pages = tree.args.get("offset") is not None
        yield Hit(
            f"{shown(query)}: ORDER BY {', '.join(c.name for c in columns)}",
            place_of(query, columns[0] if columns else None),
            f"The order by {', '.join(c.name for c in columns)} leaves ties open; add the key as its last column so that the order is unique",
            "rows of the same value come in any order, so a page may repeat one and leave another out",
            severity="medium" if pages else "low",
        )


PITFALLS = (
    Rule("loose-or", "query", "high", "patterns/composite-index-ordering#or-across-columns", loose_or),
    Rule("integer-division", "query", "medium", "patterns/physical-types-and-layout#identifiers-numbers-and-the-rest", integer_division),
    Rule("any-row-of-a-group", "query", "medium", f"{_JOINS}#two-children-multiply", any_row_of_a_group),
    Rule("counted-gap", "query", "medium", f"{_JOINS}#a-where-on-the-right-side", counted_gap),
    Rule("tied-order", "query", "low", "patterns/keyset-pagination#compare-the-whole-sort-key-as-a-row", tied_order),
    Rule("counted-for-existence", "query", "low", f"{_JOINS}#ask-whether-with-exists", counted_for_existence),
    Rule("having-for-where", "query", "low", "patterns/index-selection#why-the-planner-ignores-an-index", having_for_where),
)  # fmt: skip
