"""Types of moments, days and times of day."""

import re
from collections.abc import Iterable

from kb.meaning import words_of
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import alter_type
from service.analysis.review.subject import Subject

_LAYOUT = "patterns/physical-types-and-layout"
_TEXTS = ("text", "varchar", "char")


def naive_timestamp(subject: Subject) -> Iterable[Hit]:
    if subject.dialect == "sqlite" or subject.artefacts.framework == "entity_framework":
        return
    for table, column in subject.columns():
        if column.type == "timestamp" and subject.meaning(column) == "instant":
            utc = "timestamptz" if subject.is_postgresql else "a type that carries the zone, or UTC by rule"
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"A moment is kept without its time zone ({column.declared.lower() or 'timestamp'}); use {utc}",
                "each session reads it in its own zone, and an hour is ambiguous or missing when clocks change",
                alter_type(subject, table, column, "instant", "{c} AT TIME ZONE 'UTC'"),
                "medium" if subject.is_postgresql else "low",
            )


def naive_in_entity_framework(subject: Subject) -> Iterable[Hit]:
    if subject.artefacts.framework != "entity_framework":
        return
    for table, column in subject.columns():
        if column.type == "timestamp" and subject.meaning(column) == "instant":
            yield Hit(
                subject.named(table, column.name),
                column.place,
                "DateTime carries no offset: use DateTimeOffset for a moment in time",
                "a naive timestamp without its time zone is read differently by every server and converted twice",
                severity="medium",
            )


def instant_as_text(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        what = subject.meaning(column)
        if column.type in _TEXTS and what in ("instant", "date") and subject.dialect != "sqlite":
            kind = "instant" if what == "instant" else "date"
            name = "timestamptz" if what == "instant" else "date"
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"A {'moment' if what == 'instant' else 'date'} is kept as text ({column.declared.lower()}); use a {name if subject.is_postgresql else kind + ' type'}",
                "a string accepts any format and 30 February, does not sort by time, and no date arithmetic or range index works on it",
                alter_type(subject, table, column, kind, f"NULLIF({{c}}, '')::{name}"),
            )
        elif column.type in ("int",) and what == "instant":
            yield Hit(
                subject.named(table, column.name),
                column.place,
                "A moment is kept as a 32-bit epoch integer; use a timestamp with time zone",
                "seconds since 1970 overflow in 2038, and nobody can read or index them as dates",
                alter_type(subject, table, column, "instant", "to_timestamp({c})"),
            )


_OF_DAY = re.compile(
    r"\b(?:start|end|opening|closing|pickup|delivery|departure|arrival|check in|check out)? ?time$|^(?:opens|closes)$"
)
_CLOCK = re.compile(r"\b(?:HH:MM|[0-2]?\d:[0-5]\d)\b", re.IGNORECASE)


def epoch(subject: Subject) -> Iterable[Hit]:
    """A moment as a count of milliseconds."""
    for table, column in subject.columns() if subject.dialect != "sqlite" else ():
        told = re.search(r"\b(?:epoch|unix|since 1970|millis\w*)\b", subject.comment(column), re.IGNORECASE)
        if column.type == "bigint" and (told or subject.meaning(column) == "instant"):
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"A moment is kept as an epoch number ({column.declared.lower()}); use a timestamp with time zone",
                "nobody can read it, seconds and milliseconds get mixed, and no date arithmetic or partition by day works on it",
                alter_type(subject, table, column, "instant", "to_timestamp({c} / 1000.0)"),
                "low",
            )


def time_as_text(subject: Subject) -> Iterable[Hit]:
    """A time of day or a length of time in a short string, by its name or by the example beside it."""
    for table, column in subject.columns():
        short = column.type in _TEXTS and (column.length or 99) <= 8
        shown = column.type in _TEXTS and _CLOCK.search(subject.comment(column)) is not None
        if subject.dialect == "sqlite" or subject.meaning(column) in ("instant", "date"):
            continue
        if shown or (short and _OF_DAY.search(words_of(column.name))):
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"A time is kept as text ({column.declared.lower()}); use time for a time of day, or interval for a length of time",
                "'8:30', '08.30' and '25:00' all get in, the strings sort wrongly, and no difference can be computed",
            )


def zoned_time(subject: Subject) -> Iterable[Hit]:
    """A time of day with an offset and no date."""
    for table, column in subject.columns():
        if re.fullmatch(r"TIMETZ|TIME(?:\(\d\))? WITH TIME ZONE", column.declared.upper()):
            yield Hit(
                subject.named(table, column.name),
                column.place,
                "A time of day with an offset (timetz) has no date that would say whether summer time applies; use time, with the name of the time zone beside it",
                "the same shop opens an hour earlier or later after the clocks change",
                alter_type(subject, table, column, "time", "{c}::time"),
            )


MOMENTS = (
    Rule("instant-as-text", "types", "high", f"{_LAYOUT}#moments-in-time", instant_as_text),
    Rule("naive-timestamp", "types", "medium", f"{_LAYOUT}#moments-in-time", naive_timestamp),
    Rule("epoch", "types", "low", f"{_LAYOUT}#moments-in-time", epoch),
    Rule("time-as-text", "types", "medium", f"{_LAYOUT}#moments-in-time", time_as_text),
    Rule("zoned-time", "types", "medium", f"{_LAYOUT}#moments-in-time", zoned_time),
    Rule("naive-datetime", "types", "medium", f"{_LAYOUT}#moments-in-time", naive_in_entity_framework),
)
