"""Indexes: repeated, useless, missing or in the wrong order for the queries that were given."""

import re
from collections.abc import Iterable

from sqlglot import exp

from kb.meaning import words_of
from kb.schema import Index, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import columns_sql, create_index, index_on, quoted
from service.analysis.review.statement import aliases, column_of, conditions, orders, place_of, sought, table_of
from service.analysis.review.subject import Subject

_ORDER = "patterns/composite-index-ordering"
_MANY_INDEXES = 8
_SLOW = re.compile(
    r"\b(?:slow|slower|faster|speed|takes|seconds|minutes|which index|what index|index for)\b", re.IGNORECASE
)


def drop_index(subject: Subject, index: Index) -> str:
    if not index.name or subject.artefacts.framework is not None:
        return ""
    name = quoted(index.name, subject, index.place)
    if subject.is_mysql or subject.dialect == "sqlserver":
        return f"DROP INDEX {name} ON {index.table};"
    return f"DROP INDEX {'CONCURRENTLY ' if subject.is_postgresql else ''}{name};"


def redundant_index(subject: Subject) -> Iterable[Hit]:
    for table in subject.tables:
        indexes = subject.schema.indexes_of(table.name)
        for position, index in enumerate(indexes):
            if index.method != "btree" or index.include or not index.columns:
                continue
            longer = _answered_by(subject, table, index, position)
            if longer:
                yield Hit(
                    f"{subject.named(table)}: index {index.name or ', '.join(index.columns)}",
                    index.place,
                    f"The index on ({', '.join(index.columns)}) is redundant: {longer} begins with the same columns; drop it",
                    "each write maintains both, and the longer one serves every search of the shorter",
                    drop_index(subject, index),
                    "low" if _by_itself(subject, index) else None,
                )


def _by_itself(subject: Subject, index: Index) -> bool:
    """Whether the framework made it for a foreign key, unasked: taking it away is a choice of db_index=False."""
    return subject.artefacts.framework == "django" and index.name == f"{index.table}_{index.columns[0]}_idx"


def _answered_by(subject: Subject, table: Table, index: Index, position: int) -> str:
    """The name of the key or index that answers all that this one answers."""
    size = len(index.columns)
    if not index.where:
        for key in table.keys_of("primary", "unique"):
            if key.columns[:size] == index.columns and (not index.unique or len(key.columns) == size):
                return f"the {key.kind} key ({', '.join(key.columns)})"
    for other_position, other in enumerate(subject.schema.indexes_of(table.name)):
        if other_position == position or other.method != "btree" or other.where != index.where:
            continue
        if other.columns[:size] != index.columns or (
            index.unique and not (other.unique and len(other.columns) == size)
        ):
            continue
        if len(other.columns) > size or (other.unique and not index.unique) or other_position < position:
            return f"the index {other.name or ''} on ({', '.join(other.columns)})"
    return ""


def low_selectivity(subject: Subject) -> Iterable[Hit]:
    for table in subject.tables:
        for index in subject.schema.indexes_of(table.name):
            column = table.column(index.columns[0]) if len(index.columns) == 1 else None
            if column is None or index.where or index.unique:
                continue
            flag = subject.meaning(column) == "boolean"
            state = subject.meaning(column) == "state" or re.search(r"^(?:gender|sex)$", words_of(column.name))
            if not flag and not state:
                continue
            value = "true" if column.type == "boolean" else "'…'"
            c = columns_sql(subject, table, index.columns)
            other = next((x.name for x in table.columns if subject.meaning(x) == "instant"), table.primary_key[0] if table.primary_key else "")  # fmt: skip
            fix = create_index(subject, table, (other,), f" WHERE {c} = {value}") if flag and other and subject.is_postgresql and column.type == "boolean" else ""  # fmt: skip
            yield Hit(
                f"{subject.named(table, column.name)}: index {index.name}".removesuffix(": index "),
                index.place,
                f"The index on {column.name} alone has low selectivity ({'two values' if flag else 'a few values'}); make it a partial index on the rare value, or lead a composite index with it",
                "for the common value the planner reads the table anyway, and every write pays for both",
                fix,
                "medium" if flag else "low",
            )


def too_many_indexes(subject: Subject) -> Iterable[Hit]:
    for table in subject.tables:
        count = len(subject.schema.indexes_of(table.name)) + len(table.keys_of("primary", "unique"))
        if count > _MANY_INDEXES:
            yield Hit(
                subject.named(table),
                table.place,
                f"The table has {count} indexes; name the statement that each one serves and drop the others",
                "every insert writes all of them, and an update of any indexed column writes every one",
                severity="medium" if subject.is_append_only(table) or count > 10 else "low",
            )


