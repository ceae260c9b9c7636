"""The one hand-over from the asynchronous front end to the synchronous core: so many at work, so many waiting, no more."""

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

Result = TypeVar("Result")

# An answer takes well under a second; a client that waits this long finds room again.
RETRY_AFTER_SECONDS = 2


class BusyError(Exception):
    """All workers are taken and the queue is full."""


class Pool:
    """Bounded: past `workers` calls at work and `waiting` in the queue a call is refused at once."""

    def __init__(self, workers: int, waiting: int) -> None:
        self._workers = workers
        self._waiting = waiting
        self._taken = 0
        self._limiter = CapacityLimiter(workers)

    @property
    def full(self) -> bool:
        return self._taken >= self._workers + self._waiting

    async def run(self, work: Callable[[], Result]) -> Result:
        """The result of `work` on a thread of the pool. Raises BusyError when there is no room."""
        if self.full:
            raise BusyError(
                f"{self._workers} requests are at work and {self._waiting} are waiting: try again in {RETRY_AFTER_SECONDS} s."
            )
        # Counted here and not by the limiter, so that calls of one turn of the event loop cannot all pass the test above.
        self._taken += 1
        try:
            return await to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._taken -= 1
