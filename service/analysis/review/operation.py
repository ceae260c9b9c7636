"""Plans and settings: what EXPLAIN shows, and lines of configuration that lose data, wait forever or open the door."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kb.entry import Severity
from service.analysis.review.finding import Family, Hit, Rule
from service.analysis.review.subject import Subject
from service.question.artefact.settings_file import Product, Setting, amount

_MANY_REMOVED, _FACTOR = 10_000, 10


def full_scan(subject: Subject) -> Iterable[Hit]:
    for node in subject.artefacts.plans:
        removed, read = node.number("Rows Removed by Filter"), node.actual if node.actual is not None else node.rows
        wasteful = removed >= max(_MANY_REMOVED, _FACTOR * (read or 1))
        if "Seq Scan" in node.what and (
            wasteful or (removed == 0 and "Filter" in node.details and node.actual is None)
        ):
            yield Hit(
                node.table,
                node.place,
                f"The plan reads {node.table} in full and throws {removed:,.0f} rows away; index the columns of its filter {node.details.get('Filter', '')[:80]}".rstrip(),
                f"it keeps {read:,.0f} rows" + (f" in each of {node.loops} loops" if node.loops > 1 else ""),
            )  # fmt: skip


def scan_of_most(subject: Subject) -> Iterable[Hit]:
    """A scan that keeps most of what it reads: no index on its filter is cheaper, whatever exists."""
    for node in subject.artefacts.plans:
        removed, kept = node.number("Rows Removed by Filter"), node.actual or 0
        if "Seq Scan" not in node.what or kept < _MANY_REMOVED or kept <= removed or "Filter" not in node.details:
            continue
        yield Hit(
            node.table,
            node.place,
            f"The scan of {node.table} is right: its filter {node.details['Filter'][:80]} keeps {kept / (kept + removed):.0%} of the rows, and no index on it is cheaper; ask for fewer rows by a second condition, sum them up beforehand, or read fewer columns from an index that has them all",
            f"fetching {kept:,.0f} rows one by one through an index costs more than reading all {kept + removed:,.0f} in their order",
        )


def filtered_index_scan(subject: Subject) -> Iterable[Hit]:
    """An index that finds too much: most of what it finds is thrown away by a filter on other columns."""
    for node in subject.artefacts.plans:
        removed, kept = node.number("Rows Removed by Filter"), node.actual or 0
        if "Index" not in node.what or removed * node.loops < _MANY_REMOVED or removed < kept:
            continue
        condition, rest = node.details.get("Index Cond", ""), node.details.get("Filter", "")
        columns = list(dict.fromkeys([*_columns(rest), *_columns(condition)]))
        yield Hit(
            f"{node.table}.{columns[0]} (index {node.index})" if columns else node.table,
            node.place,
            f"The index {node.index} on {node.table} finds {removed + kept:,.0f} rows per loop and the filter {rest[:60]} throws {removed:,.0f} of them away; create a composite index ({', '.join(columns)}) with the column compared by = first, so that both conditions are in the index",
            f"this happens {node.loops:,} times, so {removed * node.loops:,.0f} rows are read for nothing",
        )


def _columns(condition: str) -> list[str]:
    """The columns that a plan's condition compares with =, then the others."""
    bare = re.sub(r"'[^']*'(?:::[\w ]+)?", "", condition)
    equal = re.findall(r"(\w+)\)?(?:::\w+)?\s*=", bare)
    return [*equal, *(c for c in re.findall(r"(\w+)\)?(?:::\w+)?\s*(?:[<>]=?|~~)", bare) if c not in equal)]


def wrong_estimate(subject: Subject) -> Iterable[Hit]:
    for node in subject.artefacts.plans:
        if node.actual is None or not node.table:
            continue
        low, high = sorted((max(node.rows, 1), max(node.actual, 1)))
        if high / low >= _FACTOR and high >= 1000:
            yield Hit(
                node.table,
                node.place,
                f"{node.what} on {node.table} expects {node.rows:,.0f} rows and gets {node.actual:,.0f}; run ANALYZE, and create extended statistics where columns belong together",
                "a wrong estimate picks the wrong join and ignores the right index",
            )


