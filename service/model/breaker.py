"""The circuit breaker: an endpoint that does not answer is left alone for a while, so that it slows no further question."""

from collections.abc import Callable
from threading import Lock

from service.errors import ModelError

_FAILURES, _WAIT, _LONGEST = 2, 30.0, 600.0


class Breaker:
    """Opens after two failures in a row, or for as long as the endpoint asks; then lets one call through, and waits twice as long each time that it fails."""

    def __init__(self, clock: Callable[[], float], wait: float = _WAIT) -> None:
        self._clock = clock
        self._first = self._wait = wait
        self._failures = 0
        self._until = 0.0
        self._trying = False
        self._why = ""
        self._lock = Lock()

    def refusal(self) -> str:
        """Why no call is made now; nothing where one may be, and then `worked`, `failed` or `let_go` must follow."""
        with self._lock:
            left = self._until - self._clock()
            if left > 0 or self._trying:
                return f"the model is left alone after it failed: {self._why}"
            self._trying = bool(self._until)
            return ""

    def worked(self) -> None:
        with self._lock:
            self._failures, self._until, self._wait, self._trying = 0, 0.0, self._first, False

    def let_go(self) -> None:
        """The call was not made, or nobody waited for its end: nothing is known."""
        with self._lock:
            self._trying = False

    def failed(self, error: ModelError) -> None:
        with self._lock:
            self._why = str(error)
            self._failures += 1
            if error.retry_after is not None:
                self._until = self._clock() + min(error.retry_after, _LONGEST)
            elif self._trying or self._failures >= _FAILURES:
                self._until = self._clock() + self._wait
                self._wait = min(2 * self._wait, _LONGEST)
            self._trying = False
