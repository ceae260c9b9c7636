"""Columns of one row that contradict each other where nothing checks them: two ends that are one, a parent of itself, all or none of several references."""

import re
from collections.abc import Iterable

from kb.meaning import words_of
from kb.schema import Key, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import add_check, column_sql
from service.analysis.review.subject import Subject

_RULES = "patterns/integrity-constraints-and-validation"
_ROW = f"{_RULES}#checks-over-one-row-and-null-passes-a-check"
# Who did something to the row may be one and the same.
_ACTED = re.compile(r"\bby\b|author|editor|creator|owner|assign|updat|creat|approv|review|modif|manager|contact")
_EITHER = re.compile(r"\beither\b.{0,80}\bor\b|\bexactly one of\b|\bone of (?:the )?(?:two|three|both|them)\b|\bnever both\b|\bnot both\b", re.IGNORECASE)  # fmt: skip
_NUMBERS = ("int", "bigint", "smallint", "numeric", "float", "real")
_SENTINEL = re.compile(r"'(?:9999-12-31|2999-12-31|1900-01-01|1970-01-01|0001-01-01)[^']*'")


def same_at_both_ends(subject: Subject) -> Iterable[Hit]:
    """Two required references to one table, such as home and away: nothing keeps them from being the same row."""
    for table in subject.tables:
        by_target: dict[str, list[Key]] = {}
        for key in table.keys_of("foreign"):
            if len(key.columns) == 1 and key.target != table.name and not _ACTED.search(words_of(key.columns[0])):
                by_target.setdefault(key.target, []).append(key)
        for target, keys in by_target.items():
            if len(keys) != 2 or _checked_together(table, keys):
                continue
            a, b = (column_sql(subject, table, key.columns[0]) for key in keys)
            yield Hit(
                subject.named(table, keys[1].columns[0]),
                keys[1].place,
                f"{keys[0].columns[0]} and {keys[1].columns[0]} may be the same {target} row; if that makes no sense, add a CHECK that they are different",
                "a row that points at itself from both ends counts twice, and no foreign key forbids it",
                add_check(subject, table, "ends_differ", f"{a} <> {b}"),
            )


def own_parent(subject: Subject) -> Iterable[Hit]:
    for table, key in subject.foreign_keys():
        own = table.primary_key
        if key.target != table.name or len(key.columns) != 1 or len(own) != 1 or subject.checked(table, key.columns[0]):
            continue
        c, k = column_sql(subject, table, key.columns[0]), column_sql(subject, table, own[0])
        yield Hit(
            subject.named(table, key.columns[0]),
            key.place,
            f"A row may be its own parent ({key.columns[0]} = {own[0]}); add a CHECK that it points at another row, and guard against longer cycles where the tree is walked",
            "a recursive query over a cycle does not end without its own guard (CYCLE, or UNION instead of UNION ALL)",
            add_check(subject, table, f"{key.columns[0]}_not_self", f"{c} <> {k}"),
        )


def all_or_none(subject: Subject) -> Iterable[Hit]:
    """Several optional references of which one is meant."""
    asked = _EITHER.search(subject.facts.text)
    said = {remark.table.name for remark in subject.remarks if _EITHER.search(remark.comment.text)}
    for table in subject.tables:
        keys = [key for key in table.keys_of("foreign") if len(key.columns) == 1 and key.target != table.name]
        # Who touched the row says nothing of what it belongs to.
        keys = [key for key in keys if not _ACTED.search(words_of(key.columns[0]))]
        optional = [key for key in keys if (c := table.column(key.columns[0])) is not None and c.nullable]
        if len(optional) < 2 or len({key.target for key in optional}) < 2 or _checked_together(table, optional):
            continue
        told = asked is not None or table.name in said
        if not told and len(optional) < len(keys):
            continue
        names = [column_sql(subject, table, key.columns[0]) for key in optional]
        condition = f"num_nonnulls({', '.join(names)}) = 1" if subject.is_postgresql else " + ".join(f"CASE WHEN {n} IS NULL THEN 0 ELSE 1 END" for n in names) + " = 1"  # fmt: skip
        yield Hit(
            subject.named(table),
            table.place,
            f"Each of {', '.join(key.columns[0] for key in optional)} may be NULL, so a row may point at none of them or at several; add a CHECK that exactly one is set, if one is meant",
            "a row that belongs to nobody shows on no screen, and one that belongs to two is counted twice",
            add_check(subject, table, "one_reference", condition),
            "medium" if told else "low",
        )


def _checked_together(table: Table, keys: Iterable[Key]) -> bool:
    names = [key.columns[0] for key in keys]
    return any(all(re.search(rf"\b{re.escape(n)}\b", check.expression, re.IGNORECASE) for n in names[:2]) for check in table.checks)  # fmt: skip


def sentinel_date(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        written = _SENTINEL.search(column.default if column.default.startswith("'") else f"'{column.default}'")
        if written is None or column.type not in ("date", "timestamp", "timestamptz", "text", "varchar"):
            continue
        yield Hit(
            subject.named(table, column.name),
            column.place,
            f"A sentinel date ({written.group()}) stands for “not known” or “open”; let the column be NULL, or use a range with an open end",
            "averages, durations and sorts take it for a real date, and the planner's histogram is stretched by it",
        )


_LOWER = re.compile(r"\b(min|minimum|lower|low|from|lowest|smallest)\b")
_UPPER = {"min": "max", "minimum": "maximum", "lower": "upper", "low": "high", "from": "to", "lowest": "highest", "smallest": "largest"}  # fmt: skip


def bounds_crossed(subject: Subject) -> Iterable[Hit]:
    for table in subject.tables:
        by_words = {words_of(c.name): c for c in table.columns if c.type in _NUMBERS}
        for words, low in by_words.items():
            match = _LOWER.search(words)
            high = by_words.get(words.replace(match[1], _UPPER[match[1]])) if match else None
            if high is None or any(low.name in check.columns and high.name in check.columns for check in table.checks):
                continue
            a, b = (column_sql(subject, table, c.name) for c in (low, high))
            yield Hit(
                subject.named(table, high.name),
                high.place,
                f"No CHECK keeps {high.name} from being less than {low.name}",
                "a range whose ends are crossed matches nothing, and nobody sees why",
                add_check(subject, table, f"{high.name}_bounds", f"{a} <= {b}"),
            )


ROW_CHECKS = (
    Rule("all-or-none", "integrity", "medium", _ROW, all_or_none),
    Rule("same-at-both-ends", "integrity", "low", _ROW, same_at_both_ends),
    Rule("bounds-crossed", "integrity", "low", _ROW, bounds_crossed),
    Rule("own-parent", "integrity", "low", _ROW, own_parent),
    Rule("sentinel-date", "integrity", "low", "patterns/physical-types-and-layout#moments-in-time", sentinel_date),
)
