"""A Schema as pasted objects: the attributes of columns, tables, keys and indexes that rules with `each` test."""

from collections.abc import Iterator, Mapping

from kb.fact import PastedObject, Span, Value
from kb.meaning import meaning, tenant_columns
from kb.quantity import Quantity
from kb.schema import Column, Index, Key, Place, Schema, Table

_INDEXED_FOREIGN_KEYS = ("mysql", "mariadb")


def pasted_objects(schema: Schema, source: str = "attachment") -> tuple[PastedObject, ...]:
    """Every table, column, key and index with its table's attributes; partitions are their parent's and left out."""
    tenants = tenant_columns(schema)
    common: Mapping[str, Value] = {"schema.has_tenant_column": bool(tenants)}
    found = [PastedObject("schema", "schema", common)] if schema.tables else []
    for table in schema.tables:
        if not table.partition_of:
            found += [_placed(each, place, source) for each, place in _of_table(schema, table, tenants, common)]
    return tuple(found)


def _placed(each: PastedObject, place: Place | None, source: str) -> PastedObject:
    span = Span(source, place.start, place.end, place.text) if place else None
    return PastedObject(each.kind, each.name, each.attributes, span)


def _of_table(
    schema: Schema, table: Table, tenants: frozenset[str], common: Mapping[str, Value]
) -> Iterator[tuple[PastedObject, Place | None]]:
    shared = {**common, **_table_attributes(table, tenants)}
    yield PastedObject("table", table.name, shared), table.place
    for column in table.columns:
        yield (
            PastedObject(
                "column",
                f"{table.name}.{column.name}",
                {**shared, **_column_attributes(schema, table, column, tenants)},
            ),
            column.place,
        )
    for key in table.keys:
        name = key.name or f"{table.name} ({', '.join(key.columns)})"
        yield PastedObject("key", name, {**shared, **_key_attributes(schema, key, tenants)}), key.place
    for index in schema.indexes_of(table.name):
        yield (
            PastedObject(
                "index",
                index.name or f"{table.name} ({', '.join(index.columns)})",
                {**shared, **_index_attributes(schema, table, index)},
            ),
            index.place,
        )


def _table_attributes(table: Table, tenants: frozenset[str]) -> dict[str, Value]:
    return {
        "table.name": table.name,
        "table.has_primary_key": bool(table.primary_key),
        "table.has_tenant_column": any(column.name in tenants for column in table.columns),
        "table.row_security": table.row_security,
        "table.partitioned": table.partitioned,
    }


def _column_attributes(schema: Schema, table: Table, column: Column, tenants: frozenset[str]) -> dict[str, Value]:
    foreign = [key for key in table.keys_of("foreign") if column.name in key.columns]
    attributes: dict[str, Value] = {
        "column.name": column.name,
        "column.type": column.type,
        "column.meaning": meaning(column, tenants),
        "column.nullable": column.nullable,
        "column.unique": any(columns == (column.name,) for columns in _unique_sets(schema, table)),
        "column.primary_key": column.name in table.primary_key,
        "column.indexed": _is_indexed(schema, table, column, foreign),
        "column.has_check": any(column.name in check.columns for check in table.checks),
    }
    if column.length is not None:
        attributes["column.length"] = Quantity(float(column.length), "count", str(column.length))
    if foreign:
        attributes["column.references"] = foreign[0].target
    return attributes


def _unique_sets(schema: Schema, table: Table) -> list[tuple[str, ...]]:
    keys = [key.columns for key in table.keys_of("primary", "unique")]
    return keys + [index.columns for index in schema.indexes_of(table.name) if index.unique and not index.where]


def _is_indexed(schema: Schema, table: Table, column: Column, foreign: list[Key]) -> bool:
    """Whether an index starts with the column, or with the columns of the foreign key that it is part of, in any order."""
    if foreign and schema.dialect in _INDEXED_FOREIGN_KEYS:
        return True
    usable = [
        index.columns for index in schema.indexes_of(table.name) if index.method == "btree" and _covers(index, column)
    ]
    usable += [key.columns for key in table.keys_of("primary", "unique")]
    if any(columns[:1] == (column.name,) for columns in usable):
        return True
    return any(set(columns[: len(key.columns)]) == set(key.columns) for key in foreign for columns in usable)


def _covers(index: Index, column: Column) -> bool:
    # `WHERE x IS NOT NULL` still holds every row that a lookup of x can find.
    return not index.where or index.where.upper() in (
        f"{column.name.upper()} IS NOT NULL",
        f"NOT {column.name.upper()} IS NULL",
    )


def _key_attributes(schema: Schema, key: Key, tenants: frozenset[str]) -> dict[str, Value]:
    attributes: dict[str, Value] = {
        "key.kind": key.kind,
        "key.columns": ", ".join(key.columns),
        "key.includes_tenant": any(column in tenants for column in key.columns),
    }
    if key.kind == "foreign":
        attributes["key.on_delete"] = key.on_delete
        target = schema.by_name.get(key.target)
        if target:
            attributes["key.target_has_tenant"] = any(column.name in tenants for column in target.columns)
    return attributes


def _index_attributes(schema: Schema, table: Table, index: Index) -> dict[str, Value]:
    return {
        "index.name": index.name,
        "index.columns": ", ".join(index.columns),
        "index.unique": index.unique,
        "index.partial": bool(index.where),
        "index.is_prefix_of_another": _is_prefix(schema, table, index),
    }


def _is_prefix(schema: Schema, table: Table, index: Index) -> bool:
    """Whether a longer index, or an earlier equal one, answers all that this one answers."""
    if index.method != "btree" or index.include:
        return False
    others = schema.indexes_of(table.name)
    position = others.index(index)
    keys = () if index.where else tuple(key.columns for key in table.keys_of("primary", "unique"))
    if any(columns[: len(index.columns)] == index.columns for columns in keys):
        return True
    return any(_answers(other, index, earlier=i < position) for i, other in enumerate(others) if i != position)


def _answers(other: Index, index: Index, *, earlier: bool) -> bool:
    if other.method != "btree" or other.where != index.where or other.columns[: len(index.columns)] != index.columns:
        return False
    return len(other.columns) > len(index.columns) or (earlier and not (index.unique and not other.unique))
