"""Additions: which templates a change takes, with the asker's names and the types of his keys in their slots."""

import re
from collections.abc import Callable, Iterator, Mapping

from kb.schema import Column, Key, Schema, Table
from kb.wording import identifier, quoted
from service.analysis.names import (
    SERIAL,
    column_sql,
    columns_sql,
    is_plural,
    key_of,
    new_name,
    plural,
    pointer,
    short,
    thing_name,
    type_of,
    written,
)
from service.question.changes import Change, period_of, table_called, thing_of
from service.question.noun_words import is_person

# Between the names of a slot that stands for several.
BETWEEN = " | "
_MONEY = re.compile(r"price|amount|total|cost|fee|balance|salary|wage|rent|net$|gross$|_cents$|_minor$", re.IGNORECASE)
_EXACT = frozenset({"numeric", "decimal", "bigint", "int", "integer", "money", "double precision", "float", "real"})
_PEOPLE = frozenset({"user", "staff", "employee", "member", "person", "account", "agent", "customer"})
# What is written down of a thing that stands in no column yet.
_USUAL: Mapping[str, tuple[tuple[str, str], ...]] = {
    "address": (("street", "text NOT NULL"), ("postal_code", "text"), ("city", "text NOT NULL"), ("country", "char(2) NOT NULL")),
    "phone": (("number", "text NOT NULL"),),
    "email": (("email", "text NOT NULL"),),
    "comment": (("content", "text NOT NULL"),),
    "note": (("content", "text NOT NULL"),),
}  # fmt: skip
_BELONGING: Mapping[str, re.Pattern[str]] = {
    "address": re.compile(r"^(?:\w+_)?(?:street|address|addr|line_?\d|city|town|zip|postal_?code|post_?code|plz|country|house_?\w*)(?:_\w+)?$", re.IGNORECASE),
    "phone": re.compile(r"^(?:phone|mobile|fax|tel\w*)(?:_(?:no|number))?$", re.IGNORECASE),
    "email": re.compile(r"^e_?mail(?:_address)?$", re.IGNORECASE),
}  # fmt: skip

_Planned = Iterator[tuple[str, dict[str, str]]]


def _several(change: Change, schema: Schema) -> _Planned:
    table = schema.by_name[change.table]
    if (key := key_of(table)) is None:
        return
    part = f"{thing_name(table)}_{identifier(change.name)}"
    columns = _belonging(change.name, table)
    shown = columns or _usual(change.name)
    slots = {
        "part": new_name(part, schema), "part_id": "id" if key.name == "id" else f"{part}_id",
        "whole": written(table), "whole_key": column_sql(key), "whole_id": pointer(table, key), "whole_type": type_of(key),
        "part_whole_idx": short(f"{part}_{pointer(table, key)}_idx"), "part_default_idx": short(f"{part}_default_idx"), "part_whole_fk": short(f"{part}_fk"),
        "moved": BETWEEN.join(name for name, _ in shown), "moved_type": BETWEEN.join(kind for _, kind in shown),
    }  # fmt: skip
    yield "several", slots
    if change.marked:
        yield "several_one", slots
    if columns:
        yield "several_moved", slots
        if change.marked:
            yield "several_moved_one", slots
    yield "several_back", slots


def _many(change: Change, schema: Schema) -> _Planned:
    table, known = schema.by_name[change.table], table_called(change.name, schema)
    key, other = key_of(table), key_of(known) if known else None
    if key is None or (known is not None and other is None):
        return
    name = identifier(change.name)
    new = new_name(plural(name) if is_plural(table) else name, schema)
    slots = {
        "one": written(table), "one_key": column_sql(key), "one_id": pointer(table, key), "one_type": type_of(key),
        "other": written(known) if known else new,
        "other_key": column_sql(other) if other else ("id" if key.name == "id" else f"{name}_id"),
        "other_type": type_of(other) if other else "bigint",
        "other_id": pointer(known, other) if known and other else f"{name}_id",
    }  # fmt: skip
    pair = new_name(f"{thing_name(table)}_{name}", schema)
    slots |= {"pair": pair, "pair_other_idx": short(f"{pair}_{name}_idx")}
    slots |= {"pair_one_fk": short(f"{pair}_fk"), "pair_other_fk": short(f"{pair}_{name}_fk")}
    if known is None:
        yield "many_new", slots
    yield "many", slots
    old = next((k.columns[0] for k in table.keys_of("foreign") if known and k.target == known.name), None)
    if old is not None and (column := table.column(old)) is not None:
        slots |= {"old_key": column_sql(column)}
        yield "many_moved", slots
        yield "many_drop", slots
    yield "many_back", slots


