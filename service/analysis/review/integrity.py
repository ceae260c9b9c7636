"""Integrity of single tables: what must be there, may not be there twice, and has to be possible."""

import re
from collections.abc import Iterable, Sequence

from kb.meaning import words_of
from kb.schema import Column, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import (
    add_check,
    column_sql,
    create_index,
    quoted,
    set_not_null,
    table_sql,
)
from service.analysis.review.subject import Subject
from service.analysis.review.uniqueness import PARTS, PEOPLE, SOFT

_RULES = "patterns/integrity-constraints-and-validation"
_NUMBERS = ("int", "bigint", "smallint", "numeric", "float", "real")
_VITAL = re.compile(r"^(?:amount|total|price|unit price|quantity|qty|balance|status|state|created at|currency|total amount|total cents|amount cents|price cents|subtotal|order date|placed at|email|stock|sku)$")  # fmt: skip
_BOUNDED = re.compile(r"\b(?:quantity|qty|stock|on hand|available|seats|capacity|balance|rating|stars|percent|percentage|pct|discount|age|score)\b")  # fmt: skip
_TIGHT = re.compile(
    r"\b(?:stock|on hand|available|balance|seats left|inventory|quantity on hand|rating|stars|percent|percentage)\b"
)
_STARTS = ("start", "starts", "start at", "starts at", "start time", "start date", "from", "valid from", "begin", "begins at", "check in", "checkin", "check in date", "pickup at", "since", "effective from", "started at", "start on", "from date", "began", "began at", "started", "opened at")  # fmt: skip
_ENDS = ("end", "ends", "end at", "ends at", "end time", "end date", "to", "valid to", "valid until", "finish", "ends on", "check out", "checkout", "check out date", "return at", "until", "effective to", "ended at", "end on", "to date", "ended", "closed at")  # fmt: skip
# Recorded as it happens, not planned ahead.
_PAST = re.compile(r"^(?:ended|closed)\b")
_TOGETHER = (
    ("von", "bis"),
    ("ab", "bis"),
    ("van", "tot"),
    ("od", "do"),
    ("fra", "til"),
    ("fran", "till"),
    ("da", "a"),
    ("inizio", "fine"),
    ("departs", "arrives"),
    ("depart", "arrive"),
    ("opens", "closes"),
    ("in", "out"),
)
_BOOKED = re.compile(r"(?:booking|reservation|appointment|rental|lease|shift|allocation|assignment|schedule|slot|price|rate|fee|tariff|contract|occupanc|stay|visit)", re.IGNORECASE)  # fmt: skip


_NONE = re.compile(r"\bnone\b|\boptional\b|\bnot everybody\b|\bsome (?:have|do)\b|\bNULL\b|\bempty\b|\bunknown\b|\bnot yet\b|\bif (?:any|known|given)\b|\buntil\b", re.IGNORECASE)  # fmt: skip


