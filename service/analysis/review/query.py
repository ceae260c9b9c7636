"""Queries: null semantics, paging, hidden columns, joins that multiply or lose rows, and work done row by row."""

import re
from collections.abc import Iterable

from sqlglot import exp

from service.analysis.review.finding import Hit, Rule
from service.analysis.review.statement import aliases, column_of, conditions, each_query, place_of, shown, table_of
from service.analysis.review.subject import Subject

_JOINS = "patterns/join-strategies"
_DEEP = 1000
_NUMBERS = ("int", "bigint", "smallint", "numeric", "float", "real")
_CASTLESS = (exp.Placeholder, exp.Parameter)


def null_comparison(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        for node in tree.find_all(exp.EQ, exp.NEQ):
            null = isinstance(node.expression, exp.Null)
            if null and node.find_ancestor(exp.Where, exp.Having, exp.Join, exp.Case) is not None:
                yield Hit(
                    f"{shown(query)}: {node.sql()}",
                    place_of(query, node),
                    f"{node.this.sql()} is compared with NULL by {'=' if isinstance(node, exp.EQ) else '<>'}; write IS {'' if isinstance(node, exp.EQ) else 'NOT '}NULL",
                    "a comparison with NULL is never true, so no row is ever found",
                )


def unequal_to_null(subject: Subject) -> Iterable[Hit]:
    """`<>` with a value on a column that may be NULL: rows without a value are left out, which is seldom meant."""
    for query, tree in each_query(subject):
        known = aliases(subject, tree)
        for node in tree.find_all(exp.NEQ):
            column = node.this if isinstance(node.this, exp.Column) else None
            actual = column_of(table_of(column, known), column.name) if column else None
            valued = isinstance(node.expression, exp.Literal | exp.Parameter | exp.Placeholder)
            if actual is None or not actual.nullable or not valued or node.find_ancestor(exp.Where) is None:
                continue
            if any(n.this == column for n in tree.find_all(exp.Is)) or node.find_ancestor(exp.Join):
                continue
            yield Hit(
                f"{shown(query)}: {node.sql()}",
                place_of(query, node),
                f"{node.sql()} leaves out the rows whose {actual.name} is NULL; write IS DISTINCT FROM (or OR {actual.name} IS NULL) where they are meant, and declare it NOT NULL where there are none",
                "a comparison with NULL is unknown, and WHERE keeps only what is true",
            )


def not_in_subquery(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        for node in tree.find_all(exp.Not):
            inner = node.this
            if isinstance(inner, exp.In) and inner.args.get("query") is not None:
                sub = inner.args["query"]
                column = sub.find(exp.Column)
                table = aliases(subject, sub)
                known = column_of(next(iter(table.values()), None), column.name) if column else None
                if known is not None and not known.nullable:
                    continue
                yield Hit(
                    f"{shown(query)}: {inner.this.sql()} NOT IN {', '.join(t.name for t in sub.find_all(exp.Table))}{f'.{column.name}' if column else ''}",
                    place_of(query, inner),
                    f"NOT IN (SELECT {column.name if column else '…'} …) finds nothing as soon as the subquery returns one NULL; use NOT EXISTS",
                    "x NOT IN (1, NULL) is never true, and the anti-join cannot be planned as well",
                )


def deep_offset(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        offset = tree.args.get("offset")
        if offset is None:
            continue
        value = offset.expression
        number = int(value.name) if isinstance(value, exp.Literal) and value.name.isdigit() else None
        if number is not None and number == 0:
            continue
        yield Hit(
            f"{shown(query)}: OFFSET",
            place_of(query),
            f"Pages are taken by OFFSET{f' {number:,}' if number else ''}, which slows with depth; remember the last row's sort key and continue after it (keyset pagination)",
            "the skipped rows are read and thrown away on every page, and rows that arrive meanwhile shift or repeat",
            severity="high" if number and number >= _DEEP else "medium",
        )


def select_star(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        select = tree if isinstance(tree, exp.Select) else tree.find(exp.Select)
        if select is None or select.find_ancestor(exp.Exists):
            continue
        stars = [e for e in select.expressions if isinstance(e, exp.Star) or (isinstance(e, exp.Column) and isinstance(e.this, exp.Star))]  # fmt: skip
        if stars and isinstance(tree, exp.Query):
            wide = any(c.type in ("jsonb", "json", "bytea", "text") for t in aliases(subject, tree).values() for c in t.columns)  # fmt: skip
            yield Hit(
                f"{shown(query)}: SELECT *",
                place_of(query),
                "SELECT * reads every column; name the columns that are needed",
                "no index-only scan is possible, large values are fetched too, and a new column changes the result"
                if wide
                else "no index-only scan is possible, and a new column changes what the code receives",
                severity="low",
            )


def unbounded_write(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        if isinstance(tree, exp.Update | exp.Delete) and tree.args.get("where") is None and not tree.args.get("from_"):
            word = "UPDATE" if isinstance(tree, exp.Update) else "DELETE"
            yield Hit(
                shown(query),
                place_of(query),
                f"{word} without WHERE changes every row of the table; name the rows, and go by chunks of the key where all are meant",
                "one long transaction locks all rows, doubles the table with dead versions and delays the replicas",
                severity="high",
            )


def missing_join_condition(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        for select in tree.find_all(exp.Select):
            bare = [
                j
                for j in select.args.get("joins") or ()
                if not j.args.get("on") and not j.args.get("using") and str(j.args.get("kind") or "").upper() != "CROSS"
                and str(j.args.get("method") or "").upper() != "NATURAL" and isinstance(j.this, exp.Table)
            ]  # fmt: skip
            where = select.args.get("where")
            for join in bare:
                name = (join.this.alias or join.this.name).lower()
                pairs = [n for n in where.find_all(exp.EQ) if isinstance(n.this, exp.Column) and isinstance(n.expression, exp.Column)] if where else []  # fmt: skip
                tied = any(name in (n.this.table.lower(), n.expression.table.lower()) for n in pairs)
                if not tied and not any(not n.this.table or not n.expression.table for n in pairs):
                    yield Hit(
                        f"{shown(query)}: {join.this.name}",
                        place_of(query, join.this),
                        f"{join.this.name} is joined without a condition, a cartesian product; add ON with the keys",
                        "every row meets every row: a thousand by a thousand is a million",
                        severity="high",
                    )


def outer_turned_inner(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        for select in tree.find_all(exp.Select):
            outer = {(j.this.alias or j.this.name).lower() for j in select.args.get("joins") or () if str(j.args.get("side") or "").upper() == "LEFT" and isinstance(j.this, exp.Table)}  # fmt: skip
            where = select.args.get("where")
            for node in where.find_all(exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.NEQ, exp.Like, exp.Between, exp.Column) if where else ():  # fmt: skip
                # A column that stands by itself is a condition, too: WHERE line.open.
                alone = isinstance(node, exp.Column) and isinstance(node.parent, exp.Where | exp.And | exp.Not)
                column = node if alone else node.this if isinstance(node.this, exp.Column) else None
                if column is None or column.table.lower() not in outer or node.find_ancestor(exp.Or, exp.Coalesce):
                    continue
                yield Hit(
                    f"{shown(query)}: LEFT JOIN {_joined(select, column)} and {node.sql()[:60]}",
                    place_of(query, column),
                    f"The condition on {column.sql()} in WHERE turns the LEFT JOIN into an inner join; move it into ON",
                    "rows without a partner have NULL there, and the comparison throws them away",
                )
                break


def _joined(select: exp.Select, column: exp.Column) -> str:
    names = {j.this.alias_or_name.lower(): j.this.name for j in select.args.get("joins") or () if isinstance(j.this, exp.Table)}  # fmt: skip
    return names.get(column.table.lower(), column.table)


def _told_instant(subject: Subject, column: exp.Column) -> bool:
    """Without the schema: by its name, or because the asker says which type it has."""
    said = rf"\b{re.escape(column.name)}\b[^.;\n]{{0,40}}\b(?:DATETIME|TIMESTAMP)"
    return column.name.endswith("_at") or re.search(said, subject.facts.text, re.IGNORECASE) is not None


def between_days(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        known = aliases(subject, tree)
        for node in tree.find_all(exp.Between):
            column = node.this if isinstance(node.this, exp.Column) else None
            high = node.args.get("high")
            text = high.sql() if high is not None else ""
            actual = column_of(table_of(column, known), column.name) if column else None
            timed = (
                actual.type in ("timestamp", "timestamptz")
                if actual
                else bool(column and _told_instant(subject, column))
            )
            if column and timed and re.search(r"'\d{4}-\d{2}-\d{2}(?: 23:59(?::59)?)?'", text):
                yield Hit(
                    f"{shown(query)}: {column.sql()}",
                    place_of(query, column),
                    f"BETWEEN with a date as its end loses almost all of the last day of {column.name}; write >= the first day AND < the day after the last",
                    "the date is midnight at its beginning, and 23:59:59 still loses the last second",
                )


def unstable_limit(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        if isinstance(tree, exp.Select) and tree.args.get("limit") and not tree.args.get("order"):
            single = any(c.kind == "equal" and c.table and any(set(u) == {c.column.name} for u in subject.uniques(c.table)) for c in conditions(subject, tree))  # fmt: skip
            aggregated = any(e.find(exp.AggFunc) for e in tree.expressions) and not tree.args.get("group")
            one = tree.args["limit"].expression
            probe = all(isinstance(e, exp.Literal) for e in tree.expressions) and isinstance(one, exp.Literal) and one.name == "1"  # fmt: skip
            if not single and not aggregated and not probe:
                yield Hit(
                    shown(query),
                    place_of(query),
                    "LIMIT without ORDER BY returns any rows, others on the next run; sort by a unique key",
                    "the order of rows without ORDER BY is whatever the plan yields",
                    severity="medium" if tree.args.get("offset") else "low",
                )


def natural_join(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        for join in tree.find_all(exp.Join):
            if str(join.args.get("method") or "").upper() == "NATURAL":
                yield Hit(
                    f"{shown(query)}: NATURAL JOIN {join.this.alias_or_name}",
                    place_of(query, join.this),
                    "NATURAL JOIN joins by every column that both tables happen to have, such as id or name; write ON or USING with the keys",
                    "a column that is added later changes the result without an error",
                    severity="medium",
                )


def cut_before_order(subject: Subject) -> Iterable[Hit]:
    """ROWNUM in the WHERE of a query that is sorted: the rows are taken first and sorted afterwards."""
    for query, tree in each_query(subject) if subject.dialect == "oracle" else ():
        where = tree.args.get("where")
        if where is not None and tree.args.get("order") and re.search(r"\bROWNUM\b", where.sql(), re.IGNORECASE):
            yield Hit(
                f"{shown(query)}: ROWNUM",
                place_of(query),
                "ROWNUM counts before ORDER BY, so these are any rows, sorted afterwards; write FETCH FIRST n ROWS ONLY, or ROWNUM around a sorted subquery",
                "the newest ten are ten arbitrary rows",
            )


def random_order(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        order = tree.args.get("order")
        if (order is not None and order.find(exp.Rand, exp.Uuid)) or re.search(r"ORDER\s+BY\s+(?:RANDOM|RAND|NEWID)\s*\(", query.text, re.IGNORECASE):  # fmt: skip
            yield Hit(
                f"{shown(query)}: ORDER BY random()",
                place_of(query),
                "ORDER BY random() sorts the whole table for a few rows; pick random keys, or use TABLESAMPLE",
                "every row is read and given a number on every call",
            )


QUERY = (
    Rule("unbounded-write", "query", "high", "patterns/batch-and-upsert#chunks-by-key", unbounded_write),
    Rule("null-comparison", "query", "high", "patterns/partial-index#three-valued-conditions", null_comparison),
    Rule("missing-join-condition", "query", "high", f"{_JOINS}#two-children-multiply", missing_join_condition),
    Rule("not-in-subquery", "query", "high", f"{_JOINS}#not-in-and-one-null", not_in_subquery),
    Rule("outer-turned-inner", "query", "high", f"{_JOINS}#a-where-on-the-right-side", outer_turned_inner),
    Rule("unequal-to-null", "query", "low", "patterns/partial-index#three-valued-conditions", unequal_to_null),
    Rule("deep-offset", "query", "medium", "patterns/keyset-pagination#offset-reads-what-it-throws-away", deep_offset),
    Rule("between-days", "query", "medium", "patterns/physical-types-and-layout#ranges-of-time", between_days),
    Rule("natural-join", "query", "medium", f"{_JOINS}#two-children-multiply", natural_join),
    Rule("cut-before-order", "query", "high", "patterns/keyset-pagination#compare-the-whole-sort-key-as-a-row", cut_before_order),
    Rule("random-order", "query", "medium", "patterns/index-selection#why-the-planner-ignores-an-index", random_order),
    Rule("unstable-limit", "query", "low", "patterns/keyset-pagination#compare-the-whole-sort-key-as-a-row", unstable_limit),
    Rule("select-star", "query", "low", "patterns/physical-types-and-layout#large-values-in-wide-selects", select_star),
)  # fmt: skip
