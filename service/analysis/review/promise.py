"""Rules that the comments promise and the schema does not keep: one per, never below, always, kept for, without gaps."""

import re
from collections.abc import Iterable

from kb.meaning import words_of
from kb.schema import Column, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import add_check, column_sql, create_index, set_not_null
from service.analysis.review.remark import Remark
from service.analysis.review.subject import Subject

_RULES = "patterns/integrity-constraints-and-validation"
_ONCE = re.compile(r"\b(?:(?:at most |only |exactly )?one\b.{0,40}\bper\b|at most one|only one|exactly one|belongs to one|(?:sold|used|applies|booked|counted|registered|issued) (?:only )?once|once (?:per|for each|a)\b|must be unique|is unique|are unique|unique (?:per|across|within|in|for|among)|no two|never twice|not twice|no duplicates?|one per|cannot be (?:reused|repeated))", re.IGNORECASE)  # fmt: skip
_POSITIVE = re.compile(r"\b(?:never (?:below|under|less than|negative)|not negative|cannot be negative|non-?negative|above zero|greater than (?:zero|0)|positive|at least (?:zero|0|1|one)|between \d+ and \d+|from \d+ to \d+|\d+ ?(?:\.\.|to|-|–) ?\d+|0 (?:and|or) 100|percent)\b", re.IGNORECASE)  # fmt: skip
_ALWAYS = re.compile(r"\b(?:every \w+ has|each \w+ has|always (?:has|set|given|known|there|present|filled)|never (?:null|empty|missing)|not null|required|mandatory|must be (?:set|given|known|present)|obligatory)\b", re.IGNORECASE)  # fmt: skip
# A rule with a condition, or the opposite of one.
_SOMETIMES = re.compile(
    r"\b(?:only required|not (?:always |necessarily )?(?:required|mandatory|mand|set|needed)|isn't required|required (?:if|when|only|for)|mandatory (?:if|when|only|for)|optional)\b|n't (?:always )?(?:required|mandatory)",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"\b(?:number of times|how many times|limits? the)\b", re.IGNORECASE)
_FLAG = re.compile(r"\b(?:Y(?:es)?\b.{0,4}\bN(?:o)?|'?0'?\s*(?:/|,|or|and)\s*'?1'?|'?1'?\s*(?:/|,|or|and|=).{0,12}'?0'?|T\s*(?:/|or)\s*F|true\s*(?:/|or)\s*false|yes\s*(?:/|or)\s*no|J\s*(?:/|or)\s*N)\b", re.IGNORECASE)  # fmt: skip
_VALUES = re.compile(r"^\s*(?:one of:?\s*)?['\"]?\w[\w -]{1,24}['\"]?(?:\s*(?:,|\||/| or )\s*['\"]?\w[\w -]{1,24}['\"]?){2,}\s*(?:…|\.\.\.)?\s*$")  # fmt: skip
_LOCAL_DATE = re.compile(
    r"\b(?:DD|MM)[./-](?:MM|DD)[./-]YY(?:YY)?\b|\b(?:[0-2]?\d|3[01])[./](?:[0-2]?\d|3[01])[./](?:19|20)\d\d\b|\b(?:dd|gg|jj|tt)[./-]mm[./-](?:aaaa|jjjj|rrrr|yyyy|aa|yy)\b|\bmm[./-]dd[./-]yyyy\b",
    re.IGNORECASE,
)
# Examples in the comment that are amounts, with or without their unit.
_AMOUNT = re.compile(r"['\"]\d+(?:[.,]\d+)?(?: ?[a-zA-Z%°€$]{1,6})?['\"]")
_GAPS = re.compile(
    r"\b(?:without gaps|gap-?less|no gaps|runs? 1, 2, 3|consecutive|gaps are not allowed)\b", re.IGNORECASE
)
_FADES = re.compile(r"\b(?:kept|retained|stored|keep|retention|older than|deleted after|removed after|purged)\b.{0,40}\b(?:\d+|one|two|three|six|ten)\s+(?:days?|weeks?|months?|years?)\b|\bappend[- ]only\b", re.IGNORECASE)  # fmt: skip


