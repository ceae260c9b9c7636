"""Settings of engines and poolers: lines of postgresql.conf, my.cnf, pgbouncer.ini, redis.conf and mongod.conf, or as a client lists them."""

import re
from dataclasses import dataclass
from typing import Literal

from kb.schema import Place
from service.question.artefact.lines import lines_of

Product = Literal["postgresql", "mysql", "pgbouncer", "redis", "mongodb"]

_SETTING = re.compile(r"^\|?\s*([\w.-]+)\s*(?:=|:|\||\s)\s*('(?:[^']|'')*'|\"[^\"]*\"|[^#;|]*)")
_SECTION = re.compile(r"^\[([\w-]+)\]$")
# A line of pg_hba.conf: whom it lets in from anywhere, and by which proof.
_ACCESS = re.compile(r"^(?:host\w*|local)\s+\S+\s+\S+(?:\s+[\da-f.:/]+|\s+all|\s+\S+)?\s+(trust|password|md5|scram-sha-256|peer|ident|cert|reject)\b", re.IGNORECASE)  # fmt: skip
_IS, _LIST = r"\s*[=:|]", r"^\|?\s*"
_MARKS: tuple[tuple[Product, re.Pattern[str]], ...] = (
    ("pgbouncer", re.compile(rf"^\s*\[(?:pgbouncer|databases)\]|{_LIST}(?:pool_mode|max_client_conn|default_pool_size){_IS}", re.MULTILINE)),
    ("mysql", re.compile(rf"^\s*\[mysqld?\]|{_LIST}(?:innodb_\w+|sql_mode|sync_binlog|binlog_format|skip-grant-tables|character[-_]set[-_]server){_IS}", re.MULTILINE)),
    ("redis", re.compile(r"^\s*(?:appendonly\s+(?:yes|no)|appendfsync\s+(?:always|everysec|no)|maxmemory\s+\d+\w*|maxmemory-policy\s+[a-z-]+|protected-mode\s+(?:yes|no)|save\s+(?:\"\"|\d+\s+\d+))\s*$", re.MULTILINE)),
    ("mongodb", re.compile(r"^\s*(?:bindIp(?:All)?|dbPath|authorization|replSetName|cacheSizeGB)\s*:", re.MULTILINE)),
    ("postgresql", re.compile(rf"{_LIST}(?:shared_buffers|work_mem|wal_level|fsync|synchronous_commit|autovacuum\w*|listen_addresses|effective_cache_size|random_page_cost|maintenance_work_mem|max_wal_size|max_wal_senders|max_slot_wal_keep_size|full_page_writes|checkpoint_\w+|statement_timeout|lock_timeout|idle_in_transaction_session_timeout|archive_mode|password_encryption){_IS}", re.MULTILINE)),
    # Of two products the last that could be meant.
    ("postgresql", re.compile(rf"{_LIST}(?:max_connections|ssl){_IS}", re.MULTILINE)),
)  # fmt: skip
# What a line of a file looks like where nothing says that it is one: a value behind a sign, or a word that only Redis has.
_BARE = re.compile(
    rf"^(?:[#;].*|\[[\w-]+\]|\|?\s*[\w.-]+\s*(?:=|\|)\s*\S.{{0,160}}|\s*[\w.]+:(?:\s+[\w.:/\"'-]+(?:,\s*[\w.:/-]+)*)?|(?:appendonly|appendfsync|maxmemory[a-z-]*|protected-mode|save|bind|port|dir|requirepass|databases|timeout|tcp-[a-z-]+|loglevel|replicaof|stop-writes-on-bgsave-error|rdb[a-z]+|dbfilename|auto-aof-[a-z-]+|io-threads)\s+\S+(?:\s+\S+){{0,3}}|[a-z]+(?:-[a-z]+)+|\+[-+]+\+|[-+]{{4,}}|\(\d+ rows?\)|{_ACCESS.pattern[1:]}.*)\s*$"
)
_DRAWN = re.compile(r"^(?:[-+| ]+|\(\d+ rows?\)|[a-z]+(?:-[a-z]+)+)$")
_SENTENCE = re.compile(r"[.?!]\s*$|\?")


