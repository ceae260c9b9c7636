"""Frameworks and migrations: queries in loops, eager products, sessions for everybody, defaults that are not, statements that lock."""

import re
from collections.abc import Iterable, Mapping

from kb.entry import Severity
from kb.schema import Place
from kb.statements import split_statements, without_comments
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.subject import Subject
from service.question.artefact.model import TraitKind
from service.question.artefact.python_code import UNSEEN

_LOADING = "patterns/orm-loading-strategies"
_EXPAND = "patterns/expand-contract"
_Text = tuple[str, str]

_TEXTS: Mapping[TraitKind, _Text] = {
    "lazy_loop": (
        "N+1 queries: {name} is loaded lazily inside the loop; load it with the query of the list (selectinload or joinedload, select_related or prefetch_related, Include), or ask once for all keys",
        "a list of 100 rows sends 101 statements, and every round trip waits for the one before",
    ),
    "query_loop": (
        "N+1 queries: {name} is asked once for each turn of the loop; ask once for all keys (WHERE … IN), or load it with the query of the list (select_related or prefetch_related, selectinload or joinedload, Include)",
        "a list of 100 rows sends 101 statements, and every round trip waits for the one before",
    ),
    "lazy_everywhere": (
        "Lazy loading is on for every relation ({name}), which hides N+1 queries; switch it off and load per query",
        "a loop or a serialiser that touches a relation sends a statement per row without anybody seeing it",
    ),
    "eager_collection": (
        "{name} is an eager collection, joined in on every load (lazy={detail}); load it per query, collections by a second statement (selectin)",
        "each parent row is repeated for every child, two such collections multiply into a cartesian product, and LIMIT counts joined rows",
    ),
    "many_includes": (
        "Several collections are included in one query; use AsSplitQuery, or load them separately",
        "joined collections multiply into a cartesian product: ten lines times ten events are a hundred rows",
    ),
    "shared_session": (
        "One session ({name}) is shared by everybody; open one session per request (unit of work) and close it",
        "a session is neither thread-safe nor short: it keeps a transaction and a connection open, and one failed flush poisons all requests",
    ),
    "evaluated_default": (
        "The default of {name} ({detail}) is called once, at import; pass the function itself, or a server default such as now()",
        "every row gets the moment at which the process started",
    ),
    "mutable_default": (
        "The default of {name} is one mutable object ({detail}) shared by all rows; pass a callable such as list or dict",
        "what one object appends shows in the next",
    ),
    "naive_now": (
        "The default of {name} ({detail}) is a moment without time zone; use an aware one, such as datetime.now(timezone.utc), timezone.now or the server's now()",
        "a naive moment is stored as if it were in the session's zone, and hours differ between servers",
    ),
    "synchronize": (
        "{name} changes or creates the schema at start; use migrations that are reviewed and run once",
        "a renamed property drops the column with its data, and every instance takes DDL locks when it starts",
    ),
    "unbounded_load": (
        "Everything is loaded ({name}) and filtered in memory; filter, sort and page in the query",
        "the whole table crosses the network for a few rows",
    ),
    "create_all": (
        "{name} creates what is missing and changes nothing that is there; use migrations (Alembic) that are reviewed and run once",
        "a new column never reaches a table that exists, and what the code expects and the database has drift apart",
    ),
    "no_foreign_keys": (
        'relationMode = "prisma" declares no foreign keys in the database; use the default "foreignKeys" where the engine has them, else index every relation field by hand',
        "orphans come from scripts, retries and races that the client never sees, and no index is made for the relations",
    ),
    "row_by_row_save": (
        "Rows are written one by one in a loop ({detail}); send them in one statement or batch (bulk_create, bulk_update, executemany, COPY)",
        "each row costs a round trip, and a commit inside the loop costs a flush to disk and breaks atomicity",
    ),
}  # fmt: skip
_SECTIONS: Mapping[TraitKind, tuple[Severity, str]] = {
    "lazy_loop": ("high", f"{_LOADING}#one-query-per-collection"),
    "query_loop": ("high", f"{_LOADING}#one-query-per-collection"),
    "lazy_everywhere": ("medium", f"{_LOADING}#make-lazy-loading-an-error"),
    "eager_collection": ("medium", f"{_LOADING}#two-joined-collections-multiply"),
    "many_includes": ("medium", f"{_LOADING}#two-joined-collections-multiply"),
    "shared_session": ("high", f"{_LOADING}#one-session-per-request"),
    "evaluated_default": ("high", "technologies/django-orm#defaults-of-django-are-not-defaults-of-the-table"),
    "mutable_default": ("medium", "technologies/django-orm#defaults-of-django-are-not-defaults-of-the-table"),
    "naive_now": ("medium", "patterns/physical-types-and-layout#moments-in-time"),
    "synchronize": ("high", "technologies/typeorm#design-rules"),
    "unbounded_load": ("medium", f"{_LOADING}#read-models-by-plain-sql"),
    "create_all": ("low", f"{_EXPAND}#order-of-deploys"),
    "no_foreign_keys": ("medium", "patterns/integrity-constraints-and-validation#the-strongest-tool-that-fits"),
    "row_by_row_save": ("medium", "patterns/batch-and-upsert#orm-batches-that-are-none"),
}


