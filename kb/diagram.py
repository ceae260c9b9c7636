"""Entity-relationship diagrams as Mermaid text: drawn from a Schema, and their entities read back."""

import re

from kb.schema import Column, Key, Schema, Table

_RELATION = re.compile(
    r'^\s*(?P<left>"[^"]+"|[\w.-]+)\s+(?:[|}o][|o{](?:--|\.\.)[|o{][|o{}]|[\w ]+?\bto\b[\w ]+?)\s+(?P<right>"[^"]+"|[\w.-]+)\s*(?::.*)?$'
)
_ENTITY = re.compile(r'^\s*(?P<name>"[^"]+"|[\w.-]+)\s*(?:\[[^\]]*\])?\s*\{?\s*$')
_UNSAFE = re.compile(r"\W")


def erd(schema: Schema) -> str:
    """A Mermaid erDiagram: every table with its columns, every foreign key as a relationship; partitions are left out."""
    tables = [table for table in schema.tables if not table.partition_of]
    lines = ["erDiagram"]
    lines += [_relation(table, key) for table in tables for key in table.keys_of("foreign") if key.target]
    for table in tables:
        lines.append(f"  {_safe(table.name)} {{")
        lines += [_attribute(table, column) for column in table.columns]
        lines.append("  }")
    return "\n".join(lines) + "\n"


def diagram_entities(text: str) -> tuple[str, ...]:
    """The entities of an erDiagram in the order in which they appear."""
    found: dict[str, None] = {}
    inside = False
    for line in text.splitlines():
        stripped = line.split("%%")[0].strip()
        if inside:
            inside = stripped != "}"
            continue
        if (
            not stripped
            or stripped in ("erDiagram", "---")
            or stripped.startswith(("direction", "title", "classDef", "style"))
        ):
            continue
        if relation := _RELATION.match(stripped):
            found |= {relation["left"].strip('"'): None, relation["right"].strip('"'): None}
        elif entity := _ENTITY.match(stripped):
            found[entity["name"].strip('"')] = None
            inside = stripped.endswith("{")
    return tuple(found)


def _safe(name: str) -> str:
    return _UNSAFE.sub("_", name) or "_"


def _relation(table: Table, key: Key) -> str:
    optional = any(column.nullable for name in key.columns if (column := table.column(name)))
    unique = any(set(other.columns) <= set(key.columns) for other in table.keys_of("primary", "unique"))
    left, right = "|o" if optional else "||", "o|" if unique else "o{"
    return f'  {_safe(key.target)} {left}--{right} {_safe(table.name)} : "{", ".join(key.columns)}"'


def _attribute(table: Table, column: Column) -> str:
    marks = [
        mark
        for mark, kinds in (("PK", ("primary",)), ("FK", ("foreign",)), ("UK", ("unique",)))
        if any(
            column.name in key.columns and (mark != "UK" or len(key.columns) == 1)
            for key in table.keys
            if key.kind in kinds
        )
    ]
    kind = column.type if column.type != "other" else _safe(column.declared.lower()).strip("_") or "other"
    return f"    {kind} {_safe(column.name)} {', '.join(marks)}".rstrip()
