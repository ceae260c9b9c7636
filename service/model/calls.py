"""One call of a language model: from the cache, through the breaker, within the bounds, measured and told."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Lock, Thread
from typing import Any, Protocol

from service.answer.telling import Spent, Tell
from service.errors import ModelError
from service.model.breaker import Breaker

_KEPT = 256
Work = Callable[[], None]


@dataclass(frozen=True)
class Prompt:
    """What a model is given: the instructions, the data they are about, and the JSON schema of the reply where it is not lines."""

    system: str
    data: str
    schema: Mapping[str, Any] | None = None

    @property
    def digest(self) -> str:
        """sha256 of instructions and data, hexadecimal: the name of the prompt in the cache and on replay."""
        return hashlib.sha256(f"{self.system}\0{self.data}".encode()).hexdigest()


_PROBE = Prompt("Reply with the one word DONE.", "DATA")


@dataclass
class Usage:
    """Tokens of a call, filled in while it streams."""

    tokens_in: int = 0
    tokens_out: int = 0


class Model(Protocol):
    """A language model: streams its reply, and raises ModelError for whatever goes wrong."""

    @property
    def name(self) -> str: ...

    @property
    def schemas(self) -> bool:
        """Whether replies can be bounded by a schema."""

    def stream(self, prompt: Prompt, usage: Usage) -> Iterator[str]: ...


class ReplyCache:
    """The last replies that could be used, by the digest of their prompt."""

    def __init__(self, most: int = _KEPT) -> None:
        self._most = most
        self._replies: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    @property
    def is_empty(self) -> bool:
        return not self._replies

    def get(self, digest: str) -> str | None:
        with self._lock:
            if digest in self._replies:
                self._replies.move_to_end(digest)
            return self._replies.get(digest)

    def keep(self, digest: str, reply: str) -> None:
        with self._lock:
            self._replies[digest] = reply
            while len(self._replies) > self._most:
                self._replies.popitem(last=False)


@dataclass(frozen=True)
class Bounds:
    """Seconds that a call may take, calls at a time, and dollars for a million tokens in and out."""

    seconds: float = 60.0
    calls: int = 2
    price: tuple[float, float] = (0.0, 0.0)


def aside(work: Work) -> None:
    """Do it on a thread that nobody waits for."""
    Thread(target=work, daemon=True).start()


@dataclass
class Caller:
    """Asks a model; safe to share between threads. `clock` gives seconds that only grow, `aside` does what no asker waits for."""

    model: Model
    clock: Callable[[], float]
    breaker: Breaker
    bounds: Bounds = field(default_factory=Bounds)
    cache: ReplyCache = field(default_factory=ReplyCache)
    aside: Callable[[Work], None] = aside

    def __post_init__(self) -> None:
        self._gate = BoundedSemaphore(self.bounds.calls)

    def ask(self, task: str, prompt: Prompt, tell: Tell) -> Iterator[str]:
        """The reply, piece by piece. Raises ModelError."""
        kept = self.cache.get(prompt.digest)
        if kept is not None:
            tell(Spent(task, "cached"))
            yield kept
            return
        self._turn_away(task, tell)
        if not self._gate.acquire(blocking=False):
            tell(Spent(task, "busy"))
            raise ModelError(
                f"{self.bounds.calls} calls of the model are under way, as many as DBARCH_LLM_CONCURRENCY allows",
                dead=True,
            )
        try:
            yield from self._measured(task, prompt, tell)
        finally:
            self._gate.release()

    def expect(self, task: str, tell: Tell) -> None:
        """Raises ModelError where the endpoint is left alone and no reply is kept: then no prompt need be made."""
        if self.cache.is_empty:
            self._turn_away(task, tell)

    def _turn_away(self, task: str, tell: Tell) -> None:
        if refusal := self.breaker.refusal():
            if self.breaker.due():
                self.aside(self._probe)
            tell(Spent(task, "refused"))
            raise ModelError(refusal, dead=True)

    def keep(self, prompt: Prompt, reply: str) -> None:
        """Remember a reply that could be used."""
        self.cache.keep(prompt.digest, reply)

    def _measured(self, task: str, prompt: Prompt, tell: Tell) -> Iterator[str]:
        usage, started, outcome = Usage(), self.clock(), "abandoned"
        try:
            for piece in self.model.stream(prompt, usage):
                yield piece
                if self.clock() - started > self.bounds.seconds:
                    raise ModelError(f"the model took longer than {self.bounds.seconds:g} s", dead=True)
            outcome = "answered"
            self.breaker.worked()
        except ModelError as error:
            outcome = "failed"
            self.breaker.failed(error)
            raise
        finally:
            tell(self._spent(task, outcome, usage, self.clock() - started))

    def _probe(self) -> None:
        """A few words to an endpoint that was left alone; whatever it answers shows that it is there."""
        try:
            for _ in self.model.stream(_PROBE, Usage()):
                break
        except ModelError as error:
            if error.dead:
                self.breaker.failed(error)
                return
        self.breaker.found()

    def _spent(self, task: str, outcome: str, usage: Usage, seconds: float) -> Spent:
        into, out = self.bounds.price
        cost = (usage.tokens_in * into + usage.tokens_out * out) / 1e6
        return Spent(task, outcome, usage.tokens_in, usage.tokens_out, seconds, cost)
