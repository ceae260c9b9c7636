"""The schema brought up to date when a store is opened; replicas that start at once take turns."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from service.errors import AnswerStoreError

_HERE = Path(__file__).parent / "migrations"
# Any number of our own: who migrates this database holds it.
_ADVISORY_LOCK = 4_215_077_300_921


def migrate(engine: Engine) -> None:
    """Run what migrations are missing. Raises AnswerStoreError for a schema that a newer version has written."""
    config = configuration()
    scripts = ScriptDirectory.from_config(config)
    with engine.connect().execution_options(sqlite_begin="DEFERRED") as connection:
        if not _behind(connection, scripts):
            return
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
        # Somebody else may have migrated while we waited.
        if _behind(connection, scripts):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def configuration() -> Config:
    """Where Alembic finds the migrations: they come with the package."""
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    return config


def _behind(connection: Connection, scripts: ScriptDirectory) -> bool:
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise AnswerStoreError(
            f"the store {connection.engine.url!r} has the schema {found!r}, which only a newer version knows: run that version, or name another store in DBARCH_STORE_URL"
        )
    return found != scripts.get_current_head()
