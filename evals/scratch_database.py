"""A scratch PostgreSQL for the DDL of answers: statements that define something, run until nothing more goes through."""

from functools import lru_cache

import psycopg

from kb.postgres import Cluster, Connection
from kb.statements import split_statements

_DEFINING = ("CREATE", "ALTER", "COMMENT", "DO", "GRANT")


@lru_cache(maxsize=256)
def unrunnable(cluster: Cluster, blocks: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Definitions of these blocks that never run, with why, and the tables that there are then.

    An answer shows blocks in working order, not in that of their dependencies, so what fails is tried again after the rest.
    """
    statements = [s.text for block in blocks for s in split_statements(block) if s.verb in _DEFINING]
    with cluster.database() as name, cluster.connect(name) as connection:
        waiting = statements
        failures: list[str] = []
        while waiting:
            failed = [(text, why) for text in waiting if (why := _run(connection, text))]
            failures = [f"{' '.join(text.split())[:80]}: {why}" for text, why in failed]
            if len(failed) == len(waiting):
                break
            waiting = [text for text, _ in failed]
        tables = connection.execute("SELECT table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')")  # fmt: skip
        return tuple(failures), frozenset(str(row[0]) for row in tables)


def _run(connection: Connection, statement: str) -> str:
    try:
        connection.execute(statement.encode())
    except psycopg.errors.DuplicateObject:
        return ""
    except psycopg.Error as error:
        if isinstance(error, psycopg.errors.DuplicateTable | psycopg.errors.DuplicateFunction):
            return ""
        return str(error).splitlines()[0]
    return ""
