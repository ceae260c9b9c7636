"""Fences that run outside PostgreSQL: Python and revisions of Alembic in a process of their own, SQLite in memory."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence

from kb.entry import Fence
from kb.errors import Fault
from kb.expectation import Outcome, read_expectation
from kb.statements import split_statements

SCRIPT_SECONDS = 60
_ENGINE = """
import sys
from sqlalchemy import create_engine
engine = create_engine(sys.argv[1])
exec(compile(sys.stdin.read(), "<fence>", "exec"), {"__name__": "__main__", "engine": engine})
engine.dispose()
"""
# A revision: its upgrade() runs as Alembic runs it, in the transaction of a migration.
_REVISION = """
import sys
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine
engine = create_engine(sys.argv[1])
revision = {"__name__": "revision"}
exec(compile(sys.stdin.read(), "<fence>", "exec"), revision)
with engine.connect() as connection:
    context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
    with context.begin_transaction(_per_migration=True), Operations.context(context):
        revision["upgrade"]()
engine.dispose()
"""
_PLAIN = 'import sys\nexec(compile(sys.stdin.read(), "<fence>", "exec"), {"__name__": "__main__"})\n'
# The exception's own line: SQLAlchemy adds the statement and a link after it.
_EXCEPTION = re.compile(r"^(?:\w+\.)*[A-Z][a-z]\w*(?:: .*)?$")
_FRAME = re.compile(r'File "<fence>", line (\d+)')


def python_faults(code: str, url: str | None, seconds: float = SCRIPT_SECONDS) -> tuple[Fault, ...]:
    """Run a Python fence, with `engine` where it has a database; its failure is told by the last line of the traceback."""
    return _run_python(_ENGINE if url else _PLAIN, code, url, seconds)


def revision_faults(code: str, url: str, seconds: float = SCRIPT_SECONDS) -> tuple[Fault, ...]:
    """Run `upgrade()` of an Alembic revision on a database."""
    return _run_python(_REVISION, code, url, seconds)


def _run_python(script: str, code: str, url: str | None, seconds: float) -> tuple[Fault, ...]:
    # -I: neither our directory nor our environment is the fence's business.
    command = [sys.executable, "-I", "-c", script, *([url] if url else [])]
    try:
        done = subprocess.run(command, input=code, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return (Fault(1, f"did not end within {seconds:g} s"),)
    if done.returncode == 0:
        return ()
    told = next(
        (line for line in reversed(done.stderr.splitlines()) if _EXCEPTION.match(line)), f"exit {done.returncode}"
    )
    frames = _FRAME.findall(done.stderr)
    return (Fault(int(frames[-1]) if frames else 1, f"failed: {told}"),)


def sqlite_faults(fences: Sequence[Fence]) -> Iterator[tuple[Fence, tuple[Fault, ...]]]:
    """The SQLite fences of an entry, one after the other in one database."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for fence in fences:
            expectation = read_expectation(fence.attributes)
            if isinstance(expectation, Fault):
                yield fence, (expectation,)
            else:
                yield fence, tuple(expectation.faults(_run_sqlite(connection, fence.code)))
    finally:
        connection.close()


def _run_sqlite(connection: sqlite3.Connection, code: str) -> Outcome:
    rows, line = None, 1
    statements = split_statements(code, "sqlite")
    for position, statement in enumerate(statements):
        line = statement.line
        try:
            cursor = connection.execute(statement.text)
            rows = len(cursor.fetchall()) if cursor.description else cursor.rowcount
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
            return Outcome(None, name, str(error), line, position == len(statements) - 1)
    return Outcome(rows, line=line)
