"""The circuit breaker: an endpoint that does not answer is left alone, so that it slows no further question."""

from collections.abc import Callable
from threading import Lock

from service.errors import ModelError

_FAILURES, _WAIT, _LONGEST = 2, 5.0, 600.0


class Breaker:
    """Opens after two failures in a row, or for as long as the endpoint asks; it then takes a probe to close it.

    No question is that probe: who asks would wait for an endpoint that is most likely still dead. The wait between probes doubles.
    """

    def __init__(self, clock: Callable[[], float], wait: float = _WAIT) -> None:
        self._clock = clock
        self._first = self._wait = wait
        self._failures = 0
        self._until = 0.0
        self._why = ""
        self._probing = False
        self._lock = Lock()

    def refusal(self) -> str:
        """Why no call is made now; nothing where one may be."""
        with self._lock:
            return f"the model is left alone after it failed: {self._why}" if self._why else ""

    def due(self) -> bool:
        """Whether a probe is to be sent now; true for one caller, who then tells `found` or `failed`."""
        with self._lock:
            if not self._why or self._probing or self._clock() < self._until:
                return False
            self._probing = True
            return True

    def worked(self) -> None:
        """A call for a question came to its end."""
        with self._lock:
            self._failures, self._why, self._wait = 0, "", self._first

    def found(self) -> None:
        """A probe was answered: calls may be made again, and one that fails is enough to stop them for longer."""
        with self._lock:
            self._failures, self._why, self._probing = _FAILURES - 1, "", False

    def failed(self, error: ModelError) -> None:
        """What was wrong with one prompt alone says nothing of the next."""
        with self._lock:
            self._probing = False
            if not error.dead:
                return
            self._failures += 1
            if error.retry_after is None and self._failures < _FAILURES:
                return
            self._why = str(error)
            self._until = self._clock() + min(error.retry_after or self._wait, _LONGEST)
            self._wait = min(2 * self._wait, _LONGEST)