def _valued(change: Change, schema: Schema) -> _Planned:
    table = schema.by_name[change.table]
    by, key, column = table.column(change.by) if change.by else None, key_of(table), table.column(change.name)
    if by is None and key is None:
        return
    named = new_name(f"{by.name if by else thing_name(table)}_{identifier(change.name)}", schema)
    slots = {
        "thing_value": named, "set_thing_value": f"set_{named}", "thing_value_today": f"{named}_today",
        "thing_value_once": short(f"{named}_once"), "thing_value_fk": short(f"{named}_fk"), "value": column_sql(column) if column else identifier(change.name),
        "value_type": type_of(column) if column else "numeric(12,2)",
    }  # fmt: skip
    if by is not None:
        slots |= {"thing_id": column_sql(by), "thing_type": type_of(by)}
    elif key is not None:
        slots |= {"thing": written(table), "thing_key": column_sql(key)}
        slots |= {"thing_id": pointer(table, key), "thing_type": type_of(key)}
    yield ("valued" if by is None else "valued_by"), slots
    if column is not None:
        yield "valued_moved", slots
        yield "valued_drop", slots
    yield from ((name, slots) for name in ("valued_set", "valued_today", "valued_back"))


def _history(change: Change, schema: Schema) -> _Planned:
    table = schema.by_name[change.table]
    key, state = key_of(table), table.column(change.name)
    if key is None or state is None:
        return
    people = [each for each in schema.tables if each is not table and _is_of_people(each)] if change.marked else []
    actor = key_of(people[0]) if people else None
    named = f"{thing_name(table)}_{state.name.lower()}"
    slots = {
        "subject": written(table), "subject_key": column_sql(key), "subject_id": pointer(table, key), "subject_type": type_of(key),
        "state": column_sql(state), "state_type": type_of(state), "actor_type": type_of(actor) if actor else "text",
        "subject_change": new_name(f"{named}_change", schema), "log_subject_change": f"log_{named}_change",
        "subject_change_idx": short(f"{named}_change_idx"), "subject_inserted": f"{named}_inserted", "subject_changed": f"{named}_changed",
    }  # fmt: skip
    yield from ((name, slots) for name in ("history", "history_moved", "history_back"))
    if actor is not None:
        yield "history_who", {**slots, "actor": written(people[0]), "actor_key": column_sql(actor)}


def _soft(change: Change, schema: Schema) -> _Planned:
    table = schema.by_name[change.table]
    slots = {"kept": written(table), "live_kept": f"live_{table.name.lower()}"}
    yield "soft", slots
    yield "soft_back", slots
    for key in table.keys_of("unique"):
        more = {
            **slots,
            **_unique(table, key),
            "new_unique": short("_".join((table.name, *key.columns, "live")).lower()),
        }
        yield "soft_unique", more
        yield "soft_unique_back", more


def _tenancy(_change: Change, schema: Schema) -> _Planned:
    tables = [table for table in schema.tables if table.primary_key]
    if not tables:
        return
    yield "tenant", {}
    for table in tables:
        slots = {
            "owned": written(table), "owned_key": columns_sql(table, table.primary_key),
            "owned_of_tenant": short(f"{table.name.lower()}_tenant_key"), "owned_own": f"{table.name.lower()}_own",
        }  # fmt: skip
        yield from ((name, slots) for name in ("tenant_column", "tenant_policy", "tenant_back"))
        for key in table.keys_of("unique"):
            named = short("_".join((table.name, *key.columns, "tenant_key")).lower())
            yield "tenant_unique", {"owned": written(table), **_unique(table, key), "new_unique": named}
        yield from (("tenant_reference", _reference_of(table, key, schema)) for key in table.keys_of("foreign") if key.target in schema.by_name)  # fmt: skip


