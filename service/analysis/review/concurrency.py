"""Isolation and concurrency: what is checked before it is done, read before it is written, and taken for a sequence."""

import re
from collections.abc import Iterable

from sqlglot import exp

from kb.meaning import words_of
from kb.query import Query
from kb.schema import Place
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import columns_sql, create_index, table_sql
from service.analysis.review.statement import conditions, place_of, shown
from service.analysis.review.subject import Subject

_LEVELS = "patterns/isolation-levels"
_LOCKS = "patterns/pessimistic-locking"
_IF_NOT_EXISTS = re.compile(r"\bIF\s+(?:NOT\s+)?EXISTS\s*\(\s*SELECT\b.{0,400}?\)\s*(?:THEN|BEGIN)?\s*(?:INSERT|UPDATE|RAISE|RETURN)", re.DOTALL)  # fmt: skip
_CONTESTED = re.compile(r"\b(?:balance|stock|quantity on hand|on hand|available|seats?|remaining|inventory|credits?|points|likes?|views?|counter|count)\b")  # fmt: skip
_GAPLESS = re.compile(
    r"(?:invoice|receipt|order|document|ticket|case|bill|voucher)_?(?:no|number|num|seq)$", re.IGNORECASE
)


def _locks(query: Query) -> bool:
    return bool(query.tree.args.get("locks")) or "UPDLOCK" in query.text.upper()


def _lines(subject: Subject, start: int, end: int) -> Place:
    return Place(start, end, subject.artefacts.text[start:end].split("\n")[0])


def read_then_write(subject: Subject) -> Iterable[Hit]:
    """A SELECT without a lock, then an UPDATE of the same table that sets a column it read to a value from outside."""
    seen: list[Query] = []
    for query in subject.artefacts.queries:
        if isinstance(query.tree, exp.Select):
            seen.append(query)
        elif isinstance(query.tree, exp.Update):
            table = shown(query)
            reads = [q for q in seen if table in q.tables and not _locks(q) and q.start < query.start]
            where = query.tree.args.get("where")
            for setting in query.tree.expressions:
                if not isinstance(setting, exp.EQ) or not reads:
                    continue
                column, value = setting.this.name, setting.expression
                own = any(c.name.lower() == column.lower() for c in value.find_all(exp.Column))
                read = any(column.lower() in q.text.lower() or "*" in q.text for q in reads)
                guarded = where is not None and any(c.name.lower() in (column.lower(), "version", "updated_at", "lock_version", "row_version") for c in where.find_all(exp.Column))  # fmt: skip
                if own or guarded or not read or _serial(subject):
                    continue
                yield Hit(
                    f"{table}.{column}",
                    place_of(query),
                    f"{column} is read by a SELECT and written back by an UPDATE: a lost update; compute it in the statement ({column} = {column} - …) with the condition in its WHERE, lock the row with FOR UPDATE, or compare a version",
                    "at Read Committed two sessions read the same value and the second overwrites the first without an error (a race)",
                )


def _serial(subject: Subject) -> bool:
    return "SERIALIZABLE" in subject.sql


def check_then_insert(subject: Subject) -> Iterable[Hit]:
    """A SELECT that looks whether a row is there, followed by the INSERT of it."""
    for match in _IF_NOT_EXISTS.finditer(subject.sql):
        named = re.search(r"FROM\s+([\w.\"\[\]]+)", subject.artefacts.text[match.start() : match.end()], re.IGNORECASE)
        if named and re.match(r"pg_|sys\.|information_schema", named.group(1), re.IGNORECASE):
            continue
        if "UPDLOCK" in match.group() or "HOLDLOCK" in match.group() or "FOR UPDATE" in match.group():
            continue
        yield _race(named.group(1) if named else "IF EXISTS", _lines(subject, match.start(), match.end()))
    selects: list[Query] = []
    for query in subject.artefacts.queries:
        if isinstance(query.tree, exp.Select):
            selects.append(query)
        elif isinstance(query.tree, exp.Insert) and not query.tree.args.get("conflict"):
            if isinstance(query.tree.expression, exp.Select):
                continue
            table = shown(query)
            asked = [q for q in selects if table in q.tables and not _locks(q) and _looks(q)]
            if asked and not _serial(subject):
                yield _race(table, place_of(asked[-1]))


def _looks(query: Query) -> bool:
    aggregated = query.tree.find(exp.Count, exp.Sum, exp.Exists, exp.Max)
    named = [e.alias_or_name for e in query.tree.expressions] if isinstance(query.tree, exp.Select) else []
    filtered = query.tree.args.get("where") is not None
    return filtered and (aggregated is not None or len(named) == 1)


