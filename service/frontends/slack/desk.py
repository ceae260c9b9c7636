"""The desk: a question from Slack is taken, answered, kept and shown. The story from an event to the posted answer."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakValueDictionary

import structlog
from pydantic import ValidationError

from ingest.errors import IngestError
from service.answer.advice import Advice
from service.errors import ServiceError
from service.frontends.pool import RETRY_AFTER_SECONDS, BusyError, Pool
from service.frontends.slack import words
from service.frontends.slack.answers import Shown, answered
from service.frontends.slack.attached import Fetcher
from service.frontends.slack.drawings import pictures
from service.frontends.slack.events import Asked, turns
from service.frontends.slack.memory import Memory
from service.frontends.slack.mrkdwn import plain, shortened
from service.frontends.slack.posting import FAILURES, Place, Poster, error_of, told
from service.frontends.slack.replies import Reply
from service.frontends.use_cases import UseCases
from service.question.request import MAX_HISTORY, MAX_QUESTION, AskRequest, Attachment, Turn
from service.store.records import ThreadState

log = structlog.get_logger("dbarch.slack")
Result = TypeVar("Result")

# So many questions have their files read and their answers posted at a time; the others wait their turn.
AT_WORK = 8
# One more than these is told to come back.
WAITING = 500
POOL_TRIES = 10
KEPT_CHARACTERS = 2_000
ABOUT_FILES = "What do you say about the attached text?"


@dataclass
class Desk:
    """Takes questions. `grace` is how long, in seconds, a thread may take to become known when events overtake each other."""

    advisor: UseCases
    pool: Pool
    memory: Memory
    poster: Poster
    fetcher: Fetcher
    public_url: str = ""
    grace: float = 2.0
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_WORK))
    _taken: int = 0

    async def take(self, asked: Asked, reply: Reply, bot_user: str) -> None:
        """Answer a message in its thread; a follow-up in a thread that is not ours is left alone. Raises what nobody foresaw."""
        place = Place(asked.channel, asked.thread_ts)
        if asked.manner == "follow_up" and not await self._is_ours(place):
            return
        await self.excusing(reply, line_of(place), lambda: self._answer_in_thread(asked, reply, bot_user))

    async def answer(self, request: AskRequest, reply: Reply, unread: tuple[str, ...] = ()) -> Advice:
        """Advise, keep, show. Raises ServiceError, IngestError and BusyError, whose words are for the asker, and FAILURES."""
        advice = await self.pooled(lambda: self.advisor.advise(request))
        await self.memory.keep(request, advice)
        await reply.give(answered(advice, Shown(self.public_url, reply.private, unread)))
        await self.draw(advice, reply)
        return advice

    async def draw(self, advice: Advice, reply: Reply) -> None:
        """The diagrams of an answer, after it; an answer without its picture is still one."""
        if reply.private or not any(block.kind == "diagram" for s in advice.sections for block in s.blocks):
            return
        for picture in await self.pooled(lambda: tuple(pictures(advice))):
            try:
                await reply.show(picture)
            except FAILURES as failure:
                told(failure, "upload a picture", advice.id)

    async def pooled(self, work: Callable[[], Result]) -> Result:
        """Work on the pool that HTTP uses; waits for room, as nobody holds a connection open meanwhile. Raises BusyError."""
        for _ in range(POOL_TRIES):
            try:
                return await self.pool.run(work)
            except BusyError:
                await asyncio.sleep(RETRY_AFTER_SECONDS)
        return await self.pool.run(work)

    async def excusing(self, reply: Reply, line: str, work: Callable[[], Awaitable[object]]) -> None:
        """Do the work when its turn comes; what keeps it from an answer becomes a reason with a reference."""
        reference = uuid.uuid4().hex[:12]
        try:
            async with self._turn(line):
                await work()
        except (ServiceError, IngestError, BusyError, ValidationError) as error:
            log.warning("no answer", reference=reference, reason=_said(error))
            await self._excuse(reply, _said(error), reference)
        except FAILURES as failure:
            told(failure, "answer", reference)
            await self._excuse(reply, f"Slack did not take what I had to say ({error_of(failure)}).", reference)

    async def settle(self, seconds: float) -> None:
        """Wait until nothing is at hand, but not longer than that: what was acknowledged is not sent again."""

        async def idle() -> None:
            while self._taken:
                await asyncio.sleep(0.02)

        try:
            await asyncio.wait_for(idle(), seconds)
        except TimeoutError:
            log.warning("closed with questions unanswered", questions=self._taken)

    async def _excuse(self, reply: Reply, text: str, reference: str) -> None:
        try:
            await reply.give(words.reason(text, reference))
        except FAILURES as failure:
            told(failure, "say why there is no answer", reference)

    async def _answer_in_thread(self, asked: Asked, reply: Reply, bot_user: str) -> None:
        place = Place(asked.channel, asked.thread_ts)
        await reply.working()
        known = await self.memory.thread(place)
        before = known.turns if known else await self._read(place, asked, bot_user)
        text = asked.text or (before[-1].content if before and not asked.files else "")
        if not text and not asked.files:
            await reply.give(words.help_text())
            return
        turn = Turn(role="user", content=(text or ABOUT_FILES)[:MAX_QUESTION])
        # Known before it is answered, so that what is said meanwhile is not taken for talk of others.
        await (self.memory.said(place, turn) if known else self.memory.know(place, (*before, turn)))
        read = await self.fetcher.read(asked.files)
        carried = read.attachments or await self._attached_before(known)
        request = AskRequest(question=text or ABOUT_FILES, history=before[-MAX_HISTORY:], attachments=carried)
        advice = await self.answer(request, reply, read.unread)
        await self.memory.said(place, spoken(advice), advice.id)

    async def _is_ours(self, place: Place) -> bool:
        """Whether we were asked in the thread; looked at twice, as Slack may deliver the follow-up before the question."""
        for wait in (0.0, self.grace):
            await asyncio.sleep(wait)
            if line_of(place) in self._locks or await self.memory.thread(place) is not None:
                return True
        return False

    async def _read(self, place: Place, asked: Asked, bot_user: str) -> tuple[Turn, ...]:
        """What was said in a thread before we were asked there: read once, kept from then on."""
        if asked.thread_ts == asked.ts:
            return ()
        return turns(await self.poster.thread(place), asked.ts, bot_user)

    async def _attached_before(self, known: ThreadState | None) -> tuple[Attachment, ...]:
        """What came with the last question of the thread: a follow-up is about the same schema."""
        if known is None or known.last_answer is None:
            return ()
        try:
            kept = await self.memory.answer(known.last_answer)
        except ServiceError as error:
            log.warning("the last answer of a thread cannot be read", error=str(error))
            return ()
        return kept.request.attachments

    @asynccontextmanager
    async def _turn(self, line: str) -> AsyncIterator[None]:
        """One at a time in a thread, some at a time in all. Raises BusyError when too many wait."""
        if self._taken >= WAITING:
            raise BusyError(f"{WAITING} questions are waiting: ask again in a minute.")
        self._taken += 1
        try:
            async with self._locks.setdefault(line, asyncio.Lock()), self._room:
                yield
        finally:
            self._taken -= 1


def line_of(place: Place) -> str:
    """The name of the line in which the questions of a thread wait for each other."""
    return f"{place.channel}:{place.thread_ts}"


def spoken(advice: Advice) -> Turn:
    """What we said, as a turn of the conversation: the decision."""
    text = plain(" ".join(claim.text for claim in advice.summary)) or advice.confidence.reason
    return Turn(role="assistant", content=shortened(text, KEPT_CHARACTERS))


def _said(error: Exception) -> str:
    """The words of an error for the asker; of a request that does not fit, its first fault."""
    if not isinstance(error, ValidationError):
        return str(error)
    fault = error.errors()[0]
    place = ".".join(map(str, fault["loc"])) or "what came with it"
    return f"{place.capitalize()}: {fault['msg'].removeprefix('Value error, ')}."
