"""The store: answers by id, feedback, threads, events seen; SQLite or PostgreSQL, with the same promises on both."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, exists, func, insert, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from service.answer.advice import Advice
from service.errors import AnswerStoreError, UnknownAnswerError
from service.question.request import MAX_HISTORY, AskRequest, Turn
from service.store.engine import engine_of
from service.store.faults import failing
from service.store.migrating import migrate
from service.store.records import Feedback, KeptAnswer, ThreadState
from service.store.schema import ANSWERS, ERRANDS, EVENTS, FEEDBACK, THREADS, TURNS

DAYS = 90
# So many rows are removed in one transaction that nobody who waits for it runs out of patience.
BATCH = 500


def open_store(url: str, days: int = DAYS) -> "Store":
    """The store at `sqlite:///FILE` or `postgresql://…`, its schema up to date. Raises AnswerStoreError."""
    engine = engine_of(url)
    try:
        with failing(engine):
            migrate(engine)
    except AnswerStoreError:
        engine.dispose()
        raise
    return Store(engine, days)


class Store:
    """Safe to use from several threads and several processes; every operation ends within seconds or raises AnswerStoreError."""

    def __init__(self, engine: Engine, days: int = DAYS) -> None:
        self._engine = engine
        self._days = days

    def close(self) -> None:
        self._engine.dispose()

    def check(self, at: datetime) -> None:
        """Write one row, as keeping an answer would. Raises AnswerStoreError."""
        with self.writing() as connection:
            made = inserting(connection, EVENTS).values(id="check", seen_at=at)
            connection.execute(made.on_conflict_do_update(index_elements=["id"], set_={"seen_at": at}))

    def keep_answer(self, request: AskRequest, advice: Advice, at: datetime) -> None:
        """Keep an answer under its id; one that is there already is as if asked now."""
        with self.writing() as connection:
            made = inserting(connection, ANSWERS).values(
                id=advice.id, asked_at=at, request=request.model_dump_json(), advice=advice.model_dump_json()
            )
            later = made.on_conflict_do_update(
                index_elements=["id"], set_={"asked_at": at}, where=ANSWERS.c.asked_at < at
            )
            connection.execute(later)

    def answer(self, answer_id: str) -> KeptAnswer | None:
        """The answer of that id; None where there is none. Raises UnknownAnswerError for one that another version wrote."""
        if "\0" in answer_id:
            # PostgreSQL takes no such text, not even to say that it has none like it.
            return None
        with self.reading() as connection:
            row = connection.execute(select(ANSWERS).where(ANSWERS.c.id == answer_id)).one_or_none()
        if row is None:
            return None
        try:
            return KeptAnswer(
                AskRequest.model_validate_json(row.request), Advice.model_validate_json(row.advice), row.asked_at
            )
        except ValidationError as error:
            raise UnknownAnswerError(
                f"answer {answer_id!r} was written by another version and cannot be read by this one: ask its question again"
            ) from error

    def keep_feedback(self, feedback: Feedback) -> None:
        """Raises UnknownAnswerError where no such answer is kept."""
        # Until this is committed nobody expires the answer.
        there = (
            select(ANSWERS.c.id).where(ANSWERS.c.id == feedback.answer_id).with_for_update(read=True, key_share=True)
        )
        with self.writing() as connection:
            if connection.execute(there).first() is None:
                raise unknown(feedback.answer_id)
            connection.execute(insert(FEEDBACK).values(feedback.model_dump()))

    def feedback(self, since: datetime | None = None) -> tuple[Feedback, ...]:
        """All feedback given at `since` or later, in the order in which it was given."""
        wanted = select(FEEDBACK).order_by(FEEDBACK.c.at, FEEDBACK.c.id)
        with self.reading() as connection:
            rows = connection.execute(wanted if since is None else wanted.where(FEEDBACK.c.at >= since)).all()
        return tuple(
            Feedback(answer_id=r.answer_id, verdict=r.verdict, reason=r.reason, channel=r.channel, at=r.at)
            for r in rows
        )

    def thread(self, channel: str, thread_ts: str) -> ThreadState | None:
        """What is known of a thread; None where nothing is."""
        of_it = _of(TURNS, channel, thread_ts)
        newest = select(TURNS).where(*of_it).order_by(TURNS.c.number.desc()).limit(MAX_HISTORY)
        with self.reading() as connection:
            row = connection.execute(select(THREADS).where(*_of(THREADS, channel, thread_ts))).one_or_none()
            turns = connection.execute(newest).all() if row else ()
        if row is None:
            return None
        said = tuple(Turn(role=turn.role, content=turn.content) for turn in reversed(turns))
        return ThreadState(channel, thread_ts, said, row.last_answer)

    def keep_thread(self, state: ThreadState, at: datetime) -> bool:
        """Make a thread known, with its turns so far. False, and nothing changed, where it is known already."""
        with self.writing() as connection:
            made = inserting(connection, THREADS).values(
                channel=state.channel, thread_ts=state.thread_ts, last_answer=state.last_answer, updated_at=at
            )
            if not is_new(connection, made, THREADS.c.channel):
                return False
            _append(connection, state.channel, state.thread_ts, state.turns)
            return True

    def append_turns(self, channel: str, thread_ts: str, turns: Sequence[Turn], at: datetime) -> None:
        """Add turns to a thread, known or not: whoever adds at the same time, none is lost, and those of one call stay together."""
        with self.writing() as connection:
            _touch(connection, channel, thread_ts, {"updated_at": at})
            _append(connection, channel, thread_ts, turns)

    def name_answer(self, channel: str, thread_ts: str, answer_id: str, at: datetime) -> None:
        """Say which answer is the last of a thread; its turns stay as they are."""
        with self.writing() as connection:
            _touch(connection, channel, thread_ts, {"updated_at": at, "last_answer": answer_id})

    def expire(self, at: datetime) -> int:
        """Remove what is older than the days that things are kept; an answer stays while there is feedback on it.

        Returns how many rows were removed, turns not counted.
        """
        before = at - timedelta(days=self._days)
        spoken_of = exists().where(FEEDBACK.c.answer_id == ANSWERS.c.id)
        return (
            self._remove(FEEDBACK, FEEDBACK.c.at < before)
            + self._remove(ANSWERS, ANSWERS.c.asked_at < before, ~spoken_of)
            + self._remove(EVENTS, EVENTS.c.seen_at < before)
            + self._remove(THREADS, THREADS.c.updated_at < before)
            + self._remove(ERRANDS, ERRANDS.c.leased_until < before)
        )

    def _remove(self, table: Table, *old: Any) -> int:
        key = tuple_(*table.primary_key.columns)
        batch = select(*table.primary_key.columns).where(*old).limit(BATCH)
        removed = 0
        while True:
            with self.writing() as connection:
                count = connection.execute(delete(table).where(key.in_(batch), *old)).rowcount
            removed += count
            if count < BATCH:
                return removed

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed at the end. Raises AnswerStoreError."""
        with failing(self._engine), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that writes nothing. Raises AnswerStoreError."""
        with failing(self._engine), self._engine.connect().execution_options(sqlite_begin="DEFERRED") as connection:
            yield connection


def unknown(answer_id: str) -> UnknownAnswerError:
    return UnknownAnswerError(
        f"no answer {answer_id!r} is kept: answers are kept for a limited time, ask its question again"
    )


def inserting(connection: Connection, table: Table) -> Any:
    """An INSERT that can say what to do on conflict: the same words in both dialects, from two modules."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def is_new(connection: Connection, made: Any, key: ColumnElement[str]) -> bool:
    """Insert, or find it there: True where it was inserted."""
    return connection.execute(made.on_conflict_do_nothing().returning(key)).first() is not None


def _of(table: Table, channel: str, thread_ts: str) -> tuple[Any, Any]:
    return table.c.channel == channel, table.c.thread_ts == thread_ts


def _touch(connection: Connection, channel: str, thread_ts: str, values: dict[str, object]) -> None:
    """Write the row of a thread; until the transaction ends nobody else gets past this for the same thread."""
    made = inserting(connection, THREADS).values(channel=channel, thread_ts=thread_ts, **values)
    connection.execute(made.on_conflict_do_update(index_elements=["channel", "thread_ts"], set_=values))


def _append(connection: Connection, channel: str, thread_ts: str, turns: Sequence[Turn]) -> None:
    last = select(func.coalesce(func.max(TURNS.c.number), 0)).where(*_of(TURNS, channel, thread_ts))
    start = connection.execute(last).scalar_one() + 1
    rows = [
        {"channel": channel, "thread_ts": thread_ts, "number": number, **turn.model_dump()}
        for number, turn in enumerate(turns, start)
    ]
    if rows:
        connection.execute(insert(TURNS), rows)