def missing_index(subject: Subject) -> Iterable[Hit]:
    """A query that was given, filtering a table on columns that no index begins with."""
    for query in subject.access:
        if not isinstance(query.tree, exp.Query | exp.Update | exp.Delete):
            continue
        found = [c for c in conditions(subject, query.tree) if c.table and not c.wrapped]
        for table in dict.fromkeys(c.table for c in found if c.table):
            equal = tuple(dict.fromkeys(n.name for c in found if c.table is table and c.kind == "equal" and (n := column_of(table, c.column.name))))  # fmt: skip
            ranges = tuple(dict.fromkeys(n.name for c in found if c.table is table and c.kind == "range" and (n := column_of(table, c.column.name))))  # fmt: skip
            known = aliases(subject, query.tree)
            sort = tuple(n.name for o in orders(query.tree) if table_of(o, known) is table and (n := column_of(table, o.name)))  # fmt: skip
            if not (equal or ranges) or _served(subject, table, (equal, (*ranges, *sort)), query.text):
                continue
            wanted = tuple(dict.fromkeys((*equal, *(sort or ranges[:1]))))
            flags = all(subject.meaning(c) in ("boolean",) for name in equal if (c := table.column(name)))
            if flags and not ranges and equal:
                continue
            yield Hit(
                subject.named(table, wanted[0]),
                place_of(query),
                f"No index serves this query's filter on {table.name} ({', '.join((*equal, *ranges))}); create one: equality columns first, then the sort or range column",
                f"without it the query reads the whole table{_rows(subject)} each time",
                create_index(subject, table, wanted),
            )


def order_beside_filter(subject: Subject) -> Iterable[Hit]:
    """A list filtered by one index and sorted by another: one composite index has both."""
    for query in subject.access:
        if not isinstance(query.tree, exp.Select) or not query.tree.args.get("limit"):
            continue
        found = [c for c in conditions(subject, query.tree) if c.table and not c.wrapped and c.kind == "equal"]
        known = aliases(subject, query.tree)
        sort = [
            c for o in orders(query.tree)[:1] if (t := table_of(o, known)) is not None and (c := column_of(t, o.name))
        ]
        tables = {c.table.name: c.table for c in found if c.table}
        if len(tables) != 1 or not sort or query.tree.find(exp.Join):
            continue
        table = next(iter(tables.values()))
        equal = tuple(dict.fromkeys(c.column.name.lower() for c in found))
        starts = [tuple(c.lower().split()[0] for c in columns) for columns in _starts(subject, table, query.text)]
        single = any(set(columns[: len(equal)]) == set(equal) for columns in starts) or any(columns[0] in equal for columns in starts)  # fmt: skip
        both = any(set(equal) & set(columns[:1]) and sort[0].name.lower() in columns for columns in starts)
        unique = any({u.lower() for u in columns} <= set(equal) for columns in subject.uniques(table))
        if not single or both or unique or sort[0].name.lower() in equal:
            continue
        wanted = (*(c.name for n in equal if (c := column_of(table, n))), sort[0].name)
        yield Hit(
            subject.named(table, sort[0].name),
            place_of(query),
            f"The index on {', '.join(equal)} finds the rows and another has their order; one composite index has both: ({', '.join(wanted)})",
            "all rows of the filter are read and sorted to return the few of the LIMIT, or the order's index is walked until enough match",
            create_index(subject, table, wanted),
            "low",
        )


def index_for_query(subject: Subject) -> Iterable[Hit]:
    """A query of a table that was not pasted: which indexes there are is not known, which one serves it is."""
    if subject.artefacts.plans:
        return
    for query in subject.artefacts.queries:
        if not isinstance(query.tree, exp.Query | exp.Update | exp.Delete) or query.within:
            continue
        for node in query.tree.find_all(exp.Table):
            columns = tuple(dict.fromkeys(sought(query.tree, node.alias_or_name, False)))
            keyed = {"id", f"{node.name.rstrip('s')}_id"} & {c.lower() for c in columns[:1]}
            if not columns or keyed or subject.table(node.name) or query.tree.args.get("where") is None:
                continue
            slow = subject.facts.get("query.time") is not None or _SLOW.search(subject.facts.text) is not None
            yield Hit(
                node.name,
                place_of(query, node),
                f"The table was not pasted, so whether an index serves this query is not known; it wants one on {node.name} ({', '.join(columns)}): columns compared with = first, then those of the sort, or one range",
                f"without it the query reads the whole table{_rows(subject)} each time; EXPLAIN (ANALYZE, BUFFERS) tells which it does",
                index_on(subject, node.name, columns),
                "medium" if slow else "low",
            )


