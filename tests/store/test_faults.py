"""A store that cannot be used says so within seconds, what helps, and works again once that is done."""

import datetime as dt
import os
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from kb.postgres import Cluster
from service.answer.advice import Advice
from service.errors import AnswerStoreError
from service.question.request import AskRequest
from service.store.engine import engine_of
from service.store.faults import failing
from service.store.migrating import migrate
from service.store.store import Store, open_store
from tests.store.taking import took

Making = Callable[..., Advice]
NOBODY = 65_534


@contextmanager
def a_user_of_no_privileges() -> Iterator[None]:
    """Permissions mean nothing to root, as who CI often runs."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def readable() -> Iterator[Path]:
    """A directory in which nobody may write, below none that is closed to others."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        open_store(f"sqlite:///{directory / 'store.db'}").close()
        (directory / "store.db").chmod(0o444)
        directory.chmod(0o555)
        yield directory
        directory.chmod(0o755)


def test_a_read_only_directory_is_said_to_be_that(readable: Path, noon: dt.datetime, make_advice: Making) -> None:
    with a_user_of_no_privileges():
        with pytest.raises(AnswerStoreError, match="let this user write to the file and its directory"):
            open_store(f"sqlite:///{readable / 'other.db'}")
        with pytest.raises(AnswerStoreError, match="let this user write to the file and its directory"):
            open_store(f"sqlite:///{readable / 'store.db'}").keep_answer(
                AskRequest(question="How?"), make_advice(), noon
            )


def test_a_full_disk_is_said_to_be_that(tmp_path: Path, noon: dt.datetime, make_advice: Making) -> None:
    engine = engine_of(f"sqlite:///{tmp_path / 'store.db'}")
    migrate(engine)
    engine.dispose()

    # What SQLite then says is what it says of a disk without room.
    @event.listens_for(engine, "connect")
    def bounded(connection: Any, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 40").close()

    store = Store(engine)
    for answer_id in ("0", "1"):
        store.keep_answer(AskRequest(question="How?"), make_advice(answer_id), noon)
    with pytest.raises(AnswerStoreError, match="make room on its disk"):
        store.keep_answer(AskRequest(question="How?"), make_advice("2", "How?" * 100_000), noon)
    assert store.answer("0") is not None
    store.close()


def test_a_file_that_somebody_else_writes_to_is_waited_for_and_not_forever(tmp_path: Path, noon: dt.datetime) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(AnswerStoreError, match="another process is writing for too long"):
        took(store, "e1", noon)
    other.execute("ROLLBACK")
    other.close()
    assert took(store, "e1", noon)
    store.close()


def test_a_file_that_breaks_meanwhile_is_said_to_be_broken(tmp_path: Path, noon: dt.datetime) -> None:
    file = tmp_path / "store.db"
    open_store(f"sqlite:///{file}").close()
    pages = bytearray(file.read_bytes())
    pages[4_096:] = b"\xff" * (len(pages) - 4_096)
    file.write_bytes(pages)
    with pytest.raises(AnswerStoreError, match="move the file away"):
        took(open_store(f"sqlite:///{file}"), "e1", noon)


def test_a_table_that_is_locked_is_waited_for_and_not_forever(
    postgres: Cluster, noon: dt.datetime, make_advice: Making
) -> None:
    with postgres.database() as name:
        store = open_store(f"postgresql://postgres@/{name}?host={postgres.directory}")
        with postgres.connect(name) as other, other.transaction():
            other.execute("LOCK TABLE answers")
            with pytest.raises(AnswerStoreError, match="somebody holds a lock on its tables"):
                store.keep_answer(AskRequest(question="How?"), make_advice(), noon)
        store.keep_answer(AskRequest(question="How?"), make_advice(), noon)
        store.close()


def test_a_statement_that_takes_too_long_is_ended(postgres: Cluster) -> None:
    with postgres.database() as name:
        store = open_store(f"postgresql://postgres@/{name}?host={postgres.directory}")
        with pytest.raises(AnswerStoreError, match="too slow"), store.reading() as connection:
            connection.exec_driver_sql("SELECT pg_sleep(60)")
        store.close()


def test_connections_that_the_server_ended_are_made_anew(postgres: Cluster, noon: dt.datetime) -> None:
    with postgres.database() as name:
        store = open_store(f"postgresql://postgres@/{name}?host={postgres.directory}")
        assert took(store, "e1", noon)
        with postgres.connect() as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        assert not took(store, "e1", noon)
        store.close()


def test_a_server_that_has_stopped_is_left_and_found_again(postgres: Cluster, noon: dt.datetime) -> None:
    with postgres.database() as name:
        store = open_store(f"postgresql://postgres@/{name}?host={postgres.directory}")
        with store.reading() as connection:
            backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            os.kill(backend, signal.SIGSTOP)
            try:
                with pytest.raises(AnswerStoreError, match="no answer for 5 s"), failing(connection.engine):
                    connection.exec_driver_sql("SELECT 1")
            finally:
                os.kill(backend, signal.SIGCONT)
        assert took(store, "e1", noon)
        store.close()
