"""Fixes as statements that run on the pasted schema, in the words of its dialect."""

import re
from collections.abc import Mapping, Sequence

from kb.schema import Column, Place, Table
from service.analysis.review.subject import Subject

_QUOTES: Mapping[str, tuple[str, str]] = {
    "mysql": ("`", "`"),
    "mariadb": ("`", "`"),
    "tidb": ("`", "`"),
    "sqlserver": ("[", "]"),
}
# A schema stands right before its table; a longer stretch would be searched once per fix.
_BEFORE = 200
_RESERVED = frozenset({"user", "order", "group", "table", "select", "where", "from", "to", "end", "limit", "offset", "check", "default", "desc", "primary", "references", "column", "key", "values", "grant", "all", "analyse", "analyze", "case", "when", "session"})  # fmt: skip
_TYPES: Mapping[str, Mapping[str, str]] = {
    "money": {"sqlserver": "decimal(19,4)", "oracle": "NUMBER(19,4)", "mysql": "DECIMAL(19,4)", "": "numeric(19,4)"},
    "instant": {"sqlserver": "datetimeoffset", "oracle": "TIMESTAMP WITH TIME ZONE", "mysql": "TIMESTAMP", "": "timestamptz"},
    "date": {"": "date"},
    "time": {"": "time"},
    "inet": {"": "inet"},
    "boolean": {"sqlserver": "bit", "oracle": "NUMBER(1)", "mysql": "BOOLEAN", "": "boolean"},
    "bigint": {"oracle": "NUMBER(19)", "": "bigint"},
    "uuid": {"sqlserver": "uniqueidentifier", "mysql": "BINARY(16)", "oracle": "RAW(16)", "": "uuid"},
    "text": {"mysql": "VARCHAR(32)", "sqlserver": "varchar(32)", "oracle": "VARCHAR2(32)", "": "text"},
    "jsonb": {"": "jsonb"},
}  # fmt: skip


def quoted(name: str, subject: Subject, place: Place | None = None) -> str:
    """The identifier as it has to be written: as the asker wrote it, quoted where he did or where it needs it."""
    left, right = _QUOTES.get(subject.dialect, ('"', '"'))
    if place is not None and place.text == name:
        return name
    if re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in _RESERVED and not (place and place.text[:1] in '"`['):
        return name
    return f"{left}{name}{right}"


def table_sql(subject: Subject, table: Table) -> str:
    """The table with the schema that the asker wrote before it."""
    name = quoted(table.name, subject, table.place)
    if table.place is None or table.place.text.strip('"`[]') != table.name:
        return name
    before = re.search(
        r'(?:[\w"`\[\]]+\s*\.\s*)+$', subject.artefacts.text[max(table.place.start - _BEFORE, 0) : table.place.start]
    )
    return f"{before.group()}{name}" if before else name


def column_sql(subject: Subject, table: Table, name: str) -> str:
    """A column as it is written in its definition."""
    column = table.column(name)
    if column is None:
        return name if not name.isidentifier() else quoted(name, subject)
    place = column.place
    written = place is not None and place.text.strip('"`[]') == name
    return quoted(name, subject, place if written else None)


def columns_sql(subject: Subject, table: Table, names: Sequence[str]) -> str:
    return ", ".join(column_sql(subject, table, name) for name in names)


def type_sql(subject: Subject, kind: str) -> str:
    """What the dialect calls a kind of type."""
    named = _TYPES[kind]
    return named.get("mysql" if subject.is_mysql else subject.dialect, named[""])


def alter_type(subject: Subject, table: Table, column: Column, kind: str, using: str = "") -> str:
    """The statement that changes a column's type; `using` converts in PostgreSQL, `{c}` is the column."""
    t, c, new = table_sql(subject, table), column_sql(subject, table, column.name), type_sql(subject, kind)
    null = "" if column.nullable else " NOT NULL"
    if subject.is_mysql:
        return f"ALTER TABLE {t} MODIFY {c} {new}{null}{_as_before(subject, column)};"
    if subject.dialect == "sqlserver":
        return f"ALTER TABLE {t} ALTER COLUMN {c} {new}{null};"
    if subject.dialect == "oracle":
        return f"ALTER TABLE {t} MODIFY ({c} {new});"
    if subject.dialect == "sqlite":
        return f"-- SQLite cannot change a type in place: create {t} anew with {c} {new}, copy the rows, rename."
    drop, default = _default_around(column, t, c, using)
    body = f" USING {using.format(c=c)}" if using else ""
    return f"{drop}ALTER TABLE {t} ALTER COLUMN {c} TYPE {new}{body};{default}"


def _as_before(subject: Subject, column: Column) -> str:
    """What MODIFY would drop unless it is stated again: the counter, and a default that is a plain value or the clock."""
    if column.generated and subject.artefacts.framework is None:
        return " AUTO_INCREMENT"
    plain = re.fullmatch(r"'[^']*'|-?\d+(?:\.\d+)?|TRUE|FALSE|CURRENT_TIMESTAMP(?:\(\d?\))?", column.default, re.IGNORECASE)  # fmt: skip
    return f" DEFAULT {column.default}" if plain else ""


