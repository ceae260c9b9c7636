"""What is unique only within its parent: numbers of parts, and the one that is the default."""

import re
from collections.abc import Iterable

from kb.meaning import words_of
from kb.schema import Column, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import column_sql, create_index
from service.analysis.review.subject import Subject

_RULES = "patterns/integrity-constraints-and-validation"
_NUMBERED = re.compile(r"^(?:line|pos|position|item|seq|sequence|step|page|row|stop|leg|lap|round|heat|version|revision|episode|chapter|instal?lment|sheet|sample|part|track|issue|seat|slot|volume|lane|bay|rack|box|stage|question|verse|season|week) (?:no|number|idx|index|pos)$|^line no$|^(?:ordinal|lfd no|seq)$")  # fmt: skip
_CHOSEN = re.compile(r"^(?:is )?(?:default|primary|main|current|preferred|principal)(?: (?!key\b)\w+)?$")


def number_within_parent(subject: Subject) -> Iterable[Hit]:
    """Line 3 of an order, lap 7 of a race: twice the same where nothing forbids it."""
    for table, column in subject.columns():
        parent = _parent(subject, table)
        if parent is None or column.type not in ("int", "smallint", "bigint") or not _NUMBERED.match(words_of(column.name)):  # fmt: skip
            continue
        if any(column.name in columns for columns in subject.uniques(table)) or subject.references(table, column.name):
            continue
        names = (*parent, column.name)
        yield Hit(
            subject.named(table, column.name),
            column.place,
            f"The same {column.name} may be there twice within one parent: declare ({', '.join(names)}) unique",
            "a retry or two sessions at once insert the same number again, and the order of the parts is no longer defined",
            create_index(subject, table, names, unique=True),
        )


def chosen_twice(subject: Subject) -> Iterable[Hit]:
    """`is_default` beside a parent: one of them is meant, and nothing keeps two from being it."""
    for table, column in subject.columns():
        parent = _parent(subject, table)
        if parent is None or column.type != "boolean" or not _CHOSEN.match(words_of(column.name)):
            continue
        if _kept(subject, table, column):
            continue
        where = f" WHERE {column_sql(subject, table, column.name)}"
        tail = where if subject.is_postgresql else f"{where} = 1" if subject.dialect in ("sqlite", "sqlserver") else ""
        yield Hit(
            subject.named(table, column.name),
            column.place,
            f"Nothing keeps two rows of the same {parent[0]} from being {column.name} at once: add a partial unique index over ({', '.join(parent)}) where {column.name} is true",
            "two requests set their row and clear the others, both commit, and each reader takes another one",
            create_index(subject, table, parent, tail, unique=True) if tail else "",
        )


def _kept(subject: Subject, table: Table, column: Column) -> bool:
    word = re.compile(rf"\b{re.escape(column.name)}\b", re.IGNORECASE)
    partial = any(i.unique and (word.search(i.where) or word.search(" ".join(i.columns))) for i in subject.schema.indexes_of(table.name))  # fmt: skip
    return partial or any(column.name in key.columns for key in table.keys_of("unique", "primary"))


def _parent(subject: Subject, table: Table) -> tuple[str, ...] | None:
    """The columns of its only required reference, or the first of two; the tenant is no parent."""
    for key in table.keys_of("foreign"):
        required = all((c := table.column(name)) is not None and not c.nullable for name in key.columns)
        if required and key.target != table.name and not set(key.columns) <= subject.tenants:
            return key.columns
    return None


WITHIN_PARENT = (
    Rule("number-within-parent", "integrity", "medium", "patterns/normal-forms#a-surrogate-key-hides-the-duplicate", number_within_parent),
    Rule("chosen-twice", "integrity", "medium", "patterns/partial-index#soft-delete-and-reuse-of-a-name", chosen_twice),
)  # fmt: skip
