"""One database on which the PostgreSQL fences of an entry run in order, on its main connection and named sessions."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import psycopg
from psycopg.pq import TransactionStatus

from kb.entry import Fence
from kb.errors import Fault
from kb.expectation import Expectation, Outcome, read_expectation
from kb.plans import explained, forces_plans, plan_faults, read_plan
from kb.postgres import LOCK_SECONDS, Cluster, Connection
from kb.statements import Statement, split_statements

_TRANSACTION = ("BEGIN", "START", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE")
_READS = ("SELECT", "TABLE", "VALUES", "EXPLAIN", "SHOW")
_POLL_SECONDS = 0.01


class Stage:
    """The connections of one entry's database; a session stays in its transaction from fence to fence."""

    def __init__(self, cluster: Cluster, database: str) -> None:
        self.cluster = cluster
        self.database = database
        self._sessions: dict[str, Connection] = {}
        self._superuser = cluster.connect(database)
        self._dirty = True

    def close(self) -> None:
        for connection in (*self._sessions.values(), self._superuser):
            connection.close()

    def session(self, name: str) -> Connection:
        """The session of that name; the one without a name is the main connection."""
        known = self._sessions.get(name)
        if known is None or known.closed:
            self._sessions[name] = known = self.cluster.connect(self.database)
        return known

    @property
    def superuser(self) -> Connection:
        """A connection beside all sessions, for looking at them and at the catalogue."""
        return self._superuser

    def run(self, fence: Fence) -> tuple[Fault, ...]:
        """Run a fence and compare with what it expects; the lines of the faults count inside the fence."""
        expectation = read_expectation(fence.attributes)
        if isinstance(expectation, Fault):
            return (expectation,)
        if forces_plans(fence.code):
            return (Fault(1, "SET enable_… forces plans: seed enough rows, and let the planner choose"),)
        statements = split_statements(fence.code)
        connection = self.session(fence.attributes.get("session", ""))
        faults = self._planned(fence, statements, connection) if "plan" in fence.attributes else ()
        if not faults:
            faults = tuple(expectation.faults(self._outcome(expectation, statements, connection)))
        self._recover(connection, faults, expectation)
        return faults

    def _outcome(self, expectation: Expectation, statements: Sequence[Statement], connection: Connection) -> Outcome:
        # What may write makes statistics stale: VACUUM again before the next plan is read.
        self._dirty = self._dirty or any(each.verb not in _READS for each in statements)
        if expectation.blocks:
            return self._blocked(expectation.blocks, statements, connection)
        return execute(connection, statements)

    def _planned(self, fence: Fence, statements: Sequence[Statement], connection: Connection) -> tuple[Fault, ...]:
        """The plan, read before the statement runs; what precedes it (SET LOCAL ROLE …) has its effect, undone afterwards."""
        query = explained(statements)
        if query is None:
            return (Fault(1, "plan= needs a SELECT, UPDATE or DELETE in the fence"),)
        before = statements[: statements.index(query)]
        try:
            if self._dirty:
                self._superuser.execute("VACUUM (ANALYZE)")
                self._dirty = False
            with _undone(connection, before):
                plan = read_plan(connection, query)
        except psycopg.Error as error:
            return (Fault(query.line, f"its plan cannot be read: {_message(error)}"),)
        found = plan_faults(
            plan, self._superuser, fence.attributes["plan"], query.line, nosort="nosort" in fence.attributes
        )
        return tuple(found)

    def _blocked(self, blocker: str, statements: Sequence[Statement], connection: Connection) -> Outcome:
        """Run in a thread until the server says who blocks it; then commit the blocker and see how it ends."""
        outcomes: list[Outcome] = []
        thread = threading.Thread(target=lambda: outcomes.append(execute(connection, statements)), daemon=True)
        first = self.session(blocker)
        thread.start()
        waited = self._waits_for(first, connection, thread)
        _finish(first)
        thread.join(LOCK_SECONDS + 1)
        if thread.is_alive():
            connection.cancel_safe(timeout=LOCK_SECONDS)
            thread.join(LOCK_SECONDS)
        outcome = outcomes[0] if outcomes else Outcome(code="hangs", message="it did not end in time")
        return Outcome(
            outcome.rows, outcome.code, outcome.message, outcome.line, outcome.finished, blocker if waited else ""
        )

    def _waits_for(self, first: Connection, second: Connection, thread: threading.Thread) -> bool:
        deadline = time.monotonic() + LOCK_SECONDS
        pids = [first.info.backend_pid, second.info.backend_pid]
        while thread.is_alive() and time.monotonic() < deadline:
            row = self._superuser.execute("SELECT %s = ANY (pg_blocking_pids(%s))", pids).fetchone()
            if row is not None and row[0]:
                return True
            time.sleep(_POLL_SECONDS)
        return False

    @staticmethod
    def _recover(connection: Connection, faults: Sequence[Fault], expectation: Expectation) -> None:
        """After a fault the next fences get a session that works; after an expected error its author decides."""
        if faults and not expectation.error and not connection.closed:
            _finish(connection)


def execute(connection: Connection, statements: Sequence[Statement]) -> Outcome:
    """Run statements one by one; the first failure ends it, but for what closes the transaction."""
    rows, line = None, 1
    for position, statement in enumerate(statements):
        try:
            cursor = connection.execute(statement.text.encode())
        except psycopg.Error as error:
            rest = statements[position + 1 :]
            finished = all(each.verb in _TRANSACTION for each in rest)
            if rest and finished and not connection.closed:
                _finish(connection)
            return Outcome(None, error.sqlstate or "client", _message(error), _line(statement, error), finished)
        if statement.verb not in _TRANSACTION:
            rows, line = cursor.rowcount, statement.line
    return Outcome(rows, line=line)


def _message(error: psycopg.Error) -> str:
    return error.diag.message_primary or str(error).strip().splitlines()[0]


def _line(statement: Statement, error: psycopg.Error) -> int:
    position = error.diag.statement_position
    return statement.line + (statement.text.count("\n", 0, int(position) - 1) if position else 0)


def _finish(connection: Connection) -> None:
    """End an open transaction: commit what can be committed."""
    status = connection.info.transaction_status
    if status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
        # A commit may fail, on a deferred constraint or a serialisation conflict; the transaction has ended all the same.
        with suppress(psycopg.Error):
            connection.execute("COMMIT" if status == TransactionStatus.INTRANS else "ROLLBACK")


@contextmanager
def _undone(connection: Connection, before: Sequence[Statement]) -> Iterator[None]:
    """What precedes the explained statement, in a transaction of its own unless the session is in one already."""
    inside = connection.info.transaction_status == TransactionStatus.INTRANS
    if not inside:
        connection.execute("BEGIN")
    connection.execute("SAVEPOINT before_plan")
    try:
        for statement in before:
            if statement.verb not in _TRANSACTION:
                connection.execute(statement.text.encode())
        yield
    finally:
        if connection.info.transaction_status != TransactionStatus.IDLE:
            connection.execute("ROLLBACK TO SAVEPOINT before_plan" if inside else "ROLLBACK")
