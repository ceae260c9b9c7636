"""Keys: none, too narrow, too wide, scattered, pointing nowhere or at another type."""

import re
from collections.abc import Iterable

from kb.calculation import FORMULAS, compute
from kb.entry import Severity
from kb.errors import FormulaError
from kb.meaning import words_of
from kb.quantity import Quantity, show
from kb.schema import Column, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import alter_type, column_sql, columns_sql, table_sql
from service.analysis.review.subject import Subject

_IDS = "patterns/identifier-strategy"
_RULES = "patterns/integrity-constraints-and-validation"
_NATURAL = re.compile(
    r"\b(?:email|e mail|username|user name|login|name|title|phone|mobile|ssn|tax number|tax id|national id|license plate|registration no|passport)\b"
)
_CHANGING = re.compile(r"\b(?:corrected|amended|reassigned|reissued|re-issued|reused|renamed|renumbered|may change|can change|changes (?:when|if|on)|sometimes changed?|gets changed|edited)\b", re.IGNORECASE)  # fmt: skip
_BUSY_RATE, _MANY_ROWS = 200.0, 1e8
_SOON_YEARS = 10
_LONG_KEY, _MANY_KEY_COLUMNS = 100, 3
_YEAR = 365.25 * 86400
_RANDOM = re.compile(r"gen_random_uuid|uuid_generate_v4|uuidv4|newid\(|\buuid\(\)|\buuid4\b|^uuid$", re.IGNORECASE)


def no_primary_key(subject: Subject) -> Iterable[Hit]:
    for table in subject.tables:
        if table.columns and not table.primary_key:
            yield Hit(
                subject.named(table),
                table.place,
                "The table has no primary key",
                "duplicates cannot be told apart or deleted singly, and logical replication refuses its updates and deletes",
                _key_for(subject, table),
            )


def _key_for(subject: Subject, table: Table) -> str:
    t = table_sql(subject, table)
    foreign = tuple(c for key in table.keys_of("foreign") for c in key.columns)
    unique = next((k.columns for k in table.keys_of("unique") if all((c := table.column(n)) and not c.nullable for n in k.columns)), ())  # fmt: skip
    if subject.dialect == "sqlite":
        return f"-- SQLite adds no key to a table that exists: create {t} anew with a PRIMARY KEY."
    own = next((c.name for c in table.columns if c.name.lower() in ("id", f"{table.name.lower().rstrip('s')}_id") and c.name not in foreign), "")  # fmt: skip
    chosen = unique or ((own,) if own else foreign if len(foreign) >= 2 else ())
    if chosen:
        return f"ALTER TABLE {t} ADD PRIMARY KEY ({columns_sql(subject, table, chosen)});"
    if subject.is_mysql:
        return f"ALTER TABLE {t} ADD COLUMN id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY FIRST;"
    if subject.dialect == "sqlserver":
        return f"ALTER TABLE {t} ADD id bigint IDENTITY PRIMARY KEY;"
    if subject.dialect == "oracle":
        return f"ALTER TABLE {t} ADD (id NUMBER(19) GENERATED ALWAYS AS IDENTITY PRIMARY KEY);"
    if table.partitioned:
        return ""
    return f"ALTER TABLE {t} ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;"


def narrow_key(subject: Subject) -> Iterable[Hit]:
    if subject.dialect == "sqlite":
        return
    for table in subject.tables:
        column = table.column(table.primary_key[0]) if len(table.primary_key) == 1 else None
        if column is None or column.type not in ("int", "smallint") or not _counts(subject, table, column):
            continue
        bits = 15 if column.type == "smallint" else 31
        years, sentence = _exhaustion(subject, table, bits)
        rows = subject.number("table.rows") or 0
        urgent = (years is not None and years < _SOON_YEARS) or rows >= _MANY_ROWS
        grows = subject.grows(table)
        severity: Severity = "high" if urgent and grows else "medium" if grows else "low"
        because = sentence or f"the key ends at {2**bits - 1:,}, then every insert fails, and widening it later rewrites the table under lock"  # fmt: skip
        yield Hit(
            subject.named(table, column.name),
            column.place,
            f"The primary key is a {bits + 1}-bit integer ({column.declared.lower() or column.type}) and will overflow as the table grows; make it bigint, with the columns that reference it",
            because,
            alter_type(subject, table, column, "bigint"),
            severity,
        )


def _counts(subject: Subject, table: Table, column: Column) -> bool:
    """Whether values are handed out one after the other: no foreign key, and an id by its name or its default."""
    if subject.references(table, column.name):
        return False
    return column.generated or "nextval" in column.default.lower() or subject.meaning(column) == "identifier" or "serial" in column.declared.lower()  # fmt: skip


def _exhaustion(subject: Subject, table: Table, bits: int) -> tuple[float | None, str]:
    rate = subject.facts.get("workload.writes_per_s")
    if not isinstance(rate, Quantity) or not subject.grows(table):
        return None, ""
    try:
        found = compute("key_exhaustion", {"rate": rate, "bits": Quantity(float(bits), "count", str(bits))})
    except FormulaError:
        return None, ""
    seconds = found.result.value
    return seconds / _YEAR, f"at {rate} the key is used up in about {show(seconds, 'duration')} ({FORMULAS['key_exhaustion'].statement}), then every insert fails"  # fmt: skip


