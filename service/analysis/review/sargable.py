"""Conditions that keep an index from being used: wrapped columns, leading wildcards, values of another type."""

import re
from collections.abc import Iterable

from sqlglot import exp

from kb.query import Query
from kb.schema import Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import quoted, table_sql
from service.analysis.review.statement import aliases, column_of, conditions, each_query, place_of, shown, table_of
from service.analysis.review.subject import Subject


def wrapped_column(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        for each in conditions(subject, tree):
            left = each.node.this if each.node.this.find(exp.Column) else each.node.args.get("expression")
            if not each.wrapped or left is None or isinstance(left, exp.Tuple | exp.Subquery) or _json(left):
                continue
            if left.find(exp.AggFunc) or each.node.find_ancestor(exp.Having) or left.find(exp.Select):
                continue
            text = left.sql(dialect=None)
            if each.table is not None and _has_expression(subject, each.table, left):
                continue
            yield Hit(
                f"{shown(query)}: {text[:60]}",
                place_of(query, each.column),
                f"A function or cast on the column ({text[:60]}) in WHERE keeps an index on {each.column.name} from being used; compare the bare column with a range, or index the expression",
                "the index holds the column's values, not the function's, so the whole table is read",
            )


def _json(node: exp.Expr) -> bool:
    return node.find(exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract, exp.JSONBExtractScalar) is not None


def _has_expression(subject: Subject, table: Table, node: exp.Expr) -> bool:
    wanted = re.sub(r"[\s()\"]|\w+\.", "", node.sql()).lower()
    listed = [c for i in subject.schema.indexes_of(table.name) for c in i.columns]
    return any(re.sub(r"[\s()\"]|\w+\.", "", c).lower() == wanted for c in listed)


def leading_wildcard(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        for node in tree.find_all(exp.Like, exp.ILike):
            pattern = node.expression
            text = pattern.sql()
            begins = isinstance(pattern, exp.Literal) and pattern.name.startswith("%")
            built = re.match(r"^(?:CONCAT\(\s*)?'%'", text) is not None
            if not (begins or built):
                continue
            column = node.find(exp.Column)
            table = table_of(column, aliases(subject, tree)) if column else None
            actual = column_of(table, column.name) if column else None
            if table and actual and any(i.method == "gin" and actual.name in " ".join(i.columns) for i in subject.schema.indexes_of(table.name)):  # fmt: skip
                continue
            fix = ""
            if subject.dialect == "postgresql" and table and actual and subject.artefacts.framework is None:
                name = quoted(f"{table.name}_{actual.name}_trgm".lower(), subject)
                fix = f"CREATE EXTENSION IF NOT EXISTS pg_trgm;\nCREATE INDEX CONCURRENTLY {name} ON {table_sql(subject, table)} USING gin ({quoted(actual.name, subject, actual.place)} gin_trgm_ops);"  # fmt: skip
            yield Hit(
                f"{shown(query)}: {node.sql()[:60]}",
                place_of(query, column),
                "LIKE with a leading wildcard ('%…') cannot use a B-tree index; use a trigram index or full-text search",
                "nothing is known of the beginning of the value, so every row is read and compared",
                fix,
            )


def prefix_without_pattern(subject: Subject) -> Iterable[Hit]:
    """LIKE 'abc%' over an ordinary B-tree of PostgreSQL, which serves it only under the C collation; ILIKE never."""
    for query, tree in each_query(subject) if subject.is_postgresql else ():
        known = aliases(subject, tree)
        for node in tree.find_all(exp.Like, exp.ILike):
            pattern, column = node.expression, node.this if isinstance(node.this, exp.Column) else None
            table = table_of(column, known) if column else None
            begins = isinstance(pattern, exp.Literal) and re.match(r"[^%_]+%$", pattern.name)
            if column is None or table is None or not begins:
                continue
            led = [" ".join(i.columns) for i in subject.schema.indexes_of(table.name) if i.columns and i.columns[0].split()[0].lower() == column.name.lower()]  # fmt: skip
            if not led or any(re.search(r"pattern_ops|COLLATE|trgm", each, re.IGNORECASE) for each in led) or "PATTERN_OPS" in subject.sql:  # fmt: skip
                continue
            insensitive = isinstance(node, exp.ILike)
            yield Hit(
                f"{shown(query)}: {node.sql()[:60]} over {table.name}.{column.name}",
                place_of(query, column),
                f"{'ILIKE' if insensitive else 'LIKE'} by a prefix does not use the ordinary index on {column.name}; {'index lower(' + column.name + ') text_pattern_ops and compare lower(…) with LIKE, or use a trigram index' if insensitive else 'give an index the operator class text_pattern_ops, or the C collation'}",
                "the order of a language's collation is not that of bytes, so a prefix is no range of the index, and every row is read",
                severity="medium" if insensitive else "low",
            )


def implicit_cast(subject: Subject) -> Iterable[Hit]:
    for query, tree in each_query(subject):
        known = aliases(subject, tree)
        for node in tree.find_all(exp.EQ):
            column, value = node.this, node.expression
            if not isinstance(column, exp.Column):
                continue
            actual = column_of(table_of(column, known), column.name)
            if actual is None:
                if _TEXT_BY_NAME.search(column.name) and isinstance(value, exp.Literal) and not value.is_string:
                    yield _cast(query, node, column, "a number")
                continue
            other = column_of(table_of(value, known), value.name) if isinstance(value, exp.Column) else None
            number = isinstance(value, exp.Literal) and not value.is_string
            text = actual.type in ("varchar", "text", "char")
            mixed = other is not None and {text, other.type in ("varchar", "text", "char")} == {True, False} and "other" not in (actual.type, other.type) and "enum" not in (actual.type, other.type)  # fmt: skip
            if (text and number) or mixed:
                yield _cast(query, node, column, "a number" if number else f"{value.sql()} of another type")


def or_of_columns(subject: Subject) -> Iterable[Hit]:
    """A list cut by LIMIT whose filter is an OR over several columns: no single index has both the filter and the order."""
    for query, tree in each_query(subject):
        where = tree.args.get("where") if isinstance(tree, exp.Select) else None
        sorted_by = ", ".join(o.sql() for o in tree.args["order"].expressions) if tree.args.get("order") else ""
        if where is None or not isinstance(where.this, exp.Or) or not (sorted_by and tree.args.get("limit")):
            continue
        columns = tuple(
            dict.fromkeys(c.name for n in where.find_all(exp.EQ, exp.In) if isinstance(c := n.this, exp.Column))
        )
        if len(columns) < _SEVERAL:
            continue
        wanted = " and ".join(f"({column}, {sorted_by})" for column in columns)
        yield Hit(
            f"{shown(query)}: {where.this.sql()[:60]}",
            place_of(query, where),
            f"The OR over {' and '.join(columns)} leaves two bad plans, all rows of both sides sorted, or the order's index read until enough rows match; ask once per column with its own ORDER BY and LIMIT, join the answers with UNION, sort and cut again, and give each side its index: {wanted}",
            "bitmaps of two indexes lose their order, and one composite index serves AND, never OR",
        )


_SEVERAL = 2
_TEXT_BY_NAME = re.compile(r"(?:^|_)(?:plate|phone|mobile|zip|zipcode|postcode|postal_code|sku|isbn|iban|barcode|email|name|tracking_number|license|licence)(?:$|_no$|_number$)", re.IGNORECASE)  # fmt: skip


def _cast(query: Query, node: exp.Expr, column: exp.Column, other: str) -> Hit:
    return Hit(
        f"{shown(query)}: {node.sql()[:60]}",
        place_of(query, column),
        f"{column.sql()} is text by its type or name and is compared with {other}: an implicit cast; quote the value and compare like with like",
        "the engine converts the column row by row, or refuses the comparison, and the index is not used",
    )


SARGABLE = (
    Rule("wrapped-column", "query", "medium", "patterns/composite-index-ordering#a-function-or-a-cast-hides-the-column", wrapped_column),
    Rule("prefix-without-pattern", "indexes", "low", "patterns/full-text-search-index#trigrams-for-parts-and-typos", prefix_without_pattern),
    Rule("implicit-cast", "query", "medium", "patterns/prepared-statements#a-parameter-with-another-type", implicit_cast),
    Rule("or-of-columns", "query", "medium", "patterns/composite-index-ordering#or-across-columns", or_of_columns),
    Rule("leading-wildcard", "query", "medium", "patterns/full-text-search-index#trigrams-for-parts-and-typos", leading_wildcard),
)  # fmt: skip