def spilled(subject: Subject) -> Iterable[Hit]:
    for node in subject.artefacts.plans:
        method = node.details.get("Sort Method", "")
        batches = re.search(r"Batches:\s*(\d+)", " ".join(f"{k}: {v}" for k, v in node.details.items()))
        if "external" in method or (batches and int(batches.group(1)) > 1):
            yield Hit(
                node.table or node.what,
                node.place,
                f"{node.what} spills to disk ({(method or (batches.group(0) if batches else '')).strip()}); deliver the order from an index, return fewer columns, or raise work_mem for this statement",
                "sorting on disk takes several times as long as in memory",
                severity="medium",
            )


def repeated_inner(subject: Subject) -> Iterable[Hit]:
    for node in subject.artefacts.plans:
        if "Seq Scan" in node.what and node.loops > 100:
            yield Hit(
                node.table,
                node.place,
                f"{node.table} is read in full {node.loops:,} times inside a nested loop; index its join column",
                "the time is the product of both sides",
            )


@dataclass(frozen=True)
class _Line:
    """What is wrong with a setting: a test of its value, and what to say and set."""

    product: Product
    names: tuple[str, ...]
    wrong: Callable[[str], bool]
    family: Family
    severity: Severity
    say: str
    because: str


def _off(value: str) -> bool:
    return value.lower() in ("off", "0", "false", "no", "none")


def _zero(value: str) -> bool:
    return (amount(value) or 0) == 0


def _over(limit: float) -> Callable[[str], bool]:
    return lambda value: (amount(value) or 0) > limit


def _under(limit: float) -> Callable[[str], bool]:
    return lambda value: (found := amount(value)) is not None and found < limit


def _among(*words: str) -> Callable[[str], bool]:
    return lambda value: value.lower() in words


