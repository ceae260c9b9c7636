"""Indexes over documents: missing where a query looks inside, useless where it does so by other operators."""

import re
from collections.abc import Iterable

from sqlglot import exp

from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import columns_sql, quoted
from service.analysis.review.indexes import drop_index
from service.analysis.review.statement import aliases, column_of, place_of, table_of
from service.analysis.review.subject import Subject


def unindexed_json(subject: Subject) -> Iterable[Hit]:
    if not subject.is_postgresql:
        return
    for query in subject.access:
        known = aliases(subject, query.tree)
        for where in query.tree.find_all(exp.Where):
            for node in where.find_all(exp.JSONExtractScalar, exp.JSONExtract, exp.JSONBContains, exp.ArrayContainsAll):
                column = node.find(exp.Column)
                table = table_of(column, known) if column else None
                actual = column_of(table, column.name) if column and table else None
                if table is None or actual is None or actual.type not in ("jsonb", "json"):
                    continue
                if any(
                    actual.name.lower() in " ".join(i.columns).lower() for i in subject.schema.indexes_of(table.name)
                ):
                    continue
                c = columns_sql(subject, table, (actual.name,))
                name = quoted(f"{table.name}_{actual.name}_gin".lower(), subject)
                yield Hit(
                    subject.named(table, actual.name),
                    place_of(query, column),
                    "The query filters inside a JSON column that no index serves; add a GIN index for containment (@>), or promote the field to a column",
                    "every row's document is read and taken apart, and the planner has no statistics inside it",
                    f"CREATE INDEX CONCURRENTLY {name} ON {quoted(table.name, subject, table.place)} USING gin ({c} jsonb_path_ops);"
                    if actual.type == "jsonb"
                    else "",
                )


def unused_gin(subject: Subject) -> Iterable[Hit]:
    """A GIN index over a document that every pasted query takes apart with ->>, for which it is of no use."""
    for index in subject.schema.indexes:
        table = subject.table(index.table)
        column = table.column(index.columns[0].split()[0]) if table and index.columns else None
        asking = [q for q in subject.artefacts.queries if table and table.name.lower() in (t.lower() for t in q.tables)]
        if index.method != "gin" or column is None or column.type != "jsonb" or not asking:
            continue
        texts = " ".join(q.text for q in asking)
        if re.search(r"@>|@\?|@@|\?\||\?&|\s\?\s", texts) or not re.search(rf"\b{re.escape(column.name)}\s*->", texts):
            continue
        yield Hit(
            f"{subject.named(table, column.name) if table else ''}: index {index.name}",
            index.place,
            "The GIN index serves containment (@>) and key tests, and the pasted queries use only ->>, which cannot use it; drop it, or index the expression that is compared",
            "each insert writes an entry for every key and value, the most expensive index that the table can have",
            drop_index(subject, index),
        )


DOCUMENT_INDEXES = (
    Rule("unused-gin", "indexes", "medium", "patterns/jsonb-hybrid-modeling#three-indexes-for-three-questions", unused_gin),
    Rule("unindexed-json", "indexes", "medium", "patterns/jsonb-hybrid-modeling#three-indexes-for-three-questions", unindexed_json),
)  # fmt: skip
