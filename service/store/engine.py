"""Connections on which nothing waits forever: SQLite as a file in WAL mode, PostgreSQL through psycopg."""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError

from service.errors import AnswerStoreError

Result = TypeVar("Result")

_TRIES, _PAUSE = 100, 0.05
LOCK_SECONDS = 2
STATEMENT_SECONDS = 3
CONNECT_SECONDS = 3
# A server that ends no statement at its timeout has stopped: longer than that nobody listens for it.
SILENCE_SECONDS = 5
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg", "postgresql+psycopg": "postgresql+psycopg", "sqlite": "sqlite+pysqlite"}  # fmt: skip


def engine_of(url: str) -> Engine:
    """An engine for a store. Raises AnswerStoreError for an address that is neither a SQLite file nor PostgreSQL."""
    address = _normalised(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address)
    return _postgresql(address)


def _normalised(url: str) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        # The address is not repeated: it may hold a password.
        raise AnswerStoreError(
            "the address of the store cannot be read: write sqlite:///FILE or postgresql://…"
        ) from None
    driver = _DRIVERS.get(address.drivername)
    no_file = driver == "sqlite+pysqlite" and (address.database in (None, "", ":memory:") or bool(address.query))
    if driver is None or no_file:
        kind = address.drivername if driver is None else "SQLite without a plain file"
        raise AnswerStoreError(f"a store of the kind {kind!r} cannot be used: write sqlite:///FILE or postgresql://…")
    return address.set(drivername=driver)


def _sqlite(address: URL) -> Engine:
    assert address.database
    try:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AnswerStoreError(
            f"the directory of the store {address!r} cannot be made: {error.strerror or error}"
        ) from error
    engine = create_engine(address, connect_args={"timeout": LOCK_SECONDS}, pool_timeout=CONNECT_SECONDS)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: object) -> None:
        # Python's driver would begin and commit on its own; the listener below does it instead.
        connection.isolation_level = None
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            _set(connection, pragma)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # A transaction that reads first and writes later could not wait for another writer: it takes its place at once.
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('sqlite_begin', 'IMMEDIATE')}")

    return engine


class _Impatient(psycopg.Connection[TupleRow]):
    """Leaves a server that has stopped talking: the server's own timeouts hold only while it runs."""

    def wait(self, gen: PQGen[Result], interval: float = 0.1, timeout: float | None = None) -> Result:
        try:
            return super().wait(gen, interval, timeout or SILENCE_SECONDS)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError(f"connection given up: no answer for {SILENCE_SECONDS} s") from None


def _postgresql(address: URL) -> Engine:
    # Prepared statements and settings of a session do not survive a pooler; settings of a transaction do.
    arguments = {"connect_timeout": CONNECT_SECONDS, "prepare_threshold": None}
    # Whatever the server's default is: under a stricter level two who write at once would fail instead of waiting.
    engine = create_engine(address, connect_args=arguments, pool_timeout=CONNECT_SECONDS, pool_pre_ping=True, isolation_level="READ COMMITTED")  # fmt: skip
    limits = text(
        f"SELECT set_config('lock_timeout', '{LOCK_SECONDS}s', true), set_config('statement_timeout', '{STATEMENT_SECONDS}s', true)"
    )

    @event.listens_for(engine, "do_connect")
    def connect(_: object, __: object, words: Sequence[Any], named: Mapping[str, Any]) -> psycopg.Connection[TupleRow]:
        return _Impatient.connect(*words, **named)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.execute(limits)

    return engine


def _set(connection: sqlite3.Connection, pragma: str) -> None:
    """Set a pragma; the change to WAL is refused at once, whatever the timeout, where two processes create a file together."""
    for left in reversed(range(_TRIES)):
        try:
            connection.execute(f"PRAGMA {pragma}").close()
            return
        except sqlite3.OperationalError:
            if not left:
                raise
            time.sleep(_PAUSE)