def _race(table: str, place: Place) -> Hit:
    return Hit(
        table.strip('"[]'),
        place,
        "Check-then-act: whether a row is there is asked first and the insert follows; let a unique or exclusion constraint decide and write INSERT … ON CONFLICT (or catch the violation)",
        "two sessions ask at once, both find nothing, and both insert: a race that no isolation level below serializable prevents",
    )


def code_race(subject: Subject) -> Iterable[Hit]:
    for trait in subject.artefacts.traits:
        if trait.kind == "check_then_act":
            yield _race(trait.name, trait.place)
        elif trait.kind == "read_modify_write":
            yield Hit(
                trait.name,
                trait.place,
                "A lost update: the value is read into the object, changed there and saved (read-modify-write); compute it in the UPDATE (F() expression, column arithmetic), lock the row (select_for_update, with_for_update), or use a version column",
                "two requests read the same value, and the second save overwrites the first without an error (a race)",
                severity="high",
            )


def next_number(subject: Subject) -> Iterable[Hit]:
    for query in subject.artefacts.queries:
        for node in query.tree.find_all(exp.Max):
            outer = node.find_ancestor(exp.Add, exp.Insert)
            after = isinstance(node.parent, exp.Add | exp.Coalesce) or isinstance(outer, exp.Add)
            if not after:
                continue
            yield Hit(
                f"{shown(query)}.{node.this.name}" if isinstance(node.this, exp.Column) else shown(query),
                place_of(query),
                f"MAX({node.this.sql()}) + 1 as the next number races; use an identity column or a sequence, or a counter row that is locked where numbers must be gapless",
                "two sessions read the same maximum and take the same number (check-then-act)",
                severity="high",
            )


def last_inserted(subject: Subject) -> Iterable[Hit]:
    inserts = {shown(q).lower() for q in subject.artefacts.queries if isinstance(q.tree, exp.Insert)}
    for query in subject.artefacts.queries:
        if not isinstance(query.tree, exp.Select) or shown(query).lower() not in inserts:
            continue
        alone = len(query.tree.expressions) == 1 and isinstance(query.tree.expressions[0].unalias(), exp.Max) and not query.tree.args.get("where")  # fmt: skip
        order = query.tree.args.get("order")
        newest = order is not None and query.tree.args.get("limit") is not None and not query.tree.args.get("where") and "DESC" in order.sql().upper()  # fmt: skip
        if alone or newest:
            yield Hit(
                shown(query),
                place_of(query),
                "The newest row is taken for the one just inserted; use INSERT … RETURNING (or the driver's last id)",
                "another session's insert between the two is returned instead: ids are neither gapless nor in commit order",
            )


def gapless_sequence(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        serial = column.generated or "nextval" in column.default.lower() or "SERIAL" in column.declared.upper()
        if _GAPLESS.search(column.name) and serial and column.name not in table.primary_key:
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"{column.name} comes from a sequence, which is neither gapless nor in commit order; take legal numbers from a counter row locked in the same transaction",
                "rollbacks leave gaps, and auditors ask for the missing invoice numbers",
                severity="medium",
            )


def queue_without_skip(subject: Subject) -> Iterable[Hit]:
    for query in subject.artefacts.queries:
        tree = query.tree
        limit = tree.find(exp.Limit)
        named = re.search(r"job|queue|task|outbox|work|message", " ".join(query.tables), re.IGNORECASE)
        states = [c for c in conditions(subject, tree) if re.search(r"status|state|locked|claimed|processed|done", c.column.name)]  # fmt: skip
        if not (named and limit is not None and states) or "SKIP LOCKED" in query.text.upper() or isinstance(tree, exp.Insert):  # fmt: skip
            continue
        locking = bool(tree.find(exp.Lock)) or _locks(query)
        updated = any(isinstance(q.tree, exp.Update) and set(q.tables) & set(query.tables) for q in subject.artefacts.queries)  # fmt: skip
        if locking or updated or isinstance(tree, exp.Update):
            yield Hit(
                shown(query),
                place_of(query),
                "Workers take jobs without SKIP LOCKED; select them with FOR UPDATE SKIP LOCKED in the transaction that finishes them",
                "all workers wait for the same first row" if locking else "two workers read the same row and do the job twice (a race)",
                severity="medium" if locking else "high",
            )  # fmt: skip


def dirty_read(subject: Subject) -> Iterable[Hit]:
    for match in re.finditer(r"\(\s*NOLOCK\s*\)|READ\s+UNCOMMITTED", subject.sql):
        yield Hit(
            _table_before(subject, match.start()) or match.group().strip("() "),
            _lines(subject, match.start(), match.end()),
            f"{match.group().strip('() ')} reads uncommitted rows; use row versioning (READ_COMMITTED_SNAPSHOT) instead",
            "rows are counted twice or not at all while pages split, and rolled back values are acted upon (dirty reads)",
        )