def nullable_vital(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        if not column.nullable or column.generated or column.name in table.primary_key:
            continue
        words, what = words_of(column.name), subject.meaning(column)
        part = subject.references(table, column.name)
        owned = part is not None and bool(PARTS.search(words_of(table.name))) and part.target != table.name and part.on_delete != "set null" and not _held(table)  # fmt: skip
        vital = bool(_VITAL.match(words)) and (words != "email" or bool(PEOPLE.search(words_of(table.name))))
        flag = what == "boolean" and not _one_of_several(table, column)
        if not (owned or vital or flag or what == "tenant") or (
            what != "tenant" and _NONE.search(subject.comment(column))
        ):
            continue
        why = "a flag with NULL has three answers where the code expects two" if flag else "NULL passes every CHECK, drops out of comparisons and makes a sum of one row NULL"  # fmt: skip
        yield Hit(
            subject.named(table, column.name),
            column.place,
            f"May be NULL although every row needs a value; make it NOT NULL{' with a default' if flag else ''}",
            "a part without its whole is an orphan that no screen shows" if owned and not vital else why,
            set_not_null(subject, table, column),
            "low" if words == "created at" and column.default else "high" if what == "tenant" else "medium",
        )


def _one_of_several(table: Table, column: Column) -> bool:
    """`value_text, value_integer, value_boolean`: one of them is set, so that each may be NULL."""
    stem = words_of(column.name).split()[0]
    return sum(1 for c in table.columns if c.nullable and words_of(c.name).startswith(f"{stem} ")) >= 3


def _held(table: Table) -> bool:
    """Whether another reference that must be there already says whose part the row is."""
    return any(
        all((c := table.column(name)) is not None and not c.nullable for name in key.columns)
        for key in table.keys_of("foreign")
    )


def everything_nullable(subject: Subject) -> Iterable[Hit]:
    for table in subject.tables:
        open_ones = [c for c in table.columns if c.nullable and not c.generated]
        if len(table.columns) >= 5 and len(open_ones) >= len(table.columns) - 1:
            yield Hit(
                subject.named(table),
                table.place,
                f"{len(open_ones)} of {len(table.columns)} columns may be NULL; make NOT NULL the default and let NULL mean something",
                "each query has to guess what absence means",
                severity="low",
            )


def unbounded_value(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        words = words_of(column.name)
        if column.type not in _NUMBERS or subject.checked(table, column.name) or subject.references(table, column.name):
            continue
        if not _BOUNDED.search(words) or subject.meaning(column) in ("identifier", "tenant"):
            continue
        c = column_sql(subject, table, column.name)
        percent, stars = re.search(r"percent|pct", words), re.search(r"rating|stars", words)
        condition = f"{c} BETWEEN 0 AND 100" if percent else f"{c} BETWEEN 1 AND 5" if stars else f"{c} >= 0"
        unsigned = "UNSIGNED" in column.declared.upper() or column.declared.upper().startswith("U")
        if unsigned and not percent and not stars:
            continue
        yield Hit(
            subject.named(table, column.name),
            column.place,
            "No CHECK keeps the value in its possible range, so a negative or impossible one gets in",
            "an oversold stock or a rating of 50 is found at month end in a report instead of at once by the database",
            add_check(subject, table, f"{column.name}_range", condition),
            "medium" if _TIGHT.search(words) else "low",
        )


def period(table: Table) -> tuple[Column, Column] | None:
    """A pair of columns that begins and ends something, as instants or dates."""
    timed = [c for c in table.columns if c.type in ("timestamp", "timestamptz", "date", "time")]
    found = [(c, _stem(words_of(c.name), _STARTS)) for c in timed]
    starts = [c for c, hit in found if hit]
    ends = [c for c in timed if _stem(words_of(c.name), _ENDS)]
    return (starts[0], ends[0]) if starts and ends else _paired(timed)


def _paired(timed: Sequence[Column]) -> tuple[Column, Column] | None:
    """`moored_from` and `moored_to`: the same word before either."""
    by_words = {words_of(c.name): c for c in timed}
    found = [(c, by_words.get(words.removesuffix(" from") + end)) for words, c in by_words.items() if words.endswith(" from") for end in (" to", " until", " till")]  # fmt: skip
    named = next(((start, end) for start, end in found if end is not None), None)
    return named or next(
        ((start, end) for start in timed for end in timed if _ends(start.name.lower(), end.name.lower())), None
    )


def _ends(start: str, end: str) -> bool:
    """`von` and `bis`, `od` and `do`: words that only make sense together."""
    return any(
        re.search(rf"(?<![a-z]){first}(?![a-z])", start) is not None
        and re.sub(rf"(?<![a-z]){first}(?![a-z])", last, start) == end
        for first, last in _TOGETHER
    )


def _stem(words: str, known: Sequence[str]) -> bool:
    return words in known or any(words.startswith(f"{k} ") or words.endswith(f" {k}") for k in known if len(k) > 4)


def period_unchecked(subject: Subject) -> Iterable[Hit]:
    for table in subject.tables:
        pair = period(table)
        if pair is None or any(pair[0].name in c.expression and pair[1].name in c.expression for c in table.checks):
            continue
        if "EXCLUDE" in subject.sql and re.search(rf"EXCLUDE[^;]{{0,500}}{pair[0].name.upper()}", subject.sql):
            continue
        a, b = (column_sql(subject, table, c.name) for c in pair)
        yield Hit(
            subject.named(table, pair[1].name),
            pair[1].place,
            f"No CHECK keeps {pair[1].name} after {pair[0].name}",
            "a period that ends before it begins passes every query for overlaps and gives negative durations",
            add_check(subject, table, "period_check", f"{b} > {a}"),
            "low",
        )


def overlap_possible(subject: Subject) -> Iterable[Hit]:
    for table in subject.tables:
        pair = period(table)
        if pair is None or subject.is_append_only(table) or re.search(rf"EXCLUDE[^;]{{0,500}}\b{pair[0].name.upper()}\b", subject.sql):  # fmt: skip
            continue
        thing, named = resource(subject, table), f"{table.name} {subject.words(table)}"
        if thing is None or "WITHOUT OVERLAPS" in subject.sql or _one_open(subject, table, thing, pair[1]):
            continue
        yield Hit(
            subject.named(table),
            table.place,
            f"Nothing keeps two rows of the same {thing} from overlapping in time (double booking): add an exclusion constraint",
            "no unique key on the start prevents two periods that overlap, and a check in code races between sessions",
            exclusion(subject, table, thing, pair),
            "high"
            if re.search(r"booking|reservation|appointment|rental|stay", named, re.IGNORECASE)
            else "low"
            if _PAST.match(words_of(pair[1].name)) or not _BOOKED.search(named)
            else "medium",
        )


def _one_open(subject: Subject, table: Table, resource: str, end: Column) -> bool:
    """Whether a partial unique index lets only one row of the resource be open; what is recorded as it happens needs no more."""
    return any(
        i.unique and i.columns == (resource,) and end.name in i.where for i in subject.schema.indexes_of(table.name)
    )


def resource(subject: Subject, table: Table) -> str | None:
    """The column of what is taken, not of who takes it."""
    people = re.compile(r"(?:person|user|customer|guest|client|patient|tenant|organi[sz]ation|member|owner|company|renter|order)", re.IGNORECASE)  # fmt: skip
    columns = [key.columns[-1] for key in table.keys_of("foreign")] or [c.name for c in table.columns if c.name.lower().endswith("_id")]  # fmt: skip
    return next((c for c in columns if not people.search(f"{c} {words_of(c)}") and c not in subject.tenants), None)


def exclusion(subject: Subject, table: Table, resource: str, pair: tuple[Column, Column]) -> str:
    """The constraint that keeps its periods apart, where the engine has one."""
    if not subject.is_postgresql:
        return ""
    kind = {"date": "daterange", "timestamptz": "tstzrange", "timestamp": "tsrange"}.get(pair[0].type)
    if kind is None or pair[0].type != pair[1].type:
        return ""
    t, r = table_sql(subject, table), column_sql(subject, table, resource)
    a, b = (column_sql(subject, table, c.name) for c in pair)
    name = quoted(f"{table.name}_no_overlap".lower(), subject)
    return f"CREATE EXTENSION IF NOT EXISTS btree_gist;\nALTER TABLE {t} ADD CONSTRAINT {name} EXCLUDE USING gist ({r} WITH =, {kind}({a}, {b}) WITH &&);"


def soft_delete_unique(subject: Subject) -> Iterable[Hit]:
    for table in subject.tables:
        soft = next((c for c in table.columns if SOFT.match(words_of(c.name))), None)
        # Checked against another moment, it ends something that began, and deletes nothing.
        if soft is None or any(soft.name in c.columns and len(set(c.columns)) > 1 for c in table.checks):
            continue
        live = f"{column_sql(subject, table, soft.name)} IS NULL" if soft.type in ("timestamp", "timestamptz", "date") else f"NOT {column_sql(subject, table, soft.name)}"  # fmt: skip
        for key in table.keys_of("unique"):
            if any(soft.name in each for each in key.columns):
                continue
            # What is called a number or a code was given once for all; a name or an address comes back.
            given = not re.search(r"\b(?:email|login|username|user name|handle|slug|name|title|label|phone)\b", words_of(key.columns[-1]))  # fmt: skip
            tail = f" WHERE {live}" if subject.is_postgresql or subject.dialect in ("sqlite", "sqlserver") else ""
            yield Hit(
                subject.named(table, key.columns[-1]),
                key.place,
                f"Rows are soft-deleted by {soft.name}, but ({', '.join(key.columns)}) is unique over deleted rows too; make it a partial unique index over live rows",
                "after a deletion the value can never be used again, and an undo may collide",
                create_index(subject, table, key.columns, f"{tail}", unique=True).replace("_key ", "_live_key ")
                if tail
                else "",
                "low" if given else "medium",
            )


INTEGRITY = (
    Rule("overlap-possible", "integrity", "high", f"{_RULES}#no-two-periods-overlap", overlap_possible),
    Rule("nullable-vital", "integrity", "medium", f"{_RULES}#null-passes-a-check", nullable_vital),
    Rule("soft-delete-unique", "integrity", "medium", "patterns/partial-index#soft-delete-and-reuse-of-a-name", soft_delete_unique),
    Rule("unbounded-value", "integrity", "low", f"{_RULES}#checks-over-one-row-and-null-passes-a-check", unbounded_value),
    Rule("period-unchecked", "integrity", "low", f"{_RULES}#checks-over-one-row-and-null-passes-a-check", period_unchecked),
    Rule("everything-nullable", "integrity", "low", "patterns/er-and-domain-modeling#everything-nullable", everything_nullable),
)  # fmt: skip
