"""What is good: statements that hold of the pasted schema, said only where there is something that could have been wrong."""

from collections.abc import Callable
from dataclasses import dataclass

from service.analysis.review.subject import Subject


@dataclass(frozen=True)
class Praise:
    """One good thing, and the section that says why it is."""

    text: str
    section: str


@dataclass(frozen=True)
class _Rule:
    """`broken_by` are rules without a hit; `holds` is whether there was anything to judge."""

    broken_by: frozenset[str]
    holds: Callable[[Subject], bool]
    text: str
    section: str


def _keyed(subject: Subject) -> bool:
    return len(subject.tables) >= 2 and all(table.primary_key for table in subject.tables)


def _money(subject: Subject) -> bool:
    return any(subject.meaning(column) == "money" for _, column in subject.columns())


def _aware(subject: Subject) -> bool:
    return any(column.type == "timestamptz" for _, column in subject.columns())


def _related(subject: Subject) -> bool:
    return any(True for _ in subject.foreign_keys())


def _checked(subject: Subject) -> bool:
    return sum(len(table.checks) for table in subject.tables) >= 2


def _scoped(subject: Subject) -> bool:
    return bool(subject.tenants) and any(len(k.columns) > 1 and set(k.columns) & subject.tenants for _, k in subject.foreign_keys())  # fmt: skip


def _secured(subject: Subject) -> bool:
    return any(table.row_security and table.forced for table in subject.tables)


def _partitioned(subject: Subject) -> bool:
    return any(table.partitioned for table in subject.tables)


_LAYOUT = "patterns/physical-types-and-layout"
PRAISES: tuple[_Rule, ...] = (
    _Rule(frozenset({"no-primary-key"}), _keyed, "Every table has a primary key", "checklists/schema-review#tables-without-a-primary-key"),
    _Rule(frozenset({"float-money", "number-as-text", "scaleless-money", "money-type"}), _money, "Amounts of money are exact numbers", f"{_LAYOUT}#money"),
    _Rule(frozenset({"naive-timestamp", "instant-as-text", "naive-now"}), _aware, "Moments carry their time zone", f"{_LAYOUT}#moments-in-time"),
    _Rule(frozenset({"unindexed-foreign-key"}), _related, "Every foreign key has an index that begins with it", "checklists/schema-review#foreign-keys-without-an-index"),
    _Rule(frozenset(), _checked, "Rules of single rows are CHECK constraints", "patterns/integrity-constraints-and-validation#the-strongest-tool-that-fits"),
    _Rule(frozenset({"reference-without-tenant"}), _scoped, "Foreign keys carry the tenant, so no row can point at another tenant's", "patterns/tenant-shared-schema#solution"),
    _Rule(frozenset({"no-row-security", "policy-missing", "open-policy"}), _secured, "Row-level security is enabled and forced on the tenant tables", "patterns/tenant-shared-schema#policies-as-the-second-line"),
    _Rule(frozenset(), _partitioned, "What grows by time is partitioned, so that old rows leave by a drop", "patterns/range-partitioning#deletion-becomes-a-drop"),
)  # fmt: skip


def praises(subject: Subject, hit: frozenset[str]) -> tuple[Praise, ...]:
    """What holds of the schema, given the rules that found something."""
    kept = (rule for rule in PRAISES if not rule.broken_by & hit and rule.holds(subject))
    return tuple(Praise(rule.text, rule.section) for rule in kept)