_LINES: tuple[_Line, ...] = (
    _Line("postgresql", ("fsync",), _off, "integrity", "high", "fsync is off: turn it on", "a crash of the machine destroys the database, not only the last transactions"),
    _Line("postgresql", ("full_page_writes",), _off, "integrity", "high", "full_page_writes is off: turn it on", "a torn page after a crash cannot be repaired from the log"),
    _Line("postgresql", ("synchronous_commit",), _among("off"), "integrity", "medium", "synchronous_commit is off for every transaction; set it per transaction where a loss is allowed", "transactions that were reported as committed are lost in a crash"),
    _Line("postgresql", ("autovacuum",), _off, "growth", "high", "autovacuum is off: turn it on, and tune it per table", "dead rows are never removed, statistics go stale, and transaction ids run out"),
    _Line("postgresql", ("max_connections",), _over(500), "concurrency", "medium", "max_connections is {v}: put a transaction-pooling pooler in front and keep it near a hundred or two", "every connection is a process; beyond some per core they only wait for one another"),
    _Line("postgresql", ("work_mem",), _over(512 * 1024**2), "concurrency", "medium", "work_mem is {v} for every sort of every connection; keep tens of megabytes and raise it per statement", "a query takes it several times, and the sum over all connections exceeds the memory"),
    _Line("postgresql", ("idle_in_transaction_session_timeout",), _zero, "concurrency", "medium", "idle_in_transaction_session_timeout is 0: set it to a minute or less", "one forgotten transaction holds its locks and keeps every dead row"),
    _Line("postgresql", ("statement_timeout", "lock_timeout"), _zero, "concurrency", "low", "{n} is 0: set one for the role of the application", "a runaway statement or a waiting ALTER stops everything behind it"),
    _Line("postgresql", ("archive_mode",), _off, "integrity", "medium", "archive_mode is off: archive the log for point-in-time recovery", "a wrong DELETE can only be undone to the last dump"),
    _Line("postgresql", ("shared_buffers",), _under(256 * 1024**2), "query", "low", "shared_buffers is {v}: start at a quarter of the memory", "the default is for a machine of twenty years ago"),
    _Line("postgresql", ("password_encryption",), _among("md5"), "tenancy", "medium", "password_encryption is md5: use scram-sha-256", "md5 hashes can be replayed and are guessed quickly"),
    _Line("postgresql", ("pg_hba.conf",), _among("trust"), "tenancy", "high", "pg_hba.conf lets anyone in without a password (trust): use scram-sha-256 and the narrowest address", "whoever reaches the port is any user, the superuser too"),
    _Line("postgresql", ("pg_hba.conf",), _among("password", "md5"), "tenancy", "medium", "pg_hba.conf takes {v}: use scram-sha-256 over TLS", "the password crosses the network readable or as a hash that can be replayed"),
    _Line("postgresql", ("ssl",), _off, "tenancy", "medium", "ssl is off: turn it on and let clients verify the name", "passwords and rows cross the network in the clear"),
    _Line("postgresql", ("max_slot_wal_keep_size",), lambda v: v.startswith("-1"), "growth", "medium", "max_slot_wal_keep_size is unlimited: bound it", "an unread replication slot fills the disk"),
    _Line("mysql", ("innodb_flush_log_at_trx_commit",), _among("0", "2"), "integrity", "high", "innodb_flush_log_at_trx_commit is {v}: set 1", "committed transactions of the last second are lost in a crash"),
    _Line("mysql", ("sync_binlog",), lambda v: v != "1", "integrity", "medium", "sync_binlog is {v}: set 1", "after a crash the replicas hold transactions that the primary has lost, or the reverse"),
    _Line("mysql", ("sql_mode",), lambda v: "STRICT" not in v.upper() and "TRADITIONAL" not in v.upper(), "integrity", "high", "sql_mode has no strict mode: add STRICT_TRANS_TABLES", "values are cut and impossible dates become zeros without an error"),
    _Line("mysql", ("innodb_buffer_pool_size",), _under(512 * 1024**2), "query", "medium", "innodb_buffer_pool_size is {v}: give it half to three quarters of the memory", "pages are read from disk that memory could hold"),
    _Line("mysql", ("character_set_server",), _among("utf8", "utf8mb3", "latin1"), "types", "medium", "character_set_server is {v}: use utf8mb4", "four-byte characters are refused or cut"),
    _Line("mysql", ("binlog_format",), _among("statement"), "integrity", "medium", "binlog_format is statement: use row", "statements that depend on the moment or the plan differ on replicas"),
    _Line("mysql", ("skip_grant_tables",), lambda _: True, "tenancy", "high", "skip-grant-tables lets everybody in: remove it", "no password and no privilege is checked"),
    _Line("mysql", ("innodb_doublewrite",), _off, "integrity", "high", "innodb_doublewrite is off: turn it on", "a torn page after a crash cannot be repaired"),
    _Line("mysql", ("foreign_key_checks",), _off, "integrity", "high", "foreign_key_checks is off: turn it on", "orphans get in and are never checked afterwards"),
    _Line("pgbouncer", ("auth_type",), _among("any", "trust", "plain"), "tenancy", "high", "auth_type is {v}: use scram-sha-256", "clients get in without a proven password"),
    _Line("pgbouncer", ("pool_mode",), _among("session"), "concurrency", "medium", "pool_mode is session, so every client holds a server connection: use transaction mode for requests", "the pooler then only queues; it saves no connection"),
    _Line("pgbouncer", ("pool_mode",), _among("statement"), "concurrency", "high", "pool_mode is statement: transactions of several statements are refused; use transaction", "each statement may run on another connection"),
    _Line("pgbouncer", ("default_pool_size",), _over(100), "concurrency", "medium", "default_pool_size is {v} per user and database: start at twice the cores of the database", "more connections than cores only wait inside the server"),
    _Line("pgbouncer", ("query_wait_timeout",), _zero, "concurrency", "medium", "query_wait_timeout is 0: bound the wait to seconds", "clients queue without end when the pool is full"),
    _Line("pgbouncer", ("server_tls_sslmode", "client_tls_sslmode"), _among("disable"), "tenancy", "low", "{n} is disable: use verify-full to the server and require from clients", "passwords and rows cross the network in the clear"),
)  # fmt: skip
_EXPLAINED: Mapping[tuple[Product, Family], str] = {
    ("postgresql", "integrity"): "patterns/backup-strategies#a-physical-base-and-an-unbroken-log",
    ("postgresql", "growth"): "patterns/index-maintenance#autovacuum-settings-per-table",
    ("postgresql", "concurrency"): "patterns/connection-pooling#size-from-the-database-not-from-the-users",
    ("postgresql", "query"): "technologies/postgresql#design-rules",
    ("postgresql", "tenancy"): "technologies/postgresql#security",
    ("mysql", "integrity"): "technologies/mysql#design-rules",
    ("mysql", "query"): "technologies/mysql#design-rules",
    ("mysql", "types"): "patterns/physical-types-and-layout#engine-notes",
    ("mysql", "tenancy"): "technologies/mysql#security",
    ("pgbouncer", "tenancy"): "technologies/pgbouncer#security",
    ("pgbouncer", "concurrency"): "technologies/pgbouncer#design-rules",
}


