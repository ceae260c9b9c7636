"""Whatever the database says, in a line that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from service.errors import AnswerStoreError

# What stands in the words of SQLite or PostgreSQL, and what then helps; the first that fits is taken.
_REMEDIES: tuple[tuple[str, str], ...] = (
    ("not a database", "move the file away, an empty store is made in its place"),
    ("malformed", "move the file away, an empty store is made in its place"),
    ("locked", "another process is writing for too long: stop it, or use PostgreSQL"),
    ("lock timeout", "somebody holds a lock on its tables: see pg_stat_activity"),
    ("statement timeout", "the database is too slow: see pg_stat_activity"),
    ("disk is full", "make room on its disk"),
    ("read-only transaction", "lead DBARCH_STORE_URL to the primary"),
    ("readonly", "let this user write to the file and its directory, or name another in DBARCH_STORE_URL"),
    ("unable to open", "let this user write to the file and its directory, or name another in DBARCH_STORE_URL"),
    ("disk I/O error", "see whether its disk is full or broken"),
    ("permission denied", "grant this user the database, or name another in DBARCH_STORE_URL"),
    ("connection", "see that it runs and that DBARCH_STORE_URL leads there"),
)


@contextmanager
def failing(engine: Engine) -> Iterator[None]:
    """Raises AnswerStoreError in place of what SQLAlchemy raises; passwords are left out."""
    try:
        yield
    except SQLAlchemyError as error:
        said = " ".join(str(getattr(error, "orig", None) or error).split())
        remedy = next((remedy for words, remedy in _REMEDIES if words.lower() in said.lower()), "see its log")
        raise AnswerStoreError(f"the store {engine.url!r} cannot be used, {remedy}: {said}") from error