def _from_traits(kind: TraitKind, subject: Subject) -> Iterable[Hit]:
    say, because = _TEXTS[kind]
    seen: set[str] = set()
    for trait in subject.artefacts.traits:
        if trait.kind == kind and trait.name not in seen:
            seen.add(trait.name)
            unseen = kind == "lazy_loop" and trait.detail == UNSEEN
            text = say.format(name=trait.name, detail=trait.detail) + (
                ", unless the rows came with it" if unseen else ""
            )
            yield Hit(trait.name, trait.place, text, because, severity="medium" if unseen else None)


def _rule(kind: TraitKind) -> Rule:
    severity, section = _SECTIONS[kind]
    return Rule(kind.replace("_", "-"), "framework", severity, section, lambda subject: _from_traits(kind, subject))


# By the statement as it is written: what it does to a live table, why it hurts, and what to write instead.
_LOCKING: tuple[tuple[re.Pattern[str], str, str, str], ...] = (
    (re.compile(r"^CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)(?:IF\s+NOT\s+EXISTS\s+)?[\w\"]+\s+ON\s+(?:ONLY\s+)?([\w.\"]+)", re.I), "CREATE INDEX without CONCURRENTLY locks out every write of {t} while it builds (blocks writers); build it CONCURRENTLY, outside a transaction", "the build of a large table takes minutes", "#what-each-statement-locks-scans-and-rewrites"),
    (re.compile(r"^ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?([\w.\"]+)\s+.*\bALTER\s+(?:COLUMN\s+)?[\w\"]+\s+(?:SET\s+DATA\s+)?TYPE\b", re.I | re.S), "Changing the type of a column rewrites {t} under an exclusive lock; add a new column, keep both in step, backfill in chunks, then swap", "every query on the table waits until the last row and every index is written anew", "#change-a-type"),
    (re.compile(r"^ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?([\w.\"]+)\s+.*\bADD\s+(?:COLUMN\s+)?(?!CONSTRAINT)[\w\"]+\s+[\w() ,]+\bNOT\s+NULL\b(?!.*\b(?:DEFAULT|GENERATED|IDENTITY)\b)", re.I | re.S), "ADD COLUMN … NOT NULL without a default fails on a table that has rows; add it nullable, backfill in chunks, then set NOT NULL over a validated CHECK", "existing rows have no value for it", "#add-not-null"),
    (re.compile(r"^ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?([\w.\"]+)\s+.*\bADD\s+(?:COLUMN\s+)?[\w\"]+\s+.*DEFAULT\s+\(?\s*(?:gen_random_uuid|uuid_generate_v4|random|clock_timestamp|nextval)", re.I | re.S), "A new column with a volatile default rewrites {t} under an exclusive lock; add it without, set the default, backfill in chunks", "each row gets a value of its own, so all rows are written at once", "#what-each-statement-locks-scans-and-rewrites"),
    (re.compile(r"^ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?([\w.\"]+)\s+.*\bALTER\s+(?:COLUMN\s+)?[\w\"]+\s+SET\s+NOT\s+NULL", re.I | re.S), "SET NOT NULL scans {t} under an exclusive lock; add a CHECK (… IS NOT NULL) NOT VALID, validate it, then set NOT NULL", "no query runs while every row is looked at", "#the-scan-of-set-not-null-avoided"),
    (re.compile(r"^ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?([\w.\"]+)\s+.*\bADD\s+(?:CONSTRAINT\s+[\w\"]+\s+)?(?:FOREIGN\s+KEY|CHECK)\b(?!.*NOT\s+VALID)", re.I | re.S), "The constraint is checked against all rows of {t} under a lock that stops writes; add it NOT VALID, then VALIDATE CONSTRAINT", "validation alone lets writers go on", "#foreign-keys-unique-keys-checks"),
    (re.compile(r"^ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?([\w.\"]+)\s+.*\bADD\s+(?:CONSTRAINT\s+[\w\"]+\s+)?(?:UNIQUE|PRIMARY\s+KEY)\s*\((?!.*USING\s+INDEX)", re.I | re.S), "The unique constraint builds its index on {t} under a lock that stops reads and writes; build a UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX", "the build of a large table takes minutes, and no query runs meanwhile", "#foreign-keys-unique-keys-checks"),
    (re.compile(r"^ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?([\w.\"]+)\s+.*\bRENAME\s+(?:COLUMN\s+)?[\w\"]+\s+TO\b|^ALTER\s+TABLE\s+([\w.\"]+)\s+RENAME\s+TO\b", re.I | re.S), "A rename breaks the code that is still running; add the new name, keep both in step, move readers, then drop the old one", "during a deploy the old and the new code use the schema at the same time", "#rename-a-column"),
    (re.compile(r"^ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?([\w.\"]+)\s+.*\bDROP\s+COLUMN\b", re.I | re.S), "Dropping a column breaks the code that still reads it; stop using it in one release, drop it in the next", "old instances and ORMs name every column in SELECT and INSERT", "#order-of-deploys"),
)  # fmt: skip


