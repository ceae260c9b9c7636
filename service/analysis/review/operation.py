"""Settings: lines of configuration that lose data, wait forever or open the door."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kb.entry import Severity
from service.analysis.review.configuration import memory_gib
from service.analysis.review.finding import Family, Hit, Rule
from service.analysis.review.subject import Subject
from service.question.artefact.settings_file import Product, Setting, amount


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
    ("postgresql", "integrity"): "technologies/postgresql#settings-that-give-up-crash-safety",
    ("postgresql", "growth"): "patterns/index-maintenance#autovacuum-settings-per-table",
    ("postgresql", "concurrency"): "patterns/connection-pooling#size-from-the-database-not-from-the-users",
    ("postgresql", "query"): "technologies/postgresql#design-rules",
    ("postgresql", "tenancy"): "technologies/postgresql#security",
    ("mysql", "integrity"): "technologies/mysql#settings-that-give-up-durability",
    ("mysql", "query"): "technologies/mysql#design-rules",
    ("mysql", "types"): "patterns/physical-types-and-layout#engine-notes",
    ("mysql", "tenancy"): "technologies/mysql#security",
    ("pgbouncer", "tenancy"): "technologies/pgbouncer#security",
    ("pgbouncer", "concurrency"): "technologies/pgbouncer#design-rules",
}


_SESSION = re.compile(r"\badvisory lock|\bLISTEN\b|\bNOTIFY\b|\bsession[- ]level\b|\bSET\s+search_path|\btemp(?:orary)? tables?\b|\bsession (?:advisory|variable|state)", re.IGNORECASE)  # fmt: skip


def _setting_hits(product: Product, family: Family, subject: Subject) -> Iterable[Hit]:
    measured = _SHARES if memory_gib(subject) else ()
    # Who needs his session keeps a pool of sessions.
    kept = subject.facts.text if product == "pgbouncer" else ""
    for setting in (s for s in subject.artefacts.settings if s.name not in measured):
        if setting.name == "pool_mode" and setting.value.lower() == "session" and _SESSION.search(kept):
            continue
        for line in _LINES:
            if (line.product, line.family) == (product, family) and _breaks(setting, line):
                say = line.say.format(n=setting.name, v=setting.value)
                yield Hit(setting.name, setting.place, say, line.because, severity=line.severity)


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


# Said with the memory of the machine where it is stated.
_SHARES = ("shared_buffers", "innodb_buffer_pool_size")
_MUCH_MEMORY = 16.0
_OF_BUFFERS = 4.0


def memory_of_all(subject: Subject) -> Iterable[Hit]:
    """work_mem of every connection at once against the memory, or some four times the buffers, where they are set by the book."""
    found = {s.name: s for s in subject.artefacts.settings if s.product == "postgresql"}
    each, most, buffers = (found.get(name) for name in ("work_mem", "max_connections", "shared_buffers"))
    if each is None or most is None:
        return
    total = (amount(each.value) or 0) * (amount(most.value) or 0) / 1024**3
    memory = memory_gib(subject)
    limit = memory or (_OF_BUFFERS * (amount(buffers.value) or 0) / 1024**3 if buffers else _MUCH_MEMORY)
    if total > max(limit, 1.0):
        beside = f" against {memory:,.0f} GB of memory" if memory else ""
        yield Hit(
            each.name,
            each.place,
            f"work_mem {each.value} times max_connections {most.value} is {total:,.0f} GB{beside}, and a sort or hash takes it several times per query; lower it to some megabytes, raise it per statement, and put a pooler in front",
            "when many sort at once the machine swaps, or the kernel kills the server",
        )


def _breaks(setting: Setting, line: _Line) -> bool:
    return setting.product == line.product and setting.name in line.names and line.wrong(setting.value)


def _settings_rule(product: Product, family: Family, section: str) -> Rule:
    return Rule(
        f"{product}-{family}",
        family,
        "medium",
        section,
        lambda subject: _setting_hits(product, family, subject),
        apart=True,
    )


OPERATION = (
    Rule("memory-of-all", "growth", "medium", "patterns/connection-pooling#size-from-the-database-not-from-the-users", memory_of_all),
    Rule("session-state", "concurrency", "high", "technologies/pgbouncer#session-state-leaks-or-vanishes", session_state_in_transaction_pool),
    *(_settings_rule(product, family, section) for (product, family), section in _EXPLAINED.items()),
)  # fmt: skip