def _setting_hits(product: Product, family: Family, subject: Subject) -> Iterable[Hit]:
    for setting in subject.artefacts.settings:
        for line in _LINES:
            if (line.product, line.family) == (product, family) and _breaks(setting, line):
                say = line.say.format(n=setting.name, v=setting.value)
                yield Hit(setting.name, setting.place, say, line.because, severity=line.severity)


_SESSION = re.compile(r"\badvisory lock|\bLISTEN\b|\bNOTIFY\b|\bsession[- ]level\b|\bSET\s+search_path|\btemp(?:orary)? tables?\b|\bsession (?:advisory|variable|state)", re.IGNORECASE)  # fmt: skip


def session_state_in_transaction_pool(subject: Subject) -> Iterable[Hit]:
    """Transaction pooling beside something that the asker says and that lives in a session."""
    said = _SESSION.search(f"{subject.facts.text} {subject.artefacts.text}")
    for setting in subject.artefacts.settings:
        if setting.name == "pool_mode" and setting.value.lower() == "transaction" and said:
            yield Hit(
                "pool_mode",
                setting.place,
                f"pool_mode = transaction does not keep session state, and “{said.group()}” needs it: session advisory locks, LISTEN and SET are lost or leak to another client; give those clients a pool in session mode",
                "a server connection belongs to a client only from BEGIN to COMMIT",
            )


def _breaks(setting: Setting, line: _Line) -> bool:
    return setting.product == line.product and setting.name in line.names and line.wrong(setting.value)


def _settings_rule(product: Product, family: Family, section: str) -> Rule:
    return Rule(
        f"{product}-{family}", family, "medium", section, lambda subject: _setting_hits(product, family, subject)
    )


OPERATION = (
    Rule("full-scan", "query", "high", "checklists/index-review#tables-that-are-read-in-full", full_scan),
    Rule("scan-of-most", "query", "medium", "patterns/index-selection#selectivity-and-correlation-decide", scan_of_most),
    Rule("filtered-index-scan", "indexes", "high", "patterns/composite-index-ordering#read-four-lines-of-the-plan", filtered_index_scan),
    Rule("repeated-inner", "query", "high", "patterns/join-strategies#three-algorithms", repeated_inner),
    Rule("wrong-estimate", "query", "medium", "patterns/join-strategies#a-wrong-estimate-picks-the-wrong-join", wrong_estimate),
    Rule("spilled", "query", "medium", "patterns/composite-index-ordering#read-four-lines-of-the-plan", spilled),
    Rule("session-state", "concurrency", "high", "technologies/pgbouncer#session-state-leaks-or-vanishes", session_state_in_transaction_pool),
    *(_settings_rule(product, family, section) for (product, family), section in _EXPLAINED.items()),
)  # fmt: skip
