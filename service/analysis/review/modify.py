"""Columns that are stated anew as a whole: in MySQL and SQL Server a later change of a column keeps what an earlier one made."""

import re
from collections.abc import Sequence

from service.analysis.review.subject import Subject

_WHOLE = re.compile(r"(?P<head>ALTER TABLE (?P<table>\S+) (?:MODIFY|ALTER COLUMN) (?P<column>\S+)) (?P<type>[^;]*?)(?P<null> NOT NULL)?(?P<rest> (?:DEFAULT|AUTO_INCREMENT)\b[^;]*)?;")  # fmt: skip


def in_sequence(fixes: Sequence[Sequence[str]], subject: Subject) -> list[list[str]]:
    """The fixes in their order, each statement of a whole column with the type and NOT NULL that those before it gave it."""
    if not subject.is_mysql and subject.dialect != "sqlserver":
        return [list(each) for each in fixes]
    given: dict[tuple[str, str], tuple[str, str]] = {}

    def kept(match: re.Match[str]) -> str:
        place = (match["table"], match["column"])
        own = _declared(subject, *place)
        before, null = given.get(place, ("", ""))
        # What only adds NOT NULL states the type that was declared.
        new = before if before and match["type"].lower() == own else match["type"]
        given[place] = (new, match["null"] or null)
        return f"{match['head']} {new}{given[place][1]}{match['rest'] or ''};"

    return [[_WHOLE.sub(kept, fix) for fix in each] for each in fixes]


def _declared(subject: Subject, table: str, column: str) -> str:
    known = subject.table(table.rpartition(".")[2].strip("`[]"))
    found = known.column(column.strip("`[]")) if known else None
    return found.declared.lower() if found else ""
