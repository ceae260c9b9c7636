"""What one engine does with a schema that another would not: keys that are not enforced, storage without transactions, narrow strings."""

import re
from collections.abc import Iterable

from kb.meaning import words_of
from kb.schema import Place, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import column_sql, table_sql
from service.analysis.review.statement import conditions
from service.analysis.review.subject import Subject

_LAYOUT = "patterns/physical-types-and-layout"
_CODED = re.compile(
    r"\b(?:code|barcode|email|sku|isbn|slug|login|username|user name|serial no|serial number|reference|hash|uuid|guid|nr|no|num|number|numero)$"
)
_HUMAN = re.compile(r"\b(?:name|first name|last name|full name|title|address|city|street|description|comment|note)s?$")


def keys_not_enforced(subject: Subject) -> Iterable[Hit]:
    """SQLite enforces foreign keys only where each connection asks for it."""
    on = re.search(r"PRAGMA\s+FOREIGN_KEYS\s*=?\s*\(?\s*(?:ON|1|TRUE)", subject.artefacts.text, re.IGNORECASE)
    keys = [(table, key) for table, key in subject.foreign_keys()]
    if subject.dialect == "sqlite" and keys and on is None and subject.artefacts.framework is None:
        table, key = keys[0]
        yield Hit(
            subject.named(table, key.columns[0]),
            key.place,
            "SQLite does not enforce foreign keys by default: run PRAGMA foreign_keys = ON on every connection",
            "without it references and cascades are only text, and orphans get in",
            "PRAGMA foreign_keys = ON;",
        )


def inline_reference(subject: Subject) -> Iterable[Hit]:
    """MySQL before 9.0 parses REFERENCES beside a column and ignores it."""
    if subject.dialect not in ("mysql", "tidb") or subject.artefacts.framework is not None:
        return
    for table, key in subject.foreign_keys():
        column = table.column(key.columns[0])
        if column is not None and len(key.columns) == 1 and not key.name and key.place == column.place:
            target = subject.table(key.target)
            pointed = key.target_columns or (target.primary_key if target else ("id",))
            c = column_sql(subject, table, column.name)
            yield Hit(
                subject.named(table, column.name),
                column.place,
                "The inline (column-level) REFERENCES is parsed and ignored by MySQL before 9.0, so there is no foreign key; write it as a table constraint, FOREIGN KEY (…) REFERENCES …",
                "rows that point nowhere get in without an error",
                f"ALTER TABLE {table_sql(subject, table)} ADD FOREIGN KEY ({c}) REFERENCES {key.target} ({', '.join(pointed)});",
            )


def storage_without_transactions(subject: Subject) -> Iterable[Hit]:
    for match in re.finditer(r"ENGINE\s*=\s*(MYISAM|MEMORY|ARCHIVE|CSV)\b", subject.sql):
        table = _before(subject, match.start())
        if table is not None:
            yield Hit(
                subject.named(table),
                table.place,
                f"The storage engine {match.group(1).title().replace('Myisam', 'MyISAM')} has neither transactions nor foreign keys; use InnoDB",
                "a crash leaves half of a write, every write locks the whole table, and references are not checked",
                f"ALTER TABLE {table_sql(subject, table)} ENGINE=InnoDB;",
            )


def _before(subject: Subject, position: int) -> Table | None:
    placed = [t for t in subject.tables if t.place and t.place.start < position]
    return max(placed, key=lambda t: t.place.start if t.place else 0, default=None)


def narrow_string(subject: Subject) -> Iterable[Hit]:
    if subject.dialect != "sqlserver" or re.search(r"_UTF8\b", subject.sql) or subject.artefacts.framework is not None:
        return
    for table, column in subject.columns():
        if column.declared.upper().startswith(("VARCHAR", "CHAR")) and _HUMAN.search(words_of(column.name)):
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"{column.declared.lower()} holds only the characters of its code page; use nvarchar, or a UTF-8 collation",
                "names in Unicode, such as Łukasz or 山田, are stored with question marks",
                f"ALTER TABLE {table_sql(subject, table)} ALTER COLUMN {column_sql(subject, table, column.name)} n{column.declared.lower()}{'' if column.nullable else ' NOT NULL'};",
                "low" if column.type == "char" else "medium",
            )


