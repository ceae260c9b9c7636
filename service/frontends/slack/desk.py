"""The desk: a question from Slack is taken, answered, kept and shown. The story from an event to the posted answer."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakValueDictionary

import structlog
from pydantic import ValidationError

from ingest.errors import IngestError
from service.answer.advice import Advice
from service.errors import RequestError, ServiceError
from service.frontends.pool import RETRY_AFTER_SECONDS, BusyError, Pool
from service.frontends.slack import words
from service.frontends.slack.answers import Shown, answered
from service.frontends.slack.attached import Fetcher
from service.frontends.slack.blocks import Message
from service.frontends.slack.drawings import pictures
from service.frontends.slack.errands import Job, Order, line_of
from service.frontends.slack.events import Asked, is_courtesy, turns
from service.frontends.slack.hand import Hand
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
WAITING = 500
POOL_TRIES = 10
KEPT_CHARACTERS = 2_000
# Slack waits three seconds for an acknowledgement.
PATIENCE_SECONDS = 1.0
# Several times within a lease.
TEND_SECONDS = 15.0
# So often is a question taken over from a process that has died; it may be what they die of.
TAKEN_OVER = 1
ABOUT_FILES = "What do you say about the attached text?"


@dataclass
class Desk:
    """Takes questions. `grace` is how long, in seconds, a thread may take to become known when events overtake each other; past `waiting` a question is told to come back."""

    advisor: UseCases
    pool: Pool
    memory: Memory
    poster: Poster
    fetcher: Fetcher
    public_url: str = ""
    grace: float = 2.0
    waiting: int = WAITING
    hand: Hand = field(init=False)
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_WORK))
    _resumed: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hand = Hand(self.memory, self.poster)

    async def taking(self, events: Sequence[str], order: Order) -> "asyncio.Task[Job | None]":
        """The order as a job of ours, kept until it is done; None where it is not for us, or somebody has taken it.

        It is waited for as long as Slack can wait for us, since what is acknowledged should be kept; a follow-up of which
        we do not know yet whether it is ours is acknowledged at once.
        """
        unsure = _is_follow_up(order) and not await self._is_known(order.place)
        taking = asyncio.create_task(self._take(events, order))
        if not unsure:
            await asyncio.wait({taking}, timeout=PATIENCE_SECONDS)
        return taking

    async def work(self, job: Job) -> None:
        """Answer what was asked. Raises what nobody foresaw."""
        await self.excusing(job, lambda: self._done(job))

    async def working(self, job: Job) -> None:
        """Say that it is being worked on, where the answer will stand."""
        await job.reply.working()
        if job.reply.held is not None:
            await self.memory.hold(job.id, job.reply.held)

    async def tend(self, every: float = TEND_SECONDS) -> None:
        """Until cancelled: keep what is at hand, and do what other processes have left undone."""
        while True:
            for job in await self.hand.left_undone():
                resumed = asyncio.create_task(self._resume(job))
                self._resumed.add(resumed)
                resumed.add_done_callback(self._resumed.discard)
            await asyncio.sleep(every)

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

    async def excusing(self, job: Job, work: Callable[[], Awaitable[object]]) -> None:
        """Do the work when its turn comes; what keeps it from an answer becomes a reason with a reference."""
        reference = uuid.uuid4().hex[:12]
        async with self.hand.at(job) as held:
            try:
                async with self._turn(job.line):
                    await work()
            except (ServiceError, IngestError, BusyError, ValidationError) as error:
                log.warning("no answer", reference=reference, reason=_said(error))
                held.done = await self._excuse(job.reply, words.reason(_said(error), reference), reference)
            except FAILURES as failure:
                told(failure, "answer", reference)
                why = f"Slack did not take what I had to say ({error_of(failure)})."
                held.done = await self._excuse(job.reply, words.reason(why, reference), reference)

    async def unexpected(self, error: BaseException, reply: Reply | None) -> None:
        """What nobody foresaw: logged under a reference, and said to who asked, without its details."""
        reference = uuid.uuid4().hex[:12]
        log.error("unexpected", reference=reference, exc_info=error)
        if reply is not None:
            await self._excuse(reply, words.unexpected(reference), reference)

    async def settle(self, seconds: float) -> None:
        """Finish what was acknowledged, since it is not sent again; what takes longer than that is handed over."""
        if not await self.hand.empty(seconds):
            log.warning("closed with questions unanswered", questions=len(self.hand))
            await self.hand.hand_over()

    async def _take(self, events: Sequence[str], order: Order) -> Job | None:
        if _is_follow_up(order) and not await self._is_ours(order.place):
            return None
        job = Job(events[-1], order, order.reply(self.poster))
        return job if await self.memory.take(events, job.errand) else None

    async def _resume(self, job: Job) -> None:
        (failure,) = await asyncio.gather(self.work(job), return_exceptions=True)
        if isinstance(failure, Exception):
            await self.unexpected(failure, job.reply)

    async def _done(self, job: Job) -> None:
        if job.tries > TAKEN_OVER:
            raise RequestError("I was stopped each time that I was working on this. Ask again, in parts if it is long.")
        if job.order.message is not None:
            await self._answer_in_thread(job, job.order.message)
        elif job.order.question:
            await self.answer(AskRequest(question=job.order.question), job.reply)
        else:
            raise RequestError("I was stopped before I had done what you pressed. Press again.")

    async def _excuse(self, reply: Reply, word: Message, reference: str) -> bool:
        """Whether Slack took it."""
        try:
            await reply.give(word)
        except FAILURES as failure:
            told(failure, "say why there is no answer", reference)
            return False
        return True

    async def _answer_in_thread(self, job: Job, asked: Asked) -> None:
        place = job.order.place
        if is_courtesy(asked.text) and not asked.files:
            await job.reply.give(words.welcome())
            return
        await self.working(job)
        known = await self.memory.thread(place)
        before = known.turns if known else await self._read(place, asked, job.order.bot_user)
        text = asked.text or (before[-1].content if before and not asked.files else "")
        if not text and not asked.files:
            await job.reply.give(words.help_text())
            return
        turn = Turn(role="user", content=(text or ABOUT_FILES)[:MAX_QUESTION])
        if job.tries and turn in before:
            # Whoever was stopped had noted it down already.
            before = before[: len(before) - 1 - before[::-1].index(turn)]
        else:
            # Known before it is answered, so that what is said meanwhile is not taken for talk of others.
            await (self.memory.said(place, turn) if known else self.memory.know(place, (*before, turn)))
        read = await self.fetcher.read(asked.files)
        carried = read.attachments or await self._attached_before(known)
        request = AskRequest(question=text or ABOUT_FILES, history=before[-MAX_HISTORY:], attachments=carried)
        advice = await self.answer(request, job.reply, read.unread)
        await self.memory.said(place, spoken(advice), advice.id)

    async def _is_ours(self, place: Place) -> bool:
        """Whether we were asked in the thread; looked at twice, as Slack may deliver the follow-up before the question."""
        for wait in (0.0, self.grace):
            await asyncio.sleep(wait)
            if await self._is_known(place):
                return True
        return False

    async def _is_known(self, place: Place) -> bool:
        return line_of(place) in self._locks or await self.memory.thread(place) is not None

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
        if len(self.hand) > self.waiting:
            raise BusyError(f"{self.waiting} questions are waiting: ask again in a minute.")
        async with self._locks.setdefault(line, asyncio.Lock()), self._room:
            yield


def _is_follow_up(order: Order) -> bool:
    return order.message is not None and order.message.manner == "follow_up"


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
