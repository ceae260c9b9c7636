"""Prisma schemas to tables: models with their fields and block attributes; enums are types."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kb.schema import Column, Index, Key, Table
from service.question.artefact.lines import Line, lines_of
from service.question.artefact.model import Model, Trait

_BLOCK = re.compile(r"^(model|enum|datasource|generator|type|view)\s+(\w+)\s*\{")
_FIELD = re.compile(r"^(\w+)\s+(\w+)(\[\])?(\?)?\s*(.*)$")
_NATIVE = re.compile(r"@db\.(\w+)(?:\(([\d, ]+)\))?")
_DEFAULT = re.compile(r"@default\(((?:[^()]|\([^()]*\))*)\)")
_RELATION = re.compile(r"@relation\((.*)\)")
_LISTED = re.compile(r"\[([^\]]*)\]")
_SCALARS: Mapping[str, str] = {
    "Int": "int", "BigInt": "bigint", "Float": "float", "Decimal": "numeric", "String": "text", "Boolean": "boolean",
    "DateTime": "timestamp", "Json": "jsonb", "Bytes": "bytea",
}  # fmt: skip
_NATIVES: Mapping[str, str] = {
    "Uuid": "uuid", "Timestamptz": "timestamptz", "Timestamp": "timestamp", "Date": "date", "VarChar": "varchar", "Char": "char", "Text": "text", "Money": "numeric",
    "SmallInt": "smallint", "Integer": "int", "BigInt": "bigint", "Decimal": "numeric", "Json": "json", "JsonB": "jsonb", "Real": "real", "DoublePrecision": "float", "Time": "time",
}  # fmt: skip
_NO_KEYS = re.compile(r'relationMode\s*=\s*"prisma"')


@dataclass
class _Reading:
    enums: frozenset[str]
    models: Mapping[str, str]
    indexes: list[Index] = field(default_factory=list)
    traits: list[Trait] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    unparsed: list[str] = field(default_factory=list)


def read_prisma(text: str) -> Model:
    """Every model; a relation is the foreign key of its `fields`. Lines that no rule reads are quoted."""
    blocks = _blocks(text)
    names = {name: _mapped(lines, name) for kind, name, _, lines in blocks if kind == "model"}
    reading = _Reading(frozenset(name for kind, name, _, _ in blocks if kind == "enum"), names)
    tables = [_table(reading, name, head, lines) for kind, name, head, lines in blocks if kind == "model"]
    for kind, name, head, lines in blocks:
        if kind == "datasource" and any(_NO_KEYS.search(line.text) for line in lines):
            reading.traits.append(Trait("no_foreign_keys", name, head.place))
    return Model(
        tuple(tables),
        tuple(reading.indexes),
        {table: model for model, table in names.items()},
        reading.fields,
        tuple(reading.traits),
        tuple(reading.unparsed),
    )


def _blocks(text: str) -> list[tuple[str, str, Line, list[Line]]]:
    found: list[tuple[str, str, Line, list[Line]]] = []
    inside = False
    for line in lines_of(text):
        if match := _BLOCK.match(line.text):
            found.append((match.group(1), match.group(2), line, []))
            inside = not line.text.endswith("}")
        elif line.text.startswith("}"):
            inside = False
        elif inside and not line.text.startswith("//"):
            found[-1][3].append(line)
    return found


def _mapped(lines: list[Line], name: str) -> str:
    for line in lines:
        if match := re.match(r'@@map\("([^"]+)"\)', line.text):
            return match.group(1)
    return name


def _table(reading: _Reading, model: str, head: Line, lines: list[Line]) -> Table:
    table = Table(reading.models[model], (), place=head.place)
    relations = []
    for line in lines:
        if line.text.startswith("@@"):
            table = _with_block(reading, table, line)
        elif match := _FIELD.match(line.text):
            if match.group(2) in reading.models:
                relations.append((line, match))
            else:
                table = _with_field(reading, table, line, match)
        else:
            reading.unparsed.append(line.text)
    for line, match in relations:
        table = _with_relation(reading, table, line, match)
    return table


def _with_field(reading: _Reading, table: Table, line: Line, match: re.Match[str]) -> Table:
    attribute, kind, many, optional, rest = match.groups()
    mapped = re.search(r'@map\("([^"]+)"\)', rest)
    name = mapped.group(1) if mapped else attribute
    reading.fields[f"{table.name}.{name}"] = attribute
    canonical = "array" if many else "enum" if kind in reading.enums else _SCALARS.get(kind, "other")
    native = _NATIVE.search(rest)
    if native and not many:
        canonical = _NATIVES.get(native.group(1), canonical)
    length = int(native.group(2)) if native and native.group(2) and canonical in ("varchar", "char") else None
    default = _DEFAULT.search(rest)
    given = default.group(1) if default else ""
    primary = re.search(r"@id\b", rest) is not None
    declared = f"{kind} @db.{native.group(1)}" if native else kind
    column = Column(
        name, canonical, declared, length, bool(optional), given, given.startswith("autoincrement"), "", line.place
    )
    keys = [Key("primary", (name,), place=line.place)] if primary else []
    if re.search(r"@unique\b", rest):
        keys.append(Key("unique", (name,), place=line.place))
    return replace(table, columns=(*table.columns, column), keys=(*table.keys, *keys))


def _columns(table: Table, reading: _Reading, listed: str) -> tuple[str, ...]:
    attributes = [re.sub(r"\(.*", "", part).strip() for part in listed.split(",") if part.strip()]
    back = {attribute: column.partition(".")[2] for column, attribute in reading.fields.items() if column.startswith(f"{table.name}.")}  # fmt: skip
    return tuple(back.get(attribute, attribute) for attribute in attributes)


def _with_block(reading: _Reading, table: Table, line: Line) -> Table:
    listed = _LISTED.search(line.text)
    columns = _columns(table, reading, listed.group(1)) if listed else ()
    if line.text.startswith("@@id"):
        return replace(table, keys=(*table.keys, Key("primary", columns, place=line.place)))
    if line.text.startswith("@@unique"):
        return replace(table, keys=(*table.keys, Key("unique", columns, place=line.place)))
    if line.text.startswith("@@index"):
        method = re.search(r"type:\s*(\w+)", line.text)
        kind = method.group(1).lower() if method else "btree"
        reading.indexes.append(
            Index(f"{table.name}_{'_'.join(columns)}_idx", table.name, columns, method=kind, place=line.place)
        )
    return table


def _with_relation(reading: _Reading, table: Table, line: Line, match: re.Match[str]) -> Table:
    relation = _RELATION.search(match.group(5))
    fields = re.search(r"fields:\s*\[([^\]]*)\]", relation.group(1)) if relation else None
    if relation is None or fields is None:
        return table
    references = re.search(r"references:\s*\[([^\]]*)\]", relation.group(1))
    action = re.search(r"onDelete:\s*(\w+)", relation.group(1))
    worded = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", action.group(1)).lower() if action else "restrict"
    target = reading.models[match.group(2)]
    pointed = tuple(part.strip() for part in references.group(1).split(",")) if references else ()
    columns = _columns(table, reading, fields.group(1))
    key = Key("foreign", columns, match.group(1), target, pointed, worded, "", line.place)
    return replace(table, keys=(*table.keys, key))
