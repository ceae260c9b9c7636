"""TypeORM entities to tables: the decorators before each property, line by line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kb.schema import Check, Column, Index, Key, Table
from service.question.artefact.lines import Line, lines_of
from service.question.artefact.model import Model, Trait

_ENTITY = re.compile(r"@Entity\((?:\s*['\"](\w+)['\"])?")
_CLASS = re.compile(r"\bclass\s+(\w+)")
_PROPERTY = re.compile(r"^(?:public |private |protected |readonly )*(\w+)([?!])?\s*:\s*([\w<>\[\]| .]+?)\s*(?:=.*)?;?$")
_DECORATOR = re.compile(r"@(\w+)\s*\(")
_DECORATORS = re.compile(r"^(?:@\w+\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s*)+")
_TYPE = re.compile(r"type\s*:\s*['\"]([\w ]+)['\"]|\(\s*['\"]([\w ]+)['\"]")
_TYPES: Mapping[str, str] = {
    "int": "int", "integer": "int", "int4": "int", "bigint": "bigint", "int8": "bigint", "smallint": "smallint", "float": "float", "double": "float", "double precision": "float", "float8": "float", "real": "real", "decimal": "numeric", "numeric": "numeric", "varchar": "varchar", "character varying": "varchar", "char": "char", "text": "text", "boolean": "boolean", "bool": "boolean",
    "timestamp": "timestamp", "datetime": "timestamp", "timestamp without time zone": "timestamp", "timestamptz": "timestamptz", "timestamp with time zone": "timestamptz", "date": "date", "uuid": "uuid", "json": "json", "jsonb": "jsonb", "bytea": "bytea", "blob": "bytea", "longblob": "bytea", "enum": "enum", "simple-array": "text", "simple-json": "text",
}  # fmt: skip
_PLAIN: Mapping[str, str] = {"number": "int", "string": "varchar", "boolean": "boolean", "Date": "timestamp"}
_COLUMNS = ("Column", "PrimaryColumn", "PrimaryGeneratedColumn", "CreateDateColumn", "UpdateDateColumn", "DeleteDateColumn", "VersionColumn")  # fmt: skip


@dataclass
class _Reading:
    tables: list[Table] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    traits: list[Trait] = field(default_factory=list)
    references: list[tuple[str, str, Key]] = field(default_factory=list)


def read_typeorm(text: str) -> Model:
    """Every class with `@Entity`; a decorator may go over several lines."""
    reading = _Reading()
    pending: list[Line] = []
    for line in _joined(text):
        if re.search(r"synchronize\s*:\s*true", line.text):
            reading.traits.append(Trait("synchronize", "synchronize", line.place))
        rest = line
        if line.text.startswith("@"):
            pending.append(line)
            # A decorator and its property may share a line: `@Column() price: number;`
            tail = _DECORATORS.sub("", line.text)
            if not _PROPERTY.match(tail):
                continue
            rest = Line(tail, line.start)
        if (match := _CLASS.search(rest.text)) and any("@Entity" in each.text for each in pending):
            _open(reading, match.group(1), pending, rest)
        elif (found := _PROPERTY.match(rest.text)) and pending and reading.tables:
            _property(reading, found, pending)
        elif rest.text.startswith(("//", "*", "/*")):
            continue
        pending = []
    return Model(tuple(_linked(reading)), tuple(reading.indexes), reading.names, reading.fields, tuple(reading.traits))


def _joined(text: str) -> list[Line]:
    """Lines, with decorators that are open at their end joined with what follows."""
    found: list[Line] = []
    for line in lines_of(text):
        last = found[-1] if found else None
        if last and last.text.startswith("@") and last.text.count("(") > last.text.count(")"):
            found[-1] = Line(f"{last.text} {line.text}", last.start)
        else:
            found.append(line)
    return found


def _open(reading: _Reading, model: str, pending: list[Line], line: Line) -> None:
    text = " ".join(each.text for each in pending)
    named = _ENTITY.search(text)
    option = re.search(r"@Entity\(\{[^}]*name\s*:\s*['\"](\w+)", text)
    name = (named.group(1) if named and named.group(1) else None) or (option.group(1) if option else _snake(model))
    reading.names[name] = model
    table = Table(name, (), place=line.place)
    for match in re.finditer(r"@(Unique|Index|Check)\(([^)]*\)?)\)?", text):
        table = _class_level(reading, table, match.group(1), match.group(2), pending[0])
    reading.tables.append(table)


def _class_level(reading: _Reading, table: Table, what: str, inside: str, line: Line) -> Table:
    listed = re.search(r"\[([^\]]*)\]", inside)
    columns = tuple(re.findall(r"['\"](\w+)['\"]", listed.group(1))) if listed else ()
    if what == "Check":
        return replace(table, checks=(*table.checks, Check(inside.strip("'\"`"), ())))
    if what == "Unique" or "unique: true" in inside:
        return replace(table, keys=(*table.keys, Key("unique", columns, place=line.place)))
    if columns:
        reading.indexes.append(Index(f"{table.name}_{'_'.join(columns)}_idx", table.name, columns, place=line.place))
    return table


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _property(reading: _Reading, found: re.Match[str], pending: list[Line]) -> None:
    attribute, _, annotated = found.groups()
    text = " ".join(each.text for each in pending)
    decorators = _DECORATOR.findall(text)
    model = reading.names[reading.tables[-1].name]
    if any(word in decorators for word in ("OneToMany", "ManyToMany", "ManyToOne", "OneToOne")):
        if "eager: true" in text:
            kind = "eager_collection" if "OneToMany" in decorators or "ManyToMany" in decorators else "lazy_everywhere"
            if kind == "eager_collection":
                reading.traits.append(Trait("eager_collection", f"{model}.{attribute}", pending[0].place, "eager"))
        if "ManyToOne" in decorators or ("OneToOne" in decorators and "JoinColumn" in decorators):
            _relation(reading, attribute, annotated, text, pending[0])
        return
    if any(word in decorators for word in _COLUMNS):
        _column(reading, found, text, decorators, pending[0])


def _relation(reading: _Reading, attribute: str, annotated: str, text: str, line: Line) -> None:
    joined = re.search(r"JoinColumn\(\{[^}]*name\s*:\s*['\"](\w+)", text)
    name = joined.group(1) if joined else f"{attribute}Id"
    action = re.search(r"onDelete\s*:\s*['\"]([\w ]+)", text)
    table = reading.tables[-1]
    nullable = "nullable: false" not in text
    key = Key("foreign", (name,), "", "", ("id",), action.group(1).lower() if action else "no action", "", line.place)
    if table.column(name) is None:
        table = replace(table, columns=(*table.columns, Column(name, "int", "", None, nullable, place=line.place)))
    reading.fields.setdefault(f"{table.name}.{name}", attribute)
    reading.tables[-1] = table
    reading.references.append((table.name, re.sub(r"Promise<|>|\[\]|\| ?null|\s", "", annotated), key))
    if "Index" in _DECORATOR.findall(text):
        reading.indexes.append(Index(f"{table.name}_{name}_idx", table.name, (name,), place=line.place))


def _column(reading: _Reading, found: re.Match[str], text: str, decorators: list[str], line: Line) -> None:
    attribute, _, annotated = found.groups()
    table = reading.tables[-1]
    named = re.search(r"name\s*:\s*['\"](\w+)", text)
    name = named.group(1) if named else attribute
    reading.fields[f"{table.name}.{name}"] = attribute
    given = _TYPE.search(text.replace("PrimaryGeneratedColumn('increment')", ""))
    word = (given.group(1) or given.group(2)).lower() if given else ""
    plain = _PLAIN.get(annotated.split("|")[0].strip(), "other")
    canonical = "enum" if re.search(r"\benum\s*:", text) else _TYPES.get(word, plain)
    if "simple-array" in text:
        canonical = "text"
    generated = "PrimaryGeneratedColumn" in decorators
    length = re.search(r"length\s*:\s*(\d+)", text)
    nullable = "nullable: true" in text or "DeleteDateColumn" in decorators
    default = re.search(r"default\s*:\s*([^,}]+)", text)
    declared = word or annotated.strip()
    comment = "comma separated list" if "simple-array" in text else ""
    column = Column(
        name,
        canonical,
        declared,
        int(length.group(1)) if length else None,
        nullable,
        "uuid" if generated and canonical == "uuid" else default.group(1).strip() if default else "",
        generated,
        comment,
        line.place,
    )
    keys = [Key("primary", (name,), place=line.place)] if "PrimaryColumn" in decorators or generated else []
    if "unique: true" in text:
        keys.append(Key("unique", (name,), place=line.place))
    if "Index" in decorators:
        unique = re.search(r"@Index\(\{[^}]*unique: true", text) is not None
        reading.indexes.append(Index(f"{table.name}_{name}_idx", table.name, (name,), unique, place=line.place))
    columns = tuple(c for c in table.columns if c.name != name)
    reading.tables[-1] = replace(table, columns=(*columns, column), keys=(*table.keys, *keys))


def _linked(reading: _Reading) -> list[Table]:
    """Foreign keys get their target's table once all classes are known, and its key's type."""
    tables = {table.name: table for table in reading.tables}
    back = {model: table for table, model in reading.names.items()}
    for owner, model, key in reading.references:
        target = tables.get(back.get(model, ""))
        pointed = target.column(target.primary_key[0]) if target and target.primary_key else None
        table = tables[owner]
        columns = table.columns
        if pointed:
            columns = tuple(
                replace(c, type=pointed.type) if c.name in key.columns and not c.declared else c for c in columns
            )
        linked = replace(key, target=back.get(model, _snake(model)))
        tables[owner] = replace(table, columns=columns, keys=(*table.keys, linked))
    return list(tables.values())
