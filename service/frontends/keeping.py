"""Keeping answers at every door that serves: an answer is given whether or not the store takes it."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from anyio import sleep, to_thread
from prometheus_client import Counter

from service.answer.advice import Advice
from service.errors import AnswerStoreError
from service.question.request import AskRequest
from service.store.records import VERDICTS, Feedback, KeptAnswer, Opinion
from service.store.store import Store, unknown

# After a failure the store is left alone for so long: each try may take seconds, and an answer would wait for them.
PAUSE = timedelta(seconds=10)
EXPIRY_SECONDS = 3_600
OK = "ok"

_FEEDBACK = Counter("dbarch_feedback", "Feedback on answers, by verdict.", ("verdict",))
for _verdict in VERDICTS:
    _FEEDBACK.labels(_verdict)


def now() -> datetime:
    return datetime.now(UTC)


class Keeper:
    """The store, opened at first use, and opened again after it could not be; its failures are logged once each time they begin."""

    def __init__(self, opening: Callable[[], Store], clock: Callable[[], datetime] = now) -> None:
        self._opening = opening
        self._clock = clock
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._fault = ""
        self._tried = datetime.min.replace(tzinfo=UTC)

    def store(self) -> Store:
        """The open store. Raises AnswerStoreError, at once where opening it has failed moments ago."""
        with self._lock:
            if self._store is None:
                if self._paused:
                    raise AnswerStoreError(self._fault)
                try:
                    self._store = self._opening()
                except AnswerStoreError as error:
                    self._failed(error)
                    raise
            return self._store

    def keep(self, request: AskRequest, advice: Advice) -> bool:
        """Keep an answer; False where that failed, which is nobody's problem but the operator's."""
        return self._tried_to(lambda store: store.keep_answer(request, advice, self._clock()))

    def expire(self) -> bool:
        """Remove what has been kept long enough."""
        return self._tried_to(lambda store: store.expire(self._clock()))

    def state(self) -> str:
        """`ok`, or why nothing is kept; tried for real."""
        self._tried_to(lambda store: store.check(self._clock()))
        return self._fault or OK

    def kept(self, answer_id: str) -> KeptAnswer:
        """The answer of that id. Raises UnknownAnswerError and AnswerStoreError."""
        kept = self.store().answer(answer_id)
        if kept is None:
            raise unknown(answer_id)
        return kept

    def keep_feedback(self, opinion: Opinion, channel: str) -> None:
        """Keep and count what somebody said at a door. Raises UnknownAnswerError and AnswerStoreError."""
        feedback = Feedback(
            answer_id=opinion.answer, verdict=opinion.verdict, reason=opinion.reason, channel=channel, at=self._clock()
        )
        self.store().keep_feedback(feedback)
        _FEEDBACK.labels(feedback.verdict).inc()

    def close(self) -> None:
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = None

    @property
    def _paused(self) -> bool:
        return bool(self._fault) and self._clock() - self._tried < PAUSE

    def _tried_to(self, work: Callable[[Store], object]) -> bool:
        if self._paused:
            return False
        try:
            work(self.store())
        except AnswerStoreError as error:
            with self._lock:
                self._failed(error)
            return False
        with self._lock:
            self._recovered()
        return True

    def _failed(self, error: AnswerStoreError) -> None:
        self._tried = self._clock()
        if not self._fault:
            structlog.get_logger("dbarch.store").warning("answers are not kept", reason=str(error))
        self._fault = str(error)

    def _recovered(self) -> None:
        if self._fault:
            self._fault = ""
            structlog.get_logger("dbarch.store").warning("answers are kept again")


async def expiring(keeper: Keeper, every: float = EXPIRY_SECONDS) -> None:
    """Until cancelled: every so many seconds, remove what has been kept long enough."""
    while True:
        await sleep(every)
        await to_thread.run_sync(keeper.expire, abandon_on_cancel=True)