def promised_unique(subject: Subject) -> Iterable[Hit]:
    for remark in subject.remarks:
        table, said = remark.table, remark.comment.text
        if not _ONCE.search(said) or _LIMIT.search(said):
            continue
        names = _meant(subject, remark)
        if not names or any(set(columns) & set(names) and columns != _surrogate(table) for columns in subject.uniques(table)):  # fmt: skip
            continue
        state, value = _state_of(table, said)
        where = f" WHERE {column_sql(subject, table, state.name)} = '{value}'" if state else ""
        names = tuple(n for n in names if state is None or n != state.name)
        tail = where if subject.is_postgresql or subject.dialect in ("sqlite", "sqlserver") else ""
        yield Hit(
            subject.named(table, remark.column.name) if remark.column else subject.named(table),
            (remark.column.place if remark.column else table.place),
            f"The comment says “{said[:90]}”, but no unique constraint keeps it; declare ({', '.join(names)}) unique{f' where {state.name} is {value}' if state else ''} ({_in_framework(subject)})",
            "what only the application checks is broken by the first retry or race between two sessions, and duplicates stay",
            create_index(subject, table, names, tail, unique=True),
        )


def _in_framework(subject: Subject) -> str:
    words = {"django": "UniqueConstraint in Meta", "sqlalchemy": "UniqueConstraint in __table_args__", "prisma": "@@unique", "typeorm": "@Unique", "entity_framework": "HasIndex(…).IsUnique()"}  # fmt: skip
    return words.get(str(subject.artefacts.framework), "UNIQUE")


def _surrogate(table: Table) -> tuple[str, ...]:
    key = table.primary_key
    return key if len(key) == 1 and words_of(key[0]) in ("id", f"{words_of(table.name)} id", f"{words_of(table.name).rstrip('s')} id") else ()  # fmt: skip


def _meant(subject: Subject, remark: Remark) -> tuple[str, ...]:
    """The columns that a comment speaks of: its own column, or those whose names stand in it, without plurals."""
    if remark.column is not None:
        return () if remark.column.name in _surrogate(remark.table) else (remark.column.name,)
    words = {_singular(word) for word in words_of(remark.comment.text).split()}
    named = []
    for column in remark.table.columns:
        parts = [
            _singular(part)
            for part in words_of(column.name).split()
            if part not in ("id", "fk", "no", "number", "nr", "code", "key", "name")
        ]
        if parts and column.name not in _surrogate(remark.table) and all(part in words for part in parts):
            named.append(column.name)
    keys = tuple(c for c in named if subject.references(remark.table, c) or not re.search(r"status|state|_at$", c))
    return keys if len(keys) >= 1 and (len(keys) > 1 or subject.references(remark.table, keys[0]) is not None or re.search(r"unique", remark.comment.text)) else ()  # fmt: skip


def _singular(word: str) -> str:
    return (
        word[:-3] + "y"
        if word.endswith("ies")
        else word[:-1]
        if word.endswith("s") and not word.endswith("ss")
        else word
    )


def _state_of(table: Table, said: str) -> tuple[Column | None, str]:
    """A value of a closed state that the comment names: the open basket, the active subscription."""
    for column in table.columns:
        if re.search(r"status|state", column.name, re.IGNORECASE):
            listed = " ".join(check.expression for check in table.checks if column.name in check.columns)
            for value in re.findall(r"'(\w+)'", listed):
                if re.search(rf"\b{value}\b", said, re.IGNORECASE):
                    return column, value
    return None, ""


