"""Types, defaults and constraints that mean in one engine what nobody expects of them."""

import re
from collections.abc import Iterable

from kb.meaning import words_of
from kb.schema import Place
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import column_sql, table_sql
from service.analysis.review.subject import Subject

_LAYOUT = "patterns/physical-types-and-layout"
_AHEAD = re.compile(r"\b(?:until|expires?|expiry|expiration|valid to|due|ends?|end date|renewal|maturity|matures|warranty|retire\w*|deadline)\b")  # fmt: skip
_UNTRUSTED = re.compile(
    r"\bALTER\s+TABLE\s+([\w.\[\]\"]+)\s+WITH\s+NOCHECK\s+ADD\b[^;]*?\b(?:FOREIGN\s+KEY|CHECK)\b|\bALTER\s+TABLE\s+([\w.\"]+)[^;]*\bENABLE\s+NOVALIDATE\b"
)


def zero_date(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns() if subject.is_mysql else ():
        if column.default.strip("'\"").startswith("0000-00-00"):
            yield Hit(
                subject.named(table, column.name),
                column.place,
                "The zero date 0000-00-00 stands for “not known”: let the column be NULL, and default to that",
                "it is no date: strict mode (NO_ZERO_DATE) refuses it, drivers fail on it, and it sorts before every real one",
                f"ALTER TABLE {table_sql(subject, table)} MODIFY {column_sql(subject, table, column.name)} {column.declared} NULL DEFAULT NULL;",
            )


def ends_in_2038(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns() if subject.is_mysql else ():
        if column.declared.upper().startswith("TIMESTAMP") and _AHEAD.search(words_of(column.name)):
            yield Hit(
                subject.named(table, column.name),
                column.place,
                "TIMESTAMP ends on 19 January 2038 here, and this column looks ahead; use DATETIME in UTC, or DATE",
                "a later end is out of its range and refused, or stored as zero outside strict mode",
                f"ALTER TABLE {table_sql(subject, table)} MODIFY {column_sql(subject, table, column.name)} DATETIME{'' if column.nullable else ' NOT NULL'};",
            )


def bytes_for_characters(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns() if subject.dialect == "oracle" else ():
        after = subject.artefacts.text[column.place.end : column.place.end + 40] if column.place else ""
        if re.match(r"[\"\s]*VARCHAR2?\s*\(\s*\d+\s+BYTE\s*\)", after, re.IGNORECASE):
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"{column.name} is measured in bytes; declare its length in characters ({column.length} CHAR)",
                "letters beyond ASCII take two to four bytes, so values that fit on the screen fail with ORA-12899",
                f"ALTER TABLE {table_sql(subject, table)} MODIFY ({column_sql(subject, table, column.name)} VARCHAR2({column.length} CHAR));",
            )


def untrusted_constraint(subject: Subject) -> Iterable[Hit]:
    """A constraint that was put over rows nobody looked at, and is never checked afterwards in what was pasted."""
    for match in _UNTRUSTED.finditer(subject.sql) if subject.dialect in ("sqlserver", "oracle") else ():
        at = match.start(1) if match.group(1) else match.start(2)
        written = subject.artefacts.text[at : at + len(match.group(1) or match.group(2))]
        name = written.rpartition(".")[2].strip('[]"')
        if re.search(rf"{re.escape(written.upper())}\s+WITH\s+CHECK\s+CHECK\s+CONSTRAINT|{re.escape(written.upper())}[^;]*\bENABLE\s+VALIDATE\b", subject.sql):  # fmt: skip
            continue
        how = "WITH NOCHECK" if subject.dialect == "sqlserver" else "NOVALIDATE"
        yield Hit(
            name,
            Place(match.start(), match.end(), subject.artefacts.text[match.start() : match.end()].split("\n")[0]),
            f"The constraint was added {how}, so existing rows were not checked and it is not trusted; mend the orphans, then validate it ({'WITH CHECK CHECK CONSTRAINT' if subject.dialect == 'sqlserver' else 'ENABLE VALIDATE'})",
            "rows that break it stay, and the optimiser does not rely on it",
        )


def decimal_by_default(subject: Subject) -> Iterable[Hit]:
    """Entity Framework gives a decimal two digits after the point where nobody says how many."""
    text = subject.artefacts.text
    if subject.artefacts.framework != "entity_framework" or "HavePrecision" in text:
        return
    for table, column in subject.columns():
        said = rf"=>\s*\w+\.{re.escape(column.name)}\)[^;]{{0,300}}\.Has(?:Precision|ColumnType)\("
        if column.declared == "decimal" and not re.search(said, text):
            yield Hit(
                subject.named(table, column.name),
                column.place,
                "A decimal without precision becomes decimal(18,2), and further digits are silently rounded; state it with HasPrecision or [Precision]",
                "what the code writes and what it reads back differ from the third digit on",
                severity="low" if subject.meaning(column) == "money" else "medium",
            )


ENGINE_TYPES = (
    Rule("decimal-by-default", "types", "medium", f"{_LAYOUT}#identifiers-numbers-and-the-rest", decimal_by_default),
    Rule("zero-date", "types", "medium", f"{_LAYOUT}#moments-in-time", zero_date),
    Rule("ends-in-2038", "types", "medium", f"{_LAYOUT}#moments-in-time", ends_in_2038),
    Rule("bytes-for-characters", "types", "medium", f"{_LAYOUT}#text", bytes_for_characters),
    Rule("untrusted-constraint", "integrity", "medium", "patterns/integrity-constraints-and-validation#the-strongest-tool-that-fits", untrusted_constraint),
)  # fmt: skip
