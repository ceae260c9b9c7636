"""The tables as the newest migration leaves them; a test compares the two."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: SQLite keeps no zone, so none but UTC goes in, and UTC comes out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002 (the base's signature)
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: pass an aware datetime")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


METADATA = MetaData()

ANSWERS = Table(
    "answers",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("asked_at", Moment, nullable=False),
    Column("request", Text, nullable=False),
    Column("advice", Text, nullable=False),
    Index("answers_by_time", "asked_at"),
)
FEEDBACK = Table(
    "feedback",
    METADATA,
    # SQLite numbers rows by itself only where the type is exactly INTEGER.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("answer_id", ForeignKey("answers.id"), nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("feedback_by_answer", "answer_id"),
    Index("feedback_by_time", "at"),
)
EVENTS = Table(
    "events",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("seen_at", Moment, nullable=False),
    Index("events_by_time", "seen_at"),
)
# Times are far apart enough for the clocks of several machines: a lease lasts a minute.
ERRANDS = Table(
    "errands",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("work", Text, nullable=False),
    Column("held", Text),
    Column("tries", Integer, nullable=False),
    Column("leased_until", Moment, nullable=False),
    Index("errands_by_lease", "leased_until"),
)
THREADS = Table(
    "threads",
    METADATA,
    Column("channel", Text, primary_key=True),
    Column("thread_ts", Text, primary_key=True),
    Column("last_answer", Text),
    Column("updated_at", Moment, nullable=False),
    Index("threads_by_time", "updated_at"),
)
TURNS = Table(
    "turns",
    METADATA,
    Column("channel", Text, primary_key=True),
    Column("thread_ts", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("role", Text, nullable=False),
    Column("content", Text, nullable=False),
    ForeignKeyConstraint(
        ["channel", "thread_ts"], ["threads.channel", "threads.thread_ts"], name="turns_of_thread", ondelete="CASCADE"
    ),
)
