"""Tenancy and security: whose row it is, who may see it, and what must not lie in the clear."""

import re
from collections.abc import Iterable

from kb.meaning import names_tenant, words_of
from kb.schema import Column, Key, Place, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import column_sql, columns_sql, create_index, quoted, table_sql
from service.analysis.review.subject import Subject

_TENANTS = "patterns/tenant-shared-schema"


def _scoped(subject: Subject) -> list[Table]:
    return [t for t in subject.tables if any(c.name in subject.tenants for c in t.columns)]


def _certain(subject: Subject) -> bool:
    """Whether the tenant is called so; a shop_id that most tables carry may be a mere part of the business."""
    return bool(subject.policed or subject.shared) or any(names_tenant(name) for name in subject.tenants)


def _tenant(subject: Subject, table: Table) -> Column | None:
    return next((c for c in table.columns if c.name in subject.tenants), None)


def reference_without_tenant(subject: Subject) -> Iterable[Hit]:
    for table, key in subject.foreign_keys():
        target = subject.table(key.target)
        own, other = _tenant(subject, table), _tenant(subject, target) if target else None
        if target is None or own is None or other is None or any(c in subject.tenants for c in key.columns):
            continue
        if target is table and key.columns == (own.name,):
            continue
        yield Hit(
            subject.reference(table, key),
            key.place,
            f"The foreign key ({', '.join(key.columns)}) to {target.name} leaves out the tenant; make it composite, ({own.name}, {', '.join(key.columns)}), over a unique ({other.name}, …) on both sides",
            "a row may point at another tenant's row, because foreign-key checks bypass row-level security",
            _composite(subject, table, key, target, (own, other)),
            ("medium" if subject.artefacts.framework else "high") if _certain(subject) else "low",
        )


def _composite(subject: Subject, table: Table, key: Key, target: Table, pair: tuple[Column, Column]) -> str:
    pointed = key.target_columns or target.primary_key
    if not subject.is_postgresql or not pointed or target.partitioned or subject.artefacts.framework is not None:
        return ""
    own, other = pair
    wanted = (other.name, *pointed)
    there = any(tuple(columns) == wanted for columns in subject.uniques(target))
    add = (
        ""
        if there
        else f"ALTER TABLE {table_sql(subject, target)} ADD UNIQUE ({columns_sql(subject, target, wanted)});\n"
    )
    name = quoted(f"{table.name}_{key.columns[0]}_tenant_fkey".lower()[:60], subject)
    return f"{add}ALTER TABLE {table_sql(subject, table)} ADD CONSTRAINT {name} FOREIGN KEY ({columns_sql(subject, table, (own.name, *key.columns))}) REFERENCES {table_sql(subject, target)} ({columns_sql(subject, target, wanted)});"


def unique_without_tenant(subject: Subject) -> Iterable[Hit]:
    for table in _scoped(subject):
        own = _tenant(subject, table)
        pairs = [(key.columns, key.place, key.name) for key in table.keys_of("unique")]
        pairs += [(i.columns, i.place, i.name) for i in subject.schema.indexes_of(table.name) if i.unique]
        for columns, place, _ in pairs:
            words = " ".join(words_of(c) for c in columns)
            # What is looked up before the tenant is known, or handed out at random, is global on purpose.
            glob = re.search(r"domain|host|token|uuid|guid|subdomain|public id|stripe|external|hash|idempotency", words)
            user = re.search(r"email|login|username", words) and re.search(r"^(?:app_?)?(?:users?|accounts?)$", table.name, re.IGNORECASE)  # fmt: skip
            if own is None or any(c in subject.tenants for c in columns) or glob or columns == table.primary_key:
                continue
            if all(subject.references(table, c) for c in columns):
                continue
            if set(table.primary_key) <= set(columns):
                continue
            yield Hit(
                subject.named(table, columns[0]),
                place,
                f"The unique key ({', '.join(columns)}) leaves out the tenant; begin it with {own.name}",
                "one tenant's value blocks it for all others, and the error tells that it exists elsewhere",
                create_index(subject, table, (own.name, *columns), unique=True),
                "low" if user or not _certain(subject) else "medium",
            )


def tenant_unindexed(subject: Subject) -> Iterable[Hit]:
    for table in _scoped(subject):
        own = _tenant(subject, table)
        if own is not None and not any(own.name in u for u in [c for i in subject.schema.indexes_of(table.name) for c in (i.columns,)] + [k.columns for k in table.keys]):  # fmt: skip
            yield Hit(
                subject.named(table, own.name),
                own.place,
                f"No index begins with the tenant column {own.name}; lead the indexes of the table with it",
                "every statement carries the tenant, and without it in an index all tenants' rows are read",
                create_index(subject, table, (own.name,)),
                "low",
            )


