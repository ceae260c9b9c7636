"""SQL text to Schema; the only module that parses SQL, and it never fails on a text: what it cannot read it quotes."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from kb.definition import DIALECTS, Reading, names, with_part
from kb.diagram import diagram_entities, erd
from kb.errors import SqlError
from kb.pasted import pasted_objects
from kb.schema import Index, Schema, Table
from kb.statements import Statement, split_statements, without_comments

__all__ = ["DIALECTS", "Schema", "diagram_entities", "erd", "parse_schema", "parse_statement", "pasted_objects"]

# sqlglot warns about every statement that it does not model; we look at the tree instead.
_SILENT = logging.getLogger("sqlglot")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


_ROW_SECURITY = re.compile(
    r"^\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?([\w.\"]+)\s+(.*\bROW\s+LEVEL\s+SECURITY.*)$",
    re.IGNORECASE | re.DOTALL,
)
_ATTACH = re.compile(
    r"^\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?([\w.\"]+)\s+ATTACH\s+PARTITION\s+([\w.\"]+)", re.IGNORECASE
)
# Statements that define neither tables nor indexes, by their first words.
_IGNORED = re.compile(
    r"^\s*(?:CREATE\s+(?:EXTENSION|POLICY|ROLE|USER|SEQUENCE|DOMAIN|TYPE|FUNCTION|PROCEDURE|OR\s+REPLACE|TRIGGER|CONSTRAINT\s+TRIGGER|(?:MATERIALIZED\s+)?VIEW|SCHEMA|DATABASE|STATISTICS|PUBLICATION|SUBSCRIPTION)"
    r"|ALTER\s+(?:SEQUENCE|ROLE|DATABASE|FUNCTION|SCHEMA|TYPE|SYSTEM|DEFAULT|POLICY|INDEX|PUBLICATION|VIEW)"
    r"|ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?[\w.\"`\[\]]+\s+(?:VALIDATE|OWNER|DETACH|ENABLE|DISABLE|CLUSTER|REPLICA|SET|RESET|INHERIT)"
    r"|SET|RESET|SHOW|USE|GRANT|REVOKE|INSERT|UPDATE|DELETE|MERGE|REPLACE|TRUNCATE|SELECT|WITH|VALUES|EXPLAIN|LOCK|UNLOCK|DROP|BEGIN|COMMIT|ROLLBACK|END|START|SAVEPOINT|RELEASE|PRAGMA|ANALYZE|VACUUM|REINDEX|CLUSTER|REFRESH|CHECKPOINT|DO|CALL|COPY|PREPARE|EXECUTE|DEALLOCATE|LISTEN|NOTIFY|DECLARE|FETCH|CLOSE)\b",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s+NULLS\s+NOT\s+DISTINCT\b|(?<=\bSET NULL)\s*\([^)]*\)|(?<=\bSET DEFAULT)\s*\([^)]*\)", re.IGNORECASE
)
# SQL Server's physical layout of keys says nothing that we test, and sqlglot stumbles over it.
_CLUSTERED = re.compile(
    r"\b(PRIMARY\s+KEY|UNIQUE)\s+(?:NON)?CLUSTERED\b|\bFOREIGN\s+KEY(?=\s+REFERENCES\b)", re.IGNORECASE
)
_TYPE_NAME = re.compile(r"^\s*CREATE\s+TYPE\s+([\w.\"]+)\s+AS\s+ENUM", re.IGNORECASE)


def parse_statement(text: str, dialect: str) -> exp.Expr:
    """One statement as sqlglot sees it; raises SqlError with the place of the fault."""
    known = DIALECTS.get(dialect)
    if known is None:
        raise SqlError(f"dialect {dialect!r} is not known: use one of {', '.join(sorted(DIALECTS))}")
    try:
        trees = sqlglot.parse(text, read=known)
    except (SqlglotError, RecursionError) as error:
        raise SqlError(_fault(error)) from None
    found = [tree for tree in trees if tree is not None]
    if len(found) != 1:
        raise SqlError(f"{len(found)} statements where one is expected: {text[:60]!r}")
    return found[0]


def _fault(error: Exception) -> str:
    details = getattr(error, "errors", None)
    if details:
        first = details[0]
        return f"line {first.get('line')}: {first.get('description')} near {first.get('highlight')!r}"
    return str(error).splitlines()[0] if str(error) else "nested too deeply to be read"


def parse_schema(sql: str, dialect: str = "postgresql") -> Schema:
    """The tables and indexes of a text; other statements are passed over, unreadable ones quoted in `unparsed`."""
    reading = Reading(dialect, source=sql)
    statements = split_statements(sql, dialect)
    # Types may stand after the tables that use them, as in what pg_dump and people write.
    reading.enums |= {
        _last(match.group(1)).lower() for each in statements if (match := _TYPE_NAME.match(without_comments(each.text)))
    }
    for statement in statements:
        reading.offset = statement.start
        _read(reading, statement)
    return Schema(tuple(reading.tables.values()), tuple(reading.indexes), tuple(reading.unparsed), dialect)


def _read(reading: Reading, statement: Statement) -> None:
    bare = without_comments(statement.text)
    if match := _ROW_SECURITY.match(bare):
        _row_security(reading, _last(match.group(1)), match.group(2).upper())
        return
    if match := _ATTACH.match(bare):
        parent = _last(match.group(1))
        reading.change(_last(match.group(2)), lambda known: replace(known, partition_of=parent))
        return
    if _IGNORED.match(bare):
        return
    try:
        tree = parse_statement(_readable(statement.text, reading.dialect), reading.dialect)
    except SqlError:
        reading.unparsed.append(statement.text)
        return
    reader = _READERS.get(type(tree))
    if reader is None or not reader(reading, tree):
        reading.unparsed.append(statement.text)


def _readable(text: str, dialect: str) -> str:
    """The text without what sqlglot cannot read and we do not need; blanked, so that places stay."""
    pattern = _CLUSTERED if dialect == "sqlserver" else _TAIL
    return pattern.sub(lambda m: ((m.group(1) or "") if m.re.groups else "").ljust(len(m.group())), text)


def _last(name: str) -> str:
    return name.rpartition(".")[2].strip('"`[]')


def _row_security(reading: Reading, table: str, action: str) -> None:
    on = "DISABLE" not in action and "NO FORCE" not in action
    if "FORCE" in action and "ENABLE" not in action:
        reading.change(table, lambda known: replace(known, forced=on))
    else:
        reading.change(table, lambda known: replace(known, row_security=on, forced=known.forced or "FORCE" in action))


def _read_create(reading: Reading, tree: exp.Expr) -> bool:
    kind = str(tree.args.get("kind") or "").upper()
    if kind.endswith("INDEX") and isinstance(tree.this, exp.Index):
        return _read_index(reading, tree)
    if kind != "TABLE":
        return True
    name = _table_name(tree)
    table = Table(name, (), place=reading.place(tree.find(exp.Table)))
    for each in tree.this.expressions if isinstance(tree.this, exp.Schema) else ():
        table = with_part(reading, table, each)
    reading.tables[name] = _with_properties(table, tree, reading)
    return True


def _table_name(tree: exp.Expr) -> str:
    found = tree.find(exp.Table)
    return found.name if found else ""


def _with_properties(table: Table, tree: exp.Expr, reading: Reading) -> Table:
    properties = tree.args.get("properties")
    for each in properties.expressions if properties else ():
        if isinstance(each, exp.PartitionedByProperty | exp.PartitionByRangeProperty | exp.PartitionByListProperty):
            table = replace(table, partitioned=True)
        elif isinstance(each, exp.PartitionedOfProperty):
            parent = reading.tables.get(each.this.name)
            table = replace(
                table,
                partition_of=each.this.name,
                columns=parent.columns if parent else (),
                keys=parent.keys if parent else (),
            )
        elif isinstance(each, exp.SchemaCommentProperty):
            table = replace(table, comment=each.this.name)
    return table


def _read_index(reading: Reading, tree: exp.Expr) -> bool:
    index = tree.this
    table, parameters = index.args.get("table"), index.args.get("params")
    if table is None or parameters is None:
        return False
    using, where = parameters.args.get("using"), parameters.args.get("where")
    columns = names(parameters.args.get("columns") or ())
    name = index.name or "_".join([table.name, *(c for c in columns if c.isidentifier()), "idx"])
    include = names(parameters.args.get("include") or ())
    reading.indexes.append(
        Index(
            name,
            table.name,
            columns,
            bool(tree.args.get("unique")),
            using.name.lower() if using else "btree",
            where.this.sql() if where else "",
            include,
            reading.place(index),
        )
    )
    return True


def _read_alter(reading: Reading, tree: exp.Expr) -> bool:
    name = _table_name(tree)
    for action in tree.args.get("actions") or ():
        table = reading.tables.get(name)
        if table is None:
            continue
        for part in action.expressions if isinstance(action, exp.AddConstraint) else (action,):
            table = with_part(reading, table, part)
        if isinstance(action, exp.AlterColumn) and action.args.get("allow_null") is not None:
            table = _with_column(table, action.name, nullable=bool(action.args["allow_null"]))
        reading.tables[name] = table
    return True


def _with_column(table: Table, name: str, *, nullable: bool | None = None, comment: str | None = None) -> Table:
    """The table with one column changed in what is given."""
    columns = (
        replace(
            c, nullable=c.nullable if nullable is None else nullable, comment=c.comment if comment is None else comment
        )
        if c.name == name
        else c
        for c in table.columns
    )
    return replace(table, columns=tuple(columns))


def _read_comment(reading: Reading, tree: exp.Expr) -> bool:
    text, on = tree.expression.name, tree.this
    if str(tree.args.get("kind")).upper() == "COLUMN" and isinstance(on, exp.Column):
        name = on.name
        reading.change(on.table, lambda known: _with_column(known, name, comment=text))
    elif isinstance(on, exp.Table):
        reading.change(on.name, lambda known: replace(known, comment=text))
    return True


_READERS: Mapping[type[exp.Expr], Callable[[Reading, exp.Expr], bool]] = {
    exp.Create: _read_create,
    exp.Alter: _read_alter,
    exp.Comment: _read_comment,
}
