"""Bounded contexts of a pasted schema: communities of its foreign-key graph, and the relations that a split would cut."""

from dataclasses import dataclass

import networkx
from networkx.algorithms.community import greedy_modularity_communities

from kb.schema import Schema

_FEWEST_TABLES = 4


@dataclass(frozen=True)
class Cut:
    """A foreign key between two contexts: what would need a call, an event or a copy."""

    table: str
    columns: tuple[str, ...]
    target: str


@dataclass(frozen=True)
class Contexts:
    """Groups of tables that belong together, largest first, and the relations between them."""

    groups: tuple[tuple[str, ...], ...]
    cuts: tuple[Cut, ...]


def contexts(schema: Schema) -> Contexts:
    """Communities by modularity; the same for the same schema. Empty where there are too few tables to split."""
    names = sorted(table.name for table in schema.tables if not table.partition_of)
    if len(names) < _FEWEST_TABLES:
        return Contexts((), ())
    keys = [
        Cut(t.name, key.columns, key.target)
        for t in schema.tables
        for key in t.keys_of("foreign")
        if key.target in names and key.target != t.name
    ]
    graph = networkx.Graph()
    graph.add_nodes_from(names)
    for key in keys:
        known = graph.get_edge_data(key.table, key.target, {"weight": 0})
        graph.add_edge(key.table, key.target, weight=known["weight"] + _weight(schema, key))
    found = greedy_modularity_communities(graph, weight="weight") if keys else [frozenset({name}) for name in names]
    groups = tuple(sorted((tuple(sorted(group)) for group in found), key=lambda group: (-len(group), group)))
    place = {name: number for number, group in enumerate(groups) for name in group}
    return Contexts(groups, tuple(key for key in keys if place[key.table] != place[key.target]))


def _weight(schema: Schema, key: Cut) -> int:
    """A part that goes with its whole ties closer than a mere reference."""
    table = schema.by_name[key.table]
    owned = any(k.on_delete == "cascade" for k in table.keys_of("foreign") if k.columns == key.columns)
    return 3 if owned or set(key.columns) <= set(table.primary_key) else 1