def _reference_of(table: Table, key: Key, schema: Schema) -> dict[str, str]:
    target = schema.by_name[key.target]
    named = "_".join((table.name, *key.columns))
    return {
        "refers": written(table), "refers_to": columns_sql(table, key.columns), "owned": written(target),
        "owned_key": columns_sql(target, key.target_columns or target.primary_key), "old_reference": quoted(key.name or f"{named}_fkey"),
        "new_reference": short(f"{named}_tenant_fkey".lower()), "refers_idx": short(f"{named}_tenant_idx".lower()),
    }  # fmt: skip


def _currency(_change: Change, schema: Schema) -> _Planned:
    priced = [table for table in schema.tables if any(_is_money(column) for column in table.columns)]
    names = {table.name for table in priced}
    for table in priced:
        # What belongs to a row takes its currency from there.
        part = any(key.target in names - {table.name} for key in table.keys_of("foreign"))
        if not part and not any("currency" in column.name.lower() for column in table.columns):
            slots = {"priced": written(table)}
            yield from ((name, slots) for name in ("currency", "currency_required", "currency_back"))
    if priced:
        yield "currency_rate", {}


def _series(change: Change, schema: Schema) -> _Planned:
    table = schema.by_name[change.table]
    key, period = key_of(table), period_of(table)
    if key is None or period is None:
        return
    begins, ends = period
    kept = [c for c in table.columns if c not in (key, begins, ends) and not c.default and not c.generated]
    slots = {
        "slot": written(table), "slot_series": new_name(f"{thing_name(table)}_series", schema), "begins": column_sql(begins), "finishes": column_sql(ends),
        "moment_type": type_of(begins), "slot_series_idx": short(f"{thing_name(table)}_series_idx"),
        "kept": BETWEEN.join(map(column_sql, kept)),
        "kept_type": BETWEEN.join(f"{type_of(c)}{'' if c.nullable else ' NOT NULL'}" for c in kept),
    }  # fmt: skip
    yield "series", slots
    yield "series_back", slots
    if key.generated or key.default or key.declared in SERIAL:
        yield "series_fill", slots


def _reference(change: Change, schema: Schema) -> _Planned:
    table, known = schema.by_name[change.table], table_called(change.name, schema)
    actor, name = key_of(known) if known else None, identifier(change.name)
    own = key_of(table)
    if (known is not None and actor is None) or known is table:
        return
    slots = {
        "done": written(table), "actor": written(known) if known else new_name(plural(name) if is_plural(table) else name, schema),
        "actor_key": column_sql(actor) if actor else ("id" if own and own.name == "id" else f"{name}_id"),
        "actor_type": type_of(actor) if actor else "bigint", "actor_id": f"{name}_id",
        "done_actor_idx": short(f"{table.name.lower()}_{name}_idx"), "done_actor_known": short(f"{table.name.lower()}_{name}_known"),
    }  # fmt: skip
    if known is None:
        yield "reference_new", slots
    yield from ((step, slots) for step in ("reference", "reference_required", "reference_back"))


def _usual(noun: str) -> tuple[tuple[str, str], ...]:
    """What is usually written down of such a thing, with the types."""
    return next((_USUAL[word] for word in noun.split() if word in _USUAL), (("name", "text NOT NULL"),))


def _belonging(noun: str, table: Table) -> tuple[tuple[str, str], ...]:
    """The columns that hold the one that there is today, as written, with their types."""
    form = next((_BELONGING[word] for word in noun.split() if word in _BELONGING), None)
    keys = {name for key in table.keys for name in key.columns}
    found = [c for c in table.columns if form and form.match(c.name) and c.name not in keys]
    return tuple((column_sql(c), f"{type_of(c)}{'' if c.nullable else ' NOT NULL'}") for c in found)


def _unique(table: Table, key: Key) -> dict[str, str]:
    """What is unique today, and the name of that rule: PostgreSQL's own where none was given."""
    named = key.name or "_".join((table.name, *key.columns, "key"))
    return {"natural_key": columns_sql(table, key.columns), "old_unique": quoted(named)}


def _is_money(column: Column) -> bool:
    return column.type in _EXACT and _MONEY.search(column.name) is not None


def _is_of_people(table: Table) -> bool:
    return thing_of(table) in _PEOPLE or is_person(thing_of(table))


PLANS: Mapping[str, Callable[[Change, Schema], _Planned]] = {
    "several": _several, "many": _many, "valued": _valued, "history": _history, "soft_delete": _soft,
    "tenancy": _tenancy, "currency": _currency, "series": _series, "reference": _reference,
}  # fmt: skip
