"""Entity Framework models to tables: C# classes by convention, attributes, and the fluent calls of OnModelCreating."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from kb.schema import Check, Column, Index, Key, Place, Table
from service.question.artefact.lines import Line, lines_of
from service.question.artefact.model import Model, Trait

_CLASS = re.compile(r"^(?:public |internal |sealed |partial |abstract )*class\s+(\w+)(?:\s*:\s*([\w<>, ]+))?")
_SET = re.compile(r"DbSet<(\w+)>\s+(\w+)")
_PROPERTY = re.compile(r"(?:public|internal)\s+(?:required |virtual )*([\w<>.\[\]]+)(\?)?\s+(\w+)\s*\{\s*get;")
_CALL = re.compile(r"\.(\w+)\(((?:[^()]|\([^()]*\))*)\)")
_NAMES = re.compile(r"\b\w+\.(\w+)")
_TYPES: Mapping[str, str] = {
    "int": "int", "long": "bigint", "short": "smallint", "byte": "smallint", "float": "real", "double": "float", "decimal": "numeric", "string": "text", "bool": "boolean", "DateTime": "timestamp",
    "DateTimeOffset": "timestamptz", "DateOnly": "date", "TimeOnly": "time", "Guid": "uuid", "byte[]": "bytea", "JsonDocument": "jsonb",
}  # fmt: skip


@dataclass
class _Reading:
    tables: dict[str, Table] = field(default_factory=dict)
    sets: dict[str, str] = field(default_factory=dict)
    enums: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    indexes: list[Index] = field(default_factory=list)
    traits: list[Trait] = field(default_factory=list)
    navigations: list[tuple[str, str, str]] = field(default_factory=list)


def read_entity_framework(text: str) -> Model:
    """Every class that a DbSet names, or that has an Id; foreign keys by navigation, which EF Core indexes by itself."""
    reading = _Reading(
        sets=dict(_SET.findall(text)),
        enums=frozenset(re.findall(r"\benum\s+(\w+)", text)),
        classes=frozenset(re.findall(r"\bclass\s+(\w+)", text)),
    )
    reading.traits += _loads(text)
    current, pending = "", list[Line]()
    for line in lines_of(text):
        _line_traits(reading, line)
        if match := _CLASS.match(line.text):
            current = "" if "DbContext" in (match.group(2) or "") else match.group(1)
            if current:
                named = re.search(r'\[Table\("(\w+)"', " ".join(each.text for each in pending))
                name = named.group(1) if named else reading.sets.get(current, current)
                reading.tables[current] = Table(name, (), place=line.place)
                _class_indexes(reading, current, pending)
                for inside in _PROPERTY.finditer(line.text):
                    _property(reading, current, inside, [line])
            pending = []
        elif line.text.startswith("[") and "get;" not in line.text:
            pending.append(line)
        elif current and (found := _PROPERTY.search(line.text)):
            _property(reading, current, found, [*pending, line])
            pending = []
    kept = {m: t for m, t in reading.tables.items() if m in reading.sets or _key_column(m, t)}
    reading.tables = kept
    _conventions(reading)
    _fluent(reading, text)
    names = {table.name: model for model, table in reading.tables.items()}
    return Model(tuple(reading.tables.values()), tuple(reading.indexes), names, {}, tuple(reading.traits))


def _key_column(model: str, table: Table) -> str:
    named = [key.columns[0] for key in table.keys_of("primary")]
    return next((c.name for c in table.columns if c.name in (*named, "Id", f"{model}Id")), "")


def _class_indexes(reading: _Reading, model: str, pending: list[Line]) -> None:
    for line in pending:
        if match := re.search(r"\[Index\(([^\]]*)\)\]", line.text):
            columns = tuple(re.findall(r"nameof\((?:\w+\.)?(\w+)\)|\"(\w+)\"", match.group(1)))
            names = tuple(a or b for a, b in columns)
            unique = "IsUnique = true" in match.group(1)
            reading.indexes.append(Index("", reading.tables[model].name, names, unique, place=line.place))


def _property(reading: _Reading, model: str, found: re.Match[str], lines: list[Line]) -> None:
    kind, optional, name = found.groups()
    text, place = " ".join(line.text for line in lines), lines[-1].place
    if re.match(r"(?:I?Collection|List|I?Enumerable|HashSet|IList|ISet)<", kind) or "[NotMapped]" in text:
        return
    if kind in reading.classes and kind not in reading.enums:
        reading.navigations.append((model, kind, name))
        return
    length = re.search(r"\[(?:MaxLength|StringLength)\((\d+)", text)
    typed = re.search(r'TypeName\s*=\s*"([^"]+)"', text)
    canonical = "int" if kind in reading.enums else _TYPES.get(kind, "other")
    if kind == "string" and length:
        canonical = "varchar"
    nullable = bool(optional) and "[Required]" not in text
    declared = typed.group(1) if typed else kind
    if precise := re.search(r"\[Precision\(([\d, ]+)\)\]", text):
        declared = f"decimal({precise.group(1)})"
    if typed and re.match(r"(?:float|real|money)", typed.group(1)):
        canonical = "float" if typed.group(1).startswith(("float", "real")) else canonical
    table = reading.tables[model]
    keys = [Key("primary", (name,), place=place)] if "[Key]" in text else []
    column = Column(name, canonical, declared, int(length.group(1)) if length else None, nullable, "", False, "", place)
    reading.tables[model] = replace(table, columns=(*table.columns, column), keys=(*table.keys, *keys))


def _conventions(reading: _Reading) -> None:
    """`Id` is the key; `CustomerId` beside a navigation, or beside a class Customer, is a foreign key with an index."""
    for model, plain in list(reading.tables.items()):
        key = _key_column(model, plain)
        own = (Key("primary", (key,), place=plain.place),) if key and not plain.primary_key else ()
        columns = tuple(replace(c, generated=True) if c.name == key and c.type in ("int", "bigint") else c for c in plain.columns)  # fmt: skip
        table = replace(plain, columns=columns, keys=(*plain.keys, *own))
        for owner, target, name in reading.navigations:
            column = next((c for n in (f"{name}Id", f"{target}Id") if (c := table.column(n))), None)
            if owner == model and target in reading.tables and column is not None:
                action = "no action" if column.nullable else "cascade"
                foreign = Key("foreign", (column.name,), "", reading.tables[target].name, (), action, "", column.place)
                table = _with_key(table, foreign)
                reading.indexes.append(Index("", table.name, (column.name,), place=column.place))
        reading.tables[model] = table


def _with_key(table: Table, key: Key) -> Table:
    return replace(table, keys=(*table.keys, key))


def _fluent(reading: _Reading, text: str) -> None:
    for block in re.finditer(r"Entity<(\w+)>\(\)?([^;]{0,2000}(?:\{.{0,4000}?\}\s*\))?[^;]{0,2000});", text, re.DOTALL):
        table = reading.tables.get(block.group(1))
        if table is None:
            continue
        calls = _CALL.findall(block.group(2))
        for position, (name, inside) in enumerate(calls):
            following = [called for called, _ in calls[position + 1 : position + 3]]
            columns = tuple(_NAMES.findall(inside))
            if name == "HasIndex" and columns:
                unique = "IsUnique" in following[:2]
                reading.indexes.append(Index("", table.name, columns, unique))
            elif name == "HasKey" and columns:
                table = replace(table, keys=(*(k for k in table.keys if k.kind != "primary"), Key("primary", columns)))
            elif name == "HasCheckConstraint":
                table = replace(table, checks=(*table.checks, Check(inside, _words(table, inside))))
        reading.tables[block.group(1)] = table


def _words(table: Table, text: str) -> tuple[str, ...]:
    return tuple(c.name for c in table.columns if re.search(rf"\b{c.name}\b", text))


def _line_traits(reading: _Reading, line: Line) -> None:
    if "UseLazyLoadingProxies" in line.text:
        reading.traits.append(Trait("lazy_everywhere", "UseLazyLoadingProxies", line.place))
    if re.search(r"AddSingleton<\w*(?:Context|Db)\w*>|static\s+(?:readonly\s+)?\w*(?:DbContext|Context)\s+\w+", line.text):  # fmt: skip
        named = re.search(r"AddSingleton<(\w+)>", line.text)
        name = f"AddSingleton<{named.group(1)}> (DbContext)" if named else "DbContext"
        reading.traits.append(Trait("shared_session", name, line.place, "singleton"))
    if made := re.search(r"\.(EnsureCreated|EnsureCreatedAsync|EnsureDeleted|EnsureDeletedAsync)\(", line.text):
        reading.traits.append(Trait("synchronize", made.group(1), line.place))
    if line.text.count(".Include(") >= 2 and "AsSplitQuery" not in line.text:
        reading.traits.append(Trait("many_includes", "Include", line.place))
    if re.search(r"(?:FromSqlRaw|ExecuteSqlRaw)\(\s*\$", line.text):
        reading.traits.append(Trait("formatted_sql", "FromSqlRaw", line.place))


# The call that loads, and what should have been asked of the database, on the same line or the next.
_LOADED = re.compile(r"\.(?:ToList|ToArray|AsEnumerable)(?:Async)?\(\)\)?\s*\.(?:Where|Count|First\w*|Any|OrderBy\w*|Skip|Take|Single\w*)\(")  # fmt: skip


def _loads(text: str) -> Iterable[Trait]:
    for match in _LOADED.finditer(text):
        yield Trait("unbounded_load", "ToList", Place(match.start(), match.end(), match.group()))
