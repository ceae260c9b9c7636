"""The store as the bot uses it: on threads of its own, a few at a time, and never in the way of an answer."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from anyio import CapacityLimiter, to_thread

from service.answer.advice import Advice
from service.errors import AnswerStoreError
from service.frontends.keeping import Keeper, now
from service.frontends.slack.posting import Place
from service.question.request import AskRequest, Turn
from service.store.errands import Errands
from service.store.records import Errand, KeptAnswer, Opinion, ThreadState

log = structlog.get_logger("dbarch.slack")
Result = TypeVar("Result")
# Two hundred events at once would otherwise wait for the lock of a SQLite file until it gives up.
CALLS = 4
TAKING_TRIES = 2
# How long others leave alone what we have taken without hearing of us again.
LEASE = timedelta(seconds=60)


@dataclass
class Memory:
    """What is known of events, threads and answers; where the store fails, what is said of each method holds."""

    keeper: Keeper
    clock: Callable[[], datetime] = now
    _limit: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(CALLS))

    async def take(self, events: Sequence[str], errand: Errand) -> bool:
        """Whether nobody has taken these events yet: then the errand is kept. True where the store fails: rather twice than never."""
        # Whoever takes the same event at this moment may keep us waiting for longer than the store waits for locks.
        for _ in range(TAKING_TRIES):
            taken = await self._kindly(lambda: self._take(events, errand), None)
            if taken is not None:
                return taken
        return True

    async def hold(self, errand_id: str, held: str | None) -> bool:
        """Keep what stands in the place of the answer; False where the errand is not kept."""
        return await self._kindly(lambda: self._errands.hold(errand_id, held, self.clock() + LEASE), False)

    async def renew(self, ids: Collection[str]) -> None:
        """Say that we are still at these."""
        if ids:
            await self._kindly(lambda: self._errands.renew(ids, self.clock() + LEASE), None)

    async def release(self, ids: Collection[str]) -> None:
        """Let others take these over."""
        await self._kindly(lambda: self._errands.renew(ids, self.clock()), None)

    async def claim(self) -> tuple[Errand, ...]:
        """Errands that nobody is at any more, which are ours now; none where the store fails."""
        return await self._kindly(lambda: self._errands.claim(self.clock(), self.clock() + LEASE), ())

    async def finish(self, errand_id: str) -> None:
        await self._kindly(lambda: self._errands.finish(errand_id), None)

    async def thread(self, place: Place) -> ThreadState | None:
        """What is known of a thread; nothing where the store fails."""
        return await self._kindly(lambda: self.keeper.store().thread(place.channel, place.thread_ts or ""), None)

    async def know(self, place: Place, turns: Sequence[Turn], answer: str | None = None) -> None:
        """Make a thread ours with what was said in it, so that it is followed without a mention."""
        state = ThreadState(place.channel, place.thread_ts or "", tuple(turns), answer)
        await self._kindly(lambda: self.keeper.store().keep_thread(state, self.clock()), False)

    async def said(self, place: Place, turn: Turn, answer: str | None = None) -> None:
        """Add a turn, and the answer that it is."""

        def write() -> None:
            store = self.keeper.store()
            store.append_turns(place.channel, place.thread_ts or "", (turn,), self.clock())
            if answer is not None:
                store.name_answer(place.channel, place.thread_ts or "", answer, self.clock())

        await self._kindly(write, None)

    async def keep(self, request: AskRequest, advice: Advice) -> None:
        """Keep an answer for its buttons; without the store they will say that it is not kept."""
        await self._run(lambda: self.keeper.keep(request, advice))

    async def answer(self, answer_id: str) -> KeptAnswer:
        """Raises UnknownAnswerError and AnswerStoreError."""
        return await self._run(lambda: self.keeper.kept(answer_id))

    async def feedback(self, opinion: Opinion) -> None:
        """Raises UnknownAnswerError and AnswerStoreError."""
        await self._run(lambda: self.keeper.keep_feedback(opinion, "slack"))

    def _take(self, events: Sequence[str], errand: Errand) -> bool | None:
        return self._errands.take(events, errand, self.clock() + LEASE, self.clock())

    @property
    def _errands(self) -> Errands:
        return Errands(self.keeper.store())

    async def _run(self, work: Callable[[], Result]) -> Result:
        return await to_thread.run_sync(work, limiter=self._limit)

    async def _kindly(self, work: Callable[[], Result], otherwise: Result) -> Result:
        try:
            return await self._run(work)
        except AnswerStoreError as error:
            log.error("store", error=str(error))
            return otherwise
