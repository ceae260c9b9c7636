"""Tables that know a row only by the number they gave it, where the asker says that things came in twice."""

import re
from collections.abc import Iterable

from kb.meaning import words_of
from kb.schema import Column, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import create_index
from service.analysis.review.subject import Subject
from service.analysis.review.taken_twice import same_thing, tells

_TWICE = re.compile(
    r"\btwice\b|\btwo or three times\b|\b(?:two|three|several) times\b|\ba second time\b|\bduplicat\w+|\bdouble[- ]?(?:book|click|charg|count|entr)\w*|\bmore than once\b|\bexactly once\b|\b(?:sen[dt]|deliver\w*|resen[dt]|retr\w+|comes?|came) (?:\w+ ){0,3}again\b|\b(?:two|both|three) \w+ (?:\w+ ){0,4}(?:the )?same\b|\bsame \w+ (?:two|three|several) times\b|\b(?:has|have|got|with) two \w+ (?:in|for|of|at)\b",
    re.IGNORECASE,
)
_COUNTER = re.compile(r"\b(?:no|number|seq|sequence|counter|slot|shift|turn|round|term|semester|period|week|half|year|month)$")  # fmt: skip


def entered_twice(subject: Subject) -> Iterable[Hit]:
    said, noun = _TWICE.search(subject.facts.text), same_thing(subject)
    for table in subject.tables if said else ():
        names = _identity(subject, table)
        # Which column is the thing is told, and what goes with it is found by that.
        named = bool(noun) and tells(table, noun)
        if said is None or named or not names or not _by_number_only(subject, table):
            continue
        yield Hit(
            subject.named(table),
            table.place,
            f"It is said that “{said.group()}”: nothing but the number that the table gives keeps a duplicate out, so a retry or a second session stores the same thing twice; make what identifies it unique, such as ({', '.join(names)}), and insert ON CONFLICT DO NOTHING",
            "a surrogate key makes every row unique, also the one that is sent again",
            create_index(subject, table, names, unique=True),
            "low",
        )


def _by_number_only(subject: Subject, table: Table) -> bool:
    """Whether nothing is unique but a key that the database hands out."""
    keys = [columns for columns in subject.uniques(table) if columns != table.primary_key]
    own = table.column(table.primary_key[0]) if len(table.primary_key) == 1 else None
    tied = own is not None and subject.references(table, own.name) is not None
    return not keys and own is not None and not tied and subject.meaning(own) == "identifier"


def _identity(subject: Subject, table: Table) -> tuple[str, ...]:
    """What tells two things apart: what they belong to, with the moment or the count of it."""
    owners = [c for key in table.keys_of("foreign") for name in key.columns if (c := table.column(name)) is not None and not c.nullable and name not in subject.tenants]  # fmt: skip
    owners = list(dict.fromkeys(owners))
    rest = [c for c in table.columns if c not in owners and not c.nullable and c.name not in table.primary_key]
    counted = [c for c in rest if _COUNTER.search(words_of(c.name)) and subject.meaning(c) != "money"]
    timed = [c for c in rest if _told(subject, c)]
    if not owners:
        return ()
    if len(owners) > 1 and counted and any(i.columns == (owners[-1].name, counted[0].name) for i in subject.schema.indexes_of(table.name)):  # fmt: skip
        owners = owners[-1:]
    return tuple(dict.fromkeys(c.name for c in (*owners, *timed[:1], *counted[:1])))


def _told(subject: Subject, column: Column) -> bool:
    """A day or moment that somebody tells, and not the clock of the insert."""
    return subject.meaning(column) in ("instant", "date") and not column.default and "auto_now" not in column.declared


SAID_TWICE = (
    Rule("entered-twice", "integrity", "low", "patterns/normal-forms#a-surrogate-key-hides-the-duplicate", entered_twice),
)  # fmt: skip