def empty_is_null(subject: Subject) -> Iterable[Hit]:
    if subject.dialect != "oracle":
        return
    for table, column in subject.columns():
        if column.default in ("''", "") and re.search(rf"\b{column.name.upper()}\b[^,]*DEFAULT\s+''", subject.sql) and not column.nullable:  # fmt: skip
            yield Hit(
                subject.named(table, column.name),
                column.place,
                "In Oracle the empty string '' is NULL, so a NOT NULL column refuses its own default; allow NULL, or use a word for “none”",
                "every insert that relies on the default fails with ORA-01400, and = '' is never true",
            )


def identity_of_anyone(subject: Subject) -> Iterable[Hit]:
    for match in re.finditer(r"@@IDENTITY\b", subject.sql) if subject.dialect == "sqlserver" else ():
        yield Hit(
            "@@IDENTITY",
            Place(match.start(), match.end(), match.group()),
            "@@IDENTITY is the last identity of the session in any table, also one that a trigger filled; take it from OUTPUT INSERTED, or SCOPE_IDENTITY()",
            "the day that somebody adds an audit trigger, rows point at keys of another table",
        )


def unindexable_key(subject: Subject) -> Iterable[Hit]:
    """A column without a bound that is looked up or named as a key: no ordinary index holds it in these engines."""
    if subject.dialect not in ("sqlserver", "mysql", "mariadb", "oracle") or subject.artefacts.framework is not None:
        return
    sought = {
        c.column.name.lower()
        for q in subject.artefacts.queries
        for c in conditions(subject, q.tree)
        if c.kind == "equal"
    }
    for table, column in subject.columns():
        written = column.declared.upper()
        unbounded = "(MAX)" in written or written in ("TEXT", "LONGTEXT", "MEDIUMTEXT", "NTEXT", "CLOB", "NCLOB")
        if unbounded and (column.name.lower() in sought or _CODED.search(words_of(column.name))):
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"{column.declared.lower()} is unbounded, so no index or unique key can hold it; give it a length that the values need",
                "each look-up by it reads the whole table, and nothing keeps two rows from the same value",
            )


def three_byte_utf8(subject: Subject) -> Iterable[Hit]:
    if not subject.is_mysql:
        return
    for match in re.finditer(r"CHARSET\s*=?\s*(UTF8|UTF8MB3|LATIN1)\b(?!MB4)|CHARACTER SET\s*=?\s*(UTF8|UTF8MB3|LATIN1)\b(?!MB4)", subject.sql):  # fmt: skip
        table = next((t for t in reversed(subject.tables) if t.place and t.place.start < match.start()), None)
        if table is not None:
            yield Hit(
                subject.named(table),
                table.place,
                f"The character set {(match.group(1) or match.group(2)).lower()} cannot hold every character; use utf8mb4",
                "four-byte characters such as emoji and rare names are refused or cut",
                f"ALTER TABLE {table_sql(subject, table)} CONVERT TO CHARACTER SET utf8mb4;",
            )


def old_types(subject: Subject) -> Iterable[Hit]:
    newer = {"sqlserver": ("TEXT|NTEXT|IMAGE", "varchar(max), nvarchar(max) or varbinary(max)"), "oracle": ("LONG RAW|LONG", "CLOB or BLOB")}  # fmt: skip
    old, new = newer.get(subject.dialect, ("", ""))
    for table, column in subject.columns() if old else ():
        after = subject.artefacts.text[column.place.end : column.place.end + 40] if column.place else ""
        # The parser writes the new name for the old one, so the text itself is looked at.
        if match := re.match(rf"[\]\"\s]*({old})\b", after, re.IGNORECASE):
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"{match.group(1).upper()} is deprecated; use {new}",
                "it will be removed, and most functions and indexes refuse it",
            )


ENGINE = (
    Rule("old-types", "types", "low", "technologies/sql-server#design-rules", old_types),
    Rule("three-byte-utf8", "types", "medium", f"{_LAYOUT}#engine-notes", three_byte_utf8),
    Rule("identity-of-anyone", "concurrency", "medium", "technologies/sql-server#design-rules", identity_of_anyone),
    Rule("unindexable-key", "types", "medium", f"{_LAYOUT}#text", unindexable_key),
    Rule("inline-reference", "integrity", "high", "technologies/mysql#design-rules", inline_reference),
    Rule("storage-engine", "integrity", "high", "technologies/mysql#design-rules", storage_without_transactions),
    Rule("keys-not-enforced", "integrity", "medium", "technologies/sqlite#design-rules", keys_not_enforced),
    Rule("empty-is-null", "integrity", "medium", "technologies/oracle-database#the-empty-string-is-null", empty_is_null),
    Rule("narrow-string", "types", "medium", "technologies/sql-server#design-rules", narrow_string),
)  # fmt: skip
