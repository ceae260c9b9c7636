"""Something that two have got at once, by the asker's own words: what makes it one of a kind, and how one of them takes it."""

import re
from collections.abc import Iterable

from kb.meaning import words_of
from kb.schema import Column, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import create_index
from service.analysis.review.integrity import period
from service.analysis.review.subject import Subject

_GOT = r"sold|booked|taken|assigned|reserved|bought|claimed|issued|given out|handed out|picked|redeemed|used"
_SAME = re.compile(
    rf"\b(?:two|both|three|several|2|3|multiple|different|many)\b[^.?!\n]{{0,60}}?\b(?:the |a )?same (\w+)|\b(\w+?)s? (?:\w+ )?(?:was|were|is|are|gets?|got|been|being) (?:{_GOT}) (?:twice|two times|more than once)|\bdouble[- ]?(?:book|sell|sold|sale|assign|redeem)\w*\s+(?:of\s+|for\s+)?(?:the\s+|a\s+|an\s+|our\s+)?(\w+)",
    re.IGNORECASE,
)
_NO_THING = frozenset(["time", "day", "moment", "second", "minute", "row", "record", "data", "thing", "way", "place", "error", "problem", "id", "table", "database", "transaction"])  # fmt: skip
_TAKER = re.compile(r"\b(?:buyer|user|customer|holder|owner|guest|member|client|passenger|patient|student|assignee|renter|player|winner|agent|worker|driver|courier|rider|visitor|attendee)\b|\b(?:taken|booked|sold|reserved|claimed|redeemed|assigned|used) (?:by|to)\b")  # fmt: skip


def same_thing(subject: Subject) -> str:
    """What the asker says that two have got, in one word; empty where he says no such thing."""
    for match in _SAME.finditer(subject.facts.text):
        noun = next((word.lower() for word in match.groups() if word), "")
        if len(noun) > 2 and noun not in _NO_THING:
            return noun
    return ""


def _says(words: str, noun: str) -> bool:
    """Whether a name ends in the noun, singular or plural, with or without its key's ending."""
    last = re.sub(r" (?:id|no|nr|number|code|key)$", "", words).rpartition(" ")[2]
    return last.removesuffix("s") == noun.removesuffix("s")


def thing_of(table: Table, noun: str) -> Column | None:
    """The column that says which thing a row is about."""
    own = (c for c in table.columns if c.name not in table.primary_key or len(table.primary_key) > 1)
    return next((c for c in own if _says(words_of(c.name), noun)), None)


def tells(table: Table, noun: str) -> bool:
    """Whether a row of the table is the thing, or says which one it is about."""
    return thing_of(table, noun) is not None or _says(words_of(table.name), noun)


def taken_twice(subject: Subject) -> Iterable[Hit]:
    noun = same_thing(subject)
    for table in subject.tables if noun else ():
        thing, taker = thing_of(table, noun), _taker(table)
        if thing is not None and period(table) is None:
            yield from _not_unique(subject, table, thing, taker)
        elif thing is None and taker is not None and _says(words_of(table.name), noun):
            yield Hit(
                subject.named(table),
                table.place,
                f"Nothing keeps two sessions from taking the same {noun}: {_take(table, taker)}, or lock the row by SELECT … FOR UPDATE before the check",
                "both read it as free before either writes, and the later write replaces the earlier one without an error",
            )


def _not_unique(subject: Subject, table: Table, thing: Column, taker: Column | None) -> Iterable[Hit]:
    owners = [c for key in table.keys_of("foreign") for n in key.columns if (c := table.column(n)) and not c.nullable and c != thing and not _TAKER.search(words_of(n))]  # fmt: skip
    names = tuple(dict.fromkeys(c.name for c in (*owners, thing)))
    # A key of the thing and of who has it lets two have it.
    if any(set(columns) <= set(names) or (thing.name in columns and not any(_TAKER.search(words_of(c)) for c in columns)) for columns in subject.uniques(table)):  # fmt: skip
        return
    fields = [subject.artefacts.fields.get(f"{table.name}.{name}", name) for name in names]
    model = subject.artefacts.framework == "django"
    how = f"UniqueConstraint(fields={fields!r}, name=…) in Meta.constraints" if model else "a unique index"
    yield Hit(
        f"{subject.named(table)} ({', '.join(fields)})",
        table.place,
        f"Nothing keeps two rows of the same {words_of(thing.name)} apart: make ({', '.join(fields)}) unique by {how}, and let the second one's error say that it is gone"
        + (f"; where the rows are there before they are taken, {_take(table, taker)}" if taker else ""),
        "a check in code races between two sessions: both find it free and both write",
        create_index(subject, table, names, unique=True),
    )


def _taker(table: Table) -> Column | None:
    """The column that is empty until somebody takes the row."""
    return next((c for c in table.columns if c.nullable and _TAKER.search(words_of(c.name))), None)


def _take(table: Table, taker: Column) -> str:
    key = table.primary_key[0] if table.primary_key else "id"
    return f"take one by a single statement, UPDATE {table.name} SET {taker.name} = … WHERE {key} = … AND {taker.name} IS NULL, and treat no row changed as taken already"


TAKEN_TWICE = (
    Rule("taken-twice", "integrity", "high", "patterns/integrity-constraints-and-validation#a-check-before-writing-races", taken_twice, asked=True),
)  # fmt: skip