def _rows(subject: Subject) -> str:
    rows = subject.facts.get("table.rows") or subject.facts.get("workload.rows")
    return f" of {str(rows).removesuffix(' rows')} rows" if rows is not None else ""


def _served(subject: Subject, table: Table, sought: tuple[tuple[str, ...], tuple[str, ...]], text: str) -> bool:
    equal, ranges = sought
    # A partial index that the query implies has done some of the filtering already.
    if any(i.where and _implied(i.where, text) and i.columns and i.columns[0].split()[0] in ranges for i in subject.schema.indexes_of(table.name)):  # fmt: skip
        return True
    ranges = tuple(r for r in ranges if r not in equal)
    leading = {c[0].lower() for c in _starts(subject, table, text)}
    wanted = {name.lower() for name in equal or ranges}
    # The order rule judges an index that begins with a range although an equality is there.
    return bool(leading & (wanted | {r.lower() for r in ranges}))


def _implied(where: str, text: str) -> bool:
    """Whether a query says what a partial index is limited to, word by word; that something is there is said by comparing it."""
    said = re.sub(r"[\s()\"`\[\]]|\b\w+\.(?=\w)|::\w+", "", text).lower()
    parts = re.split(r"\bAND\b", where, flags=re.IGNORECASE)
    return all(
        re.search(r"IS\s+NOT\s+NULL|NOT\s+\w+\s+IS\s+NULL", part, re.IGNORECASE) is not None
        or re.sub(r"[\s()\"`\[\]]|::\w+", "", part).lower() in said
        for part in parts
    )


def _starts(subject: Subject, table: Table, text: str = "") -> list[tuple[str, ...]]:
    keys = [key.columns for key in table.keys_of("primary", "unique")]
    indexes = [
        i.columns for i in subject.schema.indexes_of(table.name) if not (i.where and text) or _implied(i.where, text)
    ]
    flat = [tuple(re.sub(r"\s+(?:ASC|DESC).*$", "", c, flags=re.IGNORECASE) for c in columns) for columns in indexes]
    return [columns for columns in (*keys, *flat) if columns]


def wrong_order(subject: Subject) -> Iterable[Hit]:
    """An index whose range or sort column stands before the column that the query compares with `=`."""
    for query in subject.access:
        found = [c for c in conditions(subject, query.tree) if c.table and not c.wrapped]
        known = aliases(subject, query.tree)
        for index in subject.schema.indexes:
            table = subject.table(index.table)
            equal = {c.column.name.lower() for c in found if c.table is table and c.kind == "equal"}
            later = {c.column.name.lower() for c in found if c.table is table and c.kind == "range"}
            later |= {o.name.lower() for o in orders(query.tree) if table_of(o, known) is table}
            names = [c.lower().split()[0] for c in index.columns]
            if table is None or len(names) < 2 or names[0] not in later - equal or not equal & set(names[1:]):
                continue
            if any(columns[0].lower() in equal for columns in _starts(subject, table)):
                continue
            sorted_names = sorted(index.columns, key=lambda c: c.lower().split()[0] not in equal)
            yield Hit(
                f"{subject.named(table)}: index {index.name}",
                index.place,
                f"The index ({', '.join(index.columns)}) has the wrong column order for the query: columns compared with = come first, so ({', '.join(sorted_names)})",
                "columns after a range narrow the scan no further, so all rows of the range are read and filtered",
                create_index(subject, table, sorted_names),
            )


INDEXES = (
    Rule("missing-index", "indexes", "medium", "patterns/index-selection#start-from-the-queries", missing_index),
    Rule("order-beside-filter", "indexes", "low", f"{_ORDER}#equality-then-sort-then-range", order_beside_filter),
    Rule("index-for-query", "indexes", "low", "patterns/index-selection#start-from-the-queries", index_for_query),
    Rule("wrong-order", "indexes", "medium", f"{_ORDER}#equality-then-sort-then-range", wrong_order),
    Rule("redundant-index", "indexes", "medium", "checklists/schema-review#indexes-that-repeat-another", redundant_index),
    Rule("low-selectivity", "indexes", "medium", "checklists/index-review#an-index-on-the-rare-value", low_selectivity),
    Rule("too-many-indexes", "indexes", "low", "checklists/index-review#how-many-indexes-a-table-bears", too_many_indexes),
)  # fmt: skip
