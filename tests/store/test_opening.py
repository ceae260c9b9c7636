"""A store is opened with the schema of this version, or it is said why not and what to do."""

import datetime as dt
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from service.answer.advice import Advice
from service.errors import AnswerStoreError
from service.question.request import AskRequest, Turn
from service.store.engine import engine_of
from service.store.migrating import configuration, migrate
from service.store.schema import METADATA
from service.store.store import Store, open_store

Making = Callable[..., Advice]


def versions(url: str) -> list[str]:
    engine = engine_of(url)
    with engine.begin() as connection:
        found = list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())
    engine.dispose()
    return found


def test_the_migrations_make_the_tables_that_the_code_knows(url: str) -> None:
    engine = engine_of(url)
    migrate(engine)
    with engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_an_old_schema_is_migrated_and_keeps_its_rows(url: str, noon: dt.datetime, make_advice: Making) -> None:
    engine = engine_of(url)
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    Store(engine).keep_answer(AskRequest(question="How?"), make_advice(), noon)
    engine.dispose()
    store = open_store(url)
    store.append_turns("C1", "1.5", (Turn(role="user", content="And?"),), noon)
    assert store.answer("a1") is not None
    store.close()
    assert versions(url) == ["0003"]


def test_a_migration_that_fails_leaves_the_store_as_it_was(url: str) -> None:
    engine = engine_of(url)
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("CREATE TABLE turns (x int)"))
    engine.dispose()
    with pytest.raises(AnswerStoreError, match="turns"):
        open_store(url)
    assert versions(url) == ["0001"]
    engine = engine_of(url)
    with engine.begin() as connection:
        # What the second migration makes before it fails is gone again.
        connection.execute(text("CREATE TABLE events (x int)"))
    engine.dispose()


def test_a_schema_of_a_newer_version_is_refused_and_left_alone(url: str) -> None:
    open_store(url).close()
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(AnswerStoreError, match=r"'9999', which only a newer version knows: run that version, or name"):
        open_store(url)
    assert versions(url) == ["9999"]


@pytest.mark.parametrize(
    "address", ["", "nonsense", "mysql://u:secret@h/d", "sqlite://", "sqlite:///:memory:", "sqlite:///file?mode=ro", "postgresql+asyncpg://u:secret@h/d", "postgresql://u:secret@h:port/d"]
)  # fmt: skip
def test_an_address_that_is_no_store_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(AnswerStoreError, match=r"write sqlite:///FILE or postgresql://") as caught:
        open_store(address)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_server_that_is_not_there_is_named_without_its_password(scheme: str, tmp_path: Path) -> None:
    with pytest.raises(AnswerStoreError, match="see that it runs") as caught:
        open_store(f"{scheme}://me:secret@/d?host={tmp_path}")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    file.write_bytes(b"These are no pages of SQLite. " * 200)
    with pytest.raises(AnswerStoreError, match="move the file away"):
        open_store(f"sqlite:///{file}")
    assert file.read_bytes() == b"These are no pages of SQLite. " * 200


def test_a_directory_is_made_for_the_file_and_a_path_through_a_file_is_refused(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path / 'deep' / 'down' / 'store.db'}").close()
    (tmp_path / "file").write_text("")
    with pytest.raises(AnswerStoreError, match="cannot be made"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'store.db'}")


def test_a_file_is_opened_for_reading_while_others_write(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    open_store(url).close()
    with sqlite3.connect(tmp_path / "store.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        store = open_store(url)
        assert store.feedback() == ()
        store.close()
    other.close()
