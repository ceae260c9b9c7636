"""A relational schema as data: tables, columns, keys, checks and indexes, whichever dialect they were written in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

KeyKind = Literal["primary", "unique", "foreign"]


@dataclass(frozen=True)
class Place:
    """Where something stands in the text that was parsed."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Column:
    """`type` is canonical (kb/terms/attributes.yaml, column.type), `declared` is what was written."""

    name: str
    type: str
    declared: str
    length: int | None = None
    nullable: bool = True
    default: str = ""
    generated: bool = False
    comment: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Key:
    """A primary, unique or foreign key; a foreign one has its target and what happens on delete and update."""

    kind: KeyKind
    columns: tuple[str, ...]
    name: str = ""
    target: str = ""
    target_columns: tuple[str, ...] = ()
    on_delete: str = ""
    on_update: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Check:
    """A check constraint and the columns that it names."""

    expression: str
    columns: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True)
class Index:
    """An index; a column that is an expression is kept as its text."""

    name: str
    table: str
    columns: tuple[str, ...]
    unique: bool = False
    method: str = "btree"
    where: str = ""
    include: tuple[str, ...] = ()
    place: Place | None = None


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    keys: tuple[Key, ...] = ()
    checks: tuple[Check, ...] = ()
    comment: str = ""
    row_security: bool = False
    forced: bool = False
    partitioned: bool = False
    partition_of: str = ""
    place: Place | None = None

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    def keys_of(self, *kinds: KeyKind) -> tuple[Key, ...]:
        return tuple(key for key in self.keys if key.kind in kinds)

    @property
    def primary_key(self) -> tuple[str, ...]:
        return next((key.columns for key in self.keys_of("primary")), ())


@dataclass(frozen=True)
class Schema:
    """What was read from a text; `unparsed` quotes the statements that could not be."""

    tables: tuple[Table, ...]
    indexes: tuple[Index, ...] = ()
    unparsed: tuple[str, ...] = ()
    dialect: str = "postgresql"
    by_name: Mapping[str, Table] = field(init=False, repr=False, compare=False)
    _by_table: Mapping[str, tuple[Index, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {table.name: table for table in self.tables})
        by_table: dict[str, list[Index]] = {}
        for index in self.indexes:
            by_table.setdefault(index.table, []).append(index)
        object.__setattr__(self, "_by_table", {name: tuple(found) for name, found in by_table.items()})

    def indexes_of(self, table: str) -> tuple[Index, ...]:
        return self._by_table.get(table, ())