@dataclass(frozen=True)
class Setting:
    """One line: its value without quotes, lower case where it is a word."""

    product: Product
    name: str
    value: str
    place: Place
    section: str = ""


def product_of(text: str) -> Product | None:
    """Whose settings these are, by names that only one product has; nothing for other texts."""
    found = [product for product, pattern in _MARKS if pattern.search(text)]
    if not found or re.search(r"\bCREATE\s+TABLE\b|\bclass\s+\w+|\bSELECT\b.*\bFROM\b", text, re.IGNORECASE):
        return None
    return found[0]


def is_setting(line: str) -> bool:
    """Whether a line could stand in such a file; a question that holds one does not."""
    bare = line.strip()
    return _BARE.match(line) is not None and (bare[:1] in "#;" or not _SENTENCE.search(bare))


def read_settings_file(text: str) -> tuple[tuple[Setting, ...], tuple[str, ...]]:
    """The settings in order, comments left out, and the lines that are none; one text may hold several files."""
    found: list[Setting] = []
    unread: list[str] = []
    product, section = _outset(text), ""
    for line in lines_of(text):
        if line.text.startswith(("#", ";")):
            product, section = _named(line.text) or product, "" if _named(line.text) else section
        elif match := _SECTION.match(line.text):
            section = match.group(1).lower()
            product = "pgbouncer" if section in ("pgbouncer", "databases", "users") else "mysql" if section.startswith(("mysql", "client", "maria")) else product  # fmt: skip
        elif match := _ACCESS.match(line.text):
            found.append(Setting("postgresql", "pg_hba.conf", match.group(1).lower(), line.place, "pg_hba.conf"))
        elif match := _SETTING.match(line.text):
            name = match.group(1).lower().replace("-", "_") if product == "mysql" else match.group(1).lower()
            found.append(Setting(product, name, _with_unit(name, match.group(2).strip().strip("'\"").strip()), line.place, section))  # fmt: skip
        elif not _DRAWN.match(line.text):
            unread.append(line.text)
    return tuple(found), tuple(unread)


def _outset(text: str) -> Product:
    """The product of what stands before any header: the one whose names come first."""
    places = [(match.start(), product) for product, pattern in _MARKS[:-1] if (match := pattern.search(text))]
    return min(places)[1] if places else "postgresql"


def _named(comment: str) -> Product | None:
    """A comment that names the file which follows."""
    low = comment.lower()
    return next((product for product, words in _FILES.items() if any(word in low for word in words)), None)


_FILES: dict[Product, tuple[str, ...]] = {"postgresql": ("postgresql.conf", "pg_hba"), "pgbouncer": ("pgbouncer",), "mysql": ("my.cnf",), "redis": ("redis.conf",), "mongodb": ("mongod.conf",)}  # fmt: skip
# What the server counts in where a size has no unit.
_COUNTED_IN = {"shared_buffers": 8, "effective_cache_size": 8, "wal_buffers": 8, "work_mem": 1, "maintenance_work_mem": 1}  # fmt: skip


def _with_unit(name: str, value: str) -> str:
    return f"{int(value) * _COUNTED_IN[name]}kB" if name in _COUNTED_IN and value.isdigit() else value


_UNITS = {"": 1.0, "b": 1.0, "k": 1e3, "kb": 1024.0, "m": 1024.0**2, "mb": 1024.0**2, "g": 1024.0**3, "gb": 1024.0**3, "t": 1024.0**4, "tb": 1024.0**4, "ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}  # fmt: skip


def amount(value: str) -> float | None:
    """Bytes of a size, seconds of a duration, or the number; nothing for a word."""
    match = re.match(r"^(-?\d+(?:\.\d+)?)\s*([a-zA-Z]*)$", value)
    if match is None or match.group(2).lower() not in _UNITS:
        return None
    return float(match.group(1)) * _UNITS[match.group(2).lower()]
