"""Columns that take a few values: flags, states, codes, and what keeps others out."""

import re
from collections.abc import Iterable

from kb.meaning import words_of
from kb.schema import Column, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import add_check, alter_type, column_sql
from service.analysis.review.subject import Subject

_LAYOUT = "patterns/physical-types-and-layout"
_NO_STATE = re.compile(r"\b(?:currency|locale|language|lang|country|zone|tz|timezone|unit|colou?r|theme|title|name|format|path|dir|url|text|message|notes?|description|encoding|charset|icon|city|address|by)$")  # fmt: skip
_CODES = re.compile(r"\b(\d{1,2})\s?[=:\-–]>?\s?([a-zA-Z]\w+)")
_TEXTS = ("text", "varchar", "char")


def flag_not_boolean(subject: Subject) -> Iterable[Hit]:
    chosen = {trait.name for trait in subject.artefacts.traits if trait.kind == "choices_only"}
    for table, column in subject.columns():
        if subject.meaning(column) != "boolean" or column.type == "boolean":
            continue
        if f"{subject.named(table, column.name).partition(' ')[0]}" in chosen:
            continue
        # SQLite and older Oracle have no boolean: there a check makes the flag.
        if subject.dialect in ("sqlite", "oracle") and (
            column.type not in _TEXTS or subject.checked(table, column.name)
        ):
            continue
        text = column.type in _TEXTS
        using = "{c} IN ('Y', 'y', 'T', 't', '1', 'true', 'yes')" if text else "{c} <> 0"
        yield Hit(
            subject.named(table, column.name),
            column.place,
            f"A flag is kept as {column.declared.lower() or column.type}; make it boolean NOT NULL with a default",
            "it accepts 'y', ' ' and 'N/A' beside the two values that the code expects" if text else "it accepts 2 and -1 beside the two values that the code expects",
            alter_type(subject, table, column, "boolean", using),
        )  # fmt: skip


def open_state(subject: Subject) -> Iterable[Hit]:
    choices = {t.name.rpartition(".")[2] for t in subject.artefacts.traits if t.kind == "choices_only"}
    for table, column in subject.columns():
        named = _starts_in_a_state(column) or re.search(r"\b(?:status|state|stage|phase|role|priority|gender|severity)$|^(?:type|kind)$|\b(?:order|payment|account|user|plan|event|notification|transaction) type$", words_of(column.name))  # fmt: skip
        if not named or column.type not in _TEXTS or _is_closed(subject, table, column) or _is_region(table, column):
            continue
        is_state = subject.meaning(column) == "state" or _starts_in_a_state(column)
        listed = column.name in choices
        yield Hit(
            subject.named(table, column.name),
            column.place,
            "An enumeration is a free string: close it with a CHECK list, an enum type or a look-up table with a foreign key"
            + (" (the choices of the model are not checked by the database)" if listed else ""),
            "one misspelt state drops the row out of every query that filters on it, and no error is raised",
            _closing(subject, table, column),
            "low" if listed or not is_state else "medium",
        )


def _starts_in_a_state(column: Column) -> bool:
    """A short string that is a certain word until somebody changes it is one of a few words."""
    word = re.match(r"\(*'([a-zA-Z]{3,}(?:[_ -][a-zA-Z]+){0,2})'", column.default)
    return (
        word is not None
        and (column.length or 0) <= 40
        and not _NO_STATE.search(words_of(column.name))
        and not re.fullmatch(r"[A-Z]{3}", word.group(1))
    )


def coded_number(subject: Subject) -> Iterable[Hit]:
    """Numbers whose meaning stands in a comment: 1 = cash, 2 = card."""
    for remark in subject.remarks:
        column, codes = remark.column, _CODES.findall(remark.comment.text)
        if column is None or len(codes) < 2 or column.type not in ("int", "smallint", "numeric", "bigint", "other"):
            continue
        flag = {code for code, _ in codes} <= {"0", "1"}
        if flag or subject.checked(remark.table, column.name) or subject.references(remark.table, column.name):
            continue
        c = column_sql(subject, remark.table, column.name)
        yield Hit(
            subject.named(remark.table, column.name),
            column.place,
            f"The numbers are codes that only a comment explains (“{remark.comment.text[:60]}”); close them with a CHECK list, an enum type, or a look-up table with a foreign key",
            "any other number gets in, and whoever reads the table or writes a query has to know the comment",
            add_check(
                subject, remark.table, f"{column.name}_check", f"{c} IN ({', '.join(code for code, _ in codes)})"
            ),
        )


def _is_region(table: Table, column: Column) -> bool:
    """The state of an address: it stands beside a town or a postcode."""
    beside = {words_of(c.name) for c in table.columns}
    return words_of(column.name) == "state" and bool(
        beside
        & {
            "city",
            "town",
            "postcode",
            "zip",
            "zip code",
            "postal code",
            "country",
            "street",
            "line1",
            "line 1",
            "county",
        }
    )


def _is_closed(subject: Subject, table: Table, column: Column) -> bool:
    key = subject.references(table, column.name)
    unique = any(columns == (column.name,) for columns in subject.uniques(table))
    return subject.checked(table, column.name) or key is not None or unique


def _closing(subject: Subject, table: Table, column: Column) -> str:
    default = column.default.strip("'\"() ")
    known = [default] if re.fullmatch(r"[\w-]+", default) and column.default.startswith(("'", '"', "(")) else []
    listed = ", ".join(f"'{value}'" for value in [*known, *(v for v in ("active", "closed") if v not in known)])
    condition = f"{column_sql(subject, table, column.name)} IN ({listed})"
    return f"-- complete the list with the states of your code\n{add_check(subject, table, f'{column.name}_check', condition)}"


CLOSED_VALUES = (
    Rule("flag-not-boolean", "types", "medium", "checklists/schema-review#types-that-lose-information", flag_not_boolean),
    Rule("coded-number", "types", "medium", f"{_LAYOUT}#states-and-enums", coded_number),
    Rule("open-state", "types", "medium", f"{_LAYOUT}#states-and-enums", open_state),
)  # fmt: skip