def _table_before(subject: Subject, end: int) -> str:
    found = re.findall(r"\b(?:FROM|JOIN)\s+([\w.\[\]]+)", subject.artefacts.text[:end], re.IGNORECASE)
    return found[-1] if found else ""


def replace_into(subject: Subject) -> Iterable[Hit]:
    for match in re.finditer(r"\bREPLACE\s+INTO\s+[`\"]?(\w+)", subject.sql):
        name = subject.artefacts.text[match.start(1) : match.end(1)]
        yield Hit(
            name,
            _lines(subject, match.start(), match.end()),
            "REPLACE deletes the row and inserts another; use INSERT … ON DUPLICATE KEY UPDATE (or ON CONFLICT DO UPDATE)",
            "foreign keys cascade, columns that are not named fall back to their defaults, and the auto-increment key changes",
        )


def table_lock(subject: Subject) -> Iterable[Hit]:
    for match in re.finditer(r"\bLOCK\s+TABLES?\s+[`\"]?(\w+)", subject.sql):
        name = subject.artefacts.text[match.start(1) : match.end(1)]
        yield Hit(
            name,
            _lines(subject, match.start(), match.end()),
            f"LOCK TABLE stops every other writer of {name}; lock the rows that the rule is about, or a parent row",
            "one slow holder queues all requests behind it",
        )


def conflict_without_key(subject: Subject) -> Iterable[Hit]:
    for query in subject.artefacts.queries:
        conflict = query.tree.args.get("conflict") if isinstance(query.tree, exp.Insert) else None
        keys = tuple(k.name for k in conflict.args.get("conflict_keys") or ()) if conflict is not None else ()
        table = subject.table(shown(query))
        if not keys or table is None or conflict is None or conflict.args.get("duplicate"):
            continue
        if not any({c.lower() for c in columns} == {k.lower() for k in keys} for columns in subject.uniques(table)):
            yield Hit(
                subject.named(table),
                place_of(query),
                f"ON CONFLICT ({', '.join(keys)}) names columns that no unique constraint holds; add it",
                "the statement fails, and without the constraint two sessions insert the same key",
                create_index(subject, table, keys, unique=True),
                "high",
            )


def no_version(subject: Subject) -> Iterable[Hit]:
    """Only said where nothing else guards the value; low, because a conditional UPDATE needs no column."""
    for table, column in subject.columns():
        words = words_of(column.name)
        if not re.search(r"\b(?:balance|stock|on hand|seats available|available seats|remaining|inventory)\b", words):
            continue
        if column.type not in ("int", "bigint", "numeric", "float", "real") or any(re.search(r"version", c.name, re.IGNORECASE) for c in table.columns):  # fmt: skip
            continue
        if subject.is_append_only(table) or subject.checked(table, column.name):
            continue
        c = columns_sql(subject, table, (column.name,))
        yield Hit(
            subject.named(table, column.name),
            column.place,
            f"{column.name} is changed by many sessions; change it only by UPDATE {table_sql(subject, table)} SET {c} = {c} - n WHERE … AND {c} >= n, or give the row a version column",
            "read in one statement and written in another, updates are lost without an error",
            severity="low",
        )


CONCURRENCY = (
    Rule("lost-update", "concurrency", "high", f"{_LEVELS}#a-lost-update-at-read-committed", read_then_write),
    Rule("check-then-act", "concurrency", "high", "patterns/integrity-constraints-and-validation#a-check-before-writing-races", check_then_insert),
    Rule("race-in-code", "concurrency", "high", f"{_LEVELS}#a-transaction-alone-does-not-stop-a-race", code_race),
    Rule("next-number", "concurrency", "high", "patterns/identifier-strategy#ids-are-neither-gapless-nor-in-commit-order", next_number),
    Rule("conflict-without-key", "concurrency", "high", "patterns/batch-and-upsert#upsert-decides-the-race", conflict_without_key),
    Rule("last-inserted", "concurrency", "medium", "patterns/identifier-strategy#ids-are-neither-gapless-nor-in-commit-order", last_inserted),
    Rule("gapless-sequence", "concurrency", "medium", "patterns/identifier-strategy#ids-are-neither-gapless-nor-in-commit-order", gapless_sequence),
    Rule("queue-without-skip", "concurrency", "medium", f"{_LOCKS}#a-queue-table-with-skip-locked", queue_without_skip),
    Rule("dirty-read", "concurrency", "high", "technologies/sql-server#nolock-everywhere", dirty_read),
    Rule("replace-into", "concurrency", "medium", "patterns/batch-and-upsert#upsert-decides-the-race", replace_into),
    Rule("table-lock", "concurrency", "medium", f"{_LOCKS}#lock-a-parent-for-a-rule-over-children", table_lock),
    Rule("no-version", "concurrency", "low", f"{_LEVELS}#the-condition-in-the-update-needs-no-level", no_version),
)  # fmt: skip