def tenant_missing(subject: Subject) -> Iterable[Hit]:
    scoped = _scoped(subject)
    if len(scoped) < 2:
        return
    names = {t.name for t in scoped}
    # Nobody wrote these, and a column more makes a model of them.
    links = {name for name, model in subject.artefacts.names.items() if "." in model}
    roots = {key.target for t in scoped for key in t.keys_of("foreign") if set(key.columns) & subject.tenants}
    for table in subject.tables:
        if table.name in names or table.name in roots or not table.columns:
            continue
        parents = [key.target for key in table.keys_of("foreign") if key.target in names]
        if not parents:
            continue
        yield Hit(
            subject.named(table),
            table.place,
            f"The table has no tenant column although its parent {parents[0]} has one; carry {next(iter(sorted(subject.tenants)))} down, with a composite foreign key",
            "no row policy, unique key or index can name the tenant here, and each check has to join the parent",
            severity="medium" if _certain(subject) and table.name not in links else "low",
        )


def no_row_security(subject: Subject) -> Iterable[Hit]:
    if subject.dialect not in ("postgresql", "timescaledb") or subject.artefacts.framework is not None:
        return
    for table in _scoped(subject):
        own = _tenant(subject, table)
        if own is None:
            continue
        t, c = table_sql(subject, table), column_sql(subject, table, own.name)
        if not table.row_security:
            setting = f"current_setting('app.{own.name.lower()}', true)"
            kind = f"::{own.declared}" if own.declared and "SERIAL" not in own.declared.upper() else ""
            policy = quoted(f"{table.name}_tenant".lower(), subject)
            yield Hit(
                subject.named(table),
                table.place,
                f"The tenant table has no row-level security (RLS); enable and force it with a policy on {own.name}",
                "one query that forgets its tenant predicate shows one customer another's rows",
                f"ALTER TABLE {t} ENABLE ROW LEVEL SECURITY;\nALTER TABLE {t} FORCE ROW LEVEL SECURITY;\nCREATE POLICY {policy} ON {t} USING ({c} = NULLIF({setting}, ''){kind});",
                "medium" if _certain(subject) else "low",
            )
        elif not table.forced:
            yield Hit(
                subject.named(table),
                table.place,
                "Row-level security is enabled but not forced: the owner of the table bypasses its policies; FORCE ROW LEVEL SECURITY, and let the application connect as another role",
                "migrations and applications often run as the owner, for whom no policy applies",
                f"ALTER TABLE {t} FORCE ROW LEVEL SECURITY;",
            )


def open_policy(subject: Subject) -> Iterable[Hit]:
    for match in re.finditer(r"CREATE\s+POLICY\s+\S+\s+ON\s+([\w.\"]+)(?:(?!;).){0,1000}?USING\s*\(\s*TRUE\s*\)(?:(?!;).){0,1000}", subject.sql, re.DOTALL):  # fmt: skip
        name = subject.artefacts.text[match.start(1) : match.end(1)]
        if re.search(r"\bTO\s+(?!PUBLIC)\w+", match.group()):
            continue
        place = Place(match.start(), match.end(), subject.artefacts.text[match.start() : match.end()].split("\n")[0])
        yield Hit(
            name,
            place,
            "The policy's USING (true) lets everybody see every row",
            "permissive policies are joined by OR, so this one opens the table whatever the others say",
        )


def policy_missing(subject: Subject) -> Iterable[Hit]:
    if subject.artefacts.framework is not None:
        return
    for table in (each for each in subject.tables if each.row_security):
        named = re.search(rf"CREATE\s+POLICY\s+\S+\s+ON\s+[\w.\"]*{re.escape(table.name.upper())}\b", subject.sql)
        if named is None:
            yield Hit(
                subject.named(table),
                table.place,
                "Row-level security is enabled but no policy is there",
                "without a policy everything is denied to everybody but the owner, which tests as the owner do not show",
            )


TENANCY = (
    Rule("reference-without-tenant", "tenancy", "high", f"{_TENANTS}#solution", reference_without_tenant),
    Rule("open-policy", "tenancy", "high", "patterns/row-level-security#permissive-or-restrictive", open_policy),
    Rule("unique-without-tenant", "tenancy", "medium", f"{_TENANTS}#constraints-hold-where-policies-do-not", unique_without_tenant),
    Rule("no-row-security", "tenancy", "medium", f"{_TENANTS}#policies-as-the-second-line", no_row_security),
    Rule("policy-missing", "tenancy", "medium", "patterns/row-level-security#policies-add-a-condition", policy_missing),
    Rule("tenant-missing", "tenancy", "medium", f"{_TENANTS}#solution", tenant_missing),
    Rule("tenant-unindexed", "tenancy", "low", f"{_TENANTS}#the-leading-tenant-makes-the-list-cheap", tenant_unindexed),
)  # fmt: skip
