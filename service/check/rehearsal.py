"""Trying definitions on a scratch PostgreSQL: in a schema of their own, in a transaction that is rolled back, each within a time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from kb.statements import split_statements, without_comments
from service.check.code import Tried

_STATEMENT_MS, _LOCK_MS, _CONNECT_SECONDS = 2000, 500, 3
_SCHEMA = "dbarch_rehearsal"
# Only what defines and cannot run anything else: no functions, no roles, no extensions, nothing filled from a query.
_DEFINES = re.compile(
    r"^\s*(?:CREATE\s+(?:UNLOGGED\s+)?TABLE\b(?!.*\bAS\s+(?:\(\s*)?(?:SELECT|WITH|EXECUTE|TABLE|VALUES)\b)|CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)"
    r"|CREATE\s+(?:TYPE|DOMAIN|SEQUENCE|POLICY|(?:OR\s+REPLACE\s+)?VIEW)\b|ALTER\s+(?:TABLE|INDEX|SEQUENCE|TYPE|DOMAIN|VIEW|POLICY)\b|COMMENT\s+ON\b)",
    re.IGNORECASE | re.DOTALL,
)
# What a scratch server may lack says nothing about the code.
_LACKS = (psycopg.errors.UndefinedFunction, psycopg.errors.FeatureNotSupported, psycopg.errors.InsufficientPrivilege, psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable)  # fmt: skip


@dataclass(frozen=True)
class Rehearsal:
    """A scratch database by its address."""

    url: str

    def tried(self, code: str, before: Sequence[str] = ()) -> Tried:
        """Run the definitions of `before`, then those of the code. Where nobody answers, nothing is claimed."""
        try:
            with psycopg.connect(self.url, connect_timeout=_CONNECT_SECONDS) as connection:
                try:
                    return _run(connection, code, before)
                finally:
                    connection.rollback()
        except psycopg.Error:
            return Tried(False)


def _run(connection: "psycopg.Connection[tuple[object, ...]]", code: str, before: Sequence[str]) -> Tried:
    connection.execute(sql.SQL("SET LOCAL statement_timeout = {}").format(_STATEMENT_MS))
    connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(_LOCK_MS))
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(_SCHEMA)))
    connection.execute(sql.SQL("SET LOCAL search_path = {}, public").format(sql.Identifier(_SCHEMA)))
    for text in before:
        for statement in split_statements(text):
            _one(connection, statement.text)
    complete = True
    for statement in split_statements(code):
        ran, fault = _one(connection, statement.text)
        if fault:
            return Tried(False, f"PostgreSQL says of {' '.join(statement.text.split())[:60]!r}: {fault}")
        complete = complete and ran
    return Tried(complete)


def _one(connection: "psycopg.Connection[tuple[object, ...]]", statement: str) -> tuple[bool, str]:
    """Whether the statement ran, and why it failed; what defines nothing is not run."""
    if not _DEFINES.match(without_comments(statement)):
        return False, ""
    try:
        # Prepared, so that what was taken for one statement cannot be two.
        with connection.transaction():
            connection.execute(statement.encode(), prepare=True)
    except _LACKS:
        return False, ""
    except psycopg.Error as error:
        return False, str(error).splitlines()[0]
    return True, ""