def promised_range(subject: Subject) -> Iterable[Hit]:
    for remark in subject.remarks:
        column, said = remark.column, remark.comment.text
        numeric = column is not None and column.type in (
            "int",
            "bigint",
            "smallint",
            "numeric",
            "float",
            "real",
            "other",
        )
        if column is None or not numeric or not _POSITIVE.search(said) or subject.checked(remark.table, column.name):
            continue
        c = column_sql(subject, remark.table, column.name)
        bounds = re.search(r"(?:between |from )?(\d+) ?(?:and|to|\.\.|-|–) ?(\d+)", said)
        above = re.search(r"above zero|greater than|positive|at least (?:1|one)", said, re.IGNORECASE)
        condition = (
            f"{c} BETWEEN {bounds.group(1)} AND {bounds.group(2)}" if bounds else f"{c} > 0" if above else f"{c} >= 0"
        )
        yield Hit(
            subject.named(remark.table, column.name),
            column.place,
            f"The comment says “{said[:90]}”, but no CHECK constraint keeps {column.name} in its range",
            "an impossible or negative value is found at month end in a report instead of at once by the database",
            add_check(subject, remark.table, f"{column.name}_range", condition),
        )


def promised_value(subject: Subject) -> Iterable[Hit]:
    for remark in subject.remarks:
        column = remark.column
        if (
            column is None
            or not column.nullable
            or not _ALWAYS.search(remark.comment.text)
            or _SOMETIMES.search(remark.comment.text)
        ):
            continue
        yield Hit(
            subject.named(remark.table, column.name),
            column.place,
            f"The comment says “{remark.comment.text[:90]}”, but {column.name} may be NULL; make it NOT NULL",
            "NULL passes every CHECK and drops out of comparisons and sums",
            set_not_null(subject, remark.table, column),
        )


def promised_flag(subject: Subject) -> Iterable[Hit]:
    for remark in subject.remarks:
        column = remark.column
        flag = column is not None and column.type in ("char", "varchar", "text", "int", "smallint", "numeric", "other")
        if (
            column is None
            or not flag
            or not _FLAG.search(remark.comment.text)
            or subject.checked(remark.table, column.name)
        ):
            continue
        if subject.meaning(column) == "boolean" and subject.dialect not in ("sqlite", "oracle"):
            continue
        yield Hit(
            subject.named(remark.table, column.name),
            column.place,
            f"A flag is kept as {column.declared.lower()} (“{remark.comment.text[:60]}”); make it boolean, or close it with a CHECK where the engine has none",
            "it accepts other values beside the two that the code expects",
        )


def promised_list(subject: Subject) -> Iterable[Hit]:
    """A list of values in the comment of a free string."""
    for remark in subject.remarks:
        column = remark.column
        text = column is not None and column.type in ("text", "varchar", "char")
        if (
            column is None
            or not text
            or not _VALUES.match(remark.comment.text)
            or _LOCAL_DATE.search(remark.comment.text)
            or subject.checked(remark.table, column.name)
        ):
            continue
        if subject.meaning(column) in ("state", "list") or subject.references(remark.table, column.name):
            continue
        values = [v.strip(" '\"") for v in re.split(r",|\||/| or ", remark.comment.text) if v.strip(" '\"….")]
        listed = ", ".join(f"'{value}'" for value in values)
        yield Hit(
            subject.named(remark.table, column.name),
            column.place,
            f"An enumeration is a free string although its values are known ({remark.comment.text[:60]}); close it with a CHECK list, an enum type or a look-up table",
            "one misspelt value drops the row out of every query that filters on it, and no error is raised",
            add_check(subject, remark.table, f"{column.name}_check", f"{column_sql(subject, remark.table, column.name)} IN ({listed})"),
        )  # fmt: skip


def local_date(subject: Subject) -> Iterable[Hit]:
    for remark in subject.remarks:
        column = remark.column
        if (
            column is not None
            and column.type in ("text", "varchar", "char")
            and (written := _LOCAL_DATE.search(remark.comment.text))
        ):
            yield Hit(
                subject.named(remark.table, column.name),
                column.place,
                f"A date is kept as text in the order of its country ({written.group()}); use a date type, or ISO 8601 (YYYY-MM-DD) where the engine has none",
                "as text it does not sort by time, and no range or date arithmetic works on it",
            )


