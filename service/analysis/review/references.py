"""References: undeclared, of another type than what they point at, without an index, or at odds with themselves."""

import re
from collections.abc import Iterable

from kb.quantity import Quantity
from kb.schema import Key, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import add_foreign_key, alter_type, create_index
from service.analysis.review.subject import Subject

_RULES = "patterns/integrity-constraints-and-validation"


def mismatched_reference(subject: Subject) -> Iterable[Hit]:
    for table, key in subject.foreign_keys():
        target = subject.table(key.target)
        if target is None:
            continue
        pointed = key.target_columns or target.primary_key
        for name, other in zip(key.columns, pointed, strict=False):
            column, wanted = table.column(name), target.column(other)
            if column is None or wanted is None or "other" in (column.type, wanted.type) or not column.declared:
                continue
            if column.type != wanted.type:
                kind = "bigint" if wanted.type == "bigint" else "uuid" if wanted.type == "uuid" else ""
                using = "{c}::text::uuid" if kind == "uuid" else ""
                yield Hit(
                    subject.named(table, name),
                    column.place,
                    f"The foreign key has another type ({column.declared.lower()}) than the key that it references ({target.name}.{other}, {wanted.declared.lower()}); make both the same",
                    "the narrower one overflows first, and joins and key checks cast one side, which can keep an index from being used",
                    alter_type(subject, table, column, kind, using) if kind == "bigint" else "",
                    "high"
                    if (column.type, wanted.type) in (("int", "bigint"), ("smallint", "int"), ("smallint", "bigint"))
                    else "medium",
                )


def unindexed_foreign_key(subject: Subject) -> Iterable[Hit]:
    if subject.is_mysql and subject.artefacts.framework not in ("prisma",):
        return
    rows = subject.facts.get("table.rows")
    for table, key in subject.foreign_keys():
        if not key.columns or subject.leads(table, key.columns) or _narrowed(subject, table, key):
            continue
        cascades = key.on_delete in ("cascade", "set null")
        numbers = f" of {rows} rows" if isinstance(rows, Quantity) and subject.grows(table) else ""
        yield Hit(
            subject.named(table, key.columns[0]),
            key.place,
            f"The foreign key ({', '.join(key.columns)}) to {key.target} has no index; create one that begins with its columns",
            f"each delete or key change of a {key.target} row scans the whole table{numbers}{', under lock, for every cascade' if cascades else ''}, and joins from the parent do too",
            create_index(subject, table, key.columns),
            "high" if cascades or numbers else "medium",
        )


def _narrowed(subject: Subject, table: Table, key: Key) -> bool:
    """A composite key whose own column is indexed, with the tenant elsewhere, is found well enough."""
    own = tuple(c for c in key.columns if c not in subject.tenants)
    return len(key.columns) > 1 and any(subject.leads(table, (c,)) for c in own)


def missing_foreign_key(subject: Subject) -> Iterable[Hit]:
    if not subject.schema.tables:
        return
    for table, column in subject.columns():
        match = re.match(r"^(.+?)_?id$", column.name, re.IGNORECASE)
        if match is None or subject.references(table, column.name) or table.primary_key == (column.name,):  # fmt: skip
            continue
        target = _target(subject, table, match.group(1))
        if target is None or column.type not in (
            "int",
            "bigint",
            "smallint",
            "uuid",
            "numeric",
            "text",
            "varchar",
            "char",
        ):
            continue
        pointed = target.column(target.primary_key[0]) if target.primary_key else None
        # A table kept by another engine or partitioned archive may leave keys off on purpose; a name alone is no proof.
        fits = pointed is not None and (pointed.type == column.type or {pointed.type, column.type} <= {"int", "bigint", "smallint"})  # fmt: skip
        if pointed is None or not fits or _typed_sibling(table, match.group(1)):
            continue
        # In a log it is meant: what happened stays when what it happened to is gone.
        declined = "db_constraint=False" in column.declared
        if declined and re.search(r"log|histor|audit|archive", table.name, re.IGNORECASE):
            continue
        composite = len(target.primary_key) > 1
        if (target is table and column.name in table.primary_key) or (composite and pointed.name != column.name):
            continue
        fix = "" if composite or pointed.type != column.type else add_foreign_key(subject, table, (column.name,), target, (pointed.name,))  # fmt: skip
        yield Hit(
            subject.named(table, column.name),
            column.place,
            f"{column.name} refers to {target.name} without a foreign key; declare the reference",
            "retries, scripts and restores leave orphans that no code path notices, and the planner knows nothing of the relation",
            fix,
            "low" if declined or subject.is_append_only(table) else "medium",
        )


def _typed_sibling(table: Table, stem: str) -> bool:
    return any(c.name.lower() in (f"{stem}_type".lower(), f"{stem}type".lower()) for c in table.columns)


def _target(subject: Subject, table: Table, stem: str) -> Table | None:
    low = stem.rstrip("_").lower()
    if low in ("parent", "reports_to", "manager", "reply_to", "replied_to"):
        return table if low in ("parent", "reply_to") else subject.table("employees")
    roles = {"author": "user", "owner": "user", "creator": "user", "created_by": "user", "sender": "user", "recipient": "user", "assignee": "user", "buyer": "customer", "seller": "user"}  # fmt: skip
    for word in (low, roles.get(low, "")):
        for name in (word, f"{word}s", f"{word}es", f"{word[:-1]}ies" if word.endswith("y") else ""):
            found = subject.table(name) if word and name else None
            if found is not None:
                return found
    return None


REFERENCES = (
    Rule("mismatched-reference", "keys", "high", "patterns/join-strategies#types-that-differ", mismatched_reference),
    Rule("unindexed-foreign-key", "keys", "high", "checklists/schema-review#foreign-keys-without-an-index", unindexed_foreign_key),
    Rule("missing-foreign-key", "integrity", "medium", f"{_RULES}#the-strongest-tool-that-fits", missing_foreign_key),
)  # fmt: skip
