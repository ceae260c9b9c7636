import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from kb.errors import FenceError
from kb.plans import read_plan
from kb.postgres import Cluster, installed_binaries, running_postgres
from kb.scripts import python_faults
from kb.statements import split_statements


def test_the_server_is_version_18_with_what_entries_need(postgres: Cluster) -> None:
    with postgres.connect() as connection:
        settings = {name: connection.execute("SELECT current_setting(%s)", [name]).fetchone() for name in ("autovacuum", "wal_level", "max_prepared_transactions", "statement_timeout", "lock_timeout")}  # fmt: skip
        assert connection.info.server_version >= 180000
    assert settings == {"autovacuum": ("off",), "wal_level": ("logical",), "max_prepared_transactions": ("10",), "statement_timeout": ("1min",), "lock_timeout": ("5s",)}  # fmt: skip


def test_a_database_is_fresh_and_gone_afterwards(postgres: Cluster) -> None:
    with postgres.database() as first, postgres.database() as second:
        assert first != second
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        postgres.connect(first)


def test_a_server_is_gone_with_its_directory() -> None:
    started = time.monotonic()
    with running_postgres() as cluster:
        assert time.monotonic() - started < 10
        assert (cluster.directory / "data").exists()
    assert not cluster.directory.exists()


def test_a_plan_is_read_in_full(postgres: Cluster) -> None:
    with postgres.connect() as connection:
        (statement,) = split_statements("SELECT relname FROM pg_class WHERE oid = 1259 ORDER BY relname")
        plan = read_plan(connection, statement)
    assert "pg_class_oid_index" in plan.indexes


def test_a_script_that_does_not_end_is_stopped() -> None:
    (fault,) = python_faults("while True: pass", None, seconds=0.5)
    assert fault.text == "did not end within 0.5 s"


def test_a_script_that_dies_without_a_word_is_told_by_its_exit() -> None:
    (fault,) = python_faults("import os\nos._exit(3)", None)
    assert fault.text == "failed: exit 3"


def test_a_postgres_that_is_not_installed_says_how_to_install_it() -> None:
    with pytest.raises(FenceError, match="run `make install`"):
        installed_binaries("json")
    with pytest.raises(FenceError, match="run `make install`"):
        installed_binaries("no_such_package")


@pytest.mark.parametrize(
    ("initdb", "server", "text"),
    [
        ("", "", "initdb cannot be run"),
        ("#!/bin/sh\necho full >&2\nexit 1\n", "", "initdb failed: full"),
        ("#!/bin/sh\nexit 0\n", "#!/bin/sh\necho no memory\nexit 1\n", "did not start"),
    ],
)
def test_a_postgres_that_does_not_start_says_why(initdb: str, server: str, text: str) -> None:
    # Not under tmp_path: as root the server runs as somebody who may not look in there.
    with tempfile.TemporaryDirectory() as name:
        binaries = Path(name)
        binaries.chmod(0o755)
        for program, script in (("initdb", initdb), ("postgres", server)):
            if script:
                (binaries / program).write_text(script)
                (binaries / program).chmod(0o755)
        with pytest.raises(FenceError, match=text), running_postgres(binaries):
            pass