def key_without_rowid(subject: Subject) -> Iterable[Hit]:
    """INT PRIMARY KEY in SQLite is no alias of the row id: it may hold NULL and text, and hands nothing out."""
    for table in subject.tables if subject.dialect == "sqlite" else ():
        column = table.column(table.primary_key[0]) if len(table.primary_key) == 1 else None
        if column is not None and column.type in ("int", "bigint") and column.place:
            after = subject.sql[column.place.end : column.place.end + 40]
            if re.match(r'["`\]\s]*(?:INT|BIGINT)\s+(?:NOT\s+NULL\s+)?PRIMARY', after):
                yield Hit(
                    subject.named(table, column.name),
                    column.place,
                    "Only INTEGER PRIMARY KEY is the row id in SQLite; with INT or BIGINT the key is not handed out and may be NULL",
                    "an insert without a key stores NULL, and a second index is kept beside the row id",
                    severity="medium",
                )


def scattered_key(subject: Subject) -> Iterable[Hit]:
    rate = subject.number("workload.writes_per_s") or 0
    for table in subject.tables:
        column = table.column(table.primary_key[0]) if len(table.primary_key) == 1 else None
        if column is None or not _RANDOM.search(column.default):
            continue
        if re.search(r"uuidv7|uuid_generate_v7|newsequentialid|cuid|ulid", column.default, re.IGNORECASE):
            continue
        clustered = subject.is_mysql or subject.dialect == "sqlserver"
        busy = rate >= _BUSY_RATE or subject.is_append_only(table)
        numbers = f" at {rate:,.0f} writes a second" if rate >= _BUSY_RATE else ""
        fix = ""
        if subject.dialect == "postgresql" and column.type == "uuid" and subject.artefacts.framework is None:
            fix = f"ALTER TABLE {table_sql(subject, table)} ALTER COLUMN {column_sql(subject, table, column.name)} SET DEFAULT uuidv7();"
        yield Hit(
            subject.named(table, column.name),
            column.place,
            f"The primary key is a random UUID{' in a clustered index' if clustered else ''}; use a time-ordered one (UUIDv7{', NEWSEQUENTIALID()' if subject.dialect == 'sqlserver' else ''}) or a bigint identity",
            f"random keys insert all over the index{numbers}: pages split, more of them are dirtied and logged, and the cache holds less",
            fix,
            "medium" if clustered or busy else "low",
        )


def natural_key(subject: Subject) -> Iterable[Hit]:
    for table in subject.tables:
        column = table.column(table.primary_key[0]) if len(table.primary_key) == 1 else None
        if column is None or column.type not in ("text", "varchar", "char") or subject.references(table, column.name):
            continue
        words = words_of(column.name)
        said = " ".join(r.comment.text for r in subject.remarks if r.table is table and r.column is column)
        if (changes := _CHANGING.search(said)) is not None:
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"A natural key, {column.name}, is the primary key although its value may change (“{changes.group()}”); give the table a surrogate key and keep {column.name} UNIQUE NOT NULL",
                "a corrected value has to change in every foreign key, and the old one stays in logs, exports and backups",
            )
        elif _NATURAL.search(words) and not re.search(
            r"\b(?:code|(?<!tax )(?<!national )id|iso|key|setting|flag)\b", words
        ):
            referenced = any(key.target == table.name for _, key in subject.foreign_keys())
            personal = re.search(r"email|mail|user|login|phone|ssn|passport|tax|national|plate", words) is not None
            if not (referenced or personal):
                continue
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"A value that people change, {column.name}, is the primary key; give the table a surrogate key and keep {column.name} UNIQUE NOT NULL",
                "a changed value has to change in every foreign key, and the identifier spreads into every table, log and URL",
            )
        elif (column.length or 0) >= 100:
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"The key is oversized ({column.declared.lower()}); use a bigint or uuid and keep the string unique",
                "every index and every foreign key repeats the whole string",
                severity="low",
            )


def oversized_key(subject: Subject) -> Iterable[Hit]:
    """A key of several columns, many or one of them long, that other tables repeat."""
    by_target: dict[str, list[str]] = {}
    for table, key in subject.foreign_keys():
        by_target.setdefault(key.target, []).append(table.name)
    for table in subject.tables:
        pointing = by_target.get(table.name, [])
        columns = [c for name in table.primary_key if (c := table.column(name))]
        # A single wide column is told of as a natural key.
        wide = next((c for c in columns if c.type in ("varchar", "char") and (c.length or 0) >= _LONG_KEY), None) if len(columns) > 1 else None  # fmt: skip
        if not pointing or not (wide or len(columns) > _MANY_KEY_COLUMNS):
            continue
        what = (
            f"{len(columns)} columns, {wide.name} of them {wide.declared.lower()}"
            if wide
            else f"{len(columns)} columns"
        )
        yield Hit(
            subject.named(table, wide.name if wide else ""),
            table.place,
            f"The primary key is oversized ({what}) and {', '.join(dict.fromkeys(pointing))} repeat it; give the column the length of its values, or refer by a bigint key and keep this one unique",
            "each referencing row and each of its indexes carries the whole key",
        )


KEYS = (
    Rule("oversized-key", "keys", "low", f"{_IDS}#natural-keys-belong-into-unique-constraints", oversized_key),
    Rule("no-primary-key", "keys", "high", "checklists/schema-review#tables-without-a-primary-key", no_primary_key),
    Rule("narrow-key", "keys", "medium", f"{_IDS}#an-int-key-that-is-running-out", narrow_key),
    Rule("natural-key", "keys", "medium", f"{_IDS}#natural-keys-belong-into-unique-constraints", natural_key),
    Rule("key-without-rowid", "keys", "medium", "technologies/sqlite#design-rules", key_without_rowid),
    Rule("scattered-key", "keys", "medium", f"{_IDS}#random-keys-scatter-the-writes", scattered_key),
)  # fmt: skip