def amount_as_text(subject: Subject) -> Iterable[Hit]:
    """A string whose comment shows amounts, some of them with a unit or a comma: nothing can add them up."""
    for remark in subject.remarks:
        column, said = remark.column, remark.comment.text
        shown = _AMOUNT.findall(said)
        measured = any(re.search(r"[a-zA-Z%°€$]", each) or re.search(r"\d[.,]\d", each) for each in shown)
        if column is None or column.type not in ("text", "varchar", "char") or not measured:
            continue
        if set(re.findall(r"['\"][^'\"]+['\"]", said)) - set(shown) or subject.references(remark.table, column.name):
            continue
        yield Hit(
            subject.named(remark.table, column.name),
            column.place,
            f"A number is kept as text ({column.declared.lower()}: {shown[0]}); give it a numeric type in one unit, and name the unit in the column",
            "text sorts 10 before 9, units and commas differ from row to row, and every sum needs a cast that may fail",
        )


def promised_sequence(subject: Subject) -> Iterable[Hit]:
    for remark in subject.remarks:
        column = remark.column or next((c for c in remark.table.columns if re.search(r"(?:^|_)(?:number|no|num)_?$", c.name)), None)  # fmt: skip
        serial = column is not None and (column.generated or "nextval" in column.default.lower() or "SERIAL" in column.declared.upper())  # fmt: skip
        if column is not None and serial and _GAPS.search(remark.comment.text):
            yield _gaps(subject, remark.table, column)
    for table in subject.tables:
        for column in table.columns:
            legal = re.search(r"invoice|receipt|bill", table.name, re.IGNORECASE) and words_of(column.name) in ("number", "no", "num")  # fmt: skip
            if legal and (column.generated or "nextval" in column.default.lower()):
                yield _gaps(subject, table, column)


def _gaps(subject: Subject, table: Table, column: Column) -> Hit:
    return Hit(
        subject.named(table, column.name),
        column.place,
        f"{column.name} comes from a sequence, which is neither gapless nor in commit order; take numbers that must have no gaps from a counter row locked in the same transaction",
        "a rollback or a crash loses numbers that were handed out, and the gap cannot be explained to an auditor",
    )


def fading(subject: Subject) -> Iterable[Hit]:
    """A table whose comment names a period after which rows go, deleted row by row."""
    for remark in subject.remarks:
        table = remark.table
        timed = next((c for c in table.columns if c.type in ("timestamp", "timestamptz", "date")), None)
        if remark.column is not None or not _FADES.search(remark.comment.text) or table.partitioned or timed is None:
            continue
        if subject.is_append_only(table) or re.search(r"must be kept|at least", remark.comment.text):
            continue
        yield Hit(
            subject.named(table),
            table.place,
            f"Rows leave by age (“{remark.comment.text[:80]}”) but the table is not partitioned: partition it by range of {timed.name}, and drop or detach old partitions",
            "deleting row by row leaves dead rows, fills the log and delays the replicas; dropping a partition is a change of the catalogue",
        )


PROMISES = (
    Rule("promised-unique", "integrity", "medium", f"{_RULES}#a-check-before-writing-races", promised_unique),
    Rule("promised-range", "integrity", "medium", f"{_RULES}#checks-over-one-row-and-null-passes-a-check", promised_range),
    Rule("promised-value", "integrity", "medium", f"{_RULES}#null-passes-a-check", promised_value),
    Rule("promised-sequence", "concurrency", "medium", "patterns/identifier-strategy#ids-are-neither-gapless-nor-in-commit-order", promised_sequence),
    Rule("promised-flag", "types", "medium", "checklists/schema-review#types-that-lose-information", promised_flag),
    Rule("promised-list", "types", "medium", "patterns/physical-types-and-layout#states-and-enums", promised_list),
    Rule("amount-as-text", "types", "high", "patterns/physical-types-and-layout#identifiers-numbers-and-the-rest", amount_as_text),
    Rule("local-date", "types", "medium", "patterns/physical-types-and-layout#moments-in-time", local_date),
    Rule("fading-rows", "growth", "medium", "patterns/archival-and-tiered-storage#space-comes-back-by-dropping", fading),
)  # fmt: skip
