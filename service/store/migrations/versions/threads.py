"""Threads with their turns, and events that were seen."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("seen_at", _MOMENT, nullable=False),
    )
    op.create_index("events_by_time", "events", ["seen_at"])
    op.create_table(
        "threads",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("thread_ts", sa.Text, primary_key=True),
        sa.Column("last_answer", sa.Text),
        sa.Column("updated_at", _MOMENT, nullable=False),
    )
    op.create_index("threads_by_time", "threads", ["updated_at"])
    op.create_table(
        "turns",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("thread_ts", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["channel", "thread_ts"],
            ["threads.channel", "threads.thread_ts"],
            name="turns_of_thread",
            ondelete="CASCADE",
        ),
    )