def locking_migration(subject: Subject) -> Iterable[Hit]:
    """Statements that change a table which the text does not create: a migration of a live one."""
    if "sql" not in subject.artefacts.kinds or not (subject.is_postgresql or subject.is_mysql):
        return
    created = {t.name.lower() for t in subject.schema.tables}
    for statement in split_statements(subject.artefacts.text, subject.dialect):
        bare = without_comments(statement.text).strip()
        for pattern, say, because, _ in _LOCKING if bare[:6].upper() in ("CREATE", "ALTER ") else ():
            match = pattern.search(bare)
            if match is None:
                continue
            name = (match.group(1) or match.groups()[-1] or "").rpartition(".")[2].strip('"')
            if name.lower() in created or (subject.is_mysql and "CREATE INDEX" in say):
                continue
            first = statement.text.split("\n")[0]
            yield Hit(name, Place(statement.start, statement.start + len(first), first), say.format(t=name), because)
            break


_OPERATIONS: Mapping[str, _Text] = {
    "index": ("AddIndex locks out every write of the table while it builds (blocks writers); use AddIndexConcurrently in a migration with atomic = False", "the build of a large table takes minutes"),
    "type": ("AlterField changes the type, which rewrites the table under an ACCESS EXCLUSIVE lock; add a new column, keep both in step, backfill in chunks, then swap", "every query on the table waits until the last row and every index is written anew"),
    "required": ("AddField without null and without a default fails or fills every row at once; add it nullable, backfill in chunks, then set NOT NULL over a validated CHECK", "existing rows have no value for it"),
    "reference": ("AddField of a ForeignKey checks all rows and builds its index under a lock that blocks writes; add the column, the index concurrently and the constraint NOT VALID in steps", "validation alone lets writers go on"),
    "rename": ("A rename breaks the code that is still running; add the new name, keep both in step, move readers, then drop the old one", "during a deploy the old and the new code use the schema at the same time"),
    "remove": ("Removing it breaks the code that still reads it; stop using it in one release (SeparateDatabaseAndState), drop it in the next", "old instances name every column in SELECT and INSERT"),
    "constraint": ("The constraint is checked against all rows under a lock that stops writes; add it NOT VALID, then validate it", "validation alone lets writers go on"),
    "data": ("RunPython over many rows runs in the transaction of the migration and holds its locks; move data in batches outside of it", "one long transaction keeps locks and dead rows until it ends"),
}  # fmt: skip


def locking_operation(subject: Subject) -> Iterable[Hit]:
    rows = subject.facts.get("table.rows")
    size = f" ({rows} rows here)" if rows is not None else ""
    for trait in subject.artefacts.traits:
        if trait.kind == "locking_operation":
            say, because = _OPERATIONS[trait.detail]
            yield Hit(
                trait.name, trait.place, say, f"{because}{size}", severity="medium" if trait.detail == "data" else None
            )


_LOOP = re.compile(r"\bFOR\s+\w+\s+IN\s*\(?\s*SELECT\b|\bDECLARE\s+@?\w+\s+(?:INSENSITIVE\s+|SCROLL\s+)*CURSOR\b")
_FROM = re.compile(r"\bFROM\s+([\w.\[\]\"]+)")
_WRITE = re.compile(r"\b(?:UPDATE|INSERT|DELETE|EXEC)\b")


def row_by_row(subject: Subject) -> Iterable[Hit]:
    """A cursor or a loop over rows in a procedure, with statements in its body; each part is looked for closely behind the one before."""
    for match in _LOOP.finditer(subject.sql):
        table = _FROM.search(subject.sql, match.end(), match.end() + 600)
        if table is None or _WRITE.search(subject.sql, table.end(), table.end() + 2_000) is None:
            continue
        name = subject.artefacts.text[table.start(1) : table.end(1)]
        first = subject.artefacts.text[match.start() : match.end() + 80].split("\n")[0]
        yield Hit(
            name,
            Place(match.start(), match.start() + len(first), first),
            "Work is done row by row in a loop (cursor); write one statement over the set, or chunks of the key",
            "a statement per row costs a plan, a lock and a version each, a hundred times the set's time",
        )


FRAMEWORK = (
    *(_rule(kind) for kind in _TEXTS),
    Rule("locking-migration", "framework", "high", f"{_EXPAND}#what-each-statement-locks-scans-and-rewrites", locking_migration),
    Rule("locking-operation", "framework", "high", "technologies/django-orm#migrations-lock-unless-told-otherwise", locking_operation),
    Rule("row-by-row", "query", "medium", "patterns/batch-and-upsert#copy-then-one-statement", row_by_row),
)  # fmt: skip
