"""Run by Alembic with the connection that `service.store.migrating` hands over, inside its transaction and its lock."""

from alembic import context

from service.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite can: Alembic assumes otherwise, because Python's driver would commit before each CREATE unless told not to.
    transactional_ddl=True,
)
context.run_migrations()
