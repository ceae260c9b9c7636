"""References: undeclared, of another type than what they point at, without an index, or at odds with themselves."""

import re
from collections.abc import Iterable

from kb.meaning import words_of
from kb.quantity import Quantity
from kb.schema import Column, Key, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import add_foreign_key, alter_type, create_index
from service.analysis.review.subject import Subject

_KEYED = ("int", "bigint", "smallint", "uuid", "numeric", "text", "varchar", "char")
# Names that many keys have.
_OWN_KEYS = ("id", "code", "key", "name", "no", "number", "uuid", "guid")
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
            subject.reference(table, key),
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
    for table, column in subject.columns():
        if subject.references(table, column.name) or table.primary_key == (column.name,) or column.type not in _KEYED:
            continue
        stem = _stem(column.name)
        target = _target(subject, table, column, stem)
        pointed = target.column(target.primary_key[0]) if target is not None and target.primary_key else None
        # A table kept by another engine or partitioned archive may leave keys off on purpose; a name alone is no proof.
        fits = pointed is not None and (pointed.type == column.type or {pointed.type, column.type} <= {"int", "bigint", "smallint"})  # fmt: skip
        if target is None or pointed is None or not fits or _typed_sibling(table, stem):
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


def _stem(name: str) -> str:
    """What a column's name says that it points at: `kunde` of kunde_id, id_kunde, fk_kunde and fk_kunde_id; empty where it is no pointer."""
    marked = re.match(r"^(?:(?:id|fk|ref)_)+(.+?)(?:_(?:id|fk|ref))?$|^(.+?)(?:_?id|_fk|_ref)$", name, re.IGNORECASE)
    return (marked.group(1) or marked.group(2)).rstrip("_") if marked else ""


def _typed_sibling(table: Table, stem: str) -> bool:
    return any(c.name.lower() in (f"{stem}_type".lower(), f"{stem}type".lower()) for c in table.columns)


def _target(subject: Subject, table: Table, column: Column, stem: str) -> Table | None:
    """The table that a column points at: by its role, its name, or because it is called as that table's key is."""
    low = stem.lower()
    if low in ("parent", "reports_to", "manager", "reply_to", "replied_to"):
        return table if low in ("parent", "reply_to") else subject.table("employees")
    roles = {"author": "user", "owner": "user", "creator": "user", "created_by": "user", "sender": "user", "recipient": "user", "assignee": "user", "buyer": "customer", "seller": "user"}  # fmt: skip
    for word in (low, roles.get(low, "")):
        for name in (word, f"{word}s", f"{word}es", f"{word[:-1]}ies" if word.endswith("y") else ""):
            found = subject.table(name) if word and name else None
            if found is not None:
                return found
    shared = [t for t in subject.tables if t is not table and t.primary_key == (column.name,) and words_of(column.name) not in _OWN_KEYS]  # fmt: skip
    if len(shared) == 1:
        return shared[0]
    # A bare noun points only where its type is that of a key and nothing else.
    meant = words_of(stem or (column.name if column.type in ("bigint", "uuid") else ""))
    named = [t for t in subject.tables if t is not table and meant and _is_named(words_of(t.name), meant)]
    return named[0] if len(named) == 1 else None


def _is_named(table: str, meant: str) -> bool:
    """Whether the words name the table: in the plural, behind the prefix of all tables, or in a plural that is not English."""
    bare = re.sub(r"^(?:tbl|t|tab|tb|app|dim) ", "", table)
    if bare in (meant, f"{meant}s", f"{meant}es", re.sub(r"y$", "ies", meant)):
        return True
    ending = bare.removeprefix(meant[:-1]) if len(meant) >= 5 and bare.startswith(meant[:-1]) else " " * 9
    return len(ending) <= 3 and ending != meant[-1:] and (ending.isalpha() or not ending)


def sign_differs(subject: Subject) -> Iterable[Hit]:
    for table, key in subject.foreign_keys() if subject.is_mysql else ():
        target = subject.table(key.target)
        pointed = (key.target_columns or target.primary_key) if target else ()
        for name, other in zip(key.columns, pointed, strict=False):
            column, wanted = table.column(name), target.column(other) if target else None
            if column is None or wanted is None or column.type != wanted.type:
                continue
            if ("UNSIGNED" in column.declared.upper()) != ("UNSIGNED" in wanted.declared.upper()):
                yield Hit(
                    subject.named(table, name),
                    column.place,
                    f"The foreign key has another type than the key that it references: one of them is UNSIGNED and the other signed ({column.declared.lower()}, {wanted.declared.lower()}); make both the same",
                    "InnoDB refuses the constraint as incompatible, and joins compare over a cast",
                )


def null_where_required(subject: Subject) -> Iterable[Hit]:
    """ON DELETE SET NULL over a column that may not be NULL: the delete fails, always."""
    for table, key in subject.foreign_keys():
        required = [name for name in key.columns if (c := table.column(name)) is not None and not c.nullable]
        if key.on_delete == "set null" and required:
            yield Hit(
                subject.named(table, required[0]),
                key.place,
                f"ON DELETE SET NULL contradicts NOT NULL on {required[0]}: every delete of a {key.target} row that is referenced fails; write RESTRICT, or let the column be NULL",
                "what reads like a rule for deletions is an error at run time, and it names the wrong cause",
            )


def closed_circle(subject: Subject) -> Iterable[Hit]:
    """Two tables that require each other, checked at once: no first row can be inserted."""
    required = {(t.name, k.target): (t, k) for t, k in subject.foreign_keys() if all((c := t.column(n)) is not None and not c.nullable for n in k.columns)}  # fmt: skip
    for (name, target), (table, key) in required.items():
        if name < target and (target, name) in required and "DEFERRABLE" not in subject.sql:
            other = required[(target, name)][1]
            yield Hit(
                f"{subject.named(table, key.columns[0])} and {target}.{other.columns[0]}",
                key.place,
                f"{name} and {target} require each other (a circular reference), and neither foreign key is deferrable: let one be NULL, make it DEFERRABLE INITIALLY DEFERRED, or mark the chosen row in the child",
                "no first row of either can be inserted, dumps restore only with triggers off",
            )


REFERENCES = (
    Rule("sign-differs", "keys", "high", "patterns/join-strategies#types-that-differ", sign_differs),
    Rule("null-where-required", "keys", "medium", f"{_RULES}#an-action-for-every-foreign-key", null_where_required),
    Rule("closed-circle", "keys", "medium", f"{_RULES}#the-strongest-tool-that-fits", closed_circle),
    Rule("mismatched-reference", "keys", "high", "patterns/join-strategies#types-that-differ", mismatched_reference),
    Rule("unindexed-foreign-key", "keys", "high", "checklists/schema-review#foreign-keys-without-an-index", unindexed_foreign_key),
    Rule("missing-foreign-key", "integrity", "medium", f"{_RULES}#the-strongest-tool-that-fits", missing_foreign_key),
)  # fmt: skip
