"""Names: how the tables, columns and types of what was pasted are written in statements that go with it."""

import re
from collections.abc import Mapping, Sequence

from kb.schema import Column, Schema, Table
from kb.wording import identifier, quoted
from service.question.changes import thing_of

SERIAL: Mapping[str, str] = {"SERIAL": "integer", "BIGSERIAL": "bigint", "SMALLSERIAL": "smallint"}
_CANONICAL: Mapping[str, str] = {
    "int": "integer",
    "datetime": "timestamptz",
    "string": "text",
    "float": "numeric(12,2)",
}
_DECLARED = re.compile(r"[A-Z][A-Z ]*(?:\(\d+(?:, ?\d+)?\))?(?: [A-Z ]+)?")
_LONGEST = 63


def written(table: Table) -> str:
    """The table as the asker wrote it."""
    return table.place.text if table.place is not None else quoted(table.name)


def column_sql(column: Column) -> str:
    """The column as it has to be written: quoted where the asker did or where it needs it."""
    text = column.place.text if column.place is not None else ""
    return text if text.strip('"') == column.name else quoted(column.name)


def columns_sql(table: Table, names: Sequence[str]) -> str:
    return ", ".join(column_sql(found) if (found := table.column(name)) else quoted(name) for name in names)


def key_of(table: Table) -> Column | None:
    """The primary key, where it is one column."""
    key = table.primary_key
    return table.column(key[0]) if len(key) == 1 else None


def pointer(table: Table, key: Column) -> str:
    """What a column that refers to the table is called: as its key, unless that is a bare `id`."""
    return column_sql(key) if key.name.lower() != "id" else f"{thing_name(table)}_id"


def thing_name(table: Table) -> str:
    """What a row of the table is, as part of a longer name."""
    return identifier(thing_of(table).lower())


def is_plural(table: Table) -> bool:
    return thing_of(table).replace(" ", "_") != table.name.lower()


def plural(name: str) -> str:
    """The plural of a name, as the asker's other tables have it."""
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "ch", "sh")) else f"{name}s"


def new_name(name: str, schema: Schema) -> str:
    """A name that no table has; a word of PostgreSQL's own becomes a plural."""
    taken = {table.name.lower() for table in schema.tables}
    free = name if name not in taken else f"{name}_of"
    return free if quoted(free) == free else plural(free)


def short(name: str) -> str:
    """A name that is not too long, without the quotes of its parts."""
    return quoted(name.replace('"', "")[:_LONGEST])


def type_of(column: Column) -> str:
    """The type that a column which refers to this one has; of a model its canonical type."""
    if column.declared in SERIAL:
        return SERIAL[column.declared]
    if _DECLARED.fullmatch(column.declared):
        return column.declared.lower().replace("decimal", "numeric").replace(", ", ",")
    length = f"({column.length})" if column.length and column.type == "varchar" else ""
    return _CANONICAL.get(column.type, f"{column.type}{length}")
