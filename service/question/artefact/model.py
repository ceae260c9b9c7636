"""What a reader of models finds: tables as of a schema, and traits of the code around them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kb.schema import Index, Place, Table

TraitKind = Literal[
    "lazy_loop", "query_loop", "eager_collection", "lazy_everywhere", "many_includes", "shared_session", "evaluated_default",
    "mutable_default", "check_then_act", "read_modify_write", "synchronize", "unbounded_load", "no_foreign_keys",
    "formatted_sql", "naive_now", "row_by_row_save", "generic_relation", "unlimited_text", "choices_only", "locking_operation", "secret_in_code", "remote_in_transaction", "batch_transaction",
    "client_per_call", "outside_transaction", "get_or_create", "unscoped_lookup", "create_all",
]  # fmt: skip


@dataclass(frozen=True)
class Trait:
    """Something in code that a framework rule judges; `name` says of what, `detail` is a word of the code."""

    kind: TraitKind
    name: str
    place: Place
    detail: str = ""


@dataclass(frozen=True)
class Scope:
    """A function, method or procedure: its name, and its characters in the text."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Model:
    """Tables and indexes as of a Schema; `names` are the classes by table, `fields` attributes by `table.column`."""

    tables: tuple[Table, ...] = ()
    indexes: tuple[Index, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    traits: tuple[Trait, ...] = ()
    unparsed: tuple[str, ...] = ()
    sql: tuple[tuple[str, int], ...] = ()
    scopes: tuple[Scope, ...] = ()
