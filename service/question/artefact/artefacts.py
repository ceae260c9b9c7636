"""Everything pasted, read into one: a schema, queries, plans, settings and traits of code, each with its place and source."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from kb.ddl import parse_schema
from kb.query import Query, parse_queries, routine_queries
from kb.routine import routines
from kb.schema import Index, Key, Place, Schema, Table
from service.question.artefact.clike_code import clike_traits, scopes_of
from service.question.artefact.django_calls import lookup_traits
from service.question.artefact.django_migrations import migration_traits
from service.question.artefact.django_models import read_django
from service.question.artefact.documents import calls_mongodb
from service.question.artefact.entity_framework_models import read_entity_framework
from service.question.artefact.kinds import ArtefactKind, dialect_named, dialect_of, kind_of
from service.question.artefact.model import Model, Scope, Trait
from service.question.artefact.plan_node import PlanNode
from service.question.artefact.plan_text import is_plan, read_plan, without_plan
from service.question.artefact.prisma_models import read_prisma
from service.question.artefact.python_code import code_traits, embedded_sql, scopes_in
from service.question.artefact.python_source import parsed
from service.question.artefact.settings_file import Setting, read_settings_file
from service.question.artefact.sqlalchemy_models import read_sqlalchemy
from service.question.artefact.transactions import transaction_traits
from service.question.artefact.typeorm_models import read_typeorm

_PROVIDER = re.compile(r'provider\s*=\s*"(postgresql|mysql|sqlite|sqlserver|cockroachdb)"')
_ENGINES = re.compile(
    r"UseSqlServer|UseMySql|UseSqlite|\bmysql\+\w+:|type:\s*['\"](?:mysql|mariadb|sqlite|mssql)['\"]|sqlite:///"
)
_PYTHON_READERS = {"django": read_django, "sqlalchemy": read_sqlalchemy}
_TEXT_READERS: Mapping[str, Callable[[str], Model]] = {
    "prisma": read_prisma,
    "typeorm": read_typeorm,
    "entity_framework": read_entity_framework,
}


@dataclass(frozen=True)
class Given:
    """One pasted text as it came; `hint` is a dialect, framework or language named with it."""

    name: str
    content: str
    hint: str = ""


@dataclass(frozen=True)
class Artefacts:
    """All that was read. Places count characters of `text`, in which the pasted texts stand one after the other."""

    text: str = ""
    starts: tuple[tuple[int, str], ...] = ()
    kinds: tuple[ArtefactKind, ...] = ()
    schema: Schema = field(default_factory=lambda: Schema(()))
    queries: tuple[Query, ...] = ()
    plans: tuple[PlanNode, ...] = ()
    settings: tuple[Setting, ...] = ()
    traits: tuple[Trait, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    unparsed: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = ()

    @property
    def given(self) -> bool:
        """Whether anything was pasted at all, readable or not."""
        return bool(self.starts)

    @property
    def empty(self) -> bool:
        """Whether there is nothing that a review could judge."""
        return not (self.schema.tables or self.queries or self.plans or self.settings or self.traits or {"sql", "document"} & set(self.kinds))  # fmt: skip

    @property
    def product(self) -> str:
        """The product that settings or calls are of, where they are of one only; empty for what several products read."""
        told = {setting.product for setting in self.settings} | ({"mongodb"} if calls_mongodb(self.text) else set())
        return told.pop() if len(told) == 1 else ""

    @property
    def framework(self) -> ArtefactKind | None:
        return next(
            (k for k in self.kinds if k not in ("sql", "plan", "settings", "document", "unknown", "python")), None
        )

    def scope_at(self, place: Place | None) -> str:
        """The innermost function, method or procedure that holds a place."""
        around = [s for s in self.scopes if place is not None and s.start <= place.start < s.end]
        return max(around, key=lambda s: s.start).name if around else ""

    def where(self, place: Place | None) -> tuple[str, int]:
        """The pasted text in which a place is, and its line there, from 1; line 0 where there is no place."""
        if place is None or not self.starts:
            return (self.starts[0][1] if self.starts else "", 0)
        position = bisect_right([start for start, _ in self.starts], place.start) - 1
        start, name = self.starts[max(position, 0)]
        return name, self.text.count("\n", start, place.start) + 1


def read_artefacts(given: Iterable[Given], dialect: str = "", likely: str = "") -> Artefacts:
    """Read every text by its kind; SQL is read as one, so that an index may stand in another file than its table.

    `dialect` is stated and wins; `likely` is the engine that the question speaks of, taken where the text tells nothing.
    """
    kinded = [(kind_of(each.content, each.hint), each) for each in given]
    # SQL first, so that its texts stand side by side.
    ordered = sorted(kinded, key=lambda pair: pair[0] != "sql")
    text, starts = "", []
    found = Artefacts()
    for _, each in ordered:
        starts.append((len(text), each.name))
        text += f"{each.content}\n"
    provider = _PROVIDER.search(text)
    hints = (dialect, *(each.hint for _, each in ordered), provider.group(1) if provider else "")
    named = next((known for hint in hints if (known := dialect_named(hint))), None) or dialect_of(
        _telling(ordered), likely
    )
    found = replace(found, text=text, starts=tuple(starts), kinds=tuple(kind for kind, _ in ordered))
    sql_end = next((starts[i][0] for i, (kind, _) in enumerate(ordered) if kind != "sql"), len(text))
    found = _with_sql(found, text[:sql_end], named)
    for (kind, each), (start, _) in zip(ordered, starts, strict=True):
        if kind != "sql":
            found = _with_text(found, kind, each.content, start)
    return found


def _telling(ordered: Iterable[tuple[ArtefactKind, Given]]) -> str:
    """The texts whose words tell a dialect: SQL, and lines of code that name an engine; comments of code name everything."""
    parts = [
        each.content if kind in ("sql", "plan") else " ".join(_ENGINES.findall(each.content)) for kind, each in ordered
    ]
    return "\n".join(parts)


def _with_sql(found: Artefacts, sql: str, dialect: str) -> Artefacts:
    if not sql.strip():
        return replace(found, schema=Schema((), dialect=dialect))
    plans = read_plan(sql) if is_plan(sql) else ()
    # A plan below its statement is no SQL; nothing of it is lost by not parsing it.
    sql = without_plan(sql) if plans else sql
    schema = parse_schema(sql, dialect)
    queries, unread = parse_queries(sql, dialect)
    unparsed = (*schema.unparsed, *unread)
    inside = routine_queries(sql, dialect)
    scopes = tuple(Scope(routine.name, routine.start, routine.end) for routine in routines(sql, dialect))
    return replace(found, schema=schema, queries=(*queries, *inside), plans=plans, unparsed=unparsed, scopes=scopes)


def _with_text(found: Artefacts, kind: ArtefactKind, content: str, start: int) -> Artefacts:
    if kind == "settings":
        settings, unread = read_settings_file(content)
        moved = tuple(replace(each, place=_moved(each.place, start)) for each in settings)
        return replace(found, settings=(*found.settings, *moved), unparsed=(*found.unparsed, *unread))
    if kind == "document":
        return found
    if kind == "plan":
        nodes = tuple(replace(each, place=_moved(each.place, start)) for each in read_plan(content))
        return replace(found, plans=(*found.plans, *nodes))
    return _with_model(found, _apart(_model(kind, content), found, start), start)


def _apart(model: Model, found: Artefacts, start: int) -> Model:
    """Two applications may each have a Line: the second gets the name of its folder before it, as frameworks do."""
    taken = {t.name for t in found.schema.tables} & {t.name for t in model.tables}
    if not taken:
        return model
    path = next((name for at, name in found.starts if at == start), "").rpartition("/")[0].rpartition("/")[2]
    new = {name: f"{path}_{name}" if path.isidentifier() else f"{name}_{start}" for name in taken}

    def pointed(table: Table) -> Table:
        keys = tuple(replace(key, target=new.get(key.target, key.target)) for key in table.keys)
        return replace(table, name=new.get(table.name, table.name), keys=keys)

    return replace(
        model,
        tables=tuple(pointed(table) for table in model.tables),
        indexes=tuple(replace(i, table=new.get(i.table, i.table)) for i in model.indexes),
        names={new.get(name, name): each for name, each in model.names.items()},
        fields={
            f"{new.get(name, name)}.{column}": each
            for key, each in model.fields.items()
            for name, _, column in (key.rpartition("."),)
        },
    )


def _model(kind: ArtefactKind, content: str) -> Model:
    if kind in _TEXT_READERS:
        model = _TEXT_READERS[kind](content)
        members = {c.name: model.names.get(t.name, t.name) for t in model.tables for c in t.columns}
        return replace(model, traits=(*model.traits, *clike_traits(content, members)), scopes=scopes_of(content))
    source = parsed(content) if kind in ("django", "sqlalchemy", "python") else None
    if source is None:
        return Model(unparsed=(content,))
    reader = _PYTHON_READERS.get(kind)
    model = reader(source) if reader else Model()
    return replace(
        model,
        traits=(
            *model.traits,
            *code_traits(source),
            *lookup_traits(source),
            *migration_traits(source),
            *transaction_traits(source),
        ),
        sql=tuple(embedded_sql(source)),
        scopes=scopes_in(source),
    )


def _with_model(found: Artefacts, model: Model, start: int) -> Artefacts:
    tables = tuple(_moved_table(table, start) for table in model.tables)
    indexes = tuple(replace(i, place=_moved(i.place, start) if i.place else None) for i in model.indexes)
    queries: list[Query] = list(found.queries)
    unread: list[str] = []
    for sql, at in model.sql:
        read, rest = parse_queries(sql, found.schema.dialect)
        queries += [replace(query, start=query.start + at + start) for query in read]
        unread += rest
    schema = Schema(
        (*found.schema.tables, *tables),
        (*found.schema.indexes, *indexes),
        (*found.schema.unparsed, *model.unparsed),
        found.schema.dialect,
    )
    return replace(
        found,
        schema=schema,
        queries=tuple(queries),
        traits=(*found.traits, *(replace(t, place=_moved(t.place, start)) for t in model.traits)),
        scopes=(*found.scopes, *(Scope(s.name, s.start + start, s.end + start) for s in model.scopes)),
        names={**found.names, **model.names},
        fields={**found.fields, **model.fields},
        unparsed=(*found.unparsed, *model.unparsed, *unread),
    )


def _moved(place: Place, by: int) -> Place:
    return Place(place.start + by, place.end + by, place.text)


def _one_primary(table: Table) -> tuple[Key, ...]:
    """Several columns that are each marked as primary are one key of all of them."""
    primary = table.keys_of("primary")
    if len(primary) < 2:
        return table.keys
    whole = replace(primary[0], columns=tuple(dict.fromkeys(c for key in primary for c in key.columns)))
    return (whole, *(key for key in table.keys if key.kind != "primary"))


def _moved_table(table: Table, by: int) -> Table:
    def placed(item: Key | Index) -> Place | None:
        return _moved(item.place, by) if item.place else None

    columns = tuple(replace(c, place=_moved(c.place, by) if c.place else None) for c in table.columns)
    keys = tuple(replace(key, place=placed(key)) for key in _one_primary(table))
    return replace(table, columns=columns, keys=keys, place=_moved(table.place, by) if table.place else None)