def _default_around(column: Column, t: str, c: str, using: str) -> tuple[str, str]:
    """A default of the old type stands in the way of the new one: it is dropped first and set again where that is plain."""
    if not column.default or not using:
        return "", ""
    bare = column.default.strip("'\"() ").upper()
    drop = f"ALTER TABLE {t} ALTER COLUMN {c} DROP DEFAULT;\n"
    if bare in ("Y", "T", "TRUE", "1", "YES"):
        return drop, f"\nALTER TABLE {t} ALTER COLUMN {c} SET DEFAULT true;"
    if bare in ("N", "F", "FALSE", "0", "NO"):
        kept = "false" if "THEN" in using or "IN (" in using or "<> 0" in using else "0"
        return drop, f"\nALTER TABLE {t} ALTER COLUMN {c} SET DEFAULT {kept};"
    if any(word in bare for word in ("NOW", "CURRENT_TIMESTAMP")):
        return drop, f"\nALTER TABLE {t} ALTER COLUMN {c} SET DEFAULT now();"
    return drop, ""


def create_index(subject: Subject, table: Table, names: Sequence[str], tail: str = "", unique: bool = False) -> str:
    """An index on a live table, without stopping its writers where the dialect can."""
    concurrently = " CONCURRENTLY" if subject.is_postgresql and not table.partitioned else ""
    columns = columns_sql(subject, table, names)
    plain = "_".join(re.sub(r"\W+", "", n) for n in names)
    name = f"{table.name}_{plain}_{'key' if unique else 'idx'}".lower()[:60]
    named = quoted(re.sub(r"\W", "_", name), subject)
    word = "UNIQUE INDEX" if unique else "INDEX"
    return f"CREATE {word}{concurrently} {named} ON {table_sql(subject, table)} ({columns}){tail};"


def index_on(subject: Subject, table: str, columns: Sequence[str]) -> str:
    """An index on a table that only a query or a plan names, each column with its direction or within lower().

    Nothing where a name had to be quoted, or where the engine has no index on an expression.
    """
    bare = all(re.fullmatch(r"\w+(?:\(\w+\))?(?: DESC)?", name) for name in (table, *columns))
    quoted_names = [w for n in (table, *columns) for w in re.findall(r"\w+", n) if f'"{w}"' in subject.artefacts.text]
    folded = any("(" in column for column in columns)
    if not columns or not bare or quoted_names or (folded and subject.dialect == "sqlserver"):
        return ""
    name = re.sub(r"\W+", "_", "_".join((table, *(c.removesuffix(" DESC").rstrip(")") for c in columns))))[:60]
    keys = ", ".join(f"({c})" if "(" in c and subject.is_mysql else c for c in columns)
    return f"CREATE INDEX {'CONCURRENTLY ' if subject.is_postgresql else ''}{name}_idx ON {table} ({keys});"


def add_check(subject: Subject, table: Table, name: str, condition: str) -> str:
    """A check that binds new rows at once; old ones are validated without a lock on writers."""
    t, constraint = table_sql(subject, table), quoted(re.sub(r"\W", "_", f"{table.name}_{name}").lower()[:60], subject)
    if subject.dialect == "sqlite":
        return f"-- SQLite adds no constraint to a table that exists: create {t} anew with CHECK ({condition})."
    if not subject.is_postgresql:
        return f"ALTER TABLE {t} ADD CONSTRAINT {constraint} CHECK ({condition});"
    return f"ALTER TABLE {t} ADD CONSTRAINT {constraint} CHECK ({condition}) NOT VALID;\nALTER TABLE {t} VALIDATE CONSTRAINT {constraint};"


def add_foreign_key(subject: Subject, table: Table, names: Sequence[str], target: Table, pointed: Sequence[str]) -> str:
    """A foreign key that binds new rows at once."""
    t, to = table_sql(subject, table), table_sql(subject, target)
    constraint = quoted(re.sub(r"\W", "_", f"{table.name}_{'_'.join(names)}_fkey").lower()[:60], subject)
    if subject.dialect == "sqlite":
        return f"-- SQLite adds no foreign key to a table that exists: create {t} anew with the reference to {to}."
    core = f"ALTER TABLE {t} ADD CONSTRAINT {constraint} FOREIGN KEY ({columns_sql(subject, table, names)}) REFERENCES {to} ({columns_sql(subject, target, pointed)})"
    if not subject.is_postgresql:
        return f"{core};"
    return f"{core} NOT VALID;\nALTER TABLE {t} VALIDATE CONSTRAINT {constraint};"


def set_not_null(subject: Subject, table: Table, column: Column) -> str:
    t, c = table_sql(subject, table), column_sql(subject, table, column.name)
    if subject.is_postgresql:
        return f"ALTER TABLE {t} ALTER COLUMN {c} SET NOT NULL;"
    if subject.is_mysql:
        return f"ALTER TABLE {t} MODIFY {c} {column.declared} NOT NULL{_as_before(subject, column)};"
    if subject.dialect == "sqlserver":
        return f"ALTER TABLE {t} ALTER COLUMN {c} {column.declared} NOT NULL;"
    if subject.dialect == "oracle":
        return f"ALTER TABLE {t} MODIFY ({c} NOT NULL);"
    return f"-- SQLite cannot add NOT NULL in place: create {t} anew with {c} NOT NULL, copy the rows, rename."
