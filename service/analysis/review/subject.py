"""The subject of a review: what was pasted and what is known of the asker's case, with the look-ups that rules share."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from kb.fact import FactSet
from kb.meaning import meaning, tenant_columns, words_of
from kb.quantity import Quantity
from kb.query import Query, parse_query
from kb.schema import Column, Index, Key, Place, Schema, Table
from service.analysis.review.remark import Remark, remarks_in
from service.question.artefact.artefacts import Artefacts
from service.question.artefact.remarks import comments_of

# What grows with traffic; rows of these are added far more often than they are changed.
_GROWING = re.compile(
    r"(?:^|_)(?:events?|logs?|audits?|audit_logs?|metrics?|readings?|measurements?|samples?|clicks?|page_?views?|views|impressions?|messages?|notifications?|history|histories|activit(?:y|ies)|trackings?|pings?|positions?|locations|ticks?|trades?|transactions?|entries|telemetry|requests?|visits?|sessions?|traces?|deliveries|emails?|movements?|orders?|order_items?|payments?)$"
)
_APPEND_ONLY = re.compile(
    r"(?:^|_)(?:events?|logs?|audits?|metrics?|readings?|measurements?|samples?|clicks?|page_?views?|impressions?|history|histories|activit(?:y|ies)|trackings?|pings?|positions?|ticks?|telemetry|visits?|traces?|datapoints?|data_points?|scans?|heartbeats?)$"
)


_SHARED = re.compile(
    r"\bmulti-?tenan\w+|\b(?:share[sd]?|sharing) (?:this|one|the same|a single|a) (?:database|schema|server|set of tables|tables?)\b|\bin (?:one|the same|a single) (?:database|schema)\b|\b(?:never|not|nobody|none)\b[^.\n]{0,40}\b(?:see|read|touch|reach|look)\b[^.\n]{0,40}\b(?:other|another|others|another's|each other|anybody else)|\b(?:only|just) (?:their|its|his|her|your) own\b|\bown (?:data|rows|customers) only\b|\btenants?\b|\b(?:at|of|from|by|to) another (?:one|\w+)\b|\b(?:one|single|same) (?:installation|api|instance|deployment|platform)\b",
    re.IGNORECASE,
)
_POLICED = re.compile(r"[\s(]\"?(\w+)\"?(?:::\w+)?\s*=\s*\(*(?:SELECT\s+|NULLIF\s*\(\s*)*CURRENT_SETTING\s*\(")


@dataclass(frozen=True)
class Subject:
    """Pure look-ups; names are compared without case, as unquoted identifiers are."""

    artefacts: Artefacts
    facts: FactSet

    @cached_property
    def schema(self) -> Schema:
        return _cased(self.artefacts.schema)

    @cached_property
    def remarks(self) -> tuple[Remark, ...]:
        """Comments with the table or column that they stand beside."""
        return remarks_in(self.artefacts.text, replace(self.schema, tables=self.tables))

    @property
    def dialect(self) -> str:
        return self.schema.dialect

    @property
    def is_postgresql(self) -> bool:
        return self.dialect in ("postgresql", "timescaledb", "cockroachdb", "yugabytedb")

    @property
    def is_mysql(self) -> bool:
        return self.dialect in ("mysql", "mariadb", "tidb")

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Without partitions, which are their parent's."""
        return tuple(table for table in self.schema.tables if not table.partition_of)

    @cached_property
    def _by_name(self) -> dict[str, Table]:
        return {table.name.lower(): table for table in self.schema.tables}

    @cached_property
    def tenants(self) -> frozenset[str]:
        """By their names, or because the policies compare them with what the session says."""
        return tenant_columns(self.schema) | self.policed | self.shared

    @cached_property
    def shared(self) -> frozenset[str]:
        """The column by which rows belong to somebody, where the asker says that several share the database and may not see each other."""
        if _SHARED.search(self.facts.text) is None:
            return frozenset()
        tables = self.tables
        names = {t.name: words_of(t.name).rpartition(" ")[2] for t in tables}
        carried: dict[str, set[str]] = {}
        for table in tables:
            roots = {key.columns[0]: key.target for key in table.keys_of("foreign") if len(key.columns) == 1}
            for column in table.columns:
                stem = words_of(column.name).removesuffix(" id").removeprefix("id ")
                root = roots.get(column.name) or next((n for n, word in names.items() if stem in (word, word.removesuffix("s"), word.removesuffix("es")) or _same_stem(word, stem)), "")  # fmt: skip
                if (
                    root
                    and root != table.name
                    and column.type in ("int", "bigint", "smallint", "uuid", "text", "varchar", "char")
                ):
                    carried.setdefault(f"{column.name}|{root}", set()).add(table.name)
        # Whoever the rows belong to belongs to nobody himself.
        owned = {t.name for t in tables if t.keys_of("foreign")}
        found = sorted(((len(at), key) for key, at in carried.items() if key.partition("|")[2] not in owned and len(at) >= 2 and len(at) * 2 >= len(tables) - 1), reverse=True)  # fmt: skip
        return frozenset({found[0][1].partition("|")[0]}) if found else frozenset()

    @cached_property
    def policed(self) -> frozenset[str]:
        """Columns that a policy of row security compares with a setting of the session."""
        named = {m.group(1).lower() for m in _POLICED.finditer(self.sql)} if "CREATE POLICY" in self.sql else set()
        return frozenset(c.name for t in self.schema.tables for c in t.columns if c.name.lower() in named)

    @cached_property
    def sql(self) -> str:
        """All that was pasted, in upper case without comments of lines: for words that no parser keeps."""
        return re.sub(r"--[^\n]*", lambda m: " " * len(m.group()), self.artefacts.text).upper()

    def table(self, name: str) -> Table | None:
        return self._by_name.get(name.lower())

    @cached_property
    def _meanings(self) -> dict[Column, str]:
        return {column: meaning(column, self.tenants) for table in self.schema.tables for column in table.columns}

    @cached_property
    def _comments(self) -> dict[Column, str]:
        return {remark.column: remark.comment.text for remark in self.remarks if remark.column is not None}

    def comment(self, column: Column) -> str:
        """What is said beside the column, in its own comment or behind it; empty where nothing is."""
        return self._comments.get(column, "")

    def meaning(self, column: Column) -> str:
        """What the column means; every rule asks, so it is found out once."""
        return self._meanings[column]

    def named(self, table: Table, column: str = "") -> str:
        """As the asker calls it: `orders.total`, with the model's own name before it where there is one."""
        model = self.artefacts.names.get(table.name, "")
        plain = f"{table.name}.{column}" if column else table.name
        if not model or (model == table.name and not column):
            return plain
        attribute = self.artefacts.fields.get(f"{table.name}.{column}", column)
        own = f"{model}.{attribute}" if column else model
        return own if own == plain else f"{own} ({plain})"

    def reference(self, table: Table, key: Key) -> str:
        """The first column of a foreign key, with the relation that a model knows it by."""
        relation = f" ({key.name})" if self.artefacts.framework == "prisma" and key.name else ""
        return f"{self.named(table, key.columns[0])}{relation}"

    def columns(self) -> Iterable[tuple[Table, Column]]:
        for table in self.tables:
            for column in table.columns:
                yield table, column

    def foreign_keys(self) -> Iterable[tuple[Table, Key]]:
        for table in self.tables:
            for key in table.keys_of("foreign"):
                yield table, key

    def uniques(self, table: Table) -> tuple[tuple[str, ...], ...]:
        """The columns of every primary key, unique key and full or partial unique index."""
        keys = [key.columns for key in table.keys_of("primary", "unique")]
        return (*keys, *(i.columns for i in self.schema.indexes_of(table.name) if i.unique))

    def is_unique(self, table: Table, column: str) -> bool:
        """Whether a column is unique by itself, as an expression of it, or within its tenant."""
        alone = [
            {c for c in columns if c.isidentifier() or len(columns) == 1} - self.tenants
            for columns in self.uniques(table)
        ]
        word = re.compile(rf"\b{re.escape(column)}\b", re.IGNORECASE)
        return any(len(rest) == 1 and word.search(next(iter(rest))) for rest in alone)

    def checked(self, table: Table, column: str) -> bool:
        word = re.compile(rf"\b{re.escape(column)}\b", re.IGNORECASE)
        return any(column in check.columns or word.search(check.expression) for check in table.checks)

    def references(self, table: Table, column: str) -> Key | None:
        return next((key for key in table.keys_of("foreign") if column in key.columns), None)

    def grows(self, table: Table) -> bool:
        return _GROWING.search(self.words(table).replace(" ", "_")) is not None

    def is_append_only(self, table: Table) -> bool:
        return _APPEND_ONLY.search(self.words(table).replace(" ", "_")) is not None

    def words(self, table: Table) -> str:
        """The words of its name; a model's name still holds those that a framework writes together in the table's."""
        model = self.artefacts.names.get(table.name, "")
        return words_of(model if model.lower().removeprefix("abstract") == table.name.lower() else table.name)

    def leads(self, table: Table, columns: tuple[str, ...]) -> bool:
        """Whether some index or key begins with these columns, in any order among themselves."""
        wanted = {c.lower() for c in columns}
        candidates = [i.columns for i in self.schema.indexes_of(table.name) if i.method in ("btree", "hash", "brin") and _whole(i, columns)]  # fmt: skip
        candidates += [key.columns for key in table.keys_of("primary", "unique")]
        candidates += [names for name, names in self.exclusions if name == table.name]
        return any({c.lower() for c in found[: len(columns)]} == wanted for found in candidates)

    @cached_property
    def exclusions(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The columns of exclusion constraints by table: each is kept by an index that begins with the first."""
        found = []
        for match in re.finditer(r"\bEXCLUDE\s+(?:USING\s+\w+\s*)?\(((?:[^()]|\([^()]{0,200}\)){0,500})\)", self.artefacts.text, re.IGNORECASE):  # fmt: skip
            owners = [t for t in self.tables if t.place and t.place.start < match.start()]
            named = re.findall(r"(\w+|\w+\s*\([^()]*\))\s+WITH\b", match.group(1), re.IGNORECASE)
            if owners:
                owner = max(owners, key=lambda t: t.place.start if t.place else 0)
                found.append((owner.name, tuple(named)))
        return tuple(found)

    @cached_property
    def access(self) -> tuple[Query, ...]:
        """The queries that were given, and those that comments beside tables and indexes speak of."""
        return (*self.artefacts.queries, *_spoken(self))

    def number(self, attribute: str) -> float | None:
        """A stated quantity in its unit."""
        value = self.facts.get(attribute)
        return value.value if isinstance(value, Quantity) else None

    def queries_on(self, table: str) -> tuple[Query, ...]:
        wanted = table.lower()
        return tuple(q for q in self.artefacts.queries if wanted in (name.lower() for name in q.tables))


_ASKED = re.compile(r"\b(?:SELECT\b.+?\bFROM\b.+|DELETE\s+FROM\b.+|WHERE\b.+)", re.IGNORECASE)


def _same_stem(word: str, stem: str) -> bool:
    """`praxis` and `praxen`: plurals that are not English."""
    return len(stem) >= 5 and word[: len(stem) - 2] == stem[:-2] and abs(len(word) - len(stem)) <= 2


def _spoken(subject: Subject) -> Iterable[Query]:
    for comment in comments_of(subject.artefacts.text):
        match = _ASKED.search(comment.text)
        if match is None:
            continue
        near = [(abs(p.start - comment.place.start), t) for p, t in _places(subject)]
        table = min(near, key=lambda pair: pair[0])[1] if near else ""
        text = match.group().rstrip(" .;")
        whole = f"SELECT 1 FROM {table} {text}" if text.upper().startswith("WHERE") else text
        query = parse_query(whole, comment.place.start, subject.dialect)
        if query is not None:
            yield query


def _places(subject: Subject) -> Iterable[tuple[Place, str]]:
    for table in subject.tables:
        if table.place:
            yield table.place, table.name
    for index in subject.schema.indexes:
        if index.place:
            yield index.place, index.table


def _whole(index: Index, columns: tuple[str, ...]) -> bool:
    """`WHERE x IS NOT NULL` still holds every row that a look-up of x can find; other conditions do not."""
    where = index.where.upper()
    return not where or all(c.upper() in where and "NULL" in where for c in columns)


def _cased(schema: Schema) -> Schema:
    """The schema with the names in keys and indexes spelt as their tables and columns are."""
    tables = {table.name.lower(): table.name for table in schema.tables}
    own = {t.name.lower(): {c.name.lower(): c.name for c in t.columns} for t in schema.tables}

    def spelt(table: str, names: tuple[str, ...]) -> tuple[str, ...]:
        known = own.get(table.lower(), {})
        return tuple(known.get(name.lower(), name) for name in names)

    def key_of(table: Table, key: Key) -> Key:
        target = tables.get(key.target.lower(), key.target) or table.name
        pointed = spelt(target, key.target_columns)
        return replace(key, columns=spelt(table.name, key.columns), target=target if key.kind == "foreign" else "", target_columns=pointed)  # fmt: skip

    changed = tuple(replace(t, keys=tuple(key_of(t, key) for key in t.keys)) for t in schema.tables)
    indexes = tuple(
        replace(i, table=tables.get(i.table.lower(), i.table), columns=spelt(i.table, i.columns))
        for i in schema.indexes
    )
    return Schema(changed, indexes, schema.unparsed, schema.dialect)
